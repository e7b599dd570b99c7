"""One holder per key at a time: inside the process a fair queue, over processes PostgreSQL's advisory locks."""

import asyncio
import hashlib
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import asyncpg
import sqlalchemy as sa

from backoffice.kernel import errors

log = logging.getLogger(__name__)

FIRST_RETRY_S = 0.002
LONGEST_RETRY_S = 0.05
CONNECT_S = 2.0
COMMAND_S = 2.0
HEARTBEAT_S = 0.4
SILENT_MS = 2_000
"""PostgreSQL frees the locks of a process that has been silent for so long: frozen, or cut off."""
GONE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class LocalLocks:
    """`ports.Locks` inside one process: first come, first served; a key costs nothing when nobody holds it."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[asyncio.Future[None]]] = {}

    def hold(self, key: str) -> AbstractAsyncContextManager[None]:
        return self._hold(key)

    @asynccontextmanager
    async def _hold(self, key: str) -> AsyncIterator[None]:
        await self._enter(key)
        try:
            yield
        finally:
            self._leave(key)

    async def _enter(self, key: str) -> None:
        queue = self._queues.get(key)
        if queue is None:
            self._queues[key] = deque()
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            self._give_up(key, turn)
            raise

    def _give_up(self, key: str, turn: "asyncio.Future[None]") -> None:
        """A cancelled waiter leaves the queue; if it had just been called, the next is called."""
        if turn.done() and not turn.cancelled():
            self._leave(key)
        else:
            self._queues[key].remove(turn)

    def _leave(self, key: str) -> None:
        queue = self._queues[key]
        while queue:
            turn = queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        del self._queues[key]

    @property
    def keys(self) -> int:
        """How many keys are held."""
        return len(self._queues)


class PostgresLocks:
    """`ports.Locks` over processes.

    All of a process's locks live on one connection of its own, outside the pool: waiting costs no pooled
    connection, one session may hold any number of keys, and they all fall the moment it ends. A killed
    process's session ends at once; a frozen one's after `SILENT_MS` without a heartbeat. A holder that
    comes back then may overlap with the next one: conditional UPDATEs decide between them.
    """

    def __init__(self, url: str) -> None:
        parsed = sa.make_url(url).set(drivername="postgresql")
        self._url = parsed.render_as_string(hide_password=False)
        self._local = LocalLocks()
        self._using = asyncio.Lock()
        self._session: Any = None
        self._heart: asyncio.Task[None] | None = None
        self._closed = False

    def hold(self, key: str) -> AbstractAsyncContextManager[None]:
        """Raises `errors.Unavailable` when PostgreSQL cannot be asked."""
        return self._hold(key)

    @asynccontextmanager
    async def _hold(self, key: str) -> AsyncIterator[None]:
        async with self._local.hold(key):
            session = await self._lock(number_of(key))
            try:
                yield
            finally:
                await asyncio.shield(self._unlock(session, number_of(key)))

    async def _lock(self, number: int) -> Any:
        pause = FIRST_RETRY_S
        while True:
            session, won = await self._try(number)
            if won:
                return session
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_RETRY_S)

    async def _try(self, number: int) -> tuple[Any, bool]:
        trying = asyncio.ensure_future(self._ask("SELECT pg_try_advisory_lock($1)", number))
        try:
            return await asyncio.shield(trying)
        except asyncio.CancelledError:
            trying.add_done_callback(lambda done: self._undo(done, number))
            raise

    def _undo(self, done: "asyncio.Future[tuple[Any, bool]]", number: int) -> None:
        """The waiter went away while the question was on the wire: what it won is given back."""
        if not done.cancelled() and done.exception() is None and done.result()[1]:
            self._late = asyncio.ensure_future(self._unlock(done.result()[0], number))

    async def _unlock(self, session: Any, number: int) -> None:
        """A session that has ended holds nothing any more."""
        try:
            async with self._using:
                if session is self._session and not session.is_closed():
                    await session.fetchval("SELECT pg_advisory_unlock($1)", number)
        except GONE as error:
            log.warning("a lock's session ended: %s", error)
            session.terminate()

    async def _ask(self, question: str, number: int) -> tuple[Any, bool]:
        try:
            async with self._using:
                session = await self._connected()
                return session, bool(await session.fetchval(question, number))
        except GONE as error:
            if self._session is not None:
                self._session.terminate()
            raise errors.Unavailable("locks cannot be had") from error

    async def _connected(self) -> Any:
        if self._closed:
            raise errors.Unavailable("locks are closed")
        if self._session is None or self._session.is_closed():
            settings = {"application_name": "rescue locks", "idle_session_timeout": str(SILENT_MS)}
            self._session = await asyncpg.connect(
                self._url, timeout=CONNECT_S, command_timeout=COMMAND_S, server_settings=settings
            )
        if self._heart is None:
            self._heart = asyncio.create_task(self._beat())
        return self._session

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            try:
                async with self._using:
                    if self._session is not None and not self._session.is_closed():
                        await self._session.fetchval("SELECT 1")
            except Exception as error:  # the heart never stops: its silence costs every lock
                log.warning("the locks' session ended: %s", error)
                self._session.terminate()

    async def close(self) -> None:
        self._closed = True
        if self._heart is not None:
            self._heart.cancel()
            await asyncio.gather(self._heart, return_exceptions=True)
        if self._session is not None and not self._session.is_closed():
            await self._session.close(timeout=CONNECT_S)


def number_of(key: str) -> int:
    """A key as the signed 64-bit number PostgreSQL locks by."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)
