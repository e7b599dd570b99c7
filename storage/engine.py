"""The database: one writer and read-only readers on SQLite, a bounded pool on PostgreSQL."""

import asyncio
import fcntl
import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from storage.inline import InlineConnection

T = TypeVar("T")

READERS = 4
BUSY_MS = 2_000
PG_POOL = 10
PG_CONNECT_S = 2.0
PG_COMMAND_S = 3.0
"""`wait_for` cannot bound asyncpg on a black-holed connection (64 s measured); `command_timeout` can."""
PG_POOL_WAIT_S = 2.0
PG_IDLE_S = 60.0
PG_SERVER = {
    "application_name": "rescue",
    "statement_timeout": "2500",
    "idle_in_transaction_session_timeout": "5000",
    "jit": "off",
    "timezone": "UTC",
}

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


class Database(ABC):
    """Where transactions come from. `dialect` is `sqlite` or `postgresql`."""

    dialect: str

    @classmethod
    async def open(
        cls, url: str, *, thread: bool = False, read_only: bool = False
    ) -> "Database":
        """Open and check it. `thread` runs SQLite on aiosqlite's thread (slow disks); `read_only` takes no lock.

        Raises `WeakStore`, `AlreadyOpen`, or the driver's error when it cannot be reached.
        """
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return await _Sqlite.start(Path(parsed.database or ""), thread, read_only)
        if parsed.drivername == "postgresql+asyncpg":
            return await _Postgres.start(parsed, read_only)
        raise ValueError(f"no such database: {parsed.drivername}")

    @property
    @abstractmethod
    def engine(self) -> AsyncEngine:
        """The writer's engine; its connections are those of `writing`."""

    @abstractmethod
    def writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """One transaction. The caller commits; whatever is not committed is rolled back."""

    @abstractmethod
    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """One read-only snapshot on SQLite, one read-only transaction on PostgreSQL."""

    @abstractmethod
    async def close(self) -> None: ...


def sqlite_path(url: str) -> Path | None:
    """The file behind a SQLite URL, None for PostgreSQL."""
    parsed = sa.make_url(url)
    return (
        Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None
    )


class FileLock:
    """An exclusive lock on `<database>.lock`; it goes with the process, however that ends."""

    def __init__(self, database: Path) -> None:
        self._file = os.open(
            f"{database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise AlreadyOpen(f"{database} is in use by another process") from None

    def free(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


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
    raw = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=512
    )
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
    return (
        str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    )


def _sqlite_engine(
    connect: Callable[[], sqlite3.Connection], begin: str, size: int, thread: bool
) -> AsyncEngine:
    async def create() -> Any:
        if not thread:
            return InlineConnection(connect())
        opened = aiosqlite.Connection(connect, 64)
        opened._thread.daemon = True
        return await opened

    engine = create_async_engine(
        "sqlite+aiosqlite:///file",
        async_creator=create,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=size,
        max_overflow=0,
        query_cache_size=1000,
    )

    def begin_it(conn: sa.Connection) -> None:
        conn.exec_driver_sql(begin)

    sa.event.listen(engine.sync_engine, "begin", begin_it)
    return engine


class _Sqlite(Database):
    """One writer connection behind a lock, a few readers beside it."""

    dialect = "sqlite"

    def __init__(self, path: Path, thread: bool, lock: FileLock | None) -> None:
        self.path = path
        self._lock = lock
        self._turn = asyncio.Lock()
        self._writer = _sqlite_engine(
            lambda: connect_writer(path), "BEGIN IMMEDIATE", 1, thread
        )
        self._readers = _sqlite_engine(
            lambda: connect_reader(path), "BEGIN", READERS, thread
        )

    @classmethod
    async def start(cls, path: Path, thread: bool, read_only: bool) -> "_Sqlite":
        if path.name in ("", ":memory:"):
            raise WeakStore("a database in memory keeps nothing")
        made = cls(path, thread, None if read_only else FileLock(path))
        try:
            await made._prove(read_only)
        except BaseException:
            await made.close()
            raise
        return made

    async def _prove(self, read_only: bool) -> None:
        async with self.reading() if read_only else self.writing() as conn:
            await conn.exec_driver_sql("SELECT 1")
        if not read_only:
            self.path.chmod(0o600)

    @property
    def engine(self) -> AsyncEngine:
        return self._writer

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        if self._lock is None:
            raise AlreadyOpen("this command only reads")
        async with self._turn, self._writer.connect() as conn:
            yield conn

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self._readers.connect() as conn:
            yield conn

    async def on_writer(self, run: Callable[[sqlite3.Connection], T]) -> T:
        """Run `run` with the writer's own handle, alone. It begins, commits and rolls back itself."""
        async with self._turn, self._writer.connect() as conn:
            driver: Any = (await conn.get_raw_connection()).driver_connection
            result: T = await driver._execute(run, driver._conn)
            return result

    async def close(self) -> None:
        await self._readers.dispose()
        await self._writer.dispose()
        if self._lock is not None:
            self._lock.free()
            self._lock = None


def _pg_engine(url: sa.URL) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=PG_POOL,
        max_overflow=0,
        pool_timeout=PG_POOL_WAIT_S,
        pool_use_lifo=True,
        query_cache_size=1000,
        connect_args={
            "timeout": PG_CONNECT_S,
            "command_timeout": PG_COMMAND_S,
            "server_settings": PG_SERVER,
        },
    )
    sa.event.listen(engine.sync_engine, "checkout", _refuse_dead)
    sa.event.listen(engine.sync_engine, "checkin", _note_time)
    return engine


def _refuse_dead(connection: Any, record: Any, _proxy: Any) -> None:
    """A ping without a round trip: asyncpg knows when the server hung up; a long idle one may be black-holed."""
    idle_since = record.info.get("idle_since")
    idle_s = (
        0.0 if idle_since is None else asyncio.get_running_loop().time() - idle_since
    )
    if idle_s > PG_IDLE_S or connection.driver_connection.is_closed():
        raise sa.exc.DisconnectionError("stale connection")


def _note_time(_connection: Any, record: Any) -> None:
    record.info["idle_since"] = asyncio.get_running_loop().time()


class _Postgres(Database):
    """A pool with time limits on both sides of the wire."""

    dialect = "postgresql"

    def __init__(self, url: sa.URL, read_only: bool) -> None:
        self.url = url
        self._engine = _pg_engine(url)
        self._read_only = read_only

    @classmethod
    async def start(cls, url: sa.URL, read_only: bool) -> "_Postgres":
        made = cls(url, read_only)
        try:
            await made._prove()
        except BaseException:
            await made.close()
            raise
        return made

    async def _prove(self) -> None:
        async with self.reading() as conn:
            found = (await conn.exec_driver_sql("SHOW synchronous_commit")).scalar_one()
            if found == "off":
                raise WeakStore(
                    "PostgreSQL runs with synchronous_commit=off: a commit would not be durable"
                )

    @property
    def engine(self) -> AsyncEngine:
        return self._engine

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        if self._read_only:
            raise AlreadyOpen("this command only reads")
        async with self._engine.connect() as conn:
            yield conn

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as conn:
            yield await conn.execution_options(postgresql_readonly=True)

    @asynccontextmanager
    async def driver(self) -> AsyncIterator[Any]:
        """A pooled asyncpg connection outside any transaction."""
        async with self._engine.connect() as conn:
            yield (await conn.get_raw_connection()).driver_connection

    async def close(self) -> None:
        await self._engine.dispose()
