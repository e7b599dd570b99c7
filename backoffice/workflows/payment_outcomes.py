"""What became of an order to a payment provider: answered, told by itself, or recorded by an operator."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from backoffice.kernel.errors import NotAllowed
from backoffice.money import claiming
from backoffice.money.model import (
    CONTRADICTED,
    Heard,
    OrderKind,
    OrderState,
    Payment,
    PaymentId,
    Proof,
    ProviderOrder,
    ProviderOrderId,
    Told,
)
from backoffice.ports import Alert, Operator, OperatorRole
from backoffice.ports.money import ProviderAnswer
from backoffice.workflows import claim_payment, payments, payouts, refunds
from backoffice.workflows.work import Work

ASK_AGAIN = timedelta(minutes=5)
"""An accepted order whose outcome did not come by itself is asked about this often."""
BY_HAND = "by_hand"
"""A provider's reason for leaving something to people: there is nobody to ask, an operator will record it."""
NOBODY_TO_ASK = timedelta(days=3650)
FINANCE = frozenset({OperatorRole.FINANCE, OperatorRole.SUPERVISOR, OperatorRole.ADMIN})


async def settle(work: Work, order: ProviderOrder, answer: ProviderAnswer) -> Payment | None:
    """Take a provider's answer; the payment it concerns when that has changed, for whoever waits for it.

    An order that is settled stays as it is: a late answer to it changes nothing. One that says yes after a no is for
    people: money has left that our books hold.
    """
    if order.settled:
        if order.state is OrderState.FAILED and answer.told is Told.SUCCEEDED and order.error != CONTRADICTED:
            await _contradicted(work, order)
        return None
    order.reference = answer.reference or order.reference
    order.error = answer.reason
    return await _AFTER[answer.told](work, order, answer)


async def _contradicted(work: Work, order: ProviderOrder) -> None:
    order.error = CONTRADICTED
    await work.uow.payments.save_order(order)
    await alert(work, "payment_contradicted", order)


async def _again(work: Work, order: ProviderOrder, answer: ProviderAnswer) -> None:
    """The provider never got it: sending it is safe, and only now. One it had accepted is asked about again."""
    if order.state is OrderState.PENDING:
        await _pending(work, order, answer)
        return
    order.due = work.now
    order.move(OrderState.WAITING)
    await work.uow.payments.save_order(order)
    work.uow.hint("payments")


async def _pending(work: Work, order: ProviderOrder, answer: ProviderAnswer) -> None:
    order.due = work.now + (NOBODY_TO_ASK if answer.reason == BY_HAND else ASK_AGAIN)
    if order.state is not OrderState.PENDING:
        order.move(OrderState.PENDING)
        if answer.reason == BY_HAND:
            await alert(work, f"{order.kind}_to_do", order)
    await work.uow.payments.save_order(order)


async def _ready(work: Work, order: ProviderOrder, answer: ProviderAnswer) -> None:
    await _end(work, order, OrderState.DONE)
    payment = await work.uow.payments.get(PaymentId(order.subject))
    await payments.prepared(work, payment, dict(answer.how))


async def _succeeded(work: Work, order: ProviderOrder, answer: ProviderAnswer) -> Payment | None:
    await _end(work, order, OrderState.DONE)
    if order.kind is OrderKind.PAYOUT:
        await (claim_payment if claiming.pays_claim(order) else payouts).paid(work, order)
        return None
    payment = await work.uow.payments.get(PaymentId(order.subject))
    before = payment.status
    if answer.amount is not None and order.kind in (OrderKind.CREATE, OrderKind.CLOSE):
        proof = Proof(order.provider, answer.reference, answer.amount, work.now)
        await payments.authorised(work, payment.id, proof)
    elif order.kind is OrderKind.CLOSE:
        await payments.closed(work, payment)
    elif order.kind is OrderKind.REFUND:
        await refunds.refunded(work, payment, order)
    return payment if payment.status is not before else None


async def _failed(work: Work, order: ProviderOrder, answer: ProviderAnswer) -> Payment | None:
    await _end(work, order, OrderState.FAILED)
    if order.kind is OrderKind.PAYOUT:
        await (claim_payment if claiming.pays_claim(order) else payouts).failed(work, order)
        return None
    payment = await work.uow.payments.get(PaymentId(order.subject))
    if order.kind is OrderKind.CREATE:
        return await payments.failed(work, payment.id, answer.reason)
    if order.kind is OrderKind.REFUND:
        await refunds.refund_failed(work, payment, order)
    else:
        await alert(work, f"{order.kind}_failed", order)
    return None


async def _end(work: Work, order: ProviderOrder, state: OrderState) -> None:
    order.move(state)
    await work.uow.payments.save_order(order)


_After = Callable[[Work, ProviderOrder, ProviderAnswer], Awaitable[Payment | None]]
_AFTER: Mapping[Told, _After] = {
    Told.UNKNOWN_THERE: _again,
    Told.PENDING: _pending,
    Told.READY: _ready,
    Told.SUCCEEDED: _succeeded,
    Told.FAILED: _failed,
}


async def hear(work: Work, heard: Heard) -> Payment | None:
    """What a provider told us by itself; a second telling changes nothing."""
    if heard.kind is not OrderKind.CREATE:
        order = await work.uow.payments.order(ProviderOrderId(heard.subject))
        answer = ProviderAnswer(heard.told, heard.reference, heard.amount)
        return await settle(work, order, answer)
    if heard.told is not Told.SUCCEEDED or heard.amount is None:
        return None
    payment = await work.uow.payments.get(PaymentId(heard.subject))
    before = payment.status
    proof = Proof(heard.provider, heard.reference, heard.amount, heard.at)
    await payments.authorised(work, payment.id, proof)
    return payment if payment.status is not before else None


async def nobodys(work: Work, heard: Heard) -> None:
    """Money or an outcome that fits nothing of ours: never dropped, staff look into it."""
    text = f"{heard.provider} {heard.kind} {heard.reference} {heard.amount or ''}"
    await work.uow.desk.alert(Alert(0, work.now, "payment_unknown", None, text))
    work.uow.hint("queue")


async def record_outcome(
    work: Work, order_id: ProviderOrderId, operator: Operator, reference: str, done: bool
) -> Payment | None:
    """An operator says what became of a refund or payout made by hand; said twice it counts once.

    Raises `NotAllowed` for what a provider itself will tell, `NotFound`.
    """
    allowed(operator)
    order = await work.uow.payments.order(order_id)
    if order.settled:
        return None
    if order.error != BY_HAND or order.kind not in (OrderKind.REFUND, OrderKind.PAYOUT):
        raise NotAllowed
    await work.uow.staff.audit(work.now, operator.id, "payment.outcome_recorded", f"{order.id} {done}")
    told = Told.SUCCEEDED if done else Told.FAILED
    return await settle(work, order, ProviderAnswer(told, reference, reason="" if done else BY_HAND))


def allowed(operator: Operator) -> None:
    """Money is touched by finance and those above. Raises `NotAllowed`."""
    if operator.role not in FINANCE:
        raise NotAllowed


async def alert(work: Work, kind: str, order: ProviderOrder) -> None:
    """Staff see which order and how much; never whose."""
    await work.uow.desk.alert(Alert(0, work.now, kind, None, f"{order.id[:8]} {order.amount} {order.error}"))
    work.uow.hint("queue")
