"""Which order somebody with several writes in: the one they named last, by its reference, while it lives."""

from dataclasses import replace
from datetime import datetime

from backoffice.kernel.ids import PersonId
from backoffice.kernel.messages import Listing, Message, Param, Role, Sentence, Term, When
from backoffice.orders.model import Order
from backoffice.workflows import order_letters as letters
from backoffice.workflows import order_sides
from backoffice.workflows.order_sides import Party
from backoffice.workflows.work import Work

THREAD = "order_thread"
"""The session's note of which order was named, and when."""


async def current(work: Work, person: PersonId) -> Party | None:
    """The one they write in: as they said, unless another has begun since; else the one that runs, or the next."""
    found = await order_sides.held(work, person)
    if not found:
        return None
    named = await _named(work, person, found)
    return named or found[0]


async def _named(work: Work, person: PersonId, found: list[Party]) -> Party | None:
    kept = (await work.uow.talk.session(person)).data.get(THREAD)
    if not kept:
        return None
    begun = found[0][0].started_at
    if begun is not None and begun > datetime.fromisoformat(kept["at"]):
        return None
    return next((party for party in found if party[0].id == kept["order"]), None)


async def by_ref(work: Work, person: PersonId, ref: str) -> Party | None:
    """The order of this reference in which this person may write."""
    return next((party for party in await order_sides.held(work, person) if party[0].ref == ref), None)


async def keep(work: Work, person: PersonId, order: Order) -> bool:
    """Remember it as the one they write in; True when that is news."""
    session = await work.uow.talk.session(person)
    kept = session.data.get(THREAD)
    now = {"order": order.id, "at": work.now.isoformat()}
    await work.uow.talk.save_session(replace(session, data=session.data | {THREAD: now}))
    return not kept or kept["order"] != order.id


async def say_which(work: Work, person: PersonId, party: Party) -> None:
    """Which one they write in from here, with what can be done in it; and how to write in another."""
    order, role = party
    params: dict[str, Param] = {
        "ref": order.ref,
        "kind": Term(f"service_kind.{order.kind}"),
        "when": When(order.start_at, order.place.zone),
        "name": await _other_side(work, order, role),
    }
    key = "order.thread_now" if role is Role.TRAVELLER else "job.order_thread_now"
    more = await _others(work, person, order)
    await letters.offer_menu(work, order, role, Message(key, params, more=more))


async def say_sent(work: Work, person: PersonId, party: Party) -> None:
    """Where the words just written went, once, to somebody who has several and named none."""
    order, role = party
    more = await _others(work, person, order)
    key = "order.thread_sent" if role is Role.TRAVELLER else "job.order_thread_sent"
    if more:
        await letters.tell(work, order, role, Message(key, {"ref": order.ref}, more=more))


async def _other_side(work: Work, order: Order, role: Role) -> Param:
    if role is Role.TRAVELLER:
        envoy = await letters.envoy_of(work, order)
        return envoy.name if envoy else ""
    person = await work.uow.people.get(order.customer)
    return person.display_name or Term("job.the_traveller")


async def _others(work: Work, person: PersonId, but: Order) -> tuple[Sentence, ...]:
    refs = tuple(o.ref for o, _ in await order_sides.held(work, person) if o.id != but.id)
    return (Sentence("order.thread_others", {"refs": Listing(refs)}),) if refs else ()
