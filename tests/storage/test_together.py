"""Small changes that share a commit, and what one that fails may do to the others."""

import asyncio

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Database
from storage.together import Together

WRITE = sa.text("INSERT INTO live_map (name, lane, ref, until) VALUES (:name, 'telegram:1', '1', 0)")
COUNT = sa.text("SELECT count(*) FROM live_map")


async def _put(conn: AsyncConnection, name: str) -> None:
    await conn.execute(WRITE, {"name": name})


async def _count(database: Database) -> int:
    async with database.reading() as conn:
        found: int = (await conn.execute(COUNT)).scalar_one()
        return found


async def test_changes_that_wait_together_share_one_commit(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty letters settled at one moment cost the disk two syncs, not twenty, and all of them are kept."""
    commits, commit = [], AsyncConnection.commit

    async def counted(conn: AsyncConnection) -> None:
        commits.append(conn)
        await commit(conn)

    monkeypatch.setattr(AsyncConnection, "commit", counted)
    together = Together(sqlite_database)
    await asyncio.gather(*(together.run(lambda conn, n=n: _put(conn, f"map {n}")) for n in range(20)))
    assert len(commits) <= 2
    assert await _count(sqlite_database) == 20


async def test_a_change_that_fails_fails_alone(sqlite_database: Database) -> None:
    """One broken change among three: its caller hears of it, the other two are durable."""

    async def broken(_conn: AsyncConnection) -> None:
        raise ValueError("broken")

    together = Together(sqlite_database)
    results = await asyncio.gather(
        together.run(lambda conn: _put(conn, "a")),
        together.run(broken),
        together.run(lambda conn: _put(conn, "b")),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [type(None), ValueError, type(None)]
    assert await _count(sqlite_database) == 2


async def test_who_stops_waiting_takes_nobody_along(sqlite_database: Database) -> None:
    """A caller that is cancelled while it waits does not undo what waits beside it."""
    together = Together(sqlite_database)
    first = asyncio.create_task(together.run(lambda conn: _put(conn, "a")))
    second = asyncio.create_task(together.run(lambda conn: _put(conn, "b")))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert await _count(sqlite_database) == 2
