"""What is looked at again and again is found by an index: a service of many years is as quick as a new one."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, cast

import pytest
import sqlalchemy as sa

from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import CaseId, EnvoyId
from storage.centre_reads import SqlCentreQueries
from storage.desk_view import SqlDeskQueries
from storage.engine import Database, SqliteDatabase
from storage.inbox import Inbox
from storage.insurer_queue import InsurerQueue
from storage.letters import Letters
from storage.payment_queue import PaymentQueue
from storage.queries import SqlQueries
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from storage.wall_view import SqlWall
from tests.clocks import START, FakeClock
from tests.storage import samples

SMALL = frozenset({"alert", "case_tag", "centre", "duty", "envoy_batch", "major"}) | frozenset(
    {"on_call", "operator", "policy_batch", "synthetic_call"}
)
"""A row for each thing a centre has; every other table grows as long as the service runs."""
_SO_MANY = ("FROM {0} ORDER BY {0}.seq", "ORDER BY inbox.seq\n LIMIT", "ORDER BY inbox.seq DESC\n LIMIT")
"""The newest or the oldest rows as they lie, and only so many of them."""
LI = Address("telegram", "1")
Reads = Callable[[Database, Vault], Awaitable[object]]
Acts = Callable[[SqlUnitOfWork], Awaitable[object]]


async def _insurers(database: Database, _vault: Vault) -> None:
    queue = InsurerQueue(database)
    await queue.anything(START)
    await queue.claim(START, 20)
    await queue.news(START, 20)
    await queue.unlooked(20)


async def _payments(database: Database, _vault: Vault) -> None:
    queue = PaymentQueue(database)
    await queue.anything(START)
    await queue.claim(START, 20)
    await queue.news(START, 20)
    await queue.overdue(START, 20)


async def _board(database: Database, vault: Vault) -> None:
    queries = SqlQueries(database, vault)
    await queries.board(START)
    await queries.ringing()
    await SqlDeskQueries(database, vault).due()
    await SqlCentreQueries(database, vault).vitals(START)


async def _wall(database: Database, _vault: Vault) -> None:
    await SqlWall(database).facts(START - timedelta(days=1), START, 20)


async def _inbox(database: Database, vault: Vault) -> None:
    box = Inbox(database, vault, FakeClock())
    await box.idle_lanes(START)
    await box.untaken_at(LI)
    await box.untaken_of(samples.person().id, START)
    await box.purge(START)
    await box.forget(START)


async def _letters(database: Database, vault: Vault) -> None:
    letters = Letters(database, vault, FakeClock())
    await letters.claim(20, START, 8)
    await letters.next_due(START)
    await letters.expire_leases(START)
    await letters.points(CaseId("case"), LI)
    await letters.drop_points(CaseId("case"), LI)
    await letters.forget_maps(START)


def _acting(act: Acts) -> Reads:
    async def look(database: Database, vault: Vault) -> None:
        async with database.writing() as conn:
            await act(SqlUnitOfWork(conn, vault, START))

    return look


async def _orders(uow: SqlUnitOfWork) -> None:
    person = samples.person().id
    await uow.orders.last_of(person)
    await uow.orders.live_of(person)
    await uow.orders.lately_of(EnvoyId("envoy"), START)


async def _people(uow: SqlUnitOfWork) -> None:
    one, two = samples.person().id, samples.person().id
    await uow.people.at(LI)
    await uow.talk.open_questions(one)
    await uow.cases.active_of(one)
    await uow.deadlines.countdowns_over(one, START)
    await uow.outbox.release_held(LI)
    await uow.centres.untaken()
    await uow.shifts.owned("lin")
    await uow.people.erase(two)


LOOKS: dict[str, Reads] = {
    "insurers": _insurers,
    "payments": _payments,
    "board": _board,
    "wall": _wall,
    "inbox": _inbox,
    "letters": _letters,
    "orders": _acting(_orders),
    "people": _acting(_people),
}


@pytest.mark.parametrize("look", LOOKS)
async def test_nothing_that_grows_is_gone_through(sqlite_database: Database, vault: Vault, look: str) -> None:
    """Neither a table nor a whole index of it; an index of the few rows that are not finished may be."""
    told: dict[str, Any] = {}

    def note(_conn: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        told.setdefault(statement, values)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        await LOOKS[look](sqlite_database, vault)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    asked = {sql: values for sql, values in told.items() if sql.startswith(("SELECT", "UPDATE", "DELETE"))}
    assert asked
    found = [
        (step, sql)
        for sql, values in asked.items()
        for step in await _gone_through(sqlite_database, sql, values)
    ]
    assert found == []


async def _gone_through(database: Database, sql: str, values: Any) -> list[str]:
    async with cast(SqliteDatabase, database).driver() as driver:
        steps = await driver.run(lambda raw: raw.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall())
        partial = await driver.run(
            lambda raw: raw.execute(
                "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE%INDEX% WHERE %'"
            ).fetchall()
        )
        tables = await driver.run(
            lambda raw: raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        )
    growing = {name for (name,) in tables} - SMALL
    few = {name for (name,) in partial}
    words = [str(step[3]).split() for step in steps]
    scans = [w for w in words if w[0] == "SCAN" and w[1] in growing and not few & set(w)]
    return [" ".join(w) for w in scans if not any(each.format(w[1]) in sql for each in _SO_MANY)]
