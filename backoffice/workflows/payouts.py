"""Paying envoys what they earned: proposed, signed by one or two persons, ordered, told; and their week on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backoffice.dispatch.model import Envoy
from backoffice.kernel.errors import NotAllowed, NotFound
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.ids import PersonId
from backoffice.kernel.messages import Message
from backoffice.kernel.money import Money
from backoffice.money import ledger, prices, statements
from backoffice.money import payouts as rules
from backoffice.money.ledger import Stamp
from backoffice.money.model import OrderKind, ProviderOrder, ProviderOrderId
from backoffice.money.payouts import Payee, PayeeDiffers, Payout, PayoutId, PayoutStatus
from backoffice.money.rules import RECORDED
from backoffice.money.statements import Statement
from backoffice.ports import Alert, Operator, OperatorRole
from backoffice.workflows import statement_days
from backoffice.workflows.work import Work

_MAY: Final = frozenset({OperatorRole.FINANCE, OperatorRole.SUPERVISOR, OperatorRole.ADMIN})


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Owed money, but not in this run: `payee_missing`, `payee_differs`, `small`, or `open` (in another run)."""

    person: PersonId
    amount: Money
    why: str


@dataclass(frozen=True, slots=True)
class Run:
    """One proposal of payouts."""

    batch: str
    payouts: Sequence[Payout]
    left_out: Sequence[LeftOut]


async def set_payee(work: Work, payee: Payee, operator: Operator) -> None:
    """Where an envoy is paid. Raises `PayeeDiffers` unless name and telephone are the enrolled envoy's."""
    _allowed(operator)
    await _checked(work, payee)
    await work.uow.payouts.put_payee(payee)
    await work.uow.staff.audit(work.now, operator.id, "payee.set", payee.person)


async def _checked(work: Work, payee: Payee) -> Envoy:
    envoy = await work.uow.envoys.of_person(payee.person)
    if envoy is None:
        raise NotFound
    rules.check_payee(payee, envoy.name, envoy.phone)
    return envoy


async def propose(work: Work, operator: Operator) -> Run:
    """Everybody who has earned enough and has a checked payee; nobody twice. Nothing moves yet."""
    _allowed(operator)
    batch, made, left = work.new_id(), [], []
    for person, amount in await work.uow.ledger.owed():
        why, payee = await _fit(work, person, amount)
        if payee is None:
            left.append(LeftOut(person, amount, why))
            continue
        payout = Payout(PayoutId(work.new_id()), batch, payee, amount, work.now, operator.id)
        await work.uow.payouts.add(payout)
        made.append(payout)
    await work.uow.staff.audit(work.now, operator.id, "payout.proposed", batch)
    return Run(batch, made, left)


async def _fit(work: Work, person: PersonId, amount: Money) -> tuple[str, Payee | None]:
    if any(p.amount.currency == amount.currency for p in await work.uow.payouts.open_of(person)):
        return "open", None
    if await _less(work, amount, work.world.pay.smallest_payout):
        return "small", None
    payee = await work.uow.payouts.payee(person)
    if payee is None:
        return "payee_missing", None
    try:
        await _checked(work, payee)
    except (PayeeDiffers, NotFound):
        return "payee_differs", None
    return "", payee


async def _less(work: Work, amount: Money, than: Money) -> bool:
    """Compared in the currency of the limit; without a rate nobody is kept waiting for it."""
    try:
        return prices.convert(await work.uow.prices.rates(work.now.date()), amount, than.currency) < than
    except prices.NoRate:
        return False


async def approve(work: Work, payout_id: PayoutId, operator: Operator) -> Payout:
    """One signature; with the last one needed the money is ordered out.

    Raises `SamePerson` (403) for one's own proposal or a second signature of the same person, `PayeeDiffers`
    when the envoy's name or number has changed since, `ledger.NotEnough` when it is no longer owed.
    """
    _allowed(operator)
    payout = await work.uow.payouts.get(payout_id)
    await _checked(work, payout.payee)
    await work.uow.staff.audit(work.now, operator.id, "payout.approved", payout.id)
    if rules.approve(payout, operator.id, await _two_needed(work, payout)):
        await _order(work, payout)
    await work.uow.payouts.save(payout)
    return payout


async def _two_needed(work: Work, payout: Payout) -> bool:
    """Over the limit, or in a currency whose worth nobody knows."""
    limit = work.world.pay.second_person_over
    try:
        rates = await work.uow.prices.rates(work.now.date())
        return prices.convert(rates, payout.amount, limit.currency) > limit
    except prices.NoRate:
        return True


async def _order(work: Work, payout: Payout) -> None:
    stamp = Stamp(f"payout:{payout.id}", work.now, payout.id)
    if not await work.uow.ledger.post(ledger.payout(stamp, payout.payee.person, payout.amount)):
        return
    pays = await _as_paid(work, payout)
    order = ProviderOrder(
        id=ProviderOrderId(work.new_id()),
        kind=OrderKind.PAYOUT,
        subject=payout.id,
        person=payout.payee.person,
        provider=payout.payee.provider,
        amount=pays,
        own=payout.amount,
        created_at=work.now,
        due=work.now,
    )
    await work.uow.payments.add_order(order)
    work.uow.hint("payments")


async def _as_paid(work: Work, payout: Payout) -> Money:
    """In a currency the provider pays in, by today's rate. Raises `prices.NoRate`."""
    pay, amount = work.world.pay, payout.amount
    if pay.takes(payout.payee.provider, amount.currency):
        return amount
    return prices.convert(await work.uow.prices.rates(work.now.date()), amount, pay.home)


async def withdraw(work: Work, payout_id: PayoutId, operator: Operator) -> Payout:
    """Not to be paid in this run; raises `IllegalMove` once it is ordered."""
    _allowed(operator)
    payout = await work.uow.payouts.get(payout_id)
    payout.move(PayoutStatus.WITHDRAWN)
    await work.uow.payouts.save(payout)
    await work.uow.staff.audit(work.now, operator.id, "payout.withdrawn", payout.id)
    return payout


async def paid(work: Work, order: ProviderOrder) -> None:
    """The envoy has the money."""
    payout = await work.uow.payouts.get(PayoutId(order.subject))
    if order.own.currency != order.amount.currency:
        stamp = Stamp(f"exchange:{order.id}", work.now, payout.id)
        account = ledger.payout_due(payout.id)
        await work.uow.ledger.post(ledger.exchange(stamp, account, order.own, order.amount))
    stamp = Stamp(f"paid_out:{payout.id}", work.now, payout.id)
    if not await work.uow.ledger.post(ledger.paid_out(stamp, order.provider, order.amount)):
        return
    payout.move(PayoutStatus.PAID)
    payout.reference, payout.paid_at = order.reference, work.now
    await work.uow.payouts.save(payout)
    await statement_days.watch(work, payout.payee.person)
    await work.tell(NewLetter(payout.payee.person, Message("payout.paid", {"amount": order.amount})))


async def failed(work: Work, order: ProviderOrder) -> None:
    """It did not arrive: it is owed again, and finance look into it."""
    payout = await work.uow.payouts.get(PayoutId(order.subject))
    stamp = Stamp(f"payout_failed:{payout.id}", work.now, payout.id)
    if await work.uow.ledger.post(ledger.payout_failed(stamp, payout.payee.person, payout.amount)):
        payout.move(PayoutStatus.FAILED)
        await work.uow.payouts.save(payout)
        text = f"{payout.id[:8]} {payout.amount} {order.error}"
        await work.uow.desk.alert(Alert(0, work.now, "payout_failed", None, text))
        work.uow.hint("queue")


async def file_rows(work: Work, operator: Operator) -> Sequence[Payout]:
    """What finance pays by hand now: ordered, over no provider (`backoffice.money.payouts.file` writes the CSV)."""
    _allowed(operator)
    await work.uow.staff.audit(work.now, operator.id, "payout.file", "")
    ordered = await work.uow.payouts.with_status(PayoutStatus.ORDERED)
    return [p for p in ordered if p.payee.provider == RECORDED]


async def statement(work: Work, person: PersonId, at: datetime) -> Sequence[Statement]:
    """The envoy's week around `at`, one statement per currency with anything in it; the data of the paper."""
    envoy = await work.uow.envoys.of_person(person)
    if envoy is None:
        raise NotFound
    zone = await statement_days.zone_of(work, envoy)
    span = statements.week(at, zone)
    account = ledger.payable(person)
    lines = await work.uow.ledger.lines(account, *span)
    open_before = await work.uow.ledger.currencies(account)
    found = []
    for currency in sorted(open_before):
        before = -await work.uow.ledger.balance(account, currency, span[0])
        mine = [line for line in lines if line.amount.currency == currency]
        if mine or before:
            reader = statements.Reader(person, envoy.name, zone)
            found.append(statements.statement(reader, span, before, mine))
    return found


async def to_state(work: Work, person: PersonId, at: datetime) -> bool:
    """Whether the week around `at` has a line in it: a standing balance alone is no news."""
    return any(found.lines for found in await statement(work, person, at))


def _allowed(operator: Operator) -> None:
    if operator.role not in _MAY:
        raise NotAllowed
