"""The ledger in the database keeps the same rules as the pure one, on both databases."""

import asyncio
import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backoffice.kernel.errors import Stale
from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money
from backoffice.money import ledger
from backoffice.money.accounts import Account, AccountKind, Entry, Operation
from backoffice.money.ledger import Books, KeyReused, NotEnough, Stamp
from storage.engine import Database
from storage.money_tables import ledger_entry, ledger_posting
from storage.unit_of_work import SqlStore
from tests.clocks import START


def yuan(whole: int) -> Money:
    return Money.of(whole, "CNY")


async def post(store: SqlStore, *entries: Entry) -> list[bool]:
    async with store.begin(START) as uow:
        found = [await uow.ledger.post(entry) for entry in entries]
        await uow.commit()
    return found


def stamp(key: str, subject: str = "p1") -> Stamp:
    return Stamp(key, START, subject)


def paid(amount: Money, payment: str = "p1") -> list[Entry]:
    return [
        ledger.authorise(stamp(f"a:{payment}", payment), "wechat", amount),
        ledger.hold(stamp(f"h:{payment}", payment), amount),
    ]


async def balance(store: SqlStore, account: Account, currency: str = "CNY") -> Money:
    async with store.begin(START) as uow:
        return await uow.ledger.balance(account, currency)


async def test_a_key_books_once_and_refuses_other_parameters(store: SqlStore) -> None:
    assert await post(store, *paid(yuan(100))) == [True, True]
    assert await post(store, *paid(yuan(100))) == [False, False]
    with pytest.raises(KeyReused):
        await post(store, ledger.authorise(stamp("a:p1"), "wechat", yuan(99)))
    assert await balance(store, ledger.escrow("p1")) == -yuan(100)


async def test_held_money_is_never_below_nothing(store: SqlStore) -> None:
    await post(store, *paid(yuan(10)))
    with pytest.raises(NotEnough):
        await post(store, ledger.refund(stamp("r"), Money(1001, "CNY")))
    with pytest.raises(NotEnough):
        await post(store, ledger.refund(stamp("r", "nobody's"), yuan(1)))
    assert await balance(store, ledger.escrow("p1")) == -yuan(10)


async def test_a_refused_entry_leaves_nothing_behind(store: SqlStore, database: Database) -> None:
    """What was booked before it in the same action is undone with it."""
    with pytest.raises(NotEnough):
        await post(store, *paid(yuan(10)), ledger.refund(stamp("r"), yuan(11)))
    async with database.reading() as conn:
        assert (await conn.execute(sa.select(sa.func.count()).select_from(ledger_posting))).scalar() == 0


async def test_two_at_once_cannot_both_have_the_last_of_it(store: SqlStore) -> None:
    """Ten ask for sixty of a hundred at the same moment: one has it."""
    await post(store, *paid(yuan(100)))

    async def take(number: int) -> bool:
        for _ in range(20):
            try:
                return (await post(store, ledger.refund(stamp(f"r{number}"), yuan(60))))[0]
            except NotEnough:
                return False
            except Stale:
                continue
        raise AssertionError("never came through")

    assert sum(await asyncio.gather(*(take(n) for n in range(10)))) == 1
    assert await balance(store, ledger.escrow("p1")) == -yuan(40)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_posting SET minor = 1",
        "DELETE FROM ledger_posting",
        "UPDATE ledger_entry SET subject = 'x'",
        "DELETE FROM ledger_entry",
    ],
)
async def test_the_ledger_refuses_changes(store: SqlStore, database: Database, change: str) -> None:
    """Triggers refuse UPDATE and DELETE whoever asks."""
    await post(store, *paid(yuan(1)))
    async with database.writing() as conn:
        with pytest.raises(sa.exc.DBAPIError, match="append only"):
            await conn.exec_driver_sql(change)


async def test_a_statement_sees_its_week_only(store: SqlStore) -> None:
    """What was owed before, and the lines of the week, oldest first."""
    async with store.begin(START) as uow:
        for day in range(3):
            at = START + timedelta(days=day)
            await uow.ledger.post(
                ledger.owe(Stamp(f"o{day}", at, f"sos:{day}"), ledger.fund(), "e1", yuan(day + 1))
            )
        await uow.commit()
    second = START + timedelta(days=1)
    async with store.begin(START) as uow:
        before = await uow.ledger.balance(ledger.payable("e1"), "CNY", second)
        lines = await uow.ledger.lines(ledger.payable("e1"), second, second + timedelta(days=1))
        owed = await uow.ledger.owed()
    assert before == -yuan(1)
    assert [(x.what, x.subject, x.amount) for x in lines] == [(Operation.OWE, "sos:1", -yuan(2))]
    assert owed == [(PersonId("e1"), yuan(6))]


def _operation(chance: random.Random, number: int) -> Entry:
    """One random operation; keys repeat now and then, with the same or with other parameters."""
    key = f"k{chance.randrange(number + 1) if chance.random() < 0.1 else number}"
    amount = Money(chance.randint(1, 5000), chance.choice(["CNY", "THB"]))
    at = Stamp(key, START, f"p{chance.randrange(4)}")
    envoy = f"e{chance.randrange(3)}"
    made = {
        "authorise": lambda: ledger.authorise(at, "wechat", amount),
        "hold": lambda: ledger.hold(at, amount),
        "capture": lambda: ledger.capture(at, [ledger.to_envoy(envoy, amount), ledger.to_fees(amount)]),
        "refund": lambda: ledger.refund(at, amount),
        "refunded": lambda: ledger.refunded(at, "wechat", amount),
        "owe": lambda: ledger.owe(at, ledger.fund(), envoy, amount),
        "payout": lambda: ledger.payout(at, envoy, amount),
        "paid_out": lambda: ledger.paid_out(at, "wechat", amount),
    }
    return made[chance.choice(list(made))]()


async def test_sql_and_the_pure_rules_agree(store: SqlStore, database: Database, seed: random.Random) -> None:
    """250 random operations: the same are booked, the same refused, and the same is left everywhere."""
    books, outcomes, before = Books(), set(), []
    for number in range(250):
        entry = seed.choice(before) if before and seed.random() < 0.05 else _operation(seed, number)
        before.append(entry)
        expected = _outcome(books, entry)
        try:
            found: object = (await post(store, entry))[0]
        except (NotEnough, KeyReused) as refusal:
            found = type(refusal)
        assert found == expected, entry
        outcomes.add(found)
    assert outcomes == {True, False, NotEnough, KeyReused}
    for (account, currency), minor in books.balances.items():
        assert (await balance(store, account, currency)).minor == minor
    await _adds_up(database)


def _outcome(books: Books, entry: Entry) -> object:
    try:
        return books.post(entry)
    except (NotEnough, KeyReused) as refusal:
        return type(refusal)


async def _adds_up(database: Database) -> None:
    """Every entry is balanced, and the guarded balances are what their postings say."""
    uneven = (
        sa.select(ledger_entry.c.key)
        .join(ledger_posting, ledger_posting.c.entry == ledger_entry.c.seq)
        .group_by(ledger_entry.c.key, ledger_posting.c.currency)
        .having(sa.func.sum(ledger_posting.c.minor) != 0)
    )
    differing = sa.text(
        "SELECT b.owner FROM ledger_balance b WHERE b.credit <> -(SELECT COALESCE(SUM(p.minor), 0) FROM "
        "ledger_posting p WHERE p.kind = b.kind AND p.owner = b.owner AND p.currency = b.currency)"
    )
    async with database.reading() as conn:
        assert (await conn.execute(uneven)).all() == []
        assert (await conn.execute(differing)).all() == []


def test_only_other_peoples_money_is_guarded() -> None:
    """The fund, the fees and the providers may stand on either side."""
    assert not any(Account(k).guarded for k in (AccountKind.FUND, AccountKind.FEES, AccountKind.CLEARING))
