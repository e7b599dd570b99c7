"""What the centre does with an order: speak, lift the masking, free a start, send somebody else, end it, judge."""

from dataclasses import dataclass

from backoffice.cases.model import Case, Origin
from backoffice.kernel.errors import NotAllowed, Refusal
from backoffice.kernel.ids import OrderId
from backoffice.kernel.messages import Message, Role
from backoffice.orders import rules
from backoffice.orders.model import Decision, OrderStatus, Verdict
from backoffice.ports import Alert, Operator
from backoffice.workflows import centre, order_booking, order_ending, order_sos, order_talk, orders, sos
from backoffice.workflows import order_letters as letters
from backoffice.workflows import order_offers as offers
from backoffice.workflows.work import Work

LONGEST = 4000
REASSIGNED = "reassigned"
"""Why an envoy is out: the centre sends somebody else; nothing is held against them by itself."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the centre ends an order that has not begun, and whether the table's charge is taken."""

    reason: str
    by_table: bool


async def answer(work: Work, order_id: OrderId, operator: Operator, role: Role, text: str) -> None:
    """Words to one side of the order, in the order's own thread; what waited in the queue for them is done."""
    order = await work.uow.orders.get(order_id)
    if await work.uow.cases.duress_of(order.customer) and role is Role.TRAVELLER:
        raise Refusal("centre.duress_silent")
    if await letters.reader(work, order, role) is None:
        raise Refusal("centre.no_envoy")
    await order_talk.from_operator(work, order, (operator.id, operator.name), role, _words(text))
    await _trail(work, operator, "answered", order_id)


def _words(text: str) -> str:
    if not text.strip():
        raise Refusal("centre.empty", 400)
    return text.strip()[:LONGEST]


async def note(work: Work, order_id: OrderId, operator: Operator, text: str) -> None:
    """Staff alone read it."""
    order = await work.uow.orders.get(order_id)
    await order_talk.staff_note(work, order, (operator.id, operator.name), _words(text))
    work.uow.hint(f"order:{order.id}")
    await _trail(work, operator, "noted", order_id)


async def lift_masking(work: Work, order_id: OrderId, operator: Operator, reason: str) -> None:
    """In an emergency the two may exchange numbers from here on; the reason is on record."""
    await _masking(work, order_id, operator, _reason(reason))


async def mask_again(work: Work, order_id: OrderId, operator: Operator) -> None:
    """The emergency is over."""
    await _masking(work, order_id, operator, "")


def _reason(given: str) -> str:
    if not given.strip():
        raise Refusal("centre.no_reason", 400)
    return given.strip()[:LONGEST]


async def _masking(work: Work, order_id: OrderId, operator: Operator, reason: str) -> None:
    order = await work.uow.orders.get(order_id)
    order.unmasked = bool(reason)
    await work.uow.orders.save(order)
    if reason:
        await order_talk.staff_note(work, order, (operator.id, operator.name), reason)
    what = "unmasked" if reason else "masked"
    await letters.note(work, order, f"operator:{operator.id}", f"order.{what}")
    await _trail(work, operator, what, order_id)
    await letters.tell(work, order, Role.TRAVELLER, Message("case.unmasked" if reason else "case.masked"))
    await letters.tell(work, order, Role.ENVOY, Message("job.unmasked" if reason else "job.masked"))


async def free_start(work: Work, order_id: OrderId, operator: Operator) -> None:
    """The centre has made sure who meets whom: the code words may be tried again."""
    order = await work.uow.orders.get(order_id)
    order.wrong = {}
    await work.uow.orders.save(order)
    await letters.note(work, order, f"operator:{operator.id}", "order.start_freed")
    await _trail(work, operator, "start_freed", order_id)
    for role, key in ((Role.TRAVELLER, "order.start_freed"), (Role.ENVOY, "job.order_start_freed")):
        await letters.offer_menu(work, order, role, Message(key))


async def end(work: Work, order_id: OrderId, operator: Operator, ending: Ending) -> None:
    """A running order ends with the time worked; one that has not begun by the table or without a charge."""
    order = await work.uow.orders.get(order_id)
    reason = _reason(ending.reason)
    by = f"operator:{operator.id}"
    await order_talk.staff_note(work, order, (operator.id, operator.name), reason)
    if order.status is OrderStatus.RUNNING:
        await order_ending.complete(work, order, by)
    else:
        percent = rules.cancel_percent(work.world.orders, order, work.now) if ending.by_table else 0
        await order_ending.cancel(work, order, by, percent)
    await _trail(work, operator, "ended", order_id)


async def who_came(work: Work, order_id: OrderId, operator: Operator, absent: Role, reason: str) -> None:
    """The two disagree, or one is nowhere: the centre says who did not come, and the table decides the rest."""
    order = await work.uow.orders.get(order_id)
    if order.status is not OrderStatus.BOOKED or work.now < order.start_at:
        raise Refusal("centre.order_not_due")
    await order_talk.staff_note(work, order, (operator.id, operator.name), _reason(reason))
    order.notes = order.notes | {order_ending.MISSING: absent}
    await work.uow.orders.save(order)
    await _trail(work, operator, f"absent_{absent}", order_id)
    await order_ending.no_show(work, order)


async def reassign(work: Work, order_id: OrderId, operator: Operator, reason: str) -> None:
    """Somebody else is sent: who has the order is told, and the search opens again at once."""
    order = await work.uow.orders.get(order_id)
    if order.status is not OrderStatus.BOOKED:
        raise Refusal("centre.order_not_booked")
    await order_talk.staff_note(work, order, (operator.id, operator.name), _reason(reason))
    envoy = await order_booking.give_back(work, order, REASSIGNED)
    if envoy:
        message = Message("job.order_reassigned", {"ref": order.ref})
        await work.tell(letters.about(order, envoy.person, message))
    await _trail(work, operator, REASSIGNED, order_id)
    await orders.ask(work, order, "order.envoy_lost")


async def ask_again(work: Work, order_id: OrderId, operator: Operator) -> None:
    """While envoys still think, the next ones are asked beside them; else a new round from the first ring."""
    order = await work.uow.orders.get(order_id)
    if order.status is not OrderStatus.OFFERING:
        raise Refusal("centre.nothing_to_ask")
    await letters.note(work, order, f"operator:{operator.id}", "order.asked_by_centre")
    await _trail(work, operator, "asked", order_id)
    if not await offers.open_offers(work, order):
        await orders.ask(work, order, "order.offered_again")
    elif not await offers.ask_more(work, order):
        raise Refusal("centre.nobody_left_to_ask")
    else:
        await work.uow.orders.save(order)


async def to_sos(work: Work, order_id: OrderId, operator: Operator, reason: str) -> Case:
    """What was an order is an emergency: place, words and envoy go over, and this operator has the case."""
    order = await work.uow.orders.get(order_id)
    if await work.uow.cases.active_of(order.customer) or await work.uow.cases.duress_of(order.customer):
        raise Refusal("centre.other_case_open")
    now_on = await order_sos.live(work, order.customer)
    if now_on is None or now_on.id != order.id:
        raise Refusal("centre.order_not_due")
    person = await work.uow.people.get(order.customer)
    await order_talk.staff_note(work, order, (operator.id, operator.name), _reason(reason))
    cry = sos.Cry(Origin.OPERATOR, work.now, work.now)
    case = await sos.for_somebody(work, person, cry, f"operator:{operator.id}")
    await centre.take(work, case.id, operator)
    await centre.note(work, case.id, operator, _reason(reason))
    await _trail(work, operator, "to_sos", order_id)
    return case


async def decide(work: Work, review: int, operator: Operator, decision: Decision, why: str) -> None:
    """What was decided about an order that went badly, and why; once, by one person."""
    found = await work.uow.order_ratings.review(review)
    verdict = Verdict(decision, _reason(why), operator.id, operator.name)
    if not await work.uow.order_ratings.decide_review(review, verdict, work.now):
        raise NotAllowed("centre.review_decided")
    order = await work.uow.orders.get(found.order)
    await letters.note(work, order, f"operator:{operator.id}", "order.review_decided", decision=str(decision))
    if decision is Decision.MONEY_BACK:
        await work.uow.desk.alert(Alert(0, work.now, "refund_wanted", None, order.ref))
    await work.uow.staff.audit(work.now, operator.id, "order.review_decided", f"{review} {decision}")
    work.uow.hint("queue")


async def answer_queue_item(work: Work, item: int, operator: Operator, text: str) -> None:
    """An answer goes where the words were said: into the order's thread, else to the chat they came from."""
    found = next((q for q in await work.uow.desk.waiting() if q.id == item), None)
    if found is None or found.order is None:
        await centre.answer_queue_item(work, item, operator, text)
        return
    order = await work.uow.orders.get(found.order)
    role = Role.TRAVELLER if found.person == order.customer else Role.ENVOY
    await answer(work, order.id, operator, role, text)
    await work.uow.staff.audit(work.now, operator.id, "queue.answered", str(item))


async def _trail(work: Work, operator: Operator, action: str, order: OrderId) -> None:
    await work.uow.staff.audit(work.now, operator.id, f"order.{action}", order)
