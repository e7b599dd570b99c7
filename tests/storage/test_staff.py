"""Operators sign in once per link, and what they do leaves a trail that shows every tampering."""

import asyncio
import os
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backoffice.kernel.ids import OperatorId
from backoffice.ports import Alert, Operator, OperatorRole, QueueItem
from storage import audit, tables
from storage.engine import Database
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from tests.clocks import START
from tests.conftest import MASTER
from tests.storage import samples

LATER = START + timedelta(minutes=5)
LI = Operator(OperatorId("op-1"), "Li", OperatorRole.SUPERVISOR, "SHA", "rescue")


@pytest.fixture
async def li(store: SqlStore) -> Operator:
    async with store.begin(START) as uow:
        await uow.staff.add(LI)
        await uow.staff.add_link("link", LI.id, LATER)
        await uow.commit()
        return LI


async def test_an_operator_is_kept(store: SqlStore, li: Operator) -> None:
    async with store.begin(START) as uow:
        assert await uow.staff.get(li.id) == li
        assert await uow.staff.get(OperatorId("nobody")) is None


async def test_a_link_signs_in_one_of_two_who_use_it_at_once(store: SqlStore, li: Operator) -> None:
    async def use() -> Operator | None:
        async with store.begin(START) as uow:
            found = await uow.staff.use_link("link", START)
            await uow.commit()
            return found

    found = await asyncio.gather(use(), use())
    assert sorted(found, key=bool) == [None, li]


async def test_a_link_past_its_end_or_unknown_signs_nobody_in(store: SqlStore, li: Operator) -> None:
    async with store.begin(LATER) as uow:
        assert await uow.staff.use_link("link", LATER) is None
        assert await uow.staff.use_link("other", START) is None


async def test_a_session_lasts_until_it_is_ended(store: SqlStore, li: Operator) -> None:
    async with store.begin(START) as uow:
        await uow.staff.open_session("token", li.id, "csrf", START)
        await uow.staff.touch_session("token", LATER)
        found = await uow.staff.session("token")
        assert found is not None
        assert (found.operator, found.csrf, found.started_at, found.seen_at) == (li, "csrf", START, LATER)
        await uow.staff.end_session("token")
        assert await uow.staff.session("token") is None


async def test_who_is_no_longer_active_is_signed_out_and_not_let_in(
    store: SqlStore, database: Database
) -> None:
    async with store.begin(START) as uow:
        await uow.staff.add(Operator(OperatorId("gone"), "G", OperatorRole.OPERATOR, active=False))
        await uow.staff.add_link("link", OperatorId("gone"), LATER)
        await uow.staff.open_session("token", OperatorId("gone"), "csrf", START)
        assert await uow.staff.session("token") is None
        assert await uow.staff.use_link("link", START) is None


@pytest.fixture
async def trail(store: SqlStore) -> None:
    for n in range(1, 6):
        async with store.begin(START) as uow:
            await uow.staff.audit(START, "operator:op-1", "case.viewed", f"case:{n}")
            await uow.commit()


async def _forge(database: Database, *statements: str) -> None:
    """Change the trail as somebody would who holds the database and has removed its triggers."""
    off, on = {
        "sqlite": ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"),
        "postgresql": ("ALTER TABLE audit DISABLE TRIGGER USER", "SELECT 1"),
    }[database.dialect]
    async with database.writing() as conn:
        for statement in (off, on, *statements):
            await conn.exec_driver_sql(statement)
        await conn.commit()


async def _verify(database: Database, vault: Vault, kept: audit.Head | None = None) -> audit.Fault | None:
    async with database.reading() as conn:
        return await audit.verify(conn, vault, kept)


@pytest.mark.usefixtures("trail")
async def test_an_untouched_trail_holds(database: Database, vault: Vault) -> None:
    assert await _verify(database, vault) is None
    async with database.reading() as conn:
        assert (await audit.head(conn)).seq == 5


async def test_an_empty_trail_holds(database: Database, vault: Vault) -> None:
    assert await _verify(database, vault) is None


@pytest.mark.usefixtures("trail")
@pytest.mark.parametrize(
    ("forgery", "fault"),
    [
        (["UPDATE audit SET object = 'case:9' WHERE seq = 3"], audit.Fault(3, "changed")),
        (["DELETE FROM audit WHERE seq = 2"], audit.Fault(2, "missing")),
        (["DELETE FROM audit WHERE seq = 5"], audit.Fault(5, "cut off")),
        (["DELETE FROM audit WHERE seq = 1"], audit.Fault(1, "missing")),
        (["DELETE FROM audit_head"], audit.Fault(5, "head missing")),
        (
            [
                "DELETE FROM audit WHERE seq = 5",
                "UPDATE audit_head SET seq = 4, mac = (SELECT mac FROM audit WHERE seq = 4)",
            ],
            audit.Fault(4, "head changed"),
        ),
        (
            [
                "UPDATE audit SET seq = 9 WHERE seq = 2",
                "UPDATE audit SET seq = 2 WHERE seq = 3",
                "UPDATE audit SET seq = 3 WHERE seq = 9",
            ],
            audit.Fault(2, "changed"),
        ),
    ],
)
async def test_every_forgery_of_the_trail_is_named(
    database: Database, vault: Vault, forgery: list[str], fault: audit.Fault
) -> None:
    await _forge(database, *forgery)
    assert await _verify(database, vault) == fault


@pytest.mark.usefixtures("trail")
async def test_a_trail_put_back_to_an_older_copy_is_noticed_by_the_head_kept_outside(
    database: Database, store: SqlStore, vault: Vault
) -> None:
    async with database.reading() as conn:
        rows = (await conn.execute(sa.select(tables.audit_head))).one()
    async with store.begin(START) as uow:
        await uow.staff.audit(START, "operator:op-1", "case.viewed", "case:6")
        await uow.commit()
    async with database.reading() as conn:
        kept = await audit.head(conn)
    await _forge(database, "DELETE FROM audit WHERE seq = 6")
    async with database.writing() as conn:
        old = {"seq": rows.seq, "mac": rows.mac, "signature": rows.signature}
        await conn.execute(sa.update(tables.audit_head).values(old))
        await conn.commit()
    assert await _verify(database, vault) is None
    assert await _verify(database, vault, kept) == audit.Fault(6, "cut off")


@pytest.mark.usefixtures("trail")
async def test_the_trail_cannot_be_continued_without_the_key(database: Database) -> None:
    assert await _verify(database, Vault(bytes(32), os.urandom)) == audit.Fault(1, "changed")
    assert await _verify(database, Vault(MASTER, os.urandom)) is None


async def test_two_who_look_at_once_leave_two_lines(
    store: SqlStore, database: Database, vault: Vault
) -> None:
    async def look(what: str) -> None:
        async with store.begin(START) as uow:
            await uow.staff.audit(START, "operator:op-1", "case.viewed", what)
            await asyncio.sleep(0)
            await uow.commit()

    await look("case:0")
    await asyncio.gather(*(look(f"case:{n}") for n in range(4)))
    assert await _verify(database, vault) is None
    async with database.reading() as conn:
        assert (await audit.head(conn)).seq == 5


async def test_the_general_queue_keeps_what_belongs_to_no_open_case(store: SqlStore) -> None:
    person = samples.person()
    async with store.begin(START) as uow:
        await uow.people.add(person, samples.WECHAT)
        first = await uow.desk.queue(QueueItem(0, person.id, START, "还有人吗", "7K3F"))
        second = await uow.desk.queue(QueueItem(0, person.id, LATER, "hello"))
        await uow.commit()
    async with store.begin(LATER) as uow:
        assert await uow.desk.waiting() == [
            QueueItem(first, person.id, START, "还有人吗", "7K3F"),
            QueueItem(second, person.id, LATER, "hello"),
        ]
        await uow.desk.finish(first, LATER)
        assert [i.id for i in await uow.desk.waiting()] == [second]


async def test_an_alert_stays_until_somebody_saw_it(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        first = await uow.desk.alert(Alert(0, START, "parked", None, "update 17"))
        second = await uow.desk.alert(Alert(0, LATER, "unreachable", None, "王"))
        assert [a.id for a in await uow.desk.alerts()] == [second, first]
        await uow.desk.seen(second, LATER)
        assert await uow.desk.alerts() == [Alert(first, START, "parked", None, "update 17")]
