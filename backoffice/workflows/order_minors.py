"""An order for somebody under age: the guardian is asked, and the centre stays on it from the first moment."""

from backoffice.kernel.errors import Refusal
from backoffice.kernel.messages import Message, Role
from backoffice.orders.model import Order
from backoffice.ports import Operator, QueueItem
from backoffice.workflows import order_letters as letters
from backoffice.workflows import order_talk
from backoffice.workflows.work import Work

MINOR, GUARDIAN, AGREED = "minor", "guardian", "guardian_agreed"
"""Notes: somebody under age; who answers for them (`OWN` or name and number); what the guardian said."""
OWN = "own"
"""Whoever orders says that they are the guardian themselves."""


def notes(guardian: str) -> dict[str, object]:
    """What is kept with an order for somebody under age: the centre reads along from the start."""
    return {MINOR: True, GUARDIAN: guardian, order_talk.CENTRE: True}


def waits(order: Order) -> bool:
    """The guardian has not been asked yet: the service cannot begin."""
    return bool(order.notes.get(MINOR)) and order.notes.get(GUARDIAN) != OWN and not order.notes.get(AGREED)


def of_age_or_agreed(order: Order, role: Role) -> None:
    """Raises a `Refusal` while the guardian has still to be asked."""
    if waits(order):
        raise Refusal("order.guardian_first" if role is Role.TRAVELLER else "job.order_guardian_first")


async def begin(work: Work, order: Order) -> None:
    """The centre hears of it as soon as it is ordered, with whom to call."""
    if not order.notes.get(MINOR):
        return
    own = order.notes[GUARDIAN] == OWN
    await letters.note(work, order, "traveller", "order.minor", guardian=own)
    await letters.alert(work, order, "order_minor")
    told = "orders for a child of their own" if own else f"guardian: {order.notes[GUARDIAN]}"
    text = f"[{order.ref}] 未成年 / under 18; {told}"
    await work.uow.desk.queue(QueueItem(0, order.customer, work.now, text, order=order.id))


async def agreed(work: Work, order: Order, operator: Operator) -> None:
    """The centre has spoken with the guardian, who agrees: from here the service may begin."""
    if not waits(order):
        raise Refusal("centre.no_guardian_to_ask")
    order.notes = order.notes | {AGREED: operator.name}
    await work.uow.orders.save(order)
    await letters.note(work, order, f"operator:{operator.id}", "order.guardian_agreed")
    await work.uow.staff.audit(work.now, operator.id, "order.guardian_agreed", order.id)
    await letters.tell(work, order, Role.TRAVELLER, Message("order.guardian_agreed", {"ref": order.ref}))
    await letters.tell(work, order, Role.ENVOY, Message("job.order_guardian_agreed", {"ref": order.ref}))
