"""Consistent copies of a SQLite database while it is in use, and back."""

import os
import sqlite3
from pathlib import Path

from storage import sqlite_file
from storage.blobs import sync_folder


class BadBackup(Exception):
    """The file is not a whole, sound database of this service."""


def backup(database: Path, target: Path) -> int:
    """Copy a running database to `target` as of one moment; returns its bytes.

    Works beside the service that writes (its writer is not held up), never touches the source, and puts
    the finished, checked copy in place by a rename: a failed backup leaves an older one as it was.
    Blocks; call it from a command or a thread. Raises `BadBackup`, `OSError` or `sqlite3.Error`.
    """
    if not database.is_file():
        raise BadBackup(f"there is no database at {database}")
    draft = _draft(target)
    source = sqlite_file.connect_reader(database)
    try:
        _copy(source, draft)
        check(draft)
        _put_in_place(draft, target)
    finally:
        source.close()
        draft.unlink(missing_ok=True)
    return target.stat().st_size


def restore(source: Path, database: Path) -> None:
    """Put a checked copy where the database is. The file being replaced stays beside it as `….before-restore`.

    Raises `sqlite_file.AlreadyOpen` while the service runs, `BadBackup` for anything but a sound copy.
    """
    check(source)
    lock = sqlite_file.FileLock(database)
    draft = _draft(database)
    try:
        opened = sqlite_file.connect_reader(source)
        try:
            _copy(opened, draft)
        finally:
            opened.close()
        check(draft)
        _keep_old(database)
        _put_in_place(draft, database)
    finally:
        draft.unlink(missing_ok=True)
        lock.free()


def check(path: Path) -> None:
    """Raises `BadBackup` unless SQLite finds the file whole and it has a schema of ours."""
    if not path.is_file():
        raise BadBackup(f"there is no file at {path}")
    raw = sqlite_file.connect_reader(path)
    try:
        found = raw.execute("PRAGMA integrity_check(1)").fetchone()[0]
        known = raw.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise BadBackup(f"{path} is no database: {error}") from error
    finally:
        raw.close()
    if found != "ok" or not known:
        raise BadBackup(f"{path} is damaged" if known else f"{path} is not a database of this service")


def _draft(target: Path) -> Path:
    draft = target.with_name(f"{target.name}.part")
    draft.unlink(missing_ok=True)
    sqlite_file.make_private(draft)
    return draft


def _copy(source: sqlite3.Connection, draft: Path) -> None:
    """All pages in one step, hence of one moment."""
    copy = sqlite3.connect(draft)
    try:
        source.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")
    finally:
        copy.close()


def _put_in_place(draft: Path, target: Path) -> None:
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(target)
    sync_folder(target.parent)


def _keep_old(database: Path) -> None:
    """The old file with the commits its WAL still holds, so that a wrong restore can be undone."""
    if database.exists():
        old = sqlite_file.connect_writer(database)
        try:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            old.close()
        database.replace(database.with_name(f"{database.name}.before-restore"))
    for suffix in ("-wal", "-shm"):
        database.with_name(f"{database.name}{suffix}").unlink(missing_ok=True)
