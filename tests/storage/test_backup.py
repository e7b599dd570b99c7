"""A copy made while the service writes is whole and of one moment; a bad copy is never put in place."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from storage import backup, sqlite_file
from storage.engine import Database


def rows(path: Path) -> int:
    raw = sqlite3.connect(path)
    try:
        found: int = raw.execute("SELECT count(*) FROM live_map").fetchone()[0]
        return found
    finally:
        raw.close()


def put(path: Path, count: int, start: int = 0) -> None:
    raw = sqlite_file.connect_writer(path)
    for n in range(start, start + count):
        raw.execute("BEGIN IMMEDIATE")
        for half in ("a", "b"):
            raw.execute("INSERT INTO live_map VALUES (?, ?, 'r', 0)", (f"{n}", half))
        raw.execute("COMMIT")
    raw.close()


@pytest.fixture
def path(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite+aiosqlite:///"))


def test_a_copy_made_while_the_service_writes_is_of_one_moment(path: Path, tmp_path: Path) -> None:
    """No transaction is half in the copy."""
    writer = threading.Thread(target=put, args=(path, 300))
    writer.start()
    copies = [tmp_path / f"copy{n}.db" for n in range(4)]
    for copy in copies:
        backup.backup(path, copy)
    writer.join()
    assert all(rows(copy) % 2 == 0 for copy in copies)
    backup.backup(path, copies[0])
    assert rows(copies[0]) == 600


async def test_a_backup_needs_no_lock_and_leaves_the_service_alone(
    sqlite_database: Database, path: Path, tmp_path: Path
) -> None:
    """Beside a running service the copy holds what is committed only, for its owner only."""
    async with sqlite_database.writing() as conn:
        await conn.exec_driver_sql("INSERT INTO live_map VALUES ('a', 'b', 'r', 0)")
        await asyncio.to_thread(backup.backup, path, tmp_path / "copy.db")
        await conn.commit()
    assert rows(tmp_path / "copy.db") == 0
    assert rows(path) == 1
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0


def test_restored_it_is_as_it_was(path: Path, tmp_path: Path) -> None:
    """What was written after the backup is gone, what was there is back, and the replaced file is kept."""
    put(path, 3)
    backup.backup(path, tmp_path / "copy.db")
    put(path, 2, start=10)
    backup.restore(tmp_path / "copy.db", path)
    assert rows(path) == 6
    assert rows(path.with_name(f"{path.name}.before-restore")) == 10


async def test_a_restored_database_serves(path: Path, sqlite_url: str, tmp_path: Path) -> None:
    """It opens with everything demanded of it."""
    backup.backup(path, tmp_path / "copy.db")
    backup.restore(tmp_path / "copy.db", path)
    opened = await Database.open(sqlite_url)
    async with opened.writing() as conn:
        await conn.exec_driver_sql("INSERT INTO live_map VALUES ('a', 'b', 'r', 0)")
        await conn.commit()
    await opened.close()
    assert rows(path) == 1


async def test_nothing_is_restored_under_a_running_service(
    sqlite_database: Database, path: Path, tmp_path: Path
) -> None:
    backup.backup(path, tmp_path / "copy.db")
    with pytest.raises(sqlite_file.AlreadyOpen):
        backup.restore(tmp_path / "copy.db", path)


@pytest.mark.parametrize("damage", ["missing", "text", "cut", "foreign", "flipped"])
def test_a_bad_copy_is_never_put_in_place(path: Path, tmp_path: Path, damage: str) -> None:
    """Missing, cut short, altered or somebody else's: refused, and the database stays."""
    put(path, 200)
    copy = tmp_path / "copy.db"
    backup.backup(path, copy)
    _damage(copy, damage)
    with pytest.raises(backup.BadBackup):
        backup.restore(copy, path)
    assert rows(path) == 400


def _damage(copy: Path, how: str) -> None:
    whole = copy.read_bytes()
    copy.unlink()
    if how == "text":
        copy.write_bytes(b"not a database")
    elif how == "cut":
        copy.write_bytes(whole[: len(whole) // 2])
    elif how == "flipped":
        copy.write_bytes(whole[:4096] + bytes(len(whole) - 8192) + whole[-4096:])
    elif how == "foreign":
        sqlite3.connect(copy).execute("CREATE TABLE other (n)").connection.close()


def test_a_failed_backup_leaves_the_older_one(path: Path, tmp_path: Path) -> None:
    """Until a new copy is whole the last one stays."""
    copy = tmp_path / "copy.db"
    backup.backup(path, copy)
    before = copy.read_bytes()
    with pytest.raises(backup.BadBackup):
        backup.backup(tmp_path / "none.db", copy)
    assert copy.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir() if "part" in p.name] == []
