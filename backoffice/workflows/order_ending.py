"""How an order ends: done, cancelled by table, an envoy who gives it back, nobody at the meeting place."""

from collections.abc import Mapping
from dataclasses import replace

from backoffice.kernel.errors import Refusal
from backoffice.kernel.messages import Choice, Message, Param, Role, Sentence, Span, Term, When
from backoffice.kernel.money import Money
from backoffice.orders import rules
from backoffice.orders.model import OfferStatus, Order, OrderStatus
from backoffice.ports import DeadlineKind
from backoffice.workflows import history, order_prices, order_rating, orders, papers, settlement
from backoffice.workflows import order_booking as booking
from backoffice.workflows import order_letters as letters
from backoffice.workflows import order_offers as offers
from backoffice.workflows.work import Work

CANCEL_OK, WITHDRAW_OK = "order.cancel_ok", "order.withdraw_ok"
"""Questions: whether it is really meant."""
MISSING = "missing"
"""The note of who was reported not to be there."""


async def ask_cancel(work: Work, order: Order) -> None:
    """What a cancel costs now, shown before it is confirmed."""
    percent = rules.cancel_percent(work.world.orders, order, work.now)
    params: dict[str, Param] = {"ref": order.ref, "fee": rules.fee(order, percent), "percent": percent}
    message = Message("order.cancel_ok" if percent else "order.cancel_free", params, booking.SURE)
    await work.ask(letters.about(order, order.customer, message), CANCEL_OK, order.id)


async def cancel(work: Work, order: Order, by: str = "traveller", percent: int | None = None) -> None:
    """By the table, unless whoever cancels says what is charged: `percent` of the price."""
    if order.status not in (OrderStatus.OFFERING, OrderStatus.BOOKED):
        raise Refusal("order.cannot_cancel")
    if percent is None:
        percent = rules.cancel_percent(work.world.orders, order, work.now)
    fee = rules.fee(order, percent)
    await offers.stop(work, order, "offer.order_cancelled")
    order.charged = fee
    await _closed(work, order, OrderStatus.CANCELLED, fee)
    await letters.note(work, order, by, "order.cancelled", percent=percent)
    key = "order.cancelled_fee" if fee else "order.cancelled"
    await letters.tell(work, order, Role.TRAVELLER, Message(key, {"ref": order.ref, "fee": fee}))


async def _closed(work: Work, order: Order, status: OrderStatus, charged: Money) -> None:
    """End before the service: the envoy is told what they get of it."""
    envoy = await booking.release(work, order, OfferStatus.STOOD_DOWN)
    order.move(status)
    await booking.over(work, order)
    await settlement.close(work, order, charged, envoy)
    if envoy:
        params: dict[str, Param] = {"ref": order.ref, "pay": rules.pay_for(order, charged)}
        message = Message("job.order_off_pay" if charged else "job.order_off", params)
        await work.tell(letters.about(order, envoy.person, message))


async def ask_withdraw(work: Work, order: Order) -> None:
    """The envoy is asked whether it is meant: somebody counts on them."""
    to = await letters.reader(work, order, Role.ENVOY)
    if to is not None:
        message = Message("job.order_withdraw_ok", {"ref": order.ref}, booking.SURE)
        await work.ask(letters.about(order, to, message), WITHDRAW_OK, letters.subject(order, Role.ENVOY))


async def withdraw(work: Work, order: Order) -> None:
    """The envoy gives a booked order back: the search opens again, nothing is charged."""
    if order.status is not OrderStatus.BOOKED:
        raise Refusal("job.order_cannot_withdraw")
    envoy = await booking.give_back(work, order, "withdrawn")
    if envoy:
        message = Message("job.order_withdrawn", {"ref": order.ref})
        await work.tell(letters.about(order, envoy.person, message))
    await orders.ask(work, order, "order.envoy_lost")


async def missing(work: Work, order: Order, by: Role) -> None:
    """One side reports that the other is not there. The other has a while to answer; then the table decides."""
    if order.status is not OrderStatus.BOOKED:
        raise Refusal("order.not_booked")
    if work.now < order.start_at + work.world.orders.grace:
        await _too_early(work, order, by)
        return
    if by is Role.ENVOY and order.arrived_at is None:
        raise Refusal("job.order_arrive_first")
    if order.notes.get(MISSING) or _was_there(order, letters.other(by)):
        await _dispute(work, order)
        return
    order.notes = order.notes | {MISSING: letters.other(by)}
    await work.uow.orders.save(order)
    due = work.now + work.world.orders.no_show_answer
    await letters.arm(work, order, DeadlineKind.ORDER_NO_SHOW, due)
    await letters.note(work, order, str(by), "order.missing")
    await _ask_missing(work, order, by)


async def _too_early(work: Work, order: Order, by: Role) -> None:
    when = When(order.start_at + work.world.orders.grace, order.place.zone)
    key = "order.too_early" if by is Role.TRAVELLER else "job.order_too_early"
    await letters.tell(work, order, by, Message(key, {"when": when}))


async def _ask_missing(work: Work, order: Order, by: Role) -> None:
    answer = Span(work.world.orders.no_show_answer.total_seconds())
    if by is Role.TRAVELLER:
        await letters.tell(work, order, by, Message("order.missing_noted", {"answer": answer}))
        await letters.offer_menu(work, order, Role.ENVOY, Message("job.order_missing", {"answer": answer}))
    else:
        await letters.tell(work, order, by, Message("job.order_missing_noted", {"answer": answer}))
        await letters.offer_menu(work, order, Role.TRAVELLER, Message("order.missing", {"answer": answer}))


def _was_there(order: Order, role: Role) -> bool:
    return role in order.met or (role is Role.ENVOY and order.arrived_at is not None)


async def here(work: Work, order: Order, role: Role) -> None:
    """Whoever was reported missing says something: nobody is charged without the centre. The caller saves."""
    if order.notes.get(MISSING) == role:
        order.notes = {k: v for k, v in order.notes.items() if k != MISSING}
        await letters.disarm(work, order, DeadlineKind.ORDER_NO_SHOW)
        await letters.note(work, order, str(role), "order.here")


async def _dispute(work: Work, order: Order) -> None:
    await letters.alert(work, order, "order_dispute")
    await letters.note(work, order, "system", "order.dispute")
    for role, key in ((Role.TRAVELLER, "order.dispute"), (Role.ENVOY, "job.order_dispute")):
        await letters.tell(work, order, role, Message(key))


async def no_show(work: Work, order: Order) -> None:
    """Nobody answered for the one reported missing: the table decides."""
    absent = order.notes.get(MISSING)
    if order.status is not OrderStatus.BOOKED or absent is None:
        return
    if absent == Role.ENVOY:
        await _envoy_absent(work, order)
        return
    fee = rules.fee(order, work.world.orders.no_show_percent)
    order.charged = fee
    await _closed(work, order, OrderStatus.NO_SHOW, fee)
    await letters.note(work, order, "system", "order.no_show")
    await letters.tell(work, order, Role.TRAVELLER, Message("order.no_show", {"ref": order.ref, "fee": fee}))


async def _envoy_absent(work: Work, order: Order) -> None:
    envoy = await booking.give_back(work, order, "no_show")
    if envoy:
        message = Message("job.order_no_show", {"ref": order.ref})
        await work.tell(letters.about(order, envoy.person, message))
    order.asap = True
    await orders.ask(work, order, "order.envoy_absent")


async def grace(work: Work, order: Order) -> None:
    """Some time after the start agreed, and it has not begun: both are asked how it stands."""
    if order.status is not OrderStatus.BOOKED:
        return
    for role, key in ((Role.TRAVELLER, "order.not_begun"), (Role.ENVOY, "job.order_not_begun")):
        if role not in order.met:
            await _ask_begun(work, order, role, key)


async def _ask_begun(work: Work, order: Order, role: Role, key: str) -> None:
    """The menu, with one more thing to say: the other is not here."""
    to = await letters.reader(work, order, role)
    if to is not None:
        choices = (*letters.menu(order, role), Choice("missing", "button.order_missing", "8"))
        message = Message(key, {"ref": order.ref}, choices)
        await work.ask(letters.about(order, to, message), letters.DO, letters.subject(order, role))


async def complete(work: Work, order: Order, by: str) -> None:
    """Done: hours, price, receipt; both are asked to rate."""
    if order.status is not OrderStatus.RUNNING:
        raise Refusal("order.not_running")
    charged = order.charged = await order_prices.charge(work, order)
    worked = rules.worked_minutes(order, work.now)
    order.notes = order.notes | {
        "worked": worked,
        order_prices.BILLED: await order_prices.billed(work, order),
    }
    envoy = await booking.release(work, order, OfferStatus.DONE)
    order.move(OrderStatus.COMPLETED)
    await booking.over(work, order)
    await settlement.close(work, order, charged, envoy)
    await letters.note(work, order, by, "order.completed", minutes=worked)
    paper = await papers.receipt(work, order)
    await letters.tell(work, order, Role.TRAVELLER, replace(_receipt(order, charged), media=paper))
    await papers.send_report(work, order)
    if envoy:
        await history.worked(work, envoy)
        params: dict[str, Param] = {**_times(order), "pay": rules.pay_for(order, charged)}
        await work.tell(letters.about(order, envoy.person, Message("job.order_done", params)))
    await order_rating.ask(work, order)


def _receipt(order: Order, charged: Money) -> Message:
    more = []
    if order.price.in_cny and order.price.total:
        share = order.price.in_cny.part(rules.share_of(charged, order.price.total))
        more.append(Sentence("order.in_cny", {"cny": share}))
    return Message("order.receipt", {**_times(order), "amount": charged}, more=tuple(more))


def _times(order: Order) -> Mapping[str, Param]:
    """What a receipt names beside the sum."""
    zone = order.place.zone
    return {
        "ref": order.ref,
        "kind": Term(f"service_kind.{order.kind}"),
        "from": When(order.started_at or order.start_at, zone),
        "to": When(order.ended_at or order.until, zone),
        "length": Span(60 * int(order.notes[order_prices.BILLED])),
    }
