"""What happens when a deadline of an order passes."""

from collections.abc import Awaitable, Callable, Mapping

from backoffice.dispatch import looks
from backoffice.kernel.ids import OrderId
from backoffice.orders.model import Order
from backoffice.ports import Deadline, DeadlineKind
from backoffice.workflows import (
    order_booking,
    order_ending,
    order_letters,
    order_rating,
    order_running,
    order_watch,
    orders,
)
from backoffice.workflows.work import Work


async def fire(work: Work, deadline: Deadline) -> None:
    """The deadline has been fired by its one winner; what is no longer true does nothing."""
    order = await work.uow.orders.get(OrderId(deadline.subject))
    if deadline.kind is DeadlineKind.ORDER_END:
        await order_running.time_over(work, order, str(deadline.payload.get("stage", "due")))
    elif deadline.kind is DeadlineKind.ORDER_SILENT:
        await order_watch.look(work, order, deadline)
    else:
        await _STEPS[deadline.kind](work, order)


async def _seal(work: Work, order: Order) -> None:
    """Exact points go behind the two-person seal, and the distances that would give them away."""
    if order.live:
        return
    for offer in await work.uow.order_offers.of_order(order.id):
        offer.distance_m = 0.0
        offer.reasons = {name: fact for name, fact in offer.reasons.items() if name not in looks.EXACT}
        await work.uow.order_offers.save(offer)
    await work.uow.considerations.coarsen(order_letters.thread(order))
    await work.uow.orders.seal(order.id)


_STEPS: Mapping[DeadlineKind, Callable[[Work, Order], Awaitable[None]]] = {
    DeadlineKind.ORDER_ASK: orders.more,
    DeadlineKind.ORDER_LAPSE: orders.lapse,
    DeadlineKind.ORDER_BEFORE: orders.before,
    DeadlineKind.ORDER_PAY: order_booking.pay_over,
    DeadlineKind.ORDER_GRACE: order_ending.grace,
    DeadlineKind.ORDER_NO_SHOW: order_ending.no_show,
    DeadlineKind.ORDER_RATING: order_rating.show,
    DeadlineKind.ORDER_SEAL: _seal,
}
KINDS = frozenset(_STEPS) | {DeadlineKind.ORDER_END, DeadlineKind.ORDER_SILENT}
