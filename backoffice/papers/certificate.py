"""The certificate of a policy: who is covered, for what, where and until when, as a sheet in the reader's words."""

from dataclasses import dataclass
from datetime import date, datetime

from backoffice.kernel.messages import Day, Listing, Param, PlaceWords
from backoffice.kernel.money import Money
from backoffice.papers.composing import Head, Say, sheet
from backoffice.papers.model import Reader
from backoffice.papers.sheet import Facts, Grid, Heading, Sheet, Sums, Words

_PEOPLE, _ITEMS = (40, 30, 30), (12, 40, 26, 22)


@dataclass(frozen=True, slots=True)
class CoveredPerson:
    """`document` is masked: a paper is shown around."""

    name: str
    document: str
    born: date | None


@dataclass(frozen=True, slots=True)
class CoveredItem:
    """A cover item with the clause it stands in."""

    clause: str
    name: str
    limit: Money
    excess: Money


@dataclass(frozen=True, slots=True)
class Certificate:
    """`countries` ISO 3166-1 alpha-2, none for the whole territory; `sports` in the reader's language."""

    reader: Reader
    number: str
    made_at: datetime
    product: str
    insurer: str
    holder: str
    starts: date
    ends: date
    countries: tuple[str, ...]
    sports: tuple[str, ...]
    people: tuple[CoveredPerson, ...]
    items: tuple[CoveredItem, ...]
    premium: Money
    terms: str
    drill: bool = False


def compose(model: Certificate, say: Say) -> Sheet:
    """One page for most; the reader's own language."""
    blocks = (
        _facts(model, say),
        Heading(say("certificate.people", {})),
        _people(model, say),
        Heading(say("certificate.items", {})),
        _items(model, say),
        Sums(((say("certificate.premium", {}), _value(say, model.premium)),)),
        Words(say("certificate.terms", {"link": model.terms}), small=True),
    )
    return sheet(
        model.reader, model.made_at, say, Head("certificate.title", model.number, model.drill), blocks
    )


def _value(say: Say, param: Param) -> str:
    return say("paper.value", {"value": param})


def _facts(model: Certificate, say: Say) -> Facts:
    """What is covered, for whom, when, where; an empty one has no row."""
    where = Listing(tuple(PlaceWords(code, {}) for code in model.countries))
    sports = _value(say, Listing(model.sports)) if model.sports else say("certificate.no_sports", {})
    rows = [
        ("certificate.product", model.product),
        ("certificate.insurer", model.insurer),
        ("certificate.holder", model.holder),
        (
            "certificate.period",
            say("certificate.days", {"starts": Day(model.starts), "ends": Day(model.ends)}),
        ),
        ("certificate.where", _value(say, where) if model.countries else ""),
        ("certificate.sports", sports),
    ]
    return Facts(tuple((say(label, {}), told) for label, told in rows if told))


def _people(model: Certificate, say: Say) -> Grid:
    heads = _heads(say, "certificate.name", "certificate.document", "certificate.born")
    rows = [(p.name, p.document, _value(say, Day(p.born)) if p.born else "") for p in model.people]
    return Grid(heads, tuple(rows), _PEOPLE, frozenset())


def _items(model: Certificate, say: Say) -> Grid:
    heads = _heads(say, "certificate.clause", "certificate.item", "certificate.limit", "certificate.excess")
    rows = [
        (i.clause, i.name, _value(say, i.limit), _value(say, i.excess) if i.excess else "–")
        for i in model.items
    ]
    return Grid(heads, tuple(rows), _ITEMS, frozenset({2, 3}))


def _heads(say: Say, *keys: str) -> tuple[str, ...]:
    return tuple(say(key, {}) for key in keys)
