"""The money of an order: asked for when it is booked, shared out at its end, given back when it does not happen."""

from collections.abc import Sequence

from backoffice.dispatch.model import Envoy
from backoffice.kernel import money
from backoffice.kernel.ids import OrderId
from backoffice.kernel.messages import Message, Role
from backoffice.kernel.money import Money
from backoffice.money import ledger
from backoffice.money.model import Payment, PaymentStatus, Purpose
from backoffice.orders import rules
from backoffice.orders.model import Order
from backoffice.ports import DeadlineKind
from backoffice.workflows import order_letters as letters
from backoffice.workflows import payments, premiums, refunds
from backoffice.workflows.work import Work

ORDER, EXTENSION = "service_order", "order_extension"
"""What payments are for; their subject is the order."""


async def ask(work: Work, order: Order) -> None:
    """The traveller is asked for the price; an earlier payment that can still be paid stands. The caller saves."""
    if order.drill or not order.price.total:
        order.paid = True
        return
    if order.paid:
        return
    number = len(await work.uow.payments.of(Purpose(ORDER, order.id)))
    found = await _open_payment(work, order)
    if found is None:
        purpose = Purpose(ORDER, order.id)
        found = await payments.request(
            work, purpose, order.customer, order.price.total, f"order:{order.id}:{number}"
        )
    order.payment = found.id


async def ask_again(work: Work, order: Order) -> None:
    """How to pay is sent once more. The caller saves."""
    found = None if order.paid else await _open_payment(work, order)
    if found is not None:
        await payments.again(work, found.id)
    else:
        await ask(work, order)


async def _open_payment(work: Work, order: Order) -> Payment | None:
    known = await work.uow.payments.of(Purpose(ORDER, order.id))
    return next((p for p in known if p.status is PaymentStatus.REQUESTED and work.now < p.expires_at), None)


async def ask_more(work: Work, order: Order, extra: Money) -> None:
    """An extension was agreed: its price is asked for."""
    if order.drill or extra.minor <= 0:
        return
    purpose = Purpose(EXTENSION, order.id)
    number = len(await work.uow.payments.of(purpose))
    await payments.request(work, purpose, order.customer, extra, f"order:{order.id}:more{number}")


async def on_payment(work: Work, payment: Payment) -> None:
    """The edge heard that a payment has changed: an order that waits for it goes on."""
    if payment.purpose.kind in premiums.KINDS:
        await premiums.on_payment(work, payment)
        return
    if payment.purpose.kind not in (ORDER, EXTENSION) or payment.status is not PaymentStatus.AUTHORISED:
        return
    order = await work.uow.orders.get(OrderId(payment.purpose.subject))
    if not order.live:
        await _give_back(work, payment)
    elif payment.purpose.kind == ORDER and not order.paid:
        await _paid(work, order, payment)


async def _paid(work: Work, order: Order, payment: Payment) -> None:
    order.paid, order.payment = True, payment.id
    await work.uow.orders.save(order)
    await letters.disarm(work, order, DeadlineKind.ORDER_PAY)
    await letters.note(work, order, "traveller", "order.paid")
    await letters.offer_menu(work, order, Role.ENVOY, Message("job.order_paid", {"ref": order.ref}))


async def close(work: Work, order: Order, charged: Money, envoy: Envoy | None) -> None:
    """The end of an order: `charged` is shared out, the rest goes back, what was never paid is no longer asked.

    What the envoy earned and the traveller has not paid is owed from the centre's fund; finance sees it.
    """
    if order.drill:
        return
    left = charged
    for payment in await _all(work, order):
        left -= await _take(work, order, payment, left, envoy)
    if left and envoy:
        await letters.alert(work, order, "order_unpaid")
        share = rules.pay_for(order, left)
        if share:
            purpose = Purpose(ORDER, order.id)
            await payments.owe(work, envoy.person, share, purpose, f"order:{order.id}:unpaid")


async def _all(work: Work, order: Order) -> Sequence[Payment]:
    first = await work.uow.payments.of(Purpose(ORDER, order.id))
    return [*first, *await work.uow.payments.of(Purpose(EXTENSION, order.id))]


async def _take(work: Work, order: Order, payment: Payment, wanted: Money, envoy: Envoy | None) -> Money:
    """Share out of one payment as much as is wanted and held; the rest of it goes back."""
    if payment.status is PaymentStatus.REQUESTED:
        await payments.cancel(work, payment.id)
    if payment.status is not PaymentStatus.AUTHORISED:
        return money.zero(wanted.currency)
    taken = min(wanted, await payments.held(work, payment))
    if taken:
        await payments.capture(work, payment.id, _splits(order, taken, envoy), f"{payment.id}:end")
    await _give_back(work, payment)
    return taken


def _splits(order: Order, taken: Money, envoy: Envoy | None) -> list[ledger.Split]:
    share = rules.pay_for(order, taken) if envoy else rules.nothing(order)
    parts = [ledger.to_envoy(envoy.person, share)] if envoy and share else []
    rest = taken - share
    return [*parts, ledger.to_fees(rest)] if rest else parts


async def _give_back(work: Work, payment: Payment) -> None:
    held = await payments.held(work, payment)
    if held:
        await refunds.refund(work, payment.id, held, f"{payment.id}:rest")
