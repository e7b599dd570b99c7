"""From facts to a sheet in the reader's words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from backoffice.kernel.messages import Param, Span, Term
from backoffice.papers.model import Account, Observed, Reader, Receipt, SceneReport, WeekStatement
from backoffice.papers.sheet import Block, Facts, Grid, Heading, Picture, Sheet, Sums, Words

Say = Callable[[str, Mapping[str, Param]], str]
"""(key, params) -> the catalogue's words in the reader's language."""
_WIDTHS = (30, 36, 22, 22)


def receipt(model: Receipt, say: Say) -> Sheet:
    """Number, who, what, when, where, and the sum."""
    rows = [
        ("paper.service", say("paper.value", {"value": Term(f"service_kind.{model.kind}")})),
        ("paper.customer", model.customer),
        ("paper.envoy", model.envoy),
        ("paper.place", say("paper.value", {"value": model.place})),
        ("paper.began", _time(model.began, model.reader)),
        ("paper.ended", _time(model.ended, model.reader)),
        ("paper.charged_time", say("paper.value", {"value": Span(60 * model.minutes)})),
    ]
    facts = Facts(tuple((say(label, {}), value) for label, value in rows if value))
    sums = [(say("paper.in_cny", {}), say("paper.value", {"value": model.in_cny}))] if model.in_cny else []
    sums.append((say("paper.total", {}), say("paper.value", {"value": model.total})))
    state = say(_state(model), {})
    blocks: tuple[Block, ...] = (facts, Sums(tuple(sums)), Words(state))
    return sheet(model.reader, model.made_at, say, Head("paper.receipt", model.ref, model.drill), blocks)


def _state(model: Receipt) -> str:
    if model.advanced:
        return "paper.advanced"
    return "paper.is_paid" if model.paid else "paper.not_paid"


def statement(model: WeekStatement, say: Say) -> Sheet:
    """The week line by line, and what is owed at its end, currency by currency."""
    week = f"{_day(model.since, model.reader)} – {_last_day(model.until, model.reader)}"
    blocks: list[Block] = [Facts(((say("paper.envoy", {}), model.name), (say("paper.week", {}), week)))]
    for account in model.accounts:
        blocks += _account(account, model.reader, say)
    if not model.accounts:
        blocks.append(Words(say("paper.nothing", {})))
    return sheet(model.reader, model.made_at, say, Head("paper.statement"), tuple(blocks))


def _account(account: Account, reader: Reader, say: Say) -> list[Block]:
    heads = tuple(say(key, {}) for key in ("paper.date", "paper.what", "paper.amount", "paper.owed"))
    rows = tuple(
        (
            _time(line.at, reader),
            _what(line.what, line.subject, say),
            _value(line.amount, say),
            _value(line.owed, say),
        )
        for line in account.lines
    )
    sums = (
        (say("paper.opening", {}), _value(account.opening, say)),
        (say("paper.earned", {}), _value(account.earned, say)),
        (say("paper.paid_out", {}), _value(account.paid, say)),
        (say("paper.closing", {}), _value(account.closing, say)),
    )
    found: list[Block] = [Heading(account.opening.currency)]
    if rows:
        found.append(Grid(heads, rows, _WIDTHS, frozenset({2, 3})))
    return [*found, Sums(sums)]


def _what(operation: str, subject: str, say: Say) -> str:
    words = say(f"paper_what.{operation}", {})
    return f"{words} {subject}" if subject else words


def report(model: SceneReport, say: Say) -> Sheet:
    """What the envoy saw, in their words, oldest first."""
    rows = [("paper.envoy", model.envoy), ("paper.place", say("paper.value", {"value": model.place}))]
    if model.arrived:
        rows.append(("paper.arrived", _time(model.arrived, model.reader)))
    blocks: list[Block] = [Facts(tuple((say(label, {}), value) for label, value in rows if value))]
    for seen in sorted(model.seen, key=lambda one: one.at):
        blocks += _observed(seen, model.reader)
    return sheet(
        model.reader, model.made_at, say, Head("paper.report", model.ref, model.drill), tuple(blocks)
    )


def _observed(seen: Observed, reader: Reader) -> list[Block]:
    found: list[Block] = [Heading(_time(seen.at, reader))]
    if seen.text:
        found.append(Words(seen.text))
    if seen.photo:
        found.append(Picture(seen.photo))
    return found


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the top: the paper's name, its number, whether it is an exercise."""

    title: str
    ref: str = ""
    drill: bool = False


def sheet(reader: Reader, made_at: datetime, say: Say, head: Head, blocks: tuple[Block, ...]) -> Sheet:
    """What every paper has: brand, title and number, the exercise's mark, the foot."""
    day = _day(made_at, reader)
    number = (
        say("paper.number", {"ref": head.ref, "day": day}) if head.ref else say("paper.made", {"day": day})
    )
    return Sheet(
        locale=reader.locale,
        brand=say("paper.brand", {}),
        title=say(head.title, {}),
        number=number,
        mark=say("paper.drill", {}) if head.drill else "",
        page=say("paper.page", {"page": "{page}", "pages": "{pages}"}),
        blocks=blocks,
        foot=say("paper.foot", {"zone": reader.zone}),
        made_at=made_at,
    )


def _value(value: Param, say: Say) -> str:
    return say("paper.value", {"value": value})


def _there(at: datetime, reader: Reader) -> datetime:
    return at.astimezone(ZoneInfo(reader.zone))


def _time(at: datetime, reader: Reader) -> str:
    """ISO 8601's order is read alike in every language; the zone stands once, in the foot."""
    return _there(at, reader).strftime("%Y-%m-%d %H:%M")


def _day(at: datetime, reader: Reader) -> str:
    return _there(at, reader).strftime("%Y-%m-%d")


def _last_day(until: datetime, reader: Reader) -> str:
    """The day before an end that is exclusive."""
    from_midnight = _there(until, reader)
    return from_midnight.fromordinal(from_midnight.toordinal() - 1).strftime("%Y-%m-%d")
