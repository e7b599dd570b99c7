"""What an envoy sees of their own work: the open job, what comes next, what was earned, how they are rated."""

from collections.abc import Sequence
from datetime import timedelta

from backoffice.dispatch.model import WORKING, Assignment, AssignmentStatus, Envoy
from backoffice.dispatch.travel import Transport
from backoffice.enrolment import hours
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.messages import Listing, Message, Param, Sentence, Term, When
from backoffice.ports import QueueItem
from backoffice.workflows import duty, order_booking, payouts
from backoffice.workflows.work import Work

NEXT_SHOWN = 3
COMPLAINTS_ABOUT = timedelta(days=30)
"""Jobs ended longer ago are complained about in words."""
COMPLAINT = "complaint"
"""Why a review of an order is opened."""
_TAKEN = WORKING | {AssignmentStatus.DONE, AssignmentStatus.WITHDRAWN, AssignmentStatus.STOOD_DOWN}


async def show(work: Work, envoy: Envoy) -> None:
    """Their day on one screen."""
    more = [
        await _duty(work, envoy),
        *await _job(work, envoy),
        *await _next(work, envoy),
        *await _earned(work, envoy),
        _rating(envoy),
        await _transport(work, envoy),
        Sentence("envoy.day_more"),
    ]
    await work.tell(NewLetter(envoy.person, Message("envoy.day", {"name": envoy.name}, more=tuple(more))))


async def _duty(work: Work, envoy: Envoy) -> Sentence:
    """On, off or on a break, and when that changes."""
    own = await duty.of(work, envoy)
    if own.break_until and own.break_until > work.now:
        return Sentence("envoy.day_break", {"when": When(own.break_until, own.zone)})
    switch = hours.next_switch(own.week, own.zone, work.now)
    if switch is None or switch.on == envoy.on_duty:
        return Sentence("envoy.now_on_duty") if envoy.on_duty else Sentence("envoy.now_off_duty")
    when: dict[str, Param] = {"when": When(switch.at, own.zone)}
    return Sentence("envoy.duty_ends_at", when) if envoy.on_duty else Sentence("envoy.duty_begins_at", when)


async def _job(work: Work, envoy: Envoy) -> list[Sentence]:
    """The job they are on, without anything that is not theirs to know."""
    working = await work.uow.assignments.of_envoy(envoy.id, WORKING)
    if not working:
        return [Sentence("envoy.day_no_job")]
    case = await work.uow.cases.get(working[0].case)
    told: dict[str, Param] = {"ref": case.ref, "place": case.place or ""}
    return [Sentence("envoy.day_job", told)]


async def _next(work: Work, envoy: Envoy) -> list[Sentence]:
    """Orders booked with them, the soonest first."""
    booked = (await work.uow.orders.held_by(envoy.id))[:NEXT_SHOWN]
    zone = (await duty.of(work, envoy)).zone
    hint = [Sentence("envoy.day_threads")] if len(booked) > 1 else []
    lines = [
        Sentence(
            "envoy.day_next",
            {
                "ref": order.ref,
                "kind": Term(f"service_kind.{order.kind}"),
                "when": When(order.start_at, order.place.zone or zone),
                "place": order.place,
            },
        )
        for order in booked
    ]
    return lines + hint


async def _earned(work: Work, envoy: Envoy) -> list[Sentence]:
    """This week's earnings, and what is still to be paid out, each in its own currency."""
    found = await payouts.statement(work, envoy.person, work.now)
    if not found:
        return [Sentence("envoy.day_nothing_earned")]
    earned, owed = Listing(tuple(s.earned for s in found)), Listing(tuple(s.closing for s in found))
    return [Sentence("envoy.day_earned", {"earned": earned, "owed": owed})]


def _rating(envoy: Envoy) -> Sentence:
    return (
        Sentence("envoy.day_rating", {"stars": envoy.rating})
        if envoy.rating
        else Sentence("envoy.day_unrated")
    )


async def _transport(work: Work, envoy: Envoy) -> Sentence:
    """By which means their arrival is counted."""
    by = (await work.uow.standings.of([envoy.id]))[envoy.id].transport
    return Sentence("envoy.day_transport", {"transport": Term(f"transport.{by}")})


async def travel_by(work: Work, envoy: Envoy, transport: Transport) -> None:
    """From here on their expected arrival is counted by this means."""
    await work.uow.standings.set_transport(envoy.id, transport)
    told: dict[str, Param] = {"transport": Term(f"transport.{transport}")}
    await work.tell(NewLetter(envoy.person, Message("envoy.transport_kept", told)))


async def recent(work: Work, envoy: Envoy) -> Sequence[tuple[str, str]]:
    """(reference, which) of what they can complain about: `case:<id>` or `order:<id>`, the newest first."""
    assignments = await work.uow.assignments.of_envoy(envoy.id, _TAKEN)
    young = [a for a in assignments if a.answered_at and work.now - a.answered_at < COMPLAINTS_ABOUT]
    cases = [(await _ref(work, a), f"case:{a.case}") for a in young[:NEXT_SHOWN]]
    over = await work.uow.orders.lately_of(envoy.id, work.now - COMPLAINTS_ABOUT)
    mine = [*await work.uow.orders.held_by(envoy.id), *over]
    orders = [(o.ref, f"order:{o.id}") for o in mine]
    return [*orders[:NEXT_SHOWN], *cases]


async def _ref(work: Work, assignment: Assignment) -> str:
    return (await work.uow.cases.get(assignment.case)).ref


async def complain(work: Work, envoy: Envoy, ref: str, words: str) -> None:
    """About an order it opens a quality review, else it goes to the desk's queue marked as one; a person reads it."""
    text = f"【投诉 / complaint】{envoy.name}: {words.strip()[:3900]}"
    order = await work.uow.orders.by_ref(ref) if ref else None
    if order is not None and order.envoy == envoy.id:
        await order_booking.review(work, order, COMPLAINT, words.strip()[:3900])
    else:
        await work.uow.desk.queue(QueueItem(0, envoy.person, work.now, text, after_ref=ref))
    work.uow.hint("queue")
    await work.tell(NewLetter(envoy.person, Message("envoy.complaint_kept")))
