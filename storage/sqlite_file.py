"""A SQLite file as this service demands it: durable commits, one process that writes, readers that cannot."""

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Any

BUSY_MS = 2_000

_WRITER = {
    "journal_mode": "wal",
    "synchronous": 2,
    "secure_delete": 1,
    "foreign_keys": 1,
    "busy_timeout": BUSY_MS,
}
_READER = {"query_only": 1, "busy_timeout": BUSY_MS}
_WORDS = {"journal_mode": "WAL", "synchronous": "FULL"}


class WeakStore(RuntimeError):
    """The database would not keep what it is told to keep: the start refuses it."""


class AlreadyOpen(RuntimeError):
    """Another process (or another `Database`) writes this file."""


class FileLock:
    """An exclusive lock on `<database>.lock`; it goes with the process, however that ends."""

    def __init__(self, database: Path) -> None:
        self._file = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise AlreadyOpen(f"{database} is in use by another process") from None

    def free(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def make_private(path: Path) -> None:
    """The file exists and is its owner's alone before SQLite opens it: WAL and shared memory take its mode."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)


def _set(raw: sqlite3.Connection, pragmas: dict[str, Any]) -> None:
    for name, value in pragmas.items():
        raw.execute(f"PRAGMA {name}={_WORDS.get(name, value)}")


def _check(raw: sqlite3.Connection, pragmas: dict[str, Any]) -> None:
    for name, value in pragmas.items():
        found = raw.execute(f"PRAGMA {name}").fetchone()[0]
        if found != value:
            raise WeakStore(f"SQLite runs with {name}={found}, it must be {value}")


def connect_writer(path: Path) -> sqlite3.Connection:
    """A writing connection as this service demands it. Raises `WeakStore`."""
    raw = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    try:
        _set(raw, _WRITER)
        _check(raw, _WRITER)
    except BaseException:
        raw.close()
        raise
    return raw


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write: the file is opened `mode=ro`, and `query_only` says it again."""
    raw = sqlite3.connect(
        f"file:{_uri_path(path)}?mode=ro",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
    )
    _set(raw, _READER)
    return raw


def _uri_path(path: Path) -> str:
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
