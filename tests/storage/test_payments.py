"""Payments and the orders for them as rows: claimed once, never lost, never sent blindly."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from backoffice.kernel.errors import Stale
from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money, Rate
from backoffice.money import tables
from backoffice.money.model import (
    Heard,
    OrderKind,
    OrderState,
    Payment,
    PaymentId,
    PaymentStatus,
    ProviderOrder,
    ProviderOrderId,
    Purpose,
    Told,
)
from backoffice.money.payouts import Payee, Payout, PayoutId, PayoutStatus
from backoffice.money.tables import PriceTable
from storage.engine import Database
from storage.payment_queue import CLOSE_AGAIN, LEASE, PaymentQueue
from storage.unit_of_work import SqlStore
from tests.clocks import START

SUM = Money.of(460, "THB")


def payment(key: str = "k1", minutes: int = 30) -> Payment:
    return Payment(
        PaymentId(f"id-{key}"), key, Purpose("test", "t1"), PersonId("p1"), SUM, Money.of(100, "CNY"), "wechat",
        START, START + timedelta(minutes=minutes), f"token-{key}", how={"package": "x"},
    )  # fmt: skip


def order(number: str, kind: OrderKind = OrderKind.REFUND, **more: OrderState) -> ProviderOrder:
    amount = Money.of(100, "CNY")
    return ProviderOrder(
        ProviderOrderId(number), kind, "id-k1", PersonId("p1"), "wechat", amount, SUM, START, START, **more
    )


async def test_a_payment_comes_back_as_it_was(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        await uow.payments.add(payment())
        await uow.commit()
    async with store.begin(START) as uow:
        found = await uow.payments.get(PaymentId("id-k1"))
        assert found == payment()
        assert await uow.payments.by_key("k1") is found
        assert await uow.payments.of(Purpose("test", "t1")) == [found]


async def test_a_key_is_taken_once(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        await uow.payments.add(payment())
        await uow.commit()
    twin = payment()
    twin.id, twin.token = PaymentId("other"), "other"
    with pytest.raises(Stale):
        async with store.begin(START) as uow:
            await uow.payments.add(twin)


async def test_who_saves_an_old_version_runs_again(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        await uow.payments.add(payment())
        await uow.commit()
    async with store.begin(START) as uow:
        found = await uow.payments.get(PaymentId("id-k1"))
        found.move(PaymentStatus.AUTHORISED)
        await uow.payments.save(found)
        await uow.commit()
    with pytest.raises(Stale):
        async with store.begin(START) as uow:
            await uow.payments.save(payment())


async def put(store: SqlStore, *orders: ProviderOrder) -> None:
    async with store.begin(START) as uow:
        for each in orders:
            await uow.payments.add_order(each)
        await uow.commit()


async def test_an_order_is_claimed_by_one(store: SqlStore, database: Database) -> None:
    await put(store, order("o1"))
    queue = PaymentQueue(database)
    assert await queue.anything(START)
    claimed = await queue.claim(START, 10)
    assert not await queue.anything(START)
    assert [(o.id, o.state, o.attempts) for o in claimed] == [("o1", OrderState.DOING, 1)]
    assert claimed[0].own == SUM
    assert await queue.claim(START, 10) == []


async def test_a_claim_without_a_word_is_asked_about_not_sent_again(
    store: SqlStore, database: Database
) -> None:
    """A process that died may have sent it: the row is unknown, never waiting."""
    await put(store, order("o1"))
    queue = PaymentQueue(database)
    await queue.claim(START, 10)
    later = START + LEASE
    assert await queue.anything(later)
    assert [(o.id, o.state) for o in await queue.claim(later, 10)] == [("o1", OrderState.UNKNOWN)]
    assert await queue.claim(later, 10) == []


async def test_what_is_settled_is_never_claimed(store: SqlStore, database: Database) -> None:
    await put(store, order("o1", state=OrderState.DONE), order("o2", state=OrderState.FAILED))
    queue, late = PaymentQueue(database), START + timedelta(days=9)
    assert await queue.claim(late, 10) == []
    assert not await queue.anything(late)


async def test_news_told_twice_are_kept_once_and_handled_once(store: SqlStore, database: Database) -> None:
    """Also when the handler dies between: after the lease they come again."""
    queue = PaymentQueue(database)
    heard = Heard("wechat", "create:1", OrderKind.CREATE, "id-k1", Told.SUCCEEDED, START, "42", SUM)
    assert [await queue.store(heard, START), await queue.store(heard, START)] == [True, False]
    assert await queue.anything(START)
    (seq, attempts, found), *rest = await queue.news(START, 10)
    assert (attempts, found, rest) == (1, heard, [])
    assert await queue.news(START, 10) == []
    assert [n[1] for n in await queue.news(START + LEASE, 10)] == [2]
    async with store.begin(START) as uow:
        assert await uow.payments.heard_done(seq)
        assert not await uow.payments.heard_done(seq)
        await uow.commit()
    assert await queue.news(START + LEASE * 3, 10) == []
    assert not await queue.anything(START + LEASE * 3)


async def test_overdue_payments_are_closed_one_order_at_a_time(store: SqlStore, database: Database) -> None:
    """Not while one is under way, and not at once again when the platform refused."""
    async with store.begin(START) as uow:
        await uow.payments.add(payment())
        await uow.payments.add(payment("k2", minutes=90))
        await uow.commit()
    queue, over = PaymentQueue(database), START + timedelta(minutes=30)
    assert await queue.overdue(over, 10) == [("id-k1", "p1")]
    assert await queue.anything(over)
    refused = order("c1", OrderKind.CLOSE, state=OrderState.FAILED)
    refused.created_at = over
    await put(store, refused)
    assert await queue.overdue(over, 10) == []
    assert not await queue.anything(over)
    assert await queue.overdue(over + CLOSE_AGAIN, 10) == [("id-k1", "p1")]


async def test_an_envoy_has_one_open_payout_per_currency(store: SqlStore) -> None:
    """And the account it goes to is not readable in the database."""
    payee = Payee(PersonId("e1"), "陈静", "+66812345678", "recorded", "TH-98-7654")
    first = Payout(PayoutId("a"), "b1", payee, SUM, START, "op")
    async with store.begin(START) as uow:
        await uow.payouts.put_payee(payee)
        await uow.payouts.add(first)
        await uow.commit()
    with pytest.raises(Stale):
        async with store.begin(START) as uow:
            await uow.payouts.add(Payout(PayoutId("b"), "b2", payee, SUM, START, "op"))
    async with store.begin(START) as uow:
        assert await uow.payouts.payee(PersonId("e1")) == payee
        assert await uow.payouts.get(PayoutId("a")) == first
        first.move(PayoutStatus.WITHDRAWN)
        await uow.payouts.save(first)
        await uow.payouts.add(Payout(PayoutId("b"), "b2", payee, SUM, START, "op"))
        await uow.commit()


async def test_a_new_price_ends_the_old_one_the_day_before(store: SqlStore) -> None:
    """What was quoted on a day can be quoted again for that day."""
    head = "country,currency,call_out,per_hour,per_km,free_km,since\n"
    for line in ("TH,THB,100,1,1,1,2026-01-01\n", "TH,THB,200,1,1,1,2026-03-01\n"):
        async with store.begin(START) as uow:
            await uow.prices.put(tables.read({"sos_pay": head + line}))
            await uow.commit()
    async with store.begin(START) as uow:
        on = {
            day: [row.call_out for row in await uow.prices.sos_pay("TH", date.fromisoformat(day))]
            for day in ("2025-12-31", "2026-02-28", "2026-03-01")
        }
    assert on == {"2025-12-31": [], "2026-02-28": [10000], "2026-03-01": [20000]}


async def test_the_newest_rate_of_the_day_counts_and_is_exact(store: SqlStore) -> None:
    odd = Decimal("4.600000000000000000001")
    rates = [
        Rate("CNY", "THB", value, date(2026, month, 1)) for month, value in ((1, Decimal("4.5")), (2, odd))
    ]
    async with store.begin(START) as uow:
        await uow.prices.put(PriceTable(rates=rates))
        await uow.commit()
    async with store.begin(START) as uow:
        assert [r.value for r in await uow.prices.rates(date(2026, 1, 31))] == [Decimal("4.5")]
        assert [r.value for r in await uow.prices.rates(date(2026, 3, 1))] == [odd]


async def test_the_starting_tables_can_be_put_twice(store: SqlStore) -> None:
    for _ in range(2):
        async with store.begin(START) as uow:
            await uow.prices.put(tables.starting())
            await uow.commit()
    async with store.begin(START) as uow:
        assert len(await uow.prices.prices("interpret", "TH", START.date())) == 2
