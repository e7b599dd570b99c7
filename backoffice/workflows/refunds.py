"""Money on its way back to its payer: ordered once per key, told when it has gone, held again when it was refused."""

from backoffice.kernel.messages import Message
from backoffice.kernel.money import Money
from backoffice.money import ledger
from backoffice.money.ledger import Stamp
from backoffice.money.model import OrderKind, Payment, PaymentId, PaymentStatus, ProviderOrder
from backoffice.workflows import payments
from backoffice.workflows.work import Work


async def refund(work: Work, payment_id: PaymentId, amount: Money, key: str) -> Payment:
    """Held money is ordered back to the payer, once per key.

    Raises `NotPaid`, `ledger.NotEnough` for more than is still held, `ledger.KeyReused` (409).
    """
    payment = await payments.paid(work, payment_id)
    stamp = Stamp(f"refund:{key}", work.now, payment.id)
    if not await work.uow.ledger.post(ledger.refund(stamp, amount)):
        return payment
    await _order_back(work, payment, amount)
    return payment


async def make_good(work: Work, payment_id: PaymentId, amount: Money, key: str) -> Payment:
    """Back to the payer although it is shared out already: the centre's fund stands in for it, once per key.

    Never more than was paid: raises `NotPaid`, `ledger.NotEnough`, `ledger.KeyReused` (409).
    """
    payment = await payments.paid(work, payment_id)
    stamp = Stamp(f"make_good:{key}", work.now, payment.id)
    if not await work.uow.ledger.post(ledger.make_good(stamp, ledger.fund(), amount)):
        return payment
    if payment.refunded + amount.minor > payment.amount.minor:
        raise ledger.NotEnough
    await _order_back(work, payment, amount)
    return payment


async def _order_back(work: Work, payment: Payment, amount: Money) -> None:
    """To the payer, in what they were charged in: the parts add up to the whole, however it is split."""
    before = payment.charged_for(payment.refunded)
    payment.refunded += amount.minor
    await work.uow.payments.save(payment)
    back = payment.charged_for(payment.refunded) - before
    await payments.order(work, payment, OrderKind.REFUND, back, amount)


async def refunded(work: Work, payment: Payment, order: ProviderOrder) -> None:
    """The provider has given the money back."""
    if order.own.currency != order.amount.currency:
        stamp = Stamp(f"exchange:{order.id}", work.now, payment.id)
        account = ledger.refund_due(payment.id)
        await work.uow.ledger.post(ledger.exchange(stamp, account, order.own, order.amount))
    stamp = Stamp(f"refunded:{order.id}", work.now, payment.id)
    if not await work.uow.ledger.post(ledger.refunded(stamp, order.provider, order.amount)):
        return
    if payment.refunded == payment.amount.minor and await _nothing_open(work, payment, order):
        payment.move(PaymentStatus.REFUNDED)
        await work.uow.payments.save(payment)
    await payments.tell(work, payment, Message("payment.refunded", {"amount": order.amount}))


async def _nothing_open(work: Work, payment: Payment, but: ProviderOrder) -> bool:
    orders = await work.uow.payments.orders_of(payment.id)
    return all(o.settled or o.id == but.id for o in orders if o.kind is OrderKind.REFUND)


async def refund_failed(work: Work, payment: Payment, order: ProviderOrder) -> None:
    """The provider refused: the money is still held, and staff must act."""
    stamp = Stamp(f"refund_failed:{order.id}", work.now, payment.id)
    if await work.uow.ledger.post(ledger.refund_failed(stamp, order.own)):
        payment.refunded -= order.own.minor
        await work.uow.payments.save(payment)
        await payments.alert(work, "refund_failed", payment)
