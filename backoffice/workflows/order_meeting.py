"""Meeting for an order: the place agreed, the arrival, and the code word each side types of the other."""

from dataclasses import replace
from datetime import timedelta

from backoffice.kernel.errors import Refusal
from backoffice.kernel.messages import Choice, Message, Param, Role, Sentence, Term, When
from backoffice.orders.model import Meeting, Order, OrderStatus
from backoffice.ports import DeadlineKind
from backoffice.workflows import order_booking as booking
from backoffice.workflows import order_ending, order_minors, order_watch
from backoffice.workflows import order_letters as letters
from backoffice.workflows.work import Work

CODE, MEET, AGREE = "order.code", "order.meet", "order.meet_ok"
"""Questions: the other's code word, a place to meet, whether a place is agreed."""
BACK = (Choice("back", "button.order_back", "0"),)
EARLIEST = timedelta(hours=2)
"""Nobody waits longer at a meeting place."""
ASK_FOR = timedelta(minutes=15)
"""A word or pin answers such a question this long; afterwards a pin is an SOS again."""


async def ask_code(work: Work, order: Order, role: Role) -> None:
    """They meet: each types the word that the other one says."""
    _booked(order)
    if not order.paid:
        raise Refusal("order.pay_first" if role is Role.TRAVELLER else "job.order_pay_first")
    if order.blocked:
        await _tell_blocked(work, order, role)
        return
    order_minors.of_age_or_agreed(order, role)
    await order_ending.here(work, order, role)
    await work.uow.orders.save(order)
    word = Term(f"code_word.{order.said[role]}")
    key = "order.code" if role is Role.TRAVELLER else "job.order_code"
    message = Message(key, {"code_word": word}, BACK)
    await _put(work, order, role, message, CODE)


async def _put(work: Work, order: Order, role: Role, message: Message, kind: str) -> None:
    to = await letters.reader(work, order, role)
    if to is not None:
        until = work.now + ASK_FOR
        message = await letters.named(work, order, to, message)
        await work.ask(letters.about(order, to, message), kind, letters.subject(order, role), until)


def _booked(order: Order) -> None:
    if order.status is not OrderStatus.BOOKED:
        raise Refusal("order.not_booked")


async def say_code(work: Work, order: Order, role: Role, word: str) -> None:
    """One side types what the other said. `word` is a code word's key, or "" for none we know."""
    _booked(order)
    if order.blocked:
        await _tell_blocked(work, order, role)
    elif word != order.said[letters.other(role)]:
        await _wrong(work, order, role)
    else:
        await _right(work, order, role)


async def _right(work: Work, order: Order, role: Role) -> None:
    if not order.paid:
        raise Refusal("order.pay_first" if role is Role.TRAVELLER else "job.order_pay_first")
    order_minors.of_age_or_agreed(order, role)
    order.met = order.met | {role: work.now.isoformat()}
    await order_ending.here(work, order, role)
    await work.uow.talk.close_about(letters.subject(order, role), CODE)
    await letters.note(work, order, str(role), "order.met")
    if letters.other(role) in order.met:
        await _start(work, order)
        return
    await work.uow.orders.save(order)
    key = "order.half_met" if role is Role.TRAVELLER else "job.order_half_met"
    await letters.tell(work, order, role, Message(key))
    await ask_code(work, order, letters.other(role))


async def _wrong(work: Work, order: Order, role: Role) -> None:
    """Wrong three times: the centre is alarmed, and both are told to keep away from each other."""
    order.wrong = order.wrong | {role: order.wrong.get(role, 0) + 1}
    await work.uow.orders.save(order)
    await letters.note(work, order, str(role), "order.wrong_word", times=order.wrong[role])
    if not order.blocked:
        key = "order.wrong_word" if role is Role.TRAVELLER else "job.order_wrong_word"
        await _put(work, order, role, Message(key, {}, BACK), CODE)
        return
    await letters.alert(work, order, "order_wrong_word")
    for side in (Role.TRAVELLER, Role.ENVOY):
        await work.uow.talk.close_about(letters.subject(order, side), CODE)
        await _tell_blocked(work, order, side)


async def _tell_blocked(work: Work, order: Order, role: Role) -> None:
    key = "order.blocked" if role is Role.TRAVELLER else "job.order_blocked"
    await letters.tell(work, order, role, Message(key))


async def _start(work: Work, order: Order) -> None:
    """Both are sure of each other: time runs, as long as was ordered or until the envoy's next order."""
    order.move(OrderStatus.RUNNING)
    order.started_at = work.now
    await letters.disarm(work, order, *booking.RUNNING_CLOCKS)
    await work.uow.orders.save(order)
    end = work.now + timedelta(minutes=order.minutes)
    if end > order.until:
        await work.uow.orders.hold_until(order.id, end, timedelta(0))
    else:
        order.end_at = end
        await work.uow.orders.save(order)
    await letters.arm(work, order, DeadlineKind.ORDER_END, order.until, stage="due")
    await order_watch.begin(work, order)
    await letters.note(work, order, "system", "order.started")
    params: dict[str, Param] = {"until": When(order.until, order.place.zone)}
    await letters.offer_menu(work, order, Role.TRAVELLER, Message("order.started", params))
    await letters.offer_menu(work, order, Role.ENVOY, Message("job.order_started", params))


async def arrived(work: Work, order: Order) -> None:
    """The envoy is at the meeting place; hours before the time it is rather another order that is meant."""
    _booked(order)
    if order.start_at - work.now > EARLIEST:
        raise Refusal("job.order_arrived_early", ref=order.ref)
    order.arrived_at = order.arrived_at or work.now
    await order_ending.here(work, order, Role.ENVOY)
    await work.uow.orders.save(order)
    await letters.note(work, order, "envoy", "order.arrived")
    word = Term(f"code_word.{order.said[Role.TRAVELLER]}")
    envoy = await letters.envoy_of(work, order)
    params: dict[str, Param] = {"name": envoy.name if envoy else "", "code_word": word}
    await letters.offer_menu(work, order, Role.TRAVELLER, Message("order.envoy_arrived", params))
    await letters.offer_menu(work, order, Role.ENVOY, Message("job.order_arrived"))


async def ask_place(work: Work, order: Order, role: Role) -> None:
    """A pin or a name: the next one from this side answers, and starts nothing else."""
    _booked(order)
    key = "order.meet" if role is Role.TRAVELLER else "job.order_meet"
    await _put(work, order, role, Message(key, {}, BACK), MEET)


async def propose(work: Work, order: Order, role: Role, place: Meeting) -> None:
    """A place named by one side; it counts once the other has said yes. Both see the same point."""
    _booked(order)
    order.proposal = replace(place, by=role, agreed=False)
    await work.uow.orders.save(order)
    await work.uow.talk.close_about(letters.subject(order, role), MEET)
    await letters.note(work, order, str(role), "order.place_proposed")
    key = "order.meet_noted" if role is Role.TRAVELLER else "job.order_meet_noted"
    await letters.tell(work, order, role, Message(key))
    other = letters.other(role)
    to = await letters.reader(work, order, other)
    if to is not None:
        key = "order.meet_ok" if other is Role.TRAVELLER else "job.order_meet_ok"
        message = Message(key, more=_named(place), place=place.point, choices=booking.AGREE_BOOKED)
        message = await letters.named(work, order, to, message)
        await work.ask(letters.about(order, to, message), AGREE, letters.subject(order, other))


def _named(place: Meeting) -> tuple[Sentence, ...]:
    return (Sentence("order.meet_name", {"name": place.name}),) if place.name else ()


async def agree(work: Work, order: Order, role: Role, yes: bool) -> None:
    """The other side's answer to a place."""
    proposal = order.proposal
    if proposal is None or proposal.by is role:
        raise Refusal("question.over")
    await work.uow.talk.close_about(letters.subject(order, role), AGREE)
    order.proposal = None
    if yes:
        order.meeting = replace(proposal, agreed=True)
    await work.uow.orders.save(order)
    await letters.note(work, order, str(role), "order.place_agreed" if yes else "order.place_refused")
    for side in (Role.TRAVELLER, Role.ENVOY):
        message = _agreed(order) if yes else _refused(side)
        await letters.offer_menu(work, order, side, message)


def _agreed(order: Order) -> Message:
    """The same words and the same point to both."""
    return Message("order.meet_agreed", more=_named(order.meeting), place=order.meeting.point)


def _refused(side: Role) -> Message:
    return Message("order.meet_refused" if side is Role.TRAVELLER else "job.order_meet_refused")
