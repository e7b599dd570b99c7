"""The runner of payments: carries out orders to providers outside of transactions, and takes what providers tell."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from backoffice import ports
from backoffice.clockwork import rounds
from backoffice.kernel.clock import Clock
from backoffice.kernel.errors import NotFound
from backoffice.kernel.ids import PersonId
from backoffice.kernel.waking import Waking
from backoffice.money import claiming
from backoffice.money.model import (
    Heard,
    OrderKind,
    OrderState,
    Payment,
    PaymentId,
    ProviderOrder,
    ProviderOrderId,
    Told,
)
from backoffice.money.payouts import PayoutId
from backoffice.people.model import Reach
from backoffice.ports.money import (
    Instruction,
    PayFailure,
    PaymentProvider,
    PayRefused,
    PayTemporary,
    ProviderAnswer,
)
from backoffice.workflows import claim_payment, payment_outcomes, payment_words, payments
from backoffice.workflows.acting import Acting
from backoffice.workflows.work import Work, World

BATCH = 20
MOST_CRASHES = 5


class PaymentQueue(Protocol):
    """Rows to work on (`storage.payment_queue`)."""

    async def anything(self, now: datetime) -> bool: ...
    async def claim(self, now: datetime, limit: int) -> Sequence[ProviderOrder]: ...
    async def overdue(self, now: datetime, limit: int) -> Sequence[tuple[PaymentId, str]]: ...
    async def news(self, now: datetime, limit: int) -> Sequence[tuple[int, int, Heard]]: ...


OnPayment = Callable[[Work, Payment], Awaitable[None]]
"""Who waits for payments (`settlement.on_payment`); called in the same transaction."""

Act = Callable[[Work], Awaitable[Payment | None]]


@dataclass(frozen=True, slots=True)
class Till:
    """Everything the runner stands between."""

    store: ports.Store
    queue: PaymentQueue
    locks: ports.Locks
    providers: Mapping[str, PaymentProvider]
    words: ports.Words
    world: World
    clock: Clock
    on_payment: OnPayment


class PaymentRunner:
    """One per working process; several share the rows without harm."""

    def __init__(self, till: Till) -> None:
        self._till = till
        self._acting = Acting(till.store, till.locks, till.world, till.clock)
        self._waking = Waking(till.clock)

    def wake(self) -> None:
        """There is something to do."""
        self._waking.wake()

    async def run(self) -> None:
        """Until cancelled."""
        await rounds.run(self.step, self._waking)

    async def step(self) -> int:
        """Everything that is due now; returns how much that was. News come first: they answer questions."""
        now, till = self._till.clock.now(), self._till
        if not await till.queue.anything(now):
            return 0
        news = await till.queue.news(now, BATCH)
        for seq, attempts, heard in news:
            await rounds.safely(self._hear(seq, attempts, heard))
        overdue = await till.queue.overdue(now, BATCH)
        for payment, payer in overdue:
            await rounds.safely(self._close(payment, PersonId(payer)))
        orders = await till.queue.claim(now, BATCH)
        await asyncio.gather(*(rounds.safely(self._carry_out(order)) for order in orders))
        return len(news) + len(overdue) + len(orders)

    async def _carry_out(self, order: ProviderOrder) -> None:
        provider = self._till.providers.get(order.provider)
        if provider is None:
            await self._later(order, PayTemporary("provider is switched off", rounds.LONGEST.total_seconds()))
            return
        instruction = await self._instruction(order)
        try:
            answer = await _asked(provider, instruction)
        except PayRefused as failure:
            answer = ProviderAnswer(Told.FAILED, reason=failure.code)
        except PayFailure as failure:
            await self._later(order, failure)
            return
        await self._settle(order.id, order.person, answer)

    async def _settle(self, order: ProviderOrderId, person: PersonId, answer: ProviderAnswer) -> None:
        async def act(work: Work) -> Payment | None:
            row = await work.uow.payments.order(order)
            return await payment_outcomes.settle(work, row, answer)

        await self._act(person, act)

    async def _later(self, order: ProviderOrder, failure: PayFailure) -> None:
        """Certainly not executed: sent again after its delay. Else nobody knows: asked about, never sent again."""

        async def act(work: Work) -> None:
            row = await work.uow.payments.order(order.id)
            if row.settled:
                return
            row.error = failure.code
            row.due = work.now + _delay(row, failure)
            if row.state is OrderState.DOING:
                sure = isinstance(failure, PayTemporary)
                row.move(OrderState.WAITING if sure else OrderState.UNKNOWN)
            await work.uow.payments.save_order(row)

        await self._act(order.person, act)

    async def _close(self, payment: PaymentId, payer: PersonId) -> None:
        async def act(work: Work) -> None:
            await payments.cancel(work, payment)

        await self._act(payer, act)

    async def _hear(self, seq: int, attempts: int, heard: Heard) -> None:
        person = await self._person(heard)

        async def act(work: Work) -> Payment | None:
            if not await work.uow.payments.heard_done(seq):
                return None
            if person is None or attempts > MOST_CRASHES:
                await payment_outcomes.nobodys(work, heard)
                return None
            return await payment_outcomes.hear(work, heard)

        await self._act(person or PersonId("payments"), act)

    async def _person(self, heard: Heard) -> PersonId | None:
        """Whose lock it is heard under; None for what is not ours."""
        async with self._till.store.begin(self._till.clock.now()) as uow:
            try:
                if heard.kind is OrderKind.CREATE:
                    return (await uow.payments.get(PaymentId(heard.subject))).payer
                return (await uow.payments.order(ProviderOrderId(heard.subject))).person
            except NotFound:
                return None

    async def _act(self, person: PersonId, act: Act) -> None:
        """Whoever waits for the payment hears of it in the same transaction."""

        async def told(work: Work) -> None:
            changed = await act(work)
            if changed is not None:
                await self._till.on_payment(work, changed)

        await self._acting.under(person, told)

    async def _instruction(self, order: ProviderOrder) -> Instruction:
        async with self._till.store.begin(self._till.clock.now()) as uow:
            if claiming.pays_claim(order):
                return Instruction(order, payee=await claim_payment.payee_of(uow, order))
            if order.kind is OrderKind.PAYOUT:
                return Instruction(order, payee=(await uow.payouts.get(PayoutId(order.subject))).payee)
            payment = await uow.payments.get(PaymentId(order.subject))
            reached = await uow.people.identities(payment.payer)
            locale = (await uow.people.get(payment.payer)).locale
        way = next(
            (
                i.at
                for i in reached
                if i.reach is Reach.OK and self._till.world.pay.ways.get(i.at.channel) == order.provider
            ),
            None,
        )
        say = self._till.words.text
        title, details = payment_words.title(payment), payment_words.details(payment)
        return Instruction(order, payment, way, say(title, locale), say(details, locale))


async def _asked(provider: PaymentProvider, instruction: Instruction) -> ProviderAnswer:
    """One call: the order itself when it was never sent, else the question what became of it."""
    order = instruction.order
    if order.state in (OrderState.UNKNOWN, OrderState.PENDING):
        return await provider.query(instruction)
    match order.kind:
        case OrderKind.CREATE:
            return await provider.create(instruction)
        case OrderKind.CLOSE:
            return await _closed(provider, instruction)
        case OrderKind.CAPTURE:
            return await provider.capture(instruction)
        case OrderKind.REFUND:
            return await provider.refund(instruction)
        case OrderKind.PAYOUT:
            return await provider.payout(instruction)


async def _closed(provider: PaymentProvider, instruction: Instruction) -> ProviderAnswer:
    """Ask before closing: what was paid and not told yet is heard here."""
    before = await provider.query(instruction)
    return before if before.told is Told.SUCCEEDED else await provider.close(instruction)


def _delay(order: ProviderOrder, failure: PayFailure) -> timedelta:
    if isinstance(failure, PayTemporary):
        return timedelta(seconds=failure.delay_s)
    return rounds.ask_after(order.attempts)
