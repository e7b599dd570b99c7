"""The premium of a policy: asked for, held until the insurer has said yes, shared out then, or given back."""

from backoffice.insurance.model import PolicyId
from backoffice.insurance.policies import Policy, PolicyStatus, RequestKind, local_day
from backoffice.kernel.money import Money
from backoffice.money import ledger, premiums
from backoffice.money.ledger import Stamp
from backoffice.money.model import Payment, PaymentId, PaymentStatus, Purpose
from backoffice.ports import Alert
from backoffice.workflows import insurer_requests, payments, policy_letters, refunds
from backoffice.workflows.work import Work

POLICY, CHANGE, KINDS = premiums.POLICY, premiums.CHANGE, premiums.KINDS
_OVER = frozenset({PaymentStatus.EXPIRED, PaymentStatus.CANCELLED, PaymentStatus.FAILED})


async def ask(work: Work, policy: Policy, kind: str, amount: Money) -> Payment:
    """The holder is asked for a sum; how to pay comes by a letter of its own."""
    if policy.holder is None:
        raise ValueError("only a policy bought here is paid here")
    purpose = Purpose(kind, policy.id)
    number = len(await work.uow.payments.of(purpose))
    return await payments.request(work, purpose, policy.holder, amount, f"{kind}:{policy.id}:{number}")


async def on_payment(work: Work, payment: Payment) -> None:
    """The edge heard that a payment for a policy has changed."""
    policy = await work.uow.policies.get(PolicyId(payment.purpose.subject))
    if payment.status is PaymentStatus.AUTHORISED:
        await (_paid if payment.purpose.kind == POLICY else _change_paid)(work, policy, payment)
    elif payment.status in _OVER:
        await _over(work, policy, payment)


async def _paid(work: Work, policy: Policy, payment: Payment) -> None:
    """The insurer is asked; until it says yes the person has applied and is not covered."""
    wanted = policy.status in (PolicyStatus.UNPAID, PolicyStatus.LAPSED)
    if not wanted or local_day(work.now) >= policy.starts:
        await _all_back(work, payment)
        if wanted:
            if policy.status is PolicyStatus.UNPAID:
                policy.move(PolicyStatus.LAPSED)
                await work.uow.policies.save(policy)
            await policy_letters.tell(work, policy, "cover.paid_too_late")
        return
    policy.move(PolicyStatus.APPLIED)
    policy.payments = [*policy.payments, payment.id]
    await work.uow.policies.save(policy)
    await insurer_requests.ask(work, policy, RequestKind.ISSUE)
    await policy_letters.tell(work, policy, "cover.applied")


async def _change_paid(work: Work, policy: Policy, payment: Payment) -> None:
    change = policy.change
    if change is None or change.payment != payment.id or change.paid or not policy.covered:
        await _all_back(work, payment)
        return
    policy.change = type(change)(change.ends, change.premium, change.payment, paid=True)
    await work.uow.policies.save(policy)
    await insurer_requests.ask(work, policy, RequestKind.CHANGE, {"ends": change.ends.isoformat()})
    await policy_letters.tell(work, policy, "cover.change_applied")


async def _over(work: Work, policy: Policy, payment: Payment) -> None:
    """It can no longer be paid: nothing was bought; the payer is told by the payment's own words."""
    if payment.purpose.kind == CHANGE:
        if policy.change and policy.change.payment == payment.id and not policy.change.paid:
            policy.change = None
            await work.uow.policies.save(policy)
    elif policy.status is PolicyStatus.UNPAID:
        policy.move(PolicyStatus.LAPSED)
        await work.uow.policies.save(policy)


async def share_out(work: Work, policy: Policy, payment_id: str) -> None:
    """The insurer has said yes: its part is owed to it, the commission is ours."""
    payment = await work.uow.payments.get(PaymentId(payment_id))
    product = await work.uow.products.get(policy.product, policy.edition)
    held = await payments.held(work, payment)
    if held:
        shares = premiums.splits(policy.insurer, held, product.commission)
        await payments.capture(work, payment.id, shares, f"premium:{payment.id}")


async def give_back_held(work: Work, payment_id: str) -> None:
    """The insurer has said no: what is held for this payment goes back whole."""
    await _all_back(work, await work.uow.payments.get(PaymentId(payment_id)))


async def _all_back(work: Work, payment: Payment) -> None:
    held = await payments.held(work, payment)
    if held:
        await refunds.refund(work, payment.id, held, f"{payment.id}:premium")


async def give_back_shared(work: Work, policy: Policy, back: Money) -> None:
    """Part of what was shared out goes back to the payer, the newest payment first."""
    product = await work.uow.products.get(policy.product, policy.edition)
    left = back
    for payment_id in reversed(policy.payments):
        payment = await work.uow.payments.get(PaymentId(payment_id))
        part = min(left, Money(payment.amount.minor - payment.refunded, payment.amount.currency))
        if part.minor <= 0:
            continue
        stamp = Stamp(f"premium_back:{payment.id}", work.now, payment.id)
        entry = premiums.given_back(stamp, policy.insurer, part, product.commission)
        try:
            booked = await work.uow.ledger.post(entry)
        except ledger.NotEnough:
            await _remitted_already(work, policy, part)
            return
        if booked:
            await refunds.refund(work, payment.id, part, f"{payment.id}:cancelled")
        left -= part


async def _remitted_already(work: Work, policy: Policy, part: Money) -> None:
    """The insurer has its money: finance gets it back from there before anybody is refunded. Nobody is forgotten."""
    text = f"{policy.number} {policy.insurer} {part}"
    await work.uow.desk.alert(Alert(0, work.now, "premium_refund_to_do", None, text))
    work.uow.hint("queue")
