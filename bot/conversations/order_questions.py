"""The questions of an order, one a message: what, where, when, how long, which language; at last the price."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime

from backoffice.kernel.messages import Ask, Choice, Message, Param, PlaceWords, Sentence, Span, Term, When
from backoffice.money.prices import NoPrice
from backoffice.orders import kinds
from backoffice.orders.model import Price
from backoffice.orders.rules import OrderRules
from backoffice.people import minors
from backoffice.workflows import order_minors, orders
from bot.conversations import order_languages
from bot.conversations.order_draft import Draft, missing, place, save, wish
from bot.conversations.turn import GOOD_FOR, Turn, choices

STOP = Choice("cancel", "button.order_stop", "0")
YES_NO = choices(("yes", "button.yes", "1"), ("no", "button.no", "2"))
GUARDIANS = choices(("own", "button.order_guardian", "1"), ("adult", "button.order_all_adults", "2"))
SEXES = choices(
    ("female", "button.order_woman", "1"),
    ("male", "button.order_man", "2"),
    ("any", "button.order_either", "3"),
)
NOW, DAYS = "now", {"today": 0, "tomorrow": 1, "day_after": 2}
LENGTHS = ("1", "2", "4", "8")
FREE_DIGITS = frozenset({"order.hour", "order.length"})
"""Questions that take any number typed: 14 o'clock, 3 hours."""


async def proceed(turn: Turn, draft: Draft) -> None:
    """Keep it and ask what is missing next."""
    await save(turn, draft)
    await turn.work.uow.talk.close_about(turn.person.id)
    await _ASK[missing(draft)](turn, draft)


async def ask_sex(turn: Turn, draft: Draft) -> None:
    """From the summary, and back to it."""
    await save(turn, draft)
    await turn.work.uow.talk.close_about(turn.person.id)
    await _ask_sex(turn, draft)


async def _ask_kind(turn: Turn, _draft: Draft) -> None:
    offered = [Choice(kind, f"service_kind.{kind}", str(n)) for n, kind in enumerate(kinds.all_kinds(), 1)]
    more = (Sentence("order.not_for_emergencies"),)
    await turn.ask(Message("order.kind", choices=(*offered, STOP), more=more), "order.kind")


async def _ask_details(turn: Turn, _draft: Draft) -> None:
    offered = (Choice("skip", "button.order_skip", "1"), STOP)
    await turn.ask(Message("order.details", choices=offered), "order.details")


async def _ask_guardian(turn: Turn, _draft: Draft) -> None:
    """Who is under age themselves answers for nobody."""
    profile = turn.person.profile
    themselves = minors.under_age(profile.birth, turn.work.now.date())
    offered = () if themselves else GUARDIANS
    await turn.ask(Message("order.guardian", choices=(*offered, STOP)), "order.guardian")


async def _ask_sex(turn: Turn, _draft: Draft) -> None:
    await turn.ask(Message("order.sex", choices=(*SEXES, STOP)), "order.sex")


async def _ask_where(turn: Turn, _draft: Draft) -> None:
    """A pin that answers this is no SOS; the words say so, and for how long."""
    within: dict[str, Param] = {"within": Span(GOOD_FOR.total_seconds())}
    last = await turn.work.uow.people.last_fix(turn.person.id)
    fresh = last is not None and turn.work.now - last.at <= turn.work.rules.last_known
    offered = (Choice("last", "button.order_last_place", "1"), STOP) if fresh else (STOP,)
    await turn.ask(Message("order.where", within, offered, ask=Ask.LOCATION), "order.where")


async def _ask_when(turn: Turn, draft: Draft) -> None:
    offered = choices(
        (NOW, "button.order_now", "1"),
        ("today", "button.order_today", "2"),
        ("tomorrow", "button.order_tomorrow", "3"),
        ("day_after", "button.order_day_after", "4"),
    )
    here = When(turn.work.now, place(turn, draft).zone)
    await turn.ask(Message("order.when", {"now": here}, (*offered, STOP)), "order.when")


async def _ask_hour(turn: Turn, _draft: Draft) -> None:
    await turn.ask(Message("order.hour", {}, (STOP,)), "order.hour")


async def _ask_time_ok(turn: Turn, draft: Draft) -> None:
    when = When(datetime.fromisoformat(draft.start), place(turn, draft).zone)
    await turn.ask(Message("order.time_ok", {"when": when}, (*YES_NO, STOP)), "order.time_ok")


async def _ask_length(turn: Turn, _draft: Draft) -> None:
    offered = [Choice(hours, f"button.order_hours_{hours}", hours) for hours in LENGTHS]
    await turn.ask(Message("order.length", choices=(*offered, STOP)), "order.length")


async def _ask_language(turn: Turn, draft: Draft) -> None:
    codes = order_languages.likely(place(turn, draft).country, turn.person.locale)
    offered = [Choice(code, f"language.{code}", str(n)) for n, code in enumerate(codes, 1)]
    any_ = Choice("any", "button.order_any_language", str(len(codes) + 1))
    await turn.ask(Message("order.language", choices=(*offered, any_, STOP)), "order.language")


async def _ask_summary(turn: Turn, draft: Draft) -> None:
    """Everything on one page: what, where, when, and what it costs; the rules of cancelling before the yes."""
    try:
        price, where = await orders.quote(turn.work, wish(draft))
    except NoPrice:
        await no_price(turn)
        return
    await save(turn, replace(draft, shown=(price.total.minor, price.total.currency)))
    offered = choices(
        ("choose", "button.order_confirm_choose", "1"),
        ("first", "button.order_confirm_first", "2"),
        ("restart", "button.order_restart", "3"),
        ("sex", "button.order_sex", "4"),
    )
    more = (*_about(draft, where), *_who(draft), *_costs(price), *rules(turn.work.world.orders))
    message = Message("order.summary", {**_facts(draft, where)}, (*offered, STOP), more=more)
    await turn.ask(message, "order.summary")


def _facts(draft: Draft, where: PlaceWords) -> dict[str, Param]:
    return {
        "kind": Term(f"service_kind.{draft.kind}"),
        "place": where,
        "length": Span(draft.minutes * 60),
        "language": Term(f"language.{draft.language}" if draft.language else "order.any_language"),
    }


def _about(draft: Draft, where: PlaceWords) -> list[Sentence]:
    lines = [Sentence("order.summary_now")]
    if not draft.asap:
        when = When(datetime.fromisoformat(draft.start), where.zone)
        lines = [Sentence("order.summary_when", {"when": when})]
    if draft.details:
        lines.append(Sentence("order.summary_details", {"details": draft.details}))
    return lines


def _who(draft: Draft) -> list[Sentence]:
    """Exactly what is promised about who is asked, and what happens for somebody under age."""
    lines = [Sentence(f"order.only_{draft.sex}")] if draft.sex else []
    if draft.minor:
        lines.append(Sentence("order.minor_own" if draft.guardian == order_minors.OWN else "order.minor"))
    return lines


def _costs(price: Price) -> list[Sentence]:
    lines = [Sentence("order.summary_price", {"total": price.total})]
    if price.in_cny:
        lines.append(Sentence("order.in_cny", {"cny": price.in_cny}))
    return lines


def rules(given: OrderRules) -> list[Sentence]:
    """The tables of cancelling and of not showing up, as the traveller reads them before confirming."""
    free = Span(given.free_after_booking.total_seconds())
    lines = [Sentence("order.rule_free", {"free": free})]
    for rule in given.cancel:
        before = Span(rule.before.total_seconds())
        if not rule.before:
            lines.append(Sentence("order.rule_cancel_late", {"percent": rule.percent}))
        elif rule.percent:
            lines.append(Sentence("order.rule_cancel", {"before": before, "percent": rule.percent}))
        else:
            lines.append(Sentence("order.rule_cancel_free", {"before": before}))
    lines.append(Sentence("order.rule_no_show", {"percent": given.no_show_percent}))
    return lines


async def no_price(turn: Turn) -> None:
    """Nothing is promised that the table does not name; the centre's people may know a way."""
    await save(turn, None)
    await turn.say("order.no_price")


_ASK: Mapping[str, Callable[[Turn, Draft], Awaitable[None]]] = {
    "kind": _ask_kind,
    "details": _ask_details,
    "guardian": _ask_guardian,
    "where": _ask_where,
    "when": _ask_when,
    "hour": _ask_hour,
    "time_ok": _ask_time_ok,
    "length": _ask_length,
    "language": _ask_language,
    "sex": _ask_sex,
    "summary": _ask_summary,
}
STEPS = frozenset(_ASK) | {"which_place"}
