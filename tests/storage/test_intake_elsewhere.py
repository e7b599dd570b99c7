"""Two processes on one PostgreSQL: a cancel that another one is just storing is not missed by the deadline."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from backoffice.kernel import errors
from backoffice.kernel.exchange import Address, RawUpdate
from backoffice.kernel.ids import PersonId
from storage import intake
from storage.engine import Database
from storage.inbox import Inbox
from storage.vault import Vault
from tests.clocks import START, FakeClock
from tests.storage import samples

pytestmark = pytest.mark.postgres
LI = Address("wechat", "openid-li")


class Slow:
    """Another process whose INSERT stands still between its moment and its commit."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()
        insert = intake._insert_pg

        async def standing(raw: Any, batch: Any) -> Any:
            self.reached.set()
            await self.go_on.wait()
            return await insert(raw, batch)

        monkeypatch.setattr(intake, "_insert_pg", standing)


@asynccontextmanager
async def processes(url: str, vault: Vault) -> AsyncIterator[tuple[Inbox, Inbox, PersonId]]:
    """Each with a pool of its own; the second's clock has reached the deadline. The person is who writes."""
    async with AsyncExitStack() as stack:
        made = []
        for after_s in (0.0, 5.0):
            database = await Database.open(url)
            stack.push_async_callback(database.close)
            clock = FakeClock()
            clock.advance(after_s)
            made.append(Inbox(database, vault, clock))
        yield made[0], made[1], await samples.known(database, vault, LI)


async def test_a_deadline_waits_for_what_is_being_stored_elsewhere(
    postgres_url: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment is fixed, the commit is not there yet: whoever asks for all rows up to the deadline waits for it."""
    async with processes(postgres_url, vault) as (theirs, ours, li):
        await theirs.store(RawUpdate("pin", LI, b"pin", START))
        slow = Slow(monkeypatch)
        storing = asyncio.create_task(theirs.store(RawUpdate("cancel", LI, b"cancel", START)))
        await slow.reached.wait()
        asking = asyncio.create_task(ours.untaken_of(li, START + timedelta(seconds=4)))
        done, _ = await asyncio.wait({asking}, timeout=0.1)
        assert not done
        slow.go_on.set()
        assert [row.raw.key for row in await asking] == ["pin", "cancel"]
        assert (await storing).seq == (await asking)[1].seq


async def test_a_frozen_intake_holds_a_deadline_up_and_is_not_passed_over(
    postgres_url: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a second it is tried again later; what is not asked up to a moment waits for nobody."""
    monkeypatch.setattr(intake, "_PG_ALONE", intake._PG_ALONE.replace("1s", "50ms"))
    async with processes(postgres_url, vault) as (theirs, ours, li):
        await theirs.store(RawUpdate("pin", LI, b"pin", START))
        slow = Slow(monkeypatch)
        storing = asyncio.create_task(theirs.store(RawUpdate("cancel", LI, b"cancel", START)))
        await slow.reached.wait()
        with pytest.raises(errors.Unavailable):
            await ours.untaken_of(li, START + timedelta(seconds=4))
        assert [row.raw.key for row in await ours.untaken_at(LI)] == ["pin"]
        slow.go_on.set()
        await storing


async def test_one_wait_answers_for_a_hundred_overdue_deadlines(
    postgres_url: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a restart: moments before the last wait need none of their own."""
    async with processes(postgres_url, vault) as (theirs, ours, li):
        await theirs.store(RawUpdate("pin", LI, b"pin", START))
        await ours.untaken_of(li, START + timedelta(seconds=4))
        monkeypatch.setattr(intake, "_PG_ALONE", "SELECT 1 / 0")
        assert len(await ours.untaken_of(li, START + timedelta(seconds=3))) == 1
        with pytest.raises(errors.Unavailable):
            await ours.untaken_of(li, START + timedelta(seconds=6))
