"""One holder per key at a time, first come first served, and a dead holder holds nobody up for long."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest

from backoffice import ports
from backoffice.kernel import errors
from storage.locks import LocalLocks, PostgresLocks, number_of

ROOT = Path(__file__).parents[2]
HOLDER = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
from storage.locks import PostgresLocks

async def main():
    async with PostgresLocks(sys.argv[2]).hold("li"):
        print("held", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture(params=["local", pytest.param("postgresql", marks=pytest.mark.postgres)])
def lock_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    return url


@pytest.fixture
async def locks(lock_url: str) -> AsyncIterator[ports.Locks]:
    """Both kinds of locks keep the same promises."""
    if not lock_url:
        yield LocalLocks()
        return
    made = PostgresLocks(lock_url)
    yield made
    await made.close()


@pytest.fixture
async def two(postgres_url: str) -> AsyncIterator[tuple[PostgresLocks, PostgresLocks]]:
    """Two processes' locks on one server."""
    pair = PostgresLocks(postgres_url), PostgresLocks(postgres_url)
    yield pair
    for each in pair:
        await each.close()


async def _spin(rounds: int = 20) -> None:
    for _ in range(rounds):
        await asyncio.sleep(0)


async def test_two_turns_of_one_person_never_overlap(locks: ports.Locks) -> None:
    """A read, a wait and a write under the lock lose no update."""
    seen = 0

    async def turn() -> None:
        nonlocal seen
        async with locks.hold("li"):
            before = seen
            await _spin(3)
            seen = before + 1

    await asyncio.gather(*(turn() for _ in range(40)))
    assert seen == 40


async def test_first_come_first_served(locks: ports.Locks) -> None:
    """Updates of one person are taken in the order in which they asked."""
    order: list[int] = []

    async def turn(number: int) -> None:
        async with locks.hold("li"):
            order.append(number)
            await _spin(2)

    await asyncio.gather(*(turn(n) for n in range(25)))
    assert order == list(range(25))


async def test_another_person_does_not_wait(locks: ports.Locks) -> None:
    """A slow turn holds up its own person only."""
    async with asyncio.timeout(5), locks.hold("li"), locks.hold("bo"):
        pass


async def test_a_failed_turn_frees_its_person(locks: ports.Locks) -> None:
    """An exception under the lock does not keep it."""
    with pytest.raises(ZeroDivisionError):
        async with locks.hold("li"):
            raise ZeroDivisionError
    async with asyncio.timeout(5), locks.hold("li"):
        pass


@pytest.mark.parametrize("spins", [0, 1, 2, 3, 5, 8])
async def test_a_waiter_that_goes_away_holds_nobody_up(locks: ports.Locks, spins: int) -> None:
    """Cancelled while waiting or just when called, a waiter neither keeps nor skips anybody's turn."""

    async def turn(number: int) -> None:
        async with locks.hold("li"):
            done.append(number)

    done: list[int] = []
    async with asyncio.timeout(5):
        async with locks.hold("li"):
            waiting = [asyncio.create_task(turn(n)) for n in range(3)]
            await _spin()
        await _spin(spins)
        waiting[0].cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        async with locks.hold("li"):
            assert done[-2:] == [1, 2]


async def test_free_keys_cost_nothing() -> None:
    """A day of a hundred thousand people leaves nothing behind."""
    locks = LocalLocks()
    for n in range(100):
        async with locks.hold(f"person-{n}"):
            assert locks.keys == 1
    assert locks.keys == 0


@pytest.mark.postgres
async def test_two_processes_exclude_each_other(two: tuple[PostgresLocks, PostgresLocks]) -> None:
    """A person's turn in one process waits for the turn in another."""
    inside = most = 0

    async def turn(locks: PostgresLocks) -> None:
        nonlocal inside, most
        async with locks.hold("li"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1

    async with asyncio.timeout(20):
        await asyncio.gather(*(turn(locks) for _ in range(20) for locks in two))
    assert most == 1


@pytest.mark.postgres
async def test_a_cancelled_question_leaves_no_lock_behind(two: tuple[PostgresLocks, PostgresLocks]) -> None:
    """Cancelled at any step of asking the server, nothing stays locked for the other process."""
    one, other = two
    async with one.hold("warm"), other.hold("up"):
        pass
    for spins in range(30):
        asking = asyncio.create_task(_once(one))
        await _spin(spins)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        async with asyncio.timeout(5):
            await _once(other)


async def _once(locks: ports.Locks) -> None:
    async with locks.hold("li"):
        await asyncio.sleep(0)


@pytest.mark.postgres
async def test_holding_many_keys_takes_one_connection(postgres_url: str) -> None:
    """Waiting and holding use the locks' own session, none of the pool."""
    locks = PostgresLocks(postgres_url)
    async with AsyncExitStack() as stack:
        for n in range(50):
            await stack.enter_async_context(locks.hold(f"person-{n}"))
        watcher = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
        found = await watcher.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await watcher.close()
    await locks.close()
    assert found == 1


@pytest.mark.postgres
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
async def test_a_dead_or_frozen_holder_frees_within_three_seconds(
    postgres_url: str, how: signal.Signals
) -> None:
    """A crashed or stopped worker does not keep a person from being served."""
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(ROOT), postgres_url, stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    locks = PostgresLocks(postgres_url)
    try:
        assert await holder.stdout.readline() == b"held\n"
        os.kill(holder.pid, how)
        async with asyncio.timeout(3.0), locks.hold("li"):
            pass
    finally:
        if how is signal.SIGSTOP:
            holder.kill()
        await holder.wait()
        await locks.close()


@pytest.mark.postgres
async def test_a_quiet_holder_keeps_its_lock(two: tuple[PostgresLocks, PostgresLocks], monkeypatch) -> None:
    """A turn that waits longer than the silence allowed keeps its person: the heart beats for it."""
    monkeypatch.setattr("storage.locks.SILENT_MS", 200)
    monkeypatch.setattr("storage.locks.HEARTBEAT_S", 0.05)
    one, other = two
    async with one.hold("li"):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.6):
                await _once(other)


@pytest.mark.postgres
async def test_a_lost_session_is_opened_again(two: tuple[PostgresLocks, PostgresLocks]) -> None:
    """After PostgreSQL ended the locks' session the next turn gets a new one, and the old holder only ends."""
    one, other = two
    async with one.hold("li"):
        one._session.terminate()
        async with asyncio.timeout(5), other.hold("li"):
            pass
        async with asyncio.timeout(5), one.hold("bo"):
            pass


@pytest.mark.postgres
async def test_without_a_server_the_refusal_is_plain() -> None:
    """No server: unavailable, at once, and nothing stays held in the process."""
    locks = PostgresLocks("postgresql+asyncpg://nobody@127.0.0.1:9/none")
    for _ in range(2):
        with pytest.raises(errors.Unavailable):
            await _once(locks)
    await locks.close()


def test_keys_are_spread_over_all_numbers() -> None:
    """Two people do not share a lock number."""
    assert len({number_of(f"person-{n}") for n in range(10_000)}) == 10_000
