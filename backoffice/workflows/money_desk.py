"""Bookings by hand: written down by one person, signed by a second when it is much, booked once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date

from backoffice.kernel.errors import NotAllowed, Refusal
from backoffice.kernel.money import Money
from backoffice.money import ledger, premiums, prices, slips
from backoffice.money.ledger import KeyReused, Stamp
from backoffice.money.model import OrderState, PaymentId, Proof, ProviderOrderId
from backoffice.money.rules import RECORDED
from backoffice.money.slips import Slip, SlipId, SlipKind, SlipStatus, Way
from backoffice.ports import Alert, Operator
from backoffice.workflows import payment_outcomes, payments, refunds, settlement
from backoffice.workflows.work import Work

LONGEST_REFERENCE, LONGEST_WHY = 128, 1000


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody writes down. `subject`: a payment's id, a sponsor's name ("" is the fund), a provider, an
    insurer."""

    kind: SlipKind
    subject: str
    amount: Money
    way: Way
    reference: str
    day: date
    why: str = ""


async def write_down(work: Work, operator: Operator, given: Written) -> Slip:
    """Booked at once, or kept for a second signature when it is more than the limit.

    The same reference for the same thing again is the same slip: nothing happens twice. Raises `NoReference`,
    `ledger.KeyReused` (409) for the same reference with another sum, and what the booking itself refuses.
    """
    payment_outcomes.allowed(operator)
    slip = _slip(work, operator, given)
    known = await work.uow.slips.known(slip.kind, slip.subject, slip.reference)
    if known is not None:
        if not known.same(slip):
            raise KeyReused
        return known
    await _possible(work, slip)
    await work.uow.staff.audit(work.now, operator.id, f"money.{slip.kind}", f"{slip.id} {slip.amount}")
    if await _two_needed(work, slip.amount):
        await work.uow.slips.add(slip)
        await work.uow.desk.alert(Alert(0, work.now, "money_to_sign", None, f"{slip.id[:8]} {slip.amount}"))
        work.uow.hint("queue")
        return slip
    slips.book(slip, work.now)
    await work.uow.slips.add(slip)
    await _BOOK[slip.kind](work, slip)
    work.uow.hint("payments")
    return slip


def _slip(work: Work, operator: Operator, given: Written) -> Slip:
    reference, why = given.reference.strip(), given.why.strip()
    if not reference or len(reference) > LONGEST_REFERENCE:
        raise slips.NoReference
    if given.amount.minor <= 0:
        raise ledger.NotASum
    if given.day > work.now.date() or len(why) > LONGEST_WHY:
        raise Refusal("centre.money_bad_slip", 422)
    return Slip(
        id=SlipId(work.new_id()),
        kind=given.kind,
        subject=given.subject.strip(),
        amount=given.amount,
        way=given.way,
        reference=reference,
        day=given.day,
        why=why,
        created_at=work.now,
        by=operator.id,
        by_name=operator.name,
    )


async def _possible(work: Work, slip: Slip) -> None:
    """What cannot be booked is said before a second person is asked to sign it."""
    if slip.kind is SlipKind.REMIT:
        held = -await work.uow.ledger.balance(premiums.owed_to(slip.subject), slip.amount.currency)
        if slip.amount > held:
            raise ledger.NotEnough
    if not slip.kind.of_payment:
        return
    payment = await work.uow.payments.get(PaymentId(slip.subject))
    currencies = {payment.amount.currency}
    if slip.kind is not SlipKind.REFUND:
        currencies.add(payment.charged.currency)
    if slip.amount.currency not in currencies:
        raise Refusal("centre.money_other_currency", 422)
    if slip.kind is SlipKind.REFUND and slip.amount.minor > payment.amount.minor - payment.refunded:
        raise ledger.NotEnough


async def _two_needed(work: Work, amount: Money) -> bool:
    """Over the limit, or in a currency whose worth nobody knows."""
    limit = work.world.pay.second_person_over
    try:
        rates = await work.uow.prices.rates(work.now.date())
        return prices.convert(rates, amount, limit.currency) > limit
    except prices.NoRate:
        return True


async def sign(work: Work, slip_id: SlipId, operator: Operator) -> Slip:
    """The second signature, by another person (`SamePerson`): now it is booked. Signed twice it counts once."""
    payment_outcomes.allowed(operator)
    slip = await work.uow.slips.get(slip_id)
    if slip.status is SlipStatus.BOOKED:
        return slip
    slips.sign(slip, (operator.id, operator.name), work.now)
    await work.uow.slips.save(slip)
    await work.uow.staff.audit(work.now, operator.id, "money.signed", slip.id)
    await _BOOK[slip.kind](work, slip)
    work.uow.hint("payments")
    return slip


async def drop(work: Work, slip_id: SlipId, operator: Operator) -> Slip:
    """Not to be booked; raises `IllegalMove` once it is."""
    payment_outcomes.allowed(operator)
    slip = await work.uow.slips.get(slip_id)
    slip.move(SlipStatus.DROPPED)
    await work.uow.slips.save(slip)
    await work.uow.staff.audit(work.now, operator.id, "money.dropped", slip.id)
    return slip


async def _payment(work: Work, slip: Slip) -> None:
    """The money has come; whoever waits for it goes on."""
    proof = Proof(RECORDED, slip.reference, slip.amount, work.now)
    payment = await payments.authorised(work, PaymentId(slip.subject), proof)
    await settlement.on_payment(work, payment)


async def _refund(work: Work, slip: Slip) -> None:
    """Out of what is still held; what is shared out already the centre's fund makes good."""
    payment = await work.uow.payments.get(PaymentId(slip.subject))
    held = min(slip.amount, await payments.held(work, payment))
    if held:
        await refunds.refund(work, payment.id, held, f"slip:{slip.id}")
    if slip.amount - held:
        await refunds.make_good(work, payment.id, slip.amount - held, f"slip:{slip.id}")


async def _release(work: Work, slip: Slip) -> None:
    """Money that came and fits nothing (another sum, a second time) has gone back where it came from."""
    payment = await work.uow.payments.get(PaymentId(slip.subject))
    over = payment.provider if slip.way is Way.PLATFORM else RECORDED
    stamp = Stamp(f"release:{slip.id}", work.now, payment.id)
    await work.uow.ledger.post(ledger.release(stamp, over, slip.amount))


async def _top_up(work: Work, slip: Slip) -> None:
    """Into the centre's fund, or from a sponsor who pays what they owe."""
    to = ledger.sponsor(slip.subject) if slip.subject else ledger.fund()
    stamp = Stamp(f"top_up:{slip.id}", work.now, slip.subject or "fund")
    await work.uow.ledger.post(ledger.top_up(stamp, to, RECORDED, slip.amount))


async def _fee(work: Work, slip: Slip) -> None:
    """What a provider's bill says it kept."""
    stamp = Stamp(f"fee:slip:{slip.id}", work.now, slip.subject)
    await work.uow.ledger.post(ledger.fee(stamp, slip.subject, slip.amount))


async def _remit(work: Work, slip: Slip) -> None:
    """The insurer has been paid what we held for it; more than that cannot be booked."""
    stamp = Stamp(f"remit:{slip.id}", work.now, slip.subject)
    await work.uow.ledger.post(premiums.remitted(stamp, slip.subject, RECORDED, slip.amount))


_BOOK: Mapping[SlipKind, Callable[[Work, Slip], Awaitable[None]]] = {
    SlipKind.PAYMENT: _payment,
    SlipKind.REFUND: _refund,
    SlipKind.RELEASE: _release,
    SlipKind.TOP_UP: _top_up,
    SlipKind.FEE: _fee,
    SlipKind.REMIT: _remit,
}


async def ask_now(work: Work, order_id: ProviderOrderId, operator: Operator) -> None:
    """An order whose outcome nobody knows is asked about at once, never sent again."""
    payment_outcomes.allowed(operator)
    order = await work.uow.payments.order(order_id)
    if order.error == payment_outcomes.BY_HAND or order.state not in (OrderState.UNKNOWN, OrderState.PENDING):
        raise NotAllowed
    order.due = work.now
    await work.uow.payments.save_order(order)
    await work.uow.staff.audit(work.now, operator.id, "money.asked", order.id)
    work.uow.hint("payments")
