"""What the centre does with an order: speak, lift the masking, free a start that alarmed, end it."""

from backoffice.kernel.errors import Refusal
from backoffice.kernel.ids import OrderId
from backoffice.kernel.messages import Message, Role
from backoffice.orders.model import OrderStatus
from backoffice.ports import Operator
from backoffice.workflows import order_ending, order_talk
from backoffice.workflows import order_letters as letters
from backoffice.workflows.work import Work


async def answer(work: Work, order_id: OrderId, operator: Operator, role: Role, text: str) -> None:
    """Words to one side of the order."""
    order = await work.uow.orders.get(order_id)
    if not text.strip():
        raise Refusal("centre.empty", 400)
    await order_talk.from_operator(work, order, (operator.id, operator.name), role, text.strip()[:4000])
    await _trail(work, operator, "answered", order_id)


async def lift_masking(work: Work, order_id: OrderId, operator: Operator, reason: str) -> None:
    """In an emergency the two may exchange numbers from here on; the reason is on record."""
    order = await work.uow.orders.get(order_id)
    if not reason.strip():
        raise Refusal("centre.empty", 400)
    order.unmasked = True
    await work.uow.orders.save(order)
    await order_talk.staff_note(work, order, (operator.id, operator.name), reason.strip())
    await letters.note(work, order, f"operator:{operator.id}", "order.unmasked")
    await _trail(work, operator, "unmasked", order_id)


async def free_start(work: Work, order_id: OrderId, operator: Operator) -> None:
    """The centre has made sure who meets whom: the code words may be tried again."""
    order = await work.uow.orders.get(order_id)
    order.wrong = {}
    await work.uow.orders.save(order)
    await letters.note(work, order, f"operator:{operator.id}", "order.start_freed")
    await _trail(work, operator, "start_freed", order_id)
    for role, key in ((Role.TRAVELLER, "order.start_freed"), (Role.ENVOY, "job.order_start_freed")):
        await letters.offer_menu(work, order, role, Message(key))


async def end(work: Work, order_id: OrderId, operator: Operator) -> None:
    """By the centre: a running order ends with the time worked, any other without a charge."""
    order = await work.uow.orders.get(order_id)
    by = f"operator:{operator.id}"
    if order.status is OrderStatus.RUNNING:
        await order_ending.complete(work, order, by)
    else:
        await order_ending.cancel(work, order, by)
    await _trail(work, operator, "ended", order_id)


async def close_review(work: Work, review: int, operator: Operator) -> None:
    await work.uow.order_ratings.close_review(review, work.now)
    await work.uow.staff.audit(work.now, operator.id, "order.review_closed", str(review))
    work.uow.hint("queue")


async def _trail(work: Work, operator: Operator, action: str, order: OrderId) -> None:
    await work.uow.staff.audit(work.now, operator.id, f"order.{action}", order)
