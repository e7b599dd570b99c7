"""An order that turns into an SOS: nothing is typed again, and the order's envoy stays."""

from datetime import timedelta

from backoffice.cases.model import Case, Entry, Kind
from backoffice.dispatch.model import Assignment, AssignmentStatus, Envoy
from backoffice.kernel.geo import Fix
from backoffice.kernel.ids import AssignmentId, PersonId
from backoffice.kernel.messages import Message, Role
from backoffice.orders.model import OfferStatus, Order, OrderStatus
from backoffice.ports import Alert
from backoffice.workflows import jobs, order_prices, order_talk, orders, settlement, watching
from backoffice.workflows import order_booking as booking
from backoffice.workflows import order_letters as letters
from backoffice.workflows.work import Work, about

NEAR = timedelta(hours=2)
"""A booked order that begins within this time is part of what happens now."""
KINDS = {"medical_visit": Kind.ILLNESS, "police_report": Kind.CRIME, "lost_documents": Kind.LOST}
"""What an order of this kind says about the emergency it became."""


async def live(work: Work, person: PersonId) -> Order | None:
    """The traveller's order that is under way or about to begin."""
    for order in await work.uow.orders.live_of(person):
        soon = order.status is OrderStatus.BOOKED and order.start_at - work.now < NEAR
        if order.status is OrderStatus.RUNNING or soon:
            return order
    return None


async def place(work: Work, person: PersonId) -> Fix | None:
    """Where an order under way takes place, for an SOS that came without a position of its own."""
    order = await live(work, person)
    return order.fix if order else None


async def carry(work: Work, case: Case) -> Envoy | None:
    """At the dispatch: place, kind and words go over, the order ends, its envoy is on the case. The caller saves.

    Before the dispatch nobody is told; under duress the order goes on as if nothing had happened.
    """
    order = None if case.duress else await live(work, case.requester)
    if order is None:
        return None
    await _words(work, case, order)
    envoy = await letters.envoy_of(work, order)
    charged = await order_prices.charge(work, order)
    met = order.status is OrderStatus.RUNNING
    word = order.said.get(Role.ENVOY, "")
    await booking.release(work, order, OfferStatus.DONE)
    order.move(OrderStatus.HANDED_OVER)
    order.case, order.charged = case.id, charged
    await booking.over(work, order)
    await settlement.close(work, order, charged, envoy)
    await letters.note(work, order, "system", "order.handed_over", case=case.ref)
    await work.note(case, "system", "case.from_order", order=order.ref)
    return await _stays(work, case, envoy, word, met) if envoy else None


async def _words(work: Work, case: Case, order: Order) -> None:
    if case.kind is Kind.UNKNOWN:
        case.kind = KINDS.get(order.kind, Kind.UNKNOWN)
    person = await work.uow.people.get(order.customer)
    where = order.meeting.point if order.meeting.agreed else None
    text = " · ".join(part for part in (order.ref, order.kind, order.details, order.meeting.name) if part)
    entry = Entry(case.id, work.now, Role.SYSTEM, person.id, "", text, place=where)
    await work.uow.cases.add_entry(entry)


async def _stays(work: Work, case: Case, envoy: Envoy, word: str, met: bool) -> Envoy | None:
    """The envoy has the case's place; None when another emergency holds them, and staff hear it."""
    if not await work.uow.cases.take_envoy_place(case.id):
        return None
    if not await work.uow.envoys.take(envoy.id, case.id):
        await work.uow.cases.give_envoy_place_back(case.id)
        await work.uow.desk.alert(Alert(0, work.now, "order_envoy_not_free", case.id, envoy.name))
        return None
    assignment = Assignment(
        id=AssignmentId(work.new_id()),
        case=case.id,
        envoy=envoy.id,
        asked_at=work.now,
        wave=0,
        ring_km=0.0,
        distance_m=0.0,
        from_base=False,
        status=AssignmentStatus.ARRIVED if met else AssignmentStatus.ACCEPTED,
        answered_at=work.now,
        code_word=word,
    )
    await work.uow.assignments.add(assignment)
    await work.note(case, f"envoy:{envoy.id}", "dispatch.from_order", name=envoy.name, met=met)
    message = Message("job.order_became_sos", {"ref": case.ref}, place=jobs.where(case))
    await work.tell(about(case, envoy.person, message))
    await jobs.ask_progress(work, case, assignment, envoy)
    await watching.begin(work, assignment, envoy)
    work.uow.hint(f"envoy:{envoy.id}")
    return envoy


async def hand_on(work: Work, envoy: Envoy) -> None:
    """An envoy in need: open offers are taken back, a near order goes to somebody else, staff see a running one."""
    await orders.off_duty(work, envoy)
    for order in await work.uow.orders.held_by(envoy.id):
        if order.status is OrderStatus.RUNNING:
            await _left_alone(work, order)
        elif order.start_at - work.now < NEAR:
            await booking.give_back(work, order, booking.IN_NEED)
            await orders.ask(work, order, "order.envoy_lost")


async def _left_alone(work: Work, order: Order) -> None:
    """The traveller beside an envoy in need: the centre has it from here, and they are asked about themselves."""
    order.notes = order.notes | {order_talk.CENTRE: True}
    await work.uow.orders.save(order)
    await letters.note(work, order, "system", "order.envoy_in_need")
    await letters.alert(work, order, "order_at_risk")
    await letters.offer_menu(work, order, Role.TRAVELLER, Message("order.envoy_in_need", {"ref": order.ref}))


def told(case: Case, envoy: Envoy) -> Message:
    """To the traveller: who stays with them."""
    return Message("sos.order_envoy_stays", {"name": envoy.name, "ref": case.ref})
