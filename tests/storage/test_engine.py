"""The database is opened so that what is committed stays, and refused when it would not."""

import asyncio
import os
import sqlite3
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa

from backoffice.kernel import errors
from storage import engine, sqlite_file

COUNTER = sa.table("counter", sa.column("n", sa.Integer))


@pytest.fixture(params=[False, True], ids=["inline", "thread"])
async def lite(tmp_path: Path, request: pytest.FixtureRequest):
    opened = await engine.Database.open(_url(tmp_path), thread=request.param)
    async with opened.writing() as conn:
        await conn.exec_driver_sql("CREATE TABLE counter (n INTEGER CHECK (n >= 0))")
        await conn.exec_driver_sql("INSERT INTO counter VALUES (0)")
        await conn.commit()
    yield opened
    await opened.close()


def _url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/rescue.db"


async def _read(database: engine.Database) -> int:
    async with database.reading() as conn:
        return (await conn.execute(sa.select(COUNTER.c.n))).scalar_one()


async def _add_one(database: engine.Database) -> None:
    async with database.writing() as conn:
        seen = (await conn.execute(sa.select(COUNTER.c.n))).scalar_one()
        await asyncio.sleep(0)
        await conn.execute(sa.update(COUNTER).values(n=seen + 1))
        await conn.commit()


async def test_the_writer_syncs_every_commit_and_wipes_what_it_deletes(lite) -> None:
    """WAL, FULL, secure_delete and foreign keys hold on the connection that writes."""
    async with lite.writing() as conn:
        found = {
            name: (await conn.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}


async def test_a_weaker_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that would not sync its commits is not opened, and its lock is free again."""
    monkeypatch.setitem(sqlite_file._WORDS, "synchronous", "NORMAL")
    with pytest.raises(sqlite_file.WeakStore, match="synchronous"):
        await engine.Database.open(_url(tmp_path))
    monkeypatch.undo()
    await (await engine.Database.open(_url(tmp_path))).close()


async def test_a_database_in_memory_is_refused() -> None:
    """What keeps nothing cannot take an SOS."""
    with pytest.raises(sqlite_file.WeakStore):
        await engine.Database.open("sqlite+aiosqlite:///:memory:")


async def test_only_one_process_writes(lite, tmp_path: Path) -> None:
    """A second writer is turned away while the first lives, and let in after it."""
    with pytest.raises(sqlite_file.AlreadyOpen):
        await engine.Database.open(_url(tmp_path))
    await lite.close()
    second = await engine.Database.open(_url(tmp_path))
    assert await _read(second) == 0
    await second.close()


async def test_a_second_command_reads_beside_the_service_and_cannot_write(lite, tmp_path: Path) -> None:
    """Reading needs no lock, sees what is committed, and no way leads from it to a write."""
    beside = await engine.Database.open(_url(tmp_path), read_only=True)
    await _add_one(lite)
    assert await _read(beside) == 1
    with pytest.raises(errors.Unavailable):
        async with beside.writing():
            pass
    async with beside.reading() as conn:
        with pytest.raises(sa.exc.OperationalError):
            await conn.execute(sa.update(COUNTER).values(n=7))
    await beside.close()


async def test_no_update_is_lost_between_a_read_and_a_write(lite) -> None:
    """100 turns that read, wait and write count to 100."""
    await asyncio.gather(*(_add_one(lite) for _ in range(100)))
    assert await _read(lite) == 100


async def _break_half_way(database: engine.Database) -> None:
    async with database.writing() as conn:
        await conn.execute(sa.update(COUNTER).values(n=5))
        raise ZeroDivisionError


async def test_what_is_not_committed_is_undone(lite) -> None:
    """Neither an error nor a forgotten commit leaves half a turn."""
    with pytest.raises(ZeroDivisionError):
        await _break_half_way(lite)
    async with lite.writing() as conn:
        await conn.execute(sa.update(COUNTER).values(n=6))
    assert await _read(lite) == 0


async def test_a_cancelled_turn_is_undone_and_frees_the_writer(lite) -> None:
    """A turn cancelled half way leaves nothing, and the next one can write."""
    begun = asyncio.Event()

    async def stuck() -> None:
        async with lite.writing() as conn:
            await conn.execute(sa.update(COUNTER).values(n=5))
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(stuck())
    await begun.wait()
    task.cancel()
    await asyncio.wait([task])
    await _add_one(lite)
    assert await _read(lite) == 1


async def test_a_closed_database_takes_nothing(lite) -> None:
    """After close a write is refused as unavailable instead of being written without the lock."""
    await lite.close()
    with pytest.raises(errors.Unavailable):
        async with lite.writing():
            pass


async def test_a_failed_statement_does_not_poison_the_writer(lite) -> None:
    """After a broken constraint the next turn works."""
    with pytest.raises(sa.exc.IntegrityError):
        async with lite.writing() as conn:
            await conn.execute(sa.update(COUNTER).values(n=-1))
    await _add_one(lite)
    assert await _read(lite) == 1


async def test_on_the_loop_nothing_else_runs_between_two_statements(tmp_path: Path) -> None:
    """Inline statements do not give the loop away: the order of a run is the order of its awaits."""
    database = await engine.Database.open(_url(tmp_path))
    ran: list[str] = []
    asyncio.get_running_loop().call_soon(ran.append, "other")
    async with database.writing() as conn:
        await conn.exec_driver_sql("CREATE TABLE counter (n INTEGER)")
        await conn.commit()
        seen = list(ran)
    await database.close()
    assert seen == []
    assert ran == ["other"]


async def test_the_file_is_for_its_owner_only(lite, tmp_path: Path) -> None:
    """Nobody else on the machine reads the database, its WAL or its lock."""
    await _add_one(lite)
    modes = {entry.name: entry.stat().st_mode & 0o077 for entry in os.scandir(tmp_path)}
    assert set(modes.values()) == {0}
    assert "rescue.db-wal" in modes


@pytest.fixture
async def served(postgres_url: str):
    opened = await engine.Database.open(postgres_url)
    yield opened
    await opened.close()


@pytest.mark.postgres
async def test_a_connection_the_server_dropped_is_replaced_before_use(served) -> None:
    """After PostgreSQL hung up on every idle connection the next turn works at once."""
    database = served
    async with database.reading() as one:
        idle = (await one.get_raw_connection()).driver_connection
    killer = await asyncpg.connect(_plain(database))
    await killer.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND datname = current_database()"
    )
    await killer.close()
    async with asyncio.timeout(5):
        while not idle.is_closed():  # noqa: ASYNC110 - asyncpg has no event for it
            await asyncio.sleep(0.001)
    async with database.reading() as again:
        assert (await again.execute(sa.text("SELECT 1"))).scalar_one() == 1


def _plain(database: engine.Database) -> str:
    url = database.engine.url.set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


async def test_reading_cannot_write(database: engine.Database) -> None:
    """A page that only looks has a transaction that only looks."""
    async with database.reading() as conn:
        with pytest.raises(sa.exc.DBAPIError):
            await conn.execute(sa.text("CREATE TABLE planted (n INTEGER)"))


def test_a_reader_that_finds_no_file_makes_none(tmp_path: Path) -> None:
    """Looking at a database that is not there does not create one."""
    with pytest.raises(sqlite3.OperationalError):
        sqlite_file.connect_reader(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []
