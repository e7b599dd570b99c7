"""The database: one writer and read-only readers on SQLite, a bounded pool on PostgreSQL."""

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from backoffice.kernel import errors
from storage.inline import InlineConnection
from storage.sqlite_file import FileLock, WeakStore, connect_reader, connect_writer, make_private

T = TypeVar("T")

READERS = 4
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


_PROOF = {
    "sqlite": "PRAGMA user_version = 0",
    "postgresql": "SELECT pg_logical_emit_message(true, 'rescue', 'writable')",
}
"""Both go through the log to the disk and leave no row behind."""


class Database(ABC):
    """Where transactions come from. `dialect` is `sqlite` or `postgresql`."""

    dialect: str

    @classmethod
    async def open(cls, url: str, *, thread: bool = False, read_only: bool = False) -> "Database":
        """Open and check it. `thread` runs SQLite on aiosqlite's thread (slow disks); `read_only` takes no lock.

        Raises `sqlite_file.WeakStore`, `sqlite_file.AlreadyOpen`, or the driver's error when it cannot be reached.
        """
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return await SqliteDatabase.start(Path(parsed.database or ""), thread, read_only)
        if parsed.drivername == "postgresql+asyncpg":
            return await PostgresDatabase.start(parsed, read_only)
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

    async def prove_writable(self) -> None:
        """Commit a write that changes nothing: a full disk lets a transaction begin. Raises the driver's error."""
        async with self.writing() as conn:
            await conn.exec_driver_sql(_PROOF[self.dialect])
            await conn.commit()

    @abstractmethod
    async def close(self) -> None: ...


def sqlite_path(url: str) -> Path | None:
    """The file behind a SQLite URL, None for PostgreSQL."""
    parsed = sa.make_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


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

    _begin_with(engine, begin)
    return engine


def _begin_with(engine: AsyncEngine, begin: str) -> None:
    """In the dialect's own place for it. A listener of the engine would cost every statement, not only the first."""

    def do_begin(connection: Any) -> None:
        cursor = connection.cursor()
        try:
            cursor.execute(begin)
        finally:
            cursor.close()

    dialect: Any = engine.sync_engine.dialect
    dialect.do_begin = do_begin


class SqliteDriver:
    """sqlite3's connection wherever it lives: on the loop or on aiosqlite's thread."""

    __slots__ = ("_driver",)

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    @property
    def free(self) -> bool:
        """Open, and nobody's transaction is still being undone on it."""
        return self._driver._connection is not None and not self._driver.in_transaction

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`work` begins, commits and rolls back itself. On the loop this never suspends."""
        result: T = await self._driver._execute(work, self._driver._conn)
        return result


class SqliteDatabase(Database):
    """One writer connection behind a lock, a few readers beside it."""

    dialect = "sqlite"

    def __init__(self, path: Path, thread: bool, lock: FileLock | None) -> None:
        self.path = path
        self._lock = lock
        self._turn = asyncio.Lock()
        self._handle: SqliteDriver | None = None
        self._writer = _sqlite_engine(lambda: connect_writer(path), "BEGIN IMMEDIATE", 1, thread)
        self._readers = _sqlite_engine(lambda: connect_reader(path), "BEGIN", READERS, thread)

    @classmethod
    async def start(cls, path: Path, thread: bool, read_only: bool) -> "SqliteDatabase":
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
        if not read_only:
            make_private(self.path)
        async with self.reading() if read_only else self.writing() as conn:
            await conn.exec_driver_sql("SELECT 1")

    @property
    def engine(self) -> AsyncEngine:
        return self._writer

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        self._demand_lock()
        async with self._turn, self._writer.connect() as conn:
            yield conn

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self._readers.connect() as conn:
            yield conn

    @asynccontextmanager
    async def driver(self) -> AsyncIterator[SqliteDriver]:
        """The writer's own handle, alone and outside any transaction; run functions on it with `run`."""
        self._demand_lock()
        async with self._turn:
            if self._handle is None or not self._handle.free:
                self._handle = await self._fresh_handle()
            yield self._handle

    async def _fresh_handle(self) -> SqliteDriver:
        """Asked of the pool, which also waits for a cancelled turn's roll-back."""
        async with self._writer.connect() as conn:
            return SqliteDriver((await conn.get_raw_connection()).driver_connection)

    def _demand_lock(self) -> None:
        if self._lock is None:
            raise errors.Unavailable("the database is closed, or opened only for reading")

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
    idle_s = 0.0 if idle_since is None else asyncio.get_running_loop().time() - idle_since
    if idle_s > PG_IDLE_S or connection.driver_connection.is_closed():
        raise sa.exc.DisconnectionError("stale connection")


def _note_time(_connection: Any, record: Any) -> None:
    record.info["idle_since"] = asyncio.get_running_loop().time()


class PostgresDatabase(Database):
    """A pool with time limits on both sides of the wire."""

    dialect = "postgresql"

    def __init__(self, url: sa.URL, read_only: bool) -> None:
        self.url = url
        self._engine = _pg_engine(url)
        self._read_only = read_only
        self._closed = False

    @classmethod
    async def start(cls, url: sa.URL, read_only: bool) -> "PostgresDatabase":
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
                raise WeakStore("PostgreSQL runs with synchronous_commit=off: a commit would not be durable")

    @property
    def engine(self) -> AsyncEngine:
        return self._engine

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        if self._read_only:
            raise errors.Unavailable("the database is opened only for reading")
        async with self._connect() as conn:
            yield conn

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self._connect() as conn:
            yield await conn.execution_options(postgresql_readonly=True)

    def _connect(self) -> AsyncConnection:
        if self._closed:
            raise errors.Unavailable("the database is closed")
        return self._engine.connect()

    @asynccontextmanager
    async def driver(self) -> AsyncIterator[Any]:
        """A pooled asyncpg connection outside any transaction."""
        async with self._connect() as conn:
            try:
                yield (await conn.get_raw_connection()).driver_connection
            except (OSError, TimeoutError, asyncpg.InterfaceError):
                await conn.invalidate()
                raise

    async def close(self) -> None:
        self._closed = True
        await self._engine.dispose()
