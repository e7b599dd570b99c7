"""A draft of cover to be bought: what has been said so far, kept sealed with the conversation."""

from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from backoffice.insurance.model import Product
from backoffice.insurance.policies import Insured
from backoffice.insurance.pricing import Trip
from bot.conversations.turn import Turn

SESSION_KEY = "cover"


@dataclass(frozen=True, slots=True)
class Draft:
    """`start` is an ISO day; `ages` are as told for the price; `people` as typed: name, document, ISO day of birth.

    `agreed`: the price was seen and said yes to; `shown`: the sum on the last page, in minor units.
    """

    product: str = ""
    edition: int = 0
    start: str = ""
    days: int = 0
    countries: tuple[str, ...] = ()
    ages: tuple[int, ...] = ()
    sports: tuple[str, ...] | None = None
    agreed: bool = False
    people: tuple[tuple[str, str, str], ...] = ()
    shown: int = 0


async def load(turn: Turn) -> Draft | None:
    session = await turn.work.uow.talk.session(turn.person.id)
    kept: dict[str, Any] | None = session.data.get(SESSION_KEY)
    if not kept:
        return None
    lists = {name: tuple(kept[name]) for name in ("countries", "ages")}
    sports = None if kept["sports"] is None else tuple(kept["sports"])
    people = tuple((p[0], p[1], p[2]) for p in kept["people"])
    return Draft(**{**kept, **lists, "sports": sports, "people": people})


async def save(turn: Turn, draft: Draft | None) -> None:
    session = await turn.work.uow.talk.session(turn.person.id)
    data = {k: v for k, v in session.data.items() if k != SESSION_KEY}
    if draft is not None:
        data[SESSION_KEY] = asdict(draft)
    await turn.work.uow.talk.save_session(replace(session, data=data))


def missing(draft: Draft) -> str:
    """The next step."""
    steps = {
        "product": bool(draft.product),
        "start": bool(draft.start),
        "days": draft.days > 0,
        "where": bool(draft.countries),
        "who": bool(draft.ages),
        "sports": draft.sports is not None,
        "price": draft.agreed,
        "people": len(draft.people) == len(draft.ages),
    }
    return next((step for step, known in steps.items() if not known), "sure")


def trip(draft: Draft) -> Trip:
    """The draft, once nothing of the trip is missing."""
    starts = date.fromisoformat(draft.start)
    return Trip(
        starts, starts + timedelta(days=draft.days - 1), draft.countries, draft.ages, draft.sports or ()
    )


def people(draft: Draft) -> tuple[Insured, ...]:
    return tuple(Insured(name, document, date.fromisoformat(born)) for name, document, born in draft.people)


def only_country(product: Product) -> tuple[str, ...]:
    """A product for one country asks for none."""
    return tuple(product.countries) if len(product.countries) == 1 else ()
