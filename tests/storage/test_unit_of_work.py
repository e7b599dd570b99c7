"""One action, one transaction; hints leave after it."""

import asyncio
import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from backoffice.cases.model import Case
from backoffice.kernel import errors
from storage import tables
from storage.engine import Database
from storage.unit_of_work import SqlStore, in_our_words
from storage.vault import Vault
from tests.clocks import START
from tests.storage import samples


class Listener:
    """A bus that looks at the database when it is told something."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.heard: list[tuple[list[str], int]] = []

    async def publish(self, topics: Sequence[str]) -> None:
        async with self.database.reading() as conn:
            people = (await conn.execute(sa.select(sa.func.count()).select_from(tables.person))).scalar_one()
        self.heard.append((list(topics), people))


@pytest.fixture
def listener(database: Database) -> Listener:
    return Listener(database)


@pytest.fixture
def told(database: Database, vault: Vault, listener: Listener) -> SqlStore:
    return SqlStore(database, vault, listener)


async def test_what_is_not_committed_never_was(told: SqlStore, listener: Listener) -> None:
    async with told.begin(START) as uow:
        await uow.people.add(samples.person(), samples.WECHAT)
        uow.hint("queue")
    async with told.begin(START) as uow:
        assert await uow.people.at(samples.WECHAT) is None
    assert listener.heard == []


async def test_a_refusal_undoes_the_turn(told: SqlStore) -> None:
    async def turn() -> None:
        async with told.begin(START) as uow:
            await uow.people.add(samples.person(), samples.WECHAT)
            raise errors.NotAllowed

    with pytest.raises(errors.NotAllowed):
        await turn()
    async with told.begin(START) as uow:
        assert await uow.people.at(samples.WECHAT) is None


async def test_hints_leave_once_each_when_others_can_see_the_rows(told: SqlStore, listener: Listener) -> None:
    async with told.begin(START) as uow:
        await uow.people.add(samples.person(), samples.WECHAT)
        for topic in ("letters", "case:1", "letters"):
            uow.hint(topic)
        await uow.commit()
        assert listener.heard == []
    assert listener.heard == [(["letters", "case:1"], 1)]


async def test_hints_of_a_committed_turn_leave_even_if_its_caller_fails_afterwards(
    told: SqlStore, listener: Listener
) -> None:
    async def turn() -> None:
        async with told.begin(START) as uow:
            await uow.people.add(samples.person(), samples.WECHAT)
            uow.hint("letters")
            await uow.commit()
            raise errors.NotFound

    with pytest.raises(errors.NotFound):
        await turn()
    assert listener.heard == [(["letters"], 1)]


async def test_a_turn_that_is_cancelled_leaves_nothing_and_blocks_nobody(told: SqlStore) -> None:
    inside = asyncio.Event()

    async def turn() -> None:
        async with told.begin(START) as uow:
            await uow.people.add(samples.person(), samples.WECHAT)
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(turn())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with told.begin(START) as uow:
        assert await uow.people.at(samples.WECHAT) is None


@pytest.mark.postgres
async def test_a_deadlock_is_a_turn_to_run_again(postgres_url: str, vault: Vault, bus: Any) -> None:
    """PostgreSQL ends one of two turns that wait for each other; SQLite has one writer and no deadlock."""
    database = await Database.open(postgres_url)
    store = SqlStore(database, vault, bus)
    cases = [await _case(store), await _case(store)]
    both = asyncio.Barrier(2)

    async def turn(first: Case, second: Case) -> None:
        async with store.begin(START) as uow:
            await uow.cases.get(first.id)
            await both.wait()
            await uow.cases.get(second.id)

    results = await asyncio.gather(turn(*cases), turn(*reversed(cases)), return_exceptions=True)
    await database.close()
    assert [type(r) for r in results if r is not None] == [errors.Stale]


async def _case(store: SqlStore) -> Case:
    async with store.begin(START) as uow:
        person = samples.person()
        await uow.people.add(person, samples.address())
        made = samples.open_case(person.id)
        await uow.cases.add(made)
        await uow.commit()
        return made


async def test_a_case_of_nobody_is_a_mistake_and_not_a_race(told: SqlStore) -> None:
    """A broken reference would otherwise be run again for ever."""
    with pytest.raises(sa.exc.IntegrityError):
        async with told.begin(START) as uow:
            await uow.cases.add(samples.case(samples.person().id))


def test_a_store_that_cannot_be_reached_is_unavailable() -> None:
    with pytest.raises(errors.Unavailable), in_our_words():
        raise ConnectionResetError
    with pytest.raises(errors.Unavailable), in_our_words():
        raise sa.exc.OperationalError("BEGIN", {}, Exception("disk is full"))
    with pytest.raises(errors.Unavailable), in_our_words():
        raise TimeoutError


async def test_one_object_per_row_within_a_turn(told: SqlStore) -> None:
    made = await _case(told)
    async with told.begin(START) as uow:
        loaded = await uow.cases.get(made.id)
        assert loaded is await uow.cases.by_ref(made.ref)
        assert loaded is await uow.cases.active_of(made.requester)
        assert loaded == dataclasses.replace(made)
