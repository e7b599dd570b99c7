"""While an order runs: the envoy's report, more time with the traveller's yes, and the end."""

from dataclasses import replace
from datetime import timedelta

from backoffice.cases.model import Entry
from backoffice.kernel.errors import Refusal
from backoffice.kernel.messages import Choice, Message, Param, Role, Span, Speaker, When
from backoffice.orders.model import Order, OrderStatus
from backoffice.ports import DeadlineKind
from backoffice.workflows import order_booking as booking
from backoffice.workflows import order_ending, order_prices, relay, settlement
from backoffice.workflows import order_letters as letters
from backoffice.workflows.relay import Said
from backoffice.workflows.work import Work

REPORT, EXTEND, EXTEND_OK, END_OK = "order.report", "order.extend", "order.extend_ok", "order.end_ok"
END_NOW = "order.end_now"
MORE = ("30", "60", "120")
"""Minutes that can be added at once."""
WANTED = "more_minutes"
"""The note of an extension that waits for a yes."""


def _running(order: Order) -> None:
    if order.status is not OrderStatus.RUNNING:
        raise Refusal("order.not_running")


async def ask_report(work: Work, order: Order) -> None:
    """The envoy's next words are the report from the scene."""
    _running(order)
    await _ask(work, order, Role.ENVOY, Message("job.order_report", {}, _BACK), REPORT)


_BACK = (Choice("back", "button.order_back", "0"),)


async def _ask(work: Work, order: Order, role: Role, message: Message, kind: str) -> None:
    to = await letters.reader(work, order, role)
    if to is not None:
        message = await letters.named(work, order, to, message)
        await work.ask(letters.about(order, to, message), kind, letters.subject(order, role))


async def report(work: Work, order: Order, said: Said) -> None:
    """Kept with the order and shown to the traveller as the report."""
    _running(order)
    envoy = await letters.envoy_of(work, order)
    if envoy is None or order.offer is None:
        return
    await work.uow.talk.close_about(order.offer, REPORT)
    entry = Entry(letters.thread(order), work.now, Role.ENVOY, envoy.id, envoy.name, said.text, said.media)
    number = await work.uow.orders.add_entry(entry)
    order.notes = order.notes | {letters.REPORTED: True}
    await work.uow.orders.save(order)
    await letters.note(work, order, f"envoy:{envoy.id}", "order.reported", entry=number)
    text = said.text if order.unmasked else relay.mask(said.text)
    speaker = Speaker(Role.ENVOY, envoy.name)
    message = Message("order.report_from_scene", {"text": text}, speaker=speaker, media=said.media)
    message = replace(message, choices=letters.menu(order, Role.TRAVELLER))
    shown = letters.about(order, order.customer, message, entry=number)
    await work.ask(shown, letters.DO, letters.subject(order, Role.TRAVELLER))
    await letters.tell(work, order, Role.ENVOY, Message("job.order_reported"))


async def ask_extend(work: Work, order: Order, role: Role) -> None:
    """How much longer."""
    _running(order)
    digits = {"30": "1", "60": "2", "120": "6"}
    choices = [Choice(m, f"button.order_more_{m}", digits[m]) for m in MORE]
    key = "order.extend" if role is Role.TRAVELLER else "job.order_extend"
    await _ask(work, order, role, Message(key, {}, (*choices, *_BACK)), EXTEND)


async def extend(work: Work, order: Order, role: Role, minutes: int) -> None:
    """Wanted by one side. It is never longer without the traveller's yes to the price."""
    _running(order)
    await work.uow.talk.close_about(letters.subject(order, role), EXTEND)
    if order.minutes + minutes > work.world.orders.most_minutes:
        raise Refusal("order.too_long")
    order.notes = order.notes | {WANTED: minutes, "wanted_by": role}
    await work.uow.orders.save(order)
    await letters.note(work, order, str(role), "order.extension_wanted", minutes=minutes)
    if role is Role.ENVOY:
        await letters.tell(work, order, role, Message("job.order_extend_asked"))
    await _ask_traveller(work, order, minutes)


async def _ask_traveller(work: Work, order: Order, minutes: int) -> None:
    longer = await order_prices.longer(work, order, timedelta(minutes=minutes))
    params: dict[str, Param] = {
        "length": Span(minutes * 60),
        "extra": longer.total - order.price.total,
        "total": longer.total,
    }
    await _ask(work, order, Role.TRAVELLER, Message("order.extend_ok", params, booking.AGREE), EXTEND_OK)


async def extend_answer(work: Work, order: Order, role: Role, yes: bool) -> None:
    """The traveller's yes to the price; when the wish was theirs, the envoy is asked next."""
    _running(order)
    minutes, by = int(order.notes.get(WANTED, 0)), order.notes.get("wanted_by")
    await work.uow.talk.close_about(letters.subject(order, role), EXTEND_OK)
    if not minutes or (role is Role.ENVOY and not order.notes.get("traveller_agreed")):
        raise Refusal("question.over")
    if not yes:
        await _not_longer(work, order)
    elif role is Role.TRAVELLER and by == Role.TRAVELLER:
        order.notes = order.notes | {"traveller_agreed": True}
        await work.uow.orders.save(order)
        message = Message("job.order_extend_ok", {"length": Span(minutes * 60)}, booking.YES_NO)
        await _ask(work, order, Role.ENVOY, message, EXTEND_OK)
        await letters.tell(work, order, role, Message("order.extend_asked"))
    else:
        await _longer(work, order, minutes)


def _forget_wish(order: Order) -> None:
    gone = (WANTED, "wanted_by", "traveller_agreed")
    order.notes = {k: v for k, v in order.notes.items() if k not in gone}


async def _not_longer(work: Work, order: Order) -> None:
    _forget_wish(order)
    await work.uow.orders.save(order)
    await letters.note(work, order, "system", "order.extension_refused")
    await _tell_both(work, order, "order.not_longer")


async def _tell_both(work: Work, order: Order, key: str) -> None:
    until = When(order.until, order.place.zone)
    for role in (Role.TRAVELLER, Role.ENVOY):
        await letters.offer_menu(work, order, role, Message(key, {"until": until}))


async def _longer(work: Work, order: Order, minutes: int) -> None:
    """Both want it and the envoy's time is free: longer, dearer, and the difference is asked for."""
    _forget_wish(order)
    await work.uow.orders.save(order)
    end = max(order.until, work.now) + timedelta(minutes=minutes)
    if not await work.uow.orders.hold_until(order.id, end, work.world.orders.gap):
        await _tell_both(work, order, "order.no_time_left")
        return
    before = order.price.total
    order.price = await order_prices.longer(work, order, timedelta(minutes=minutes))
    order.minutes += minutes
    await work.uow.orders.save(order)
    await settlement.ask_more(work, order, order.price.total - before)
    await letters.arm(work, order, DeadlineKind.ORDER_END, order.until, stage="due")
    await letters.note(work, order, "system", "order.extended", minutes=minutes)
    await _tell_both(work, order, "order.longer")


async def ask_end(work: Work, order: Order, role: Role) -> None:
    """One digit beside "more time" must not end what was paid for: the traveller sees the price first."""
    if role is Role.ENVOY:
        await end(work, order, role)
        return
    _running(order)
    params: dict[str, Param] = {"amount": await order_prices.charge(work, order)}
    message = Message("order.end_now", params, (Choice("yes", "button.order_end", "1"), *_BACK))
    await _ask(work, order, role, message, END_NOW)


async def end(work: Work, order: Order, role: Role) -> None:
    """The traveller's word ends it; the envoy's waits for the traveller's, for a while."""
    _running(order)
    if role is Role.TRAVELLER:
        await order_ending.complete(work, order, "traveller")
        return
    await letters.note(work, order, "envoy", "order.envoy_ended")
    await _ask_end(work, order)
    await letters.tell(work, order, Role.ENVOY, Message("job.order_end_asked", {"wait": _wait(work)}))


def _wait(work: Work) -> Span:
    return Span(work.world.orders.auto_end.total_seconds())


async def _ask_end(work: Work, order: Order) -> None:
    """Is it over? Without an answer it ends by itself, and no later than the time ordered is charged."""
    amount = await order_prices.charge(work, order)
    params: dict[str, Param] = {"amount": amount, "wait": _wait(work)}
    choices = (
        Choice("yes", "button.order_end", "1"),
        Choice("extend", "button.order_extend", "2"),
        Choice("centre", "button.order_centre", "6"),
    )
    await _ask(work, order, Role.TRAVELLER, Message("order.end_ok", params, choices), END_OK)
    due = work.now + work.world.orders.auto_end
    await letters.arm(work, order, DeadlineKind.ORDER_END, due, stage="auto")


async def time_over(work: Work, order: Order, stage: str) -> None:
    """The time ordered is over, or nobody has said for a while that it is not."""
    if order.status is not OrderStatus.RUNNING:
        return
    if stage == "auto":
        await order_ending.complete(work, order, "system")
        return
    await letters.note(work, order, "system", "order.time_over")
    await _ask_end(work, order)
    message = Message("job.order_time_over", {"wait": _wait(work)})
    await letters.offer_menu(work, order, Role.ENVOY, message)
