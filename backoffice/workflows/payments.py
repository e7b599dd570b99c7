"""A traveller's payment: asked for, paid, held, shared out; every order to a provider is a row."""

from collections.abc import Sequence

from backoffice.kernel import money
from backoffice.kernel.errors import NotFound, Refusal
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.ids import PersonId
from backoffice.kernel.messages import Message
from backoffice.kernel.money import Money
from backoffice.money import ledger, prices
from backoffice.money.accounts import Account, AccountKind
from backoffice.money.ledger import KeyReused, Split, Stamp
from backoffice.money.model import (
    OrderKind,
    Payment,
    PaymentId,
    PaymentStatus,
    Proof,
    ProviderOrder,
    ProviderOrderId,
    Purpose,
)
from backoffice.money.rules import RECORDED
from backoffice.people.model import Reach
from backoffice.ports import Alert, QueueItem
from backoffice.workflows import payment_words, statement_days
from backoffice.workflows.work import Work

ASKED_HOW = "queue_item"
"""Where a person has to say how to pay: the item of the centre's queue, among `Payment.how`."""


class NotPaid(Refusal):
    """Nothing is held for this payment."""

    key = "payment.not_paid"


async def request(work: Work, purpose: Purpose, payer: PersonId, amount: Money, key: str) -> Payment:
    """Ask `payer` for a sum; asked again with the same key it is the same payment.

    How to pay comes by letter once the provider has made it payable. Raises `ledger.KeyReused` (409) for the
    same key with another purpose, payer or sum, `ledger.NotASum` for nothing.
    """
    known = await work.uow.payments.by_key(key)
    if known is not None:
        if (known.purpose, known.payer, known.amount) != (purpose, payer, amount):
            raise KeyReused
        return known
    if amount.minor <= 0:
        raise ledger.NotASum
    payment = await _payment(work, purpose, payer, amount, key)
    await work.uow.payments.add(payment)
    await order(work, payment, OrderKind.CREATE, payment.charged)
    return payment


async def _payment(work: Work, purpose: Purpose, payer: PersonId, amount: Money, key: str) -> Payment:
    provider, charged = await _way(work, payer, amount)
    return Payment(
        id=PaymentId(work.new_id()),
        key=key,
        purpose=purpose,
        payer=payer,
        amount=amount,
        charged=charged,
        provider=provider,
        created_at=work.now,
        expires_at=work.now + work.world.pay.expires_after,
        token=work.new_id(),
    )


async def _way(work: Work, payer: PersonId, amount: Money) -> tuple[str, Money]:
    """Over which provider, and how much there: another currency by today's rate where it does not take ours."""
    provider = await provider_for(work, payer)
    if work.world.pay.takes(provider, amount.currency):
        return provider, amount
    try:
        rates = await work.uow.prices.rates(work.now.date())
        return provider, prices.convert(rates, amount, work.world.pay.home)
    except prices.NoRate:
        return RECORDED, amount


async def provider_for(work: Work, person: PersonId) -> str:
    """The way to pay where the person was heard last; an operator records it where there is none."""
    for identity in await work.uow.people.identities(person):
        way = work.world.pay.ways.get(identity.at.channel)
        if way and identity.reach is Reach.OK:
            return way
    return RECORDED


async def order(
    work: Work, payment: Payment, kind: OrderKind, amount: Money, own: Money | None = None
) -> ProviderOrder:
    """A row for the runner: carried out after this transaction, never inside it. `own`: as it is booked."""
    made = ProviderOrder(
        id=ProviderOrderId(work.new_id()),
        kind=kind,
        subject=payment.id,
        person=payment.payer,
        provider=payment.provider,
        amount=amount,
        own=own or amount,
        created_at=work.now,
        due=work.now,
    )
    await work.uow.payments.add_order(made)
    work.uow.hint("payments")
    return made


async def prepared(work: Work, payment: Payment, how: dict[str, object]) -> None:
    """The provider has made it payable: the payer is told how, unless the provider's own words show it."""
    payment.how = how | {k: v for k, v in payment.how.items() if k == ASKED_HOW}
    await work.uow.payments.save(payment)
    if payment.status is not PaymentStatus.REQUESTED or how.get("shown"):
        return
    if how.get("page"):
        await tell(work, payment, await payment_words.payable_by(work, payment))
    else:
        await tell(work, payment, await payment_words.by_centre(work, payment))
        await alert(work, "payment_to_record", payment)
        await _wants_to_know_how(work, payment)


async def _wants_to_know_how(work: Work, payment: Payment) -> None:
    """A person tells them how to pay: it waits in the queue until somebody has."""
    if payment.how.get(ASKED_HOW):
        return
    text = f"[{payment.id[:8]}] 请告知付款方式 / how to pay: {payment.charged}"
    item = await work.uow.desk.queue(QueueItem(0, payment.payer, work.now, text))
    payment.how = {**payment.how, ASKED_HOW: item}
    await work.uow.payments.save(payment)
    work.uow.hint("queue")


async def _knows_how(work: Work, payment: Payment) -> None:
    """Paid or over: nobody has to be told how any more."""
    item = payment.how.get(ASKED_HOW)
    if item:
        await work.uow.desk.finish(int(str(item)), work.now)
        work.uow.hint("queue")


async def again(work: Work, payment_id: PaymentId) -> None:
    """The payer asks anew how to pay: the provider makes it payable once more, which is the same payment."""
    payment = await work.uow.payments.get(payment_id)
    orders = await work.uow.payments.orders_of(payment.id)
    waiting = any(o.kind is OrderKind.CREATE and not o.settled for o in orders)
    if payment.status is PaymentStatus.REQUESTED and not waiting:
        await order(work, payment, OrderKind.CREATE, payment.charged)


async def authorised(work: Work, payment_id: PaymentId, proof: Proof) -> Payment:
    """Money has come: booked once for each of the provider's references, then held.

    Another sum than asked, or a second payment, is booked and shown to staff, never held or kept silently.
    """
    payment = await work.uow.payments.get(payment_id)
    stamp = Stamp(f"authorise:{proof.provider}:{proof.reference}", work.now, payment.id)
    if not await work.uow.ledger.post(ledger.authorise(stamp, proof.provider, proof.amount)):
        return payment
    if proof.amount not in (payment.charged, payment.amount):
        await alert(work, "payment_mismatch", payment)
    elif payment.status is not PaymentStatus.REQUESTED and not payment.given_up:
        await alert(work, "payment_twice", payment)
    else:
        await _held(work, payment, proof)
    return payment


async def _held(work: Work, payment: Payment, proof: Proof) -> None:
    late = payment.status in (PaymentStatus.EXPIRED, PaymentStatus.CANCELLED)
    payment.move(PaymentStatus.AUTHORISED)
    payment.provider, payment.reference, payment.paid_at = proof.provider, proof.reference, proof.at
    if proof.amount.currency != payment.amount.currency:
        stamp = Stamp(f"exchange:{payment.id}", work.now, payment.id)
        account = ledger.authorised_of(payment.id)
        await work.uow.ledger.post(ledger.exchange(stamp, account, proof.amount, payment.amount))
    elif proof.amount != payment.charged:
        payment.charged = payment.amount
    await work.uow.ledger.post(ledger.hold(Stamp(f"hold:{payment.id}", work.now, payment.id), payment.amount))
    await work.uow.payments.save(payment)
    await _knows_how(work, payment)
    if late:
        await alert(work, "payment_late", payment)
    await tell(work, payment, payment_words.received(payment, proof.amount))


async def failed(work: Work, payment_id: PaymentId, reason: str) -> Payment:
    """The provider says that it cannot be paid this way. `reason` is its short code, for staff."""
    payment = await work.uow.payments.get(payment_id)
    if payment.status is PaymentStatus.REQUESTED:
        payment.move(PaymentStatus.FAILED)
        payment.how = {**payment.how, "failed": reason}
        await work.uow.payments.save(payment)
        await alert(work, "payment_failed", payment)
        await tell(work, payment, Message("payment.failed", {"amount": payment.charged}))
    return payment


async def cancel(work: Work, payment_id: PaymentId) -> Payment:
    """No longer wanted: the provider is asked to close it; what was paid meanwhile is heard, not lost."""
    payment = await work.uow.payments.get(payment_id)
    if payment.status is PaymentStatus.REQUESTED and not await _closing(work, payment):
        await order(work, payment, OrderKind.CLOSE, payment.charged)
    return payment


async def _closing(work: Work, payment: Payment) -> bool:
    orders = await work.uow.payments.orders_of(payment.id)
    return any(o.kind is OrderKind.CLOSE and not o.settled for o in orders)


async def closed(work: Work, payment: Payment) -> None:
    """The provider takes no money for it any more."""
    if payment.status is not PaymentStatus.REQUESTED:
        return
    over = work.now >= payment.expires_at
    payment.move(PaymentStatus.EXPIRED if over else PaymentStatus.CANCELLED)
    await work.uow.payments.save(payment)
    await _knows_how(work, payment)
    if over:
        await tell(work, payment, Message("payment.expired", {"amount": payment.charged}))


async def capture(work: Work, payment_id: PaymentId, splits: Sequence[Split], key: str) -> Payment:
    """Held money is shared out (`ledger.to_envoy`, `ledger.to_fees`), once per key.

    Raises `NotPaid`, `ledger.NotEnough` for more than is held, `ledger.KeyReused` (409).
    """
    payment = await paid(work, payment_id)
    stamp = Stamp(f"capture:{key}", work.now, payment.id)
    if not await work.uow.ledger.post(ledger.capture(stamp, splits)):
        return payment
    if payment.status is PaymentStatus.AUTHORISED:
        payment.move(PaymentStatus.CAPTURED)
        await work.uow.payments.save(payment)
    whole = money.total((s.amount for s in splits), payment.amount.currency)
    await _fee(work, payment, whole, key)
    if payment.provider in work.world.pay.captures:
        await order(work, payment, OrderKind.CAPTURE, whole)
    for split in splits:
        if split.to.kind is AccountKind.PAYABLE:
            await statement_days.watch(work, PersonId(split.to.owner))
    return payment


async def _fee(work: Work, payment: Payment, whole: Money, key: str) -> None:
    """What the provider keeps by its contract, of what it was paid, in its own currency."""
    rate = work.world.pay.fees.get(payment.provider)
    kept = payment.charged_for(whole.minor).part(rate) if rate else money.zero(whole.currency)
    if kept:
        stamp = Stamp(f"fee:{key}", work.now, payment.id)
        await work.uow.ledger.post(ledger.fee(stamp, payment.provider, kept))


async def paid(work: Work, payment_id: PaymentId) -> Payment:
    """One whose money is or was held. Raises `NotPaid`."""
    payment = await work.uow.payments.get(payment_id)
    if payment.status not in (PaymentStatus.AUTHORISED, PaymentStatus.CAPTURED):
        raise NotPaid
    return payment


async def owe(
    work: Work, payee: PersonId, amount: Money, purpose: Purpose, key: str, payer: Account | None = None
) -> bool:
    """Earned without a traveller's payment, once per key: `payer` is the centre's fund unless another is named
    (`ledger.sponsor`). False when it was booked before. Raises `ledger.KeyReused` (409)."""
    stamp = Stamp(f"owe:{key}", work.now, f"{purpose.kind}:{purpose.subject}")
    if not await work.uow.ledger.post(ledger.owe(stamp, payer or ledger.fund(), payee, amount)):
        return False
    await statement_days.watch(work, payee)
    return True


async def held(work: Work, payment: Payment) -> Money:
    """What is still held of a payment."""
    return -await work.uow.ledger.balance(ledger.escrow(payment.id), payment.amount.currency)


async def checkout(work: Work, payment_id: PaymentId, payer: PersonId, amount: Money) -> str:
    """May this be paid right now? "" for yes, else the catalogue key of the reason."""
    try:
        payment = await work.uow.payments.get(payment_id)
    except NotFound:
        return "payment.checkout_other"
    if payment.payer != payer or payment.charged != amount:
        return "payment.checkout_other"
    if payment.status in (PaymentStatus.AUTHORISED, PaymentStatus.CAPTURED, PaymentStatus.REFUNDED):
        return "payment.checkout_paid"
    return "" if payment_words.payable(payment, work.now) else "payment.checkout_over"


async def tell(work: Work, payment: Payment, message: Message) -> None:
    """To its payer."""
    await work.tell(NewLetter(payment.payer, message))


async def alert(work: Work, kind: str, payment: Payment) -> None:
    """Staff see which payment and how much; never who."""
    await work.uow.desk.alert(Alert(0, work.now, kind, None, f"{payment.id[:8]} {payment.amount}"))
    work.uow.hint("queue")
