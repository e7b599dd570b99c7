"""Letters, timeline, deadlines and alerts of a service order: its thread is its own."""

from dataclasses import replace
from datetime import datetime

from backoffice.cases.model import Event
from backoffice.dispatch.model import Envoy
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.ids import CaseId, DeadlineId, PersonId
from backoffice.kernel.messages import Choice, Message, Role, Sentence
from backoffice.orders.model import Order, OrderStatus
from backoffice.ports import Alert, Deadline, DeadlineKind
from backoffice.workflows import order_sides
from backoffice.workflows.work import Work

DIGITS = {
    "start": "1",
    "meet": "2",
    "extend": "3",
    "end": "4",
    "centre": "5",
    "cancel": "6",
    "withdraw": "6",
    "arrived": "7",
    "report": "7",
    "paper": "7",
    "pay": "8",
    "missing": "8",
    "sos": "9",
}
"""The digit of each thing a party may do: the same one as long as the order lives."""
_MENU: dict[tuple[Role, OrderStatus], tuple[str, ...]] = {
    (Role.TRAVELLER, OrderStatus.OFFERING): ("centre", "cancel"),
    (Role.TRAVELLER, OrderStatus.BOOKED): ("start", "meet", "centre", "cancel", "sos"),
    (Role.TRAVELLER, OrderStatus.RUNNING): ("extend", "end", "centre", "sos"),
    (Role.ENVOY, OrderStatus.BOOKED): ("start", "meet", "centre", "withdraw", "arrived"),
    (Role.ENVOY, OrderStatus.RUNNING): ("extend", "end", "centre", "report"),
}
REPORTED = "reported"
"""The note that the envoy has reported from the scene: the traveller may ask for it on paper."""
DO = "order.do"
"""The question that stands open as long as the order lives: what next."""


def thread(order: Order) -> CaseId:
    """What the order's letters, entries and events are filed under."""
    return CaseId(order.id)


def about(order: Order, to: PersonId, message: Message, tag: str = "", entry: int = 0) -> NewLetter:
    """A letter of an order, marked as a drill when it is one."""
    message = replace(message, drill=order.drill)
    return NewLetter(to, message, case=thread(order), entry=entry, tag=tag)


async def note(work: Work, order: Order, actor: str, what: str, **params: str | int | float | bool) -> None:
    """One line of the order's timeline."""
    work.uow.hint(f"order:{order.id}")
    await work.uow.orders.add_event(Event(thread(order), work.now, actor, what, params))


async def alert(work: Work, order: Order, kind: str) -> None:
    """Staff must see it; the order is named by its reference."""
    await work.uow.desk.alert(Alert(0, work.now, kind, None, order.ref))
    work.uow.hint("queue")


async def arm(work: Work, order: Order, kind: DeadlineKind, due: datetime, **payload: str) -> None:
    """One deadline of a kind at a time; it fires under the traveller's lock."""
    await work.uow.deadlines.cancel(kind, order.id)
    new = DeadlineId(work.new_id())
    await work.arm(Deadline(new, kind, order.customer, order.id, due, dict(payload)))


async def disarm(work: Work, order: Order, *kinds: DeadlineKind) -> None:
    for kind in kinds:
        await work.uow.deadlines.cancel(kind, order.id)


def subject(order: Order, role: Role) -> str:
    """What a party's questions are about: the order, and for the envoy their own part in it."""
    return order.id if role is Role.TRAVELLER else str(order.offer)


def can(order: Order, role: Role) -> tuple[str, ...]:
    """What a party may do now."""
    values = _MENU.get((role, order.status), ())
    if role is Role.TRAVELLER and order.status is OrderStatus.BOOKED and order.payment and not order.paid:
        return (*values, "pay")
    if role is Role.TRAVELLER and order.status is OrderStatus.RUNNING and order.notes.get(REPORTED):
        return (*values, "paper")
    return values


def menu(order: Order, role: Role) -> tuple[Choice, ...]:
    return tuple(Choice(value, f"button.order_{value}", DIGITS[value]) for value in can(order, role))


async def envoy_of(work: Work, order: Order) -> Envoy | None:
    return await work.uow.envoys.get(order.envoy) if order.envoy else None


async def reader(work: Work, order: Order, role: Role) -> PersonId | None:
    """Whom words to one side go to; None while there is no envoy."""
    if role is Role.TRAVELLER:
        return order.customer
    envoy = await envoy_of(work, order)
    return envoy.person if envoy else None


async def tell(work: Work, order: Order, role: Role, message: Message, tag: str = "") -> None:
    """Words to one side, nothing to answer."""
    to = await reader(work, order, role)
    if to is not None:
        await work.tell(about(order, to, await named(work, order, to, message), tag))


async def named(work: Work, order: Order, to: PersonId, message: Message) -> Message:
    """Somebody with several orders reads which one it is about."""
    if "ref" in message.params or not await order_sides.several(work, to):
        return message
    return replace(message, more=(*message.more, Sentence("order.thread", {"ref": order.ref})))


async def offer_menu(work: Work, order: Order, role: Role, message: Message, tag: str = "") -> None:
    """Words to one side, with what they can do next."""
    to = await reader(work, order, role)
    if to is not None:
        message = await named(work, order, to, replace(message, choices=menu(order, role)))
        await work.ask(about(order, to, message, tag), DO, subject(order, role))


def other(role: Role) -> Role:
    return Role.ENVOY if role is Role.TRAVELLER else Role.TRAVELLER
