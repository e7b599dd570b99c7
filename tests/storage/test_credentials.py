"""What signs staff in is used up once, whoever comes at the same moment; on both databases."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backoffice.kernel import errors
from backoffice.kernel.ids import OperatorId
from backoffice.ports import Operator, OperatorRole, Passkey, Pause, RecoveryCode
from storage.access_tables import totp
from storage.engine import Database
from storage.unit_of_work import SqlStore, SqlUnitOfWork
from tests.clocks import START

LI = Operator(OperatorId("op-1"), "Li", OperatorRole.OPERATOR)
KEY = Passkey("k-1", LI.id, "credential", b"cose", 3, "笔记本", START)
SOON = START + timedelta(minutes=5)


@pytest.fixture
async def li(store: SqlStore) -> Operator:
    async with store.begin(START) as uow:
        await uow.staff.add(LI)
        await uow.commit()
    return LI


async def winners(store: SqlStore, use: Callable[[SqlUnitOfWork], Awaitable[bool]]) -> int:
    """How many of five at the same moment are told yes."""

    async def one() -> bool:
        try:
            async with store.begin(START) as uow:
                used = await use(uow)
                await uow.commit()
                return used
        except errors.Stale:
            return False

    return sum(await asyncio.gather(*(one() for _ in range(5))))


async def test_a_passkey_is_kept_used_and_removed_by_its_owner_only(store: SqlStore, li: Operator) -> None:
    async with store.begin(START) as uow:
        await uow.credentials.add_passkey(KEY)
        assert await uow.credentials.passkey("credential") == KEY
        await uow.credentials.used_passkey("k-1", 4, SOON)
        assert [k.sign_count for k in await uow.credentials.passkeys(li.id)] == [4]
        assert not await uow.credentials.remove_passkey(OperatorId("other"), "k-1")
        assert await uow.credentials.remove_passkey(li.id, "k-1")
        assert await uow.credentials.passkey("credential") is None


async def test_one_authenticator_signs_in_one_person(store: SqlStore, li: Operator) -> None:
    async with store.begin(START) as uow:
        await uow.credentials.add_passkey(KEY)
        with pytest.raises(errors.Stale):
            await uow.credentials.add_passkey(Passkey("k-2", li.id, "credential", b"x", 0, "b", START))


async def test_a_ceremony_ends_once_in_its_time_and_for_whom_it_began(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        await uow.credentials.put_challenge("c", "op-1", SOON)
        await uow.credentials.put_challenge("old", "", START)
        assert not await uow.credentials.use_challenge("c", "", START)
        assert not await uow.credentials.use_challenge("old", "", START)
        await uow.commit()
    assert await winners(store, lambda u: u.credentials.use_challenge("c", "op-1", START)) == 1


async def test_a_code_works_once_and_no_older_one_after_it(store: SqlStore, li: Operator) -> None:
    async with store.begin(START) as uow:
        await uow.credentials.put_totp(li.id, b"s" * 20)
        await uow.credentials.confirm_totp(li.id, START)
        await uow.commit()
    assert await winners(store, lambda u: u.credentials.use_step(li.id, 100)) == 1
    async with store.begin(START) as uow:
        assert not await uow.credentials.use_step(li.id, 99)
        assert await uow.credentials.use_step(li.id, 101)


async def test_the_secret_is_sealed_and_a_confirmed_one_stays(
    store: SqlStore, database: Database, li: Operator
) -> None:
    async with store.begin(START) as uow:
        await uow.credentials.put_totp(li.id, b"first-secret-of-Li..")
        await uow.credentials.put_totp(li.id, b"planted-secret-words")
        await uow.credentials.confirm_totp(li.id, START)
        await uow.commit()
    async with database.reading() as conn:
        kept = (await conn.execute(sa.select(totp.c.secret))).scalar_one()
    assert b"planted" not in kept
    async with store.begin(START) as uow:
        found = await uow.credentials.totp(li.id)
        assert found is not None
        assert (found.secret, found.confirmed_at) == (b"planted-secret-words", START)
        with pytest.raises(errors.Stale):
            await uow.credentials.put_totp(li.id, b"x" * 20)


async def test_a_recovery_code_works_once_and_new_ones_end_the_old(store: SqlStore, li: Operator) -> None:
    async with store.begin(START) as uow:
        await uow.credentials.put_recovery(li.id, [RecoveryCode("AAAA", "h1"), RecoveryCode("BBBB", "h2")])
        await uow.commit()
    assert await winners(store, lambda u: u.credentials.use_recovery(li.id, "AAAA", START)) == 1
    async with store.begin(START) as uow:
        assert [c.selector for c in await uow.credentials.recovery(li.id)] == ["BBBB"]
        await uow.credentials.put_recovery(li.id, [RecoveryCode("CCCC", "h3")])
        assert [c.selector for c in await uow.credentials.recovery(li.id)] == ["CCCC"]


async def test_failures_at_the_same_moment_are_counted_one_by_one(store: SqlStore) -> None:
    """Whoever sees an old count is told no, so that five guesses at once are not one."""
    first = Pause(1, START, START)
    assert await winners(store, lambda u: u.credentials.put_pause("key", first, None)) == 1
    second = Pause(2, SOON, SOON)
    assert await winners(store, lambda u: u.credentials.put_pause("key", second, first)) == 1
    async with store.begin(START) as uow:
        assert await uow.credentials.pause("key") == second
        await uow.credentials.forget_pause("key")
        assert await uow.credentials.pause("key") is None
        assert uow.credentials.pause_key("name", "李") != uow.credentials.pause_key("address", "李")


async def test_sessions_are_listed_and_ended_by_handle(store: SqlStore, li: Operator) -> None:
    """A handle opens nothing and ends only a session of the person it is said of."""
    async with store.begin(START) as uow:
        for letter in "ab":
            await uow.staff.open_session(letter * 64, li.id, "csrf", START)
        handles = [s.handle for s in await uow.staff.sessions(li.id)]
        assert sorted(handles) == ["a" * 16, "b" * 16]
        assert not await uow.staff.end_by_handle(OperatorId("other"), "a" * 16)
        assert not await uow.staff.end_by_handle(li.id, "a%" + "a" * 14)
        assert not await uow.staff.end_by_handle(li.id, "")
        assert await uow.staff.end_by_handle(li.id, "a" * 16)
        assert await uow.staff.end_sessions(li.id, but="b" * 64) == 0
        assert [s.handle for s in await uow.staff.sessions()] == ["b" * 16]


async def test_a_walls_token_is_good_again_and_again_until_the_wall_is_off(store: SqlStore) -> None:
    wall = Operator(OperatorId("w"), "大屏", OperatorRole.WALL)
    async with store.begin(START) as uow:
        await uow.staff.add(wall)
        await uow.staff.add_link("token", wall.id, SOON)
        assert await uow.staff.use_link("token", START) is None
        assert [await uow.staff.wall_link("token", START) for _ in range(2)] == [wall, wall]
        assert await uow.staff.wall_link("token", SOON) is None
        await uow.staff.end_links(wall.id)
        assert await uow.staff.wall_link("token", START) is None
