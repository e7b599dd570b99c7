"""Paying a decided claim: to the policy-holder only, by the ledger, once; what came back is ordered anew by hand."""

from typing import Any

from backoffice.claims import payment as rules
from backoffice.claims.claim import Claim, ClaimId, ClaimStatus, Decision
from backoffice.claims.payment import ClaimPayment, ClaimPaymentId, ClaimPaymentStatus
from backoffice.insurance.policies import Policy
from backoffice.kernel.errors import NotAllowed, NotFound, Refusal
from backoffice.kernel.money import Money
from backoffice.money import claiming, ledger, prices
from backoffice.money.ledger import Stamp
from backoffice.money.model import CONTRADICTED, OrderKind, ProviderOrder, ProviderOrderId
from backoffice.money.payouts import Payee, SamePerson
from backoffice.money.rules import RECORDED
from backoffice.people.model import Reach
from backoffice.ports import Alert, Operator, OperatorRole, UnitOfWork
from backoffice.workflows import claim_verdicts, claims
from backoffice.workflows.work import Work

PAYEE = "payee"
"""In a claim's notes: where the claimant wants to be paid, and who wrote it down."""
PAYERS = frozenset({OperatorRole.CLAIMS, OperatorRole.FINANCE, OperatorRole.SUPERVISOR})
TO_PAY = frozenset({ClaimStatus.APPROVED, ClaimStatus.PARTLY_APPROVED})


class Contradicted(Refusal):
    """The provider said of an earlier payment no, and then yes: a supervisor looks there first."""

    key = "centre.claim_contradicted"


class NothingDue(Refusal):
    """Everything that was decided is paid or on its way."""

    key = "centre.claim_nothing_due"


def payment_of(order: ProviderOrder) -> ClaimPaymentId:
    return ClaimPaymentId(order.subject.removeprefix(claiming.SUBJECT))


async def begin(work: Work, claim: Claim, policy: Policy, decision: Decision) -> ClaimPayment | None:
    """What a decision leaves to be paid goes out, or waits for where to; None when it is nothing, as in a drill."""
    amount = rules.left(decision.total, await work.uow.claim_payments.of_claim(claim.id))
    if claim.drill:
        return None
    if not amount:
        await _settled_before(work, claim)
        return None
    made = _new(work, claim, decision, amount)
    payee = await _payee(work, claim, policy)
    if payee is None:
        await work.uow.claim_payments.add(made)
        await claim_verdicts.where_to(work, claim, await _names(work, claim, policy))
        return made
    await _order(work, made, payee, claim)
    await work.uow.claim_payments.add(made)
    return made


async def _settled_before(work: Work, claim: Claim) -> None:
    """Decided anew, and everything of it was paid before."""
    payments = await work.uow.claim_payments.of_claim(claim.id)
    if claim.status in TO_PAY and any(p.status is ClaimPaymentStatus.PAID for p in payments):
        await claims.move(work, claim, ClaimStatus.PAID, claims.SERVICE, None)


def _new(work: Work, claim: Claim, decision: Decision, amount: Money) -> ClaimPayment:
    return ClaimPayment(
        id=ClaimPaymentId(work.new_id()),
        claim=claim.id,
        decision=decision.number,
        insurer=claim.insurer,
        person=claim.person,
        amount=amount,
        created_at=work.now,
        by=decision.by,
    )


async def names(work: Work, claim: Claim) -> list[str]:
    """Whom this claim may be paid to."""
    return await _names(work, claim, await work.uow.policies.get(claim.policy))


async def _names(work: Work, claim: Claim, policy: Policy) -> list[str]:
    holder = (await work.uow.people.get(policy.holder)).profile.name if policy.holder else ""
    return list(rules.holders(policy, claim.insured, holder))


async def _payee(work: Work, claim: Claim, policy: Policy) -> Payee | None:
    """An account that was named and is the holder's, else the holder's own wallet in the chat they write from."""
    allowed = await _names(work, claim, policy)
    phone = (await work.uow.people.get(claim.person)).profile.phone
    named: dict[str, Any] | None = claim.notes.get(PAYEE)
    if named:
        payee = Payee(claim.person, str(named["name"]), phone, RECORDED, str(named["account"]))
        rules.check_payee(payee, allowed)
        return payee
    if not allowed or not _is_holder(claim, policy):
        return None
    for identity in await work.uow.people.identities(claim.person):
        provider = work.world.pay.wallets.get(identity.at.channel)
        if provider and identity.reach is Reach.OK:
            return Payee(claim.person, allowed[0], phone, provider, identity.at.address)
    return None


def _is_holder(claim: Claim, policy: Policy) -> bool:
    """Who claims is who may be paid: the holder, or of a policy without one here the insured person."""
    if policy.holder is not None:
        return policy.holder == claim.person
    inside = 0 <= claim.insured < len(policy.people)
    return inside and policy.people[claim.insured].person == claim.person


async def _order(work: Work, payment: ClaimPayment, payee: Payee, claim: Claim) -> None:
    """Booked and ordered in the transaction that decided it; carried out after it, under one number for ever."""
    stamp = Stamp(f"claim:{payment.id}", work.now, payment.id)
    await work.uow.ledger.post(claiming.ordered(stamp, payment.insurer, payment.amount))
    order = ProviderOrder(
        id=ProviderOrderId(work.new_id()),
        kind=OrderKind.PAYOUT,
        subject=f"{claiming.SUBJECT}{payment.id}",
        person=payment.person,
        provider=payee.provider,
        amount=await _as_paid(work, payee, payment.amount),
        own=payment.amount,
        created_at=work.now,
        due=work.now,
    )
    await work.uow.payments.add_order(order)
    payment.payee, payment.order = payee, order.id
    payment.move(ClaimPaymentStatus.ORDERED)
    work.uow.hint("payments")
    await claim_verdicts.ordered(work, claim, payment)


async def _as_paid(work: Work, payee: Payee, amount: Money) -> Money:
    """In a currency the provider pays in, by today's rate. Raises `prices.NoRate`."""
    if work.world.pay.takes(payee.provider, amount.currency):
        return amount
    return prices.convert(await work.uow.prices.rates(work.now.date()), amount, work.world.pay.home)


async def named(work: Work, claim: Claim, name: str, account: str, by: str = "") -> None:
    """Where to pay: the name must be the policy-holder's. What waited for it is ordered now.

    `by` is the operator who wrote it down, "" for the claimant. Raises `rules.NotTheHolder`, `rules.BadAccount`.
    """
    policy = await work.uow.policies.get(claim.policy)
    tidy = rules.account(account)
    payee = Payee(claim.person, name.strip(), "", RECORDED, tidy)
    rules.check_payee(payee, await _names(work, claim, policy))
    claim.notes = {**claim.notes, PAYEE: {"name": payee.name, "account": tidy, "by": by}}
    await claims.save(work, claim)
    await claims.note(work, claim, by or claims.CLAIMANT, "claim.payee")
    for payment in await work.uow.claim_payments.of_claim(claim.id):
        if payment.status is ClaimPaymentStatus.WAITING:
            found = await _payee(work, claim, policy)
            if found is not None:
                await _order(work, payment, found, claim)
                await work.uow.claim_payments.save(payment)


async def name_by(work: Work, claim_id: ClaimId, operator: Operator, name: str, account: str) -> None:
    """An operator writes down what the claimant told them; who decided the claim may not also say where it goes."""
    claim = await _allowed(work, claim_id, operator)
    decisions = await work.uow.claims.decisions(claim.id)
    if decisions and operator.id in (decisions[-1].by, decisions[-1].second):
        raise SamePerson
    await named(work, claim, name, account, operator.id)
    await work.uow.staff.audit(work.now, operator.id, "claim.payee", f"claim:{claim.id}")


async def again(work: Work, claim_id: ClaimId, operator: Operator) -> ClaimPayment:
    """A payment that came back is ordered anew, once the provider has said that it failed; where it did not stay with
    that, by a supervisor who has looked there."""
    claim = await _allowed(work, claim_id, operator)
    decisions = await work.uow.claims.decisions(claim.id)
    if claim.status not in TO_PAY or not decisions:
        raise NothingDue
    if operator.role is not OperatorRole.SUPERVISOR and await _contradicted(work, claim):
        raise Contradicted
    policy = await work.uow.policies.get(claim.policy)
    made = await begin(work, claim, policy, decisions[-1])
    if made is None:
        raise NothingDue
    await work.uow.staff.audit(work.now, operator.id, "claim.paid_again", f"claim:{claim.id}")
    return made


async def _contradicted(work: Work, claim: Claim) -> bool:
    for payment in await work.uow.claim_payments.of_claim(claim.id):
        orders = await work.uow.payments.orders_of(f"{claiming.SUBJECT}{payment.id}")
        if any(order.error == CONTRADICTED for order in orders):
            return True
    return False


async def _allowed(work: Work, claim_id: ClaimId, operator: Operator) -> Claim:
    if operator.role not in PAYERS:
        raise NotAllowed
    return await work.uow.claims.get(claim_id)


async def paid(work: Work, order: ProviderOrder) -> None:
    """The claimant has the money; told twice it is booked once."""
    payment = await work.uow.claim_payments.get(payment_of(order))
    if order.own.currency != order.amount.currency:
        stamp = Stamp(f"exchange:{order.id}", work.now, payment.id)
        account = claiming.due(payment.id)
        await work.uow.ledger.post(ledger.exchange(stamp, account, order.own, order.amount))
    stamp = Stamp(f"claim_paid:{payment.id}", work.now, payment.id)
    if not await work.uow.ledger.post(claiming.paid(stamp, order.provider, order.amount)):
        return
    payment.move(ClaimPaymentStatus.PAID)
    payment.reference, payment.paid_at = order.reference, work.now
    await work.uow.claim_payments.save(payment)
    claim = await work.uow.claims.get(payment.claim)
    told = claim_verdicts.paid(payment, order.amount)
    if claim.status in TO_PAY:
        await claims.move(work, claim, ClaimStatus.PAID, claims.SERVICE, told)
    else:
        await claims.note(work, claim, claims.SERVICE, "claim.paid_meanwhile")
        await claims.tell(work, claim, told.key, told.params)


async def failed(work: Work, order: ProviderOrder) -> None:
    """It did not arrive: nothing is lost, staff look into it, the claimant hears it."""
    payment = await work.uow.claim_payments.get(payment_of(order))
    stamp = Stamp(f"claim_failed:{payment.id}", work.now, payment.id)
    if not await work.uow.ledger.post(claiming.failed(stamp, payment.insurer, payment.amount)):
        return
    payment.move(ClaimPaymentStatus.FAILED)
    payment.error = order.error
    await work.uow.claim_payments.save(payment)
    claim = await work.uow.claims.get(payment.claim)
    await claims.note(work, claim, claims.SERVICE, "claim.payment_failed")
    text = f"{claim.ref} {payment.amount} {order.error}"
    await work.uow.desk.alert(Alert(0, work.now, "claim_payment_failed", None, text))
    work.uow.hint("queue")
    await claims.tell(work, claim, "decision.pay_failed", {"amount": payment.amount})


async def payee_of(uow: UnitOfWork, order: ProviderOrder) -> Payee:
    """For the provider. Raises `NotFound`."""
    payment = await uow.claim_payments.get(payment_of(order))
    if payment.payee is None:
        raise NotFound
    return payment.payee
