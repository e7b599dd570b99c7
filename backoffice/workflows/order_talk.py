"""Talk about an order: the two hear each other through the service, and either calls the centre in."""

from backoffice.cases.model import Audience, Entry
from backoffice.dispatch.model import Envoy
from backoffice.kernel.messages import Message, Role, Speaker
from backoffice.orders.model import Order
from backoffice.ports import QueueItem
from backoffice.workflows import order_letters as letters
from backoffice.workflows import relay
from backoffice.workflows.relay import Said
from backoffice.workflows.work import Work

CUSTOMER = "customer"
EARLY = "early_words"
"""The note of what was said while nobody had the order, by entry number."""
CENTRE = "centre_called"
"""The note that the centre was called in: from then on the queue hears every word."""


async def said(work: Work, order: Order, role: Role, what: Said) -> int:
    """Kept on the order's own thread and told on, without numbers unless an operator has lifted that."""
    author, name = await _author(work, order, role)
    entry = Entry(letters.thread(order), work.now, role, author, name, what.text, what.media, what.place)
    number = await work.uow.orders.add_entry(entry)
    work.uow.hint(f"order:{order.id}")
    to = await letters.reader(work, order, letters.other(role))
    if to is not None:
        message = relay.message(_speaker(role, name), what, masked=not order.unmasked)
        message = await letters.named(work, order, to, message)
        await work.tell(letters.about(order, to, message, entry=number))
        await _say_hidden(work, order, role, what)
    elif role is Role.TRAVELLER and order.live:
        await _keep_for_later(work, order, number)
    if order.notes.get(CENTRE):
        await _to_queue(work, order, role, what.text or "[…]")
    return number


def _speaker(role: Role, name: str) -> Speaker:
    """In an order nobody is in need: the traveller is a customer."""
    return Speaker(role, relay.mask(name), CUSTOMER if role is Role.TRAVELLER else "")


async def own_word(work: Work, order: Order, role: Role) -> None:
    """A code word is said face to face: written in the chat it would prove nothing."""
    key = "order.own_word" if role is Role.TRAVELLER else "job.order_own_word"
    await letters.tell(work, order, role, Message(key))


async def _say_hidden(work: Work, order: Order, role: Role, what: Said) -> None:
    """Nobody believes that a number was given when the other side reads dots."""
    if not order.unmasked and relay.mask(what.text) != what.text:
        key = "order.number_hidden" if role is Role.TRAVELLER else "job.order_number_hidden"
        await letters.tell(work, order, role, Message(key), tag=f"hidden:{order.id}:{role}")


async def _keep_for_later(work: Work, order: Order, number: int) -> None:
    """Said while nobody has the order: whoever takes it reads it with the briefing."""
    order.notes = order.notes | {EARLY: [*order.notes.get(EARLY, ()), number]}
    await work.uow.orders.save(order)
    message = Message("order.kept_for_envoy", {"ref": order.ref})
    await letters.offer_menu(work, order, Role.TRAVELLER, message, tag=f"early:{order.id}")


async def early(work: Work, order: Order, envoy: Envoy) -> None:
    """To the envoy who has just got the order: what the traveller has written about it since."""
    numbers = set(order.notes.get(EARLY, ()))
    for entry in [e for e in await work.uow.orders.entries(order.id) if e.number in numbers]:
        said_ = Said(entry.text, entry.media, entry.place)
        message = relay.message(_speaker(Role.TRAVELLER, entry.name), said_, masked=not order.unmasked)
        await work.tell(letters.about(order, envoy.person, message, entry=entry.number))


async def _author(work: Work, order: Order, role: Role) -> tuple[str, str]:
    envoy = await letters.envoy_of(work, order)
    if role is Role.ENVOY and envoy:
        return envoy.id, envoy.name
    person = await work.uow.people.get(order.customer)
    return person.id, person.display_name


async def call_centre(work: Work, order: Order, role: Role) -> None:
    """Either side, at any moment: the centre is alerted and reads along from here."""
    order.notes = order.notes | {CENTRE: True}
    await work.uow.orders.save(order)
    await letters.note(work, order, str(role), "order.centre_called")
    await letters.alert(work, order, "order_centre")
    await _to_queue(work, order, role, "☎")
    key = "order.centre_called" if role is Role.TRAVELLER else "job.order_centre_called"
    await letters.tell(work, order, role, Message(key, {"ref": order.ref}))


async def _to_queue(work: Work, order: Order, role: Role, text: str) -> None:
    to = await letters.reader(work, order, role)
    if to is not None:
        item = QueueItem(0, to, work.now, f"[{order.ref} {role}] {text}"[:4000], order=order.id)
        await work.uow.desk.queue(item)
        work.uow.hint("queue")


async def reports_danger(work: Work, order: Order) -> None:
    """An envoy's report of something grave about the person they are with: the centre hears it at once."""
    await letters.note(work, order, "envoy", "order.reports_danger")
    await letters.alert(work, order, "order_danger")


async def from_operator(work: Work, order: Order, author: tuple[str, str], role: Role, text: str) -> int:
    """An operator's words (`author` = id and name) to one side, on the order's thread."""
    entry = Entry(letters.thread(order), work.now, Role.OPERATOR, author[0], author[1], text)
    number = await work.uow.orders.add_entry(entry)
    to = await letters.reader(work, order, role)
    if to is not None:
        message = relay.message(Speaker(Role.OPERATOR, author[1]), Said(text), masked=False)
        await work.tell(letters.about(order, to, message, entry=number))
    return number


async def staff_note(work: Work, order: Order, author: tuple[str, str], text: str) -> int:
    """Staff alone."""
    entry = Entry(letters.thread(order), work.now, Role.OPERATOR, *author, text, audience=Audience.STAFF)
    return await work.uow.orders.add_entry(entry)
