"""Group commit: the updates that wait together are made durable by one commit, over the raw driver."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import asyncpg

from backoffice.kernel import clock as clocks
from backoffice.kernel import errors, exchange
from storage import engine
from storage.types import from_micros, to_micros
from storage.vault import Sealer, Vault

BATCH = 256
"""Rows per commit: about 5 ms of the loop on SQLite."""

_LITE_INSERT = (
    "INSERT INTO inbox (channel, key, lane, body, arrived_at, stored_at, attempts, state)"
    " VALUES (?, ?, ?, ?, ?, ?, 1, 'new') ON CONFLICT DO NOTHING"
)
_LITE_EXISTING = "SELECT seq, stored_at FROM inbox WHERE channel = ? AND key = ?"
_PG_INSERT = (
    "INSERT INTO inbox (channel, key, lane, body, arrived_at, stored_at, attempts, state)"
    " SELECT channel, key, lane, body, arrived_at, $6, 1, 'new'"
    " FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::timestamptz[])"
    " WITH ORDINALITY AS given(channel, key, lane, body, arrived_at, place) ORDER BY place"
    " ON CONFLICT DO NOTHING RETURNING channel, key, seq"
)
_PG_EXISTING = (
    "SELECT channel, key, seq, stored_at FROM inbox JOIN unnest($1::text[], $2::text[])"
    " AS given(channel, key) USING (channel, key)"
)

_PG_BESIDE = "SELECT pg_advisory_xact_lock_shared(7202)"
_PG_ALONE = "SET LOCAL lock_timeout = '1s'; SELECT pg_advisory_xact_lock(7202)"
"""A process that froze between the two loses its transaction after 5 s; meanwhile nobody waits a second in vain."""


@dataclass(slots=True)
class _Waiter:
    raw: exchange.RawUpdate
    answer: "asyncio.Future[exchange.Accepted]"


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one commit stores: updates with their sealed bodies, and the moment it was asked for."""

    raws: Sequence[exchange.RawUpdate]
    bodies: Sequence[bytes]
    at: datetime


_Write = Callable[[_Batch], Awaitable[list[exchange.Accepted]]]
_Key = tuple[str, str]


def context(channel: str, key: str) -> str:
    """What a body is bound to. Not its number: that is known only after sealing."""
    return f"inbox|body|{channel}:{key}"


def subject(day: date) -> str:
    """Whose key seals the bodies stored that day (UTC)."""
    return f"inbox:{day.isoformat()}"


class GroupCommit:
    """Stores updates. One task flushes as long as somebody waits."""

    def __init__(self, database: engine.Database, vault: Vault, clock: clocks.Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._pending: list[_Waiter] = []
        self._flushing: asyncio.Task[None] | None = None
        self._committing = asyncio.Lock()
        self._asking = asyncio.Lock()
        self._all_settled: datetime | None = None
        self._sealer: tuple[date, Sealer] | None = None

    async def settled(self, up_to: datetime | None = None) -> None:
        """Wait for a commit under way whose moment is already fixed; one not yet begun will be later than now.

        With `up_to` (a moment that is past) for those of other processes as well: afterwards every update stored at
        or before it can be read. See docs/decisions/who-wins-the-countdown.md for what their clocks owe each other.
        """
        async with self._committing:
            pass
        if up_to is not None and isinstance(self._database, engine.PostgresDatabase):
            await self._others_settled(self._database, up_to)

    async def _others_settled(self, database: engine.PostgresDatabase, up_to: datetime) -> None:
        """Every intake holds the shared lock from before its moment is fixed until its commit: have it alone once.

        One wait answers for every moment before it, so that a hundred overdue deadlines wait once.
        """
        async with self._asking:
            if self._all_settled is not None and up_to < self._all_settled:
                return
            began = self._clock.now()
            try:
                async with database.driver() as raw, raw.transaction():
                    await raw.execute(_PG_ALONE)
            except (asyncpg.PostgresError, OSError, TimeoutError) as error:
                raise errors.Unavailable("an intake elsewhere does not come to its end") from error
            self._all_settled = began

    async def store(self, raw: exchange.RawUpdate) -> exchange.Accepted:
        """Durable when this returns. A repeat gets the first one's row. Raises `errors.Unavailable`."""
        answer: asyncio.Future[exchange.Accepted] = asyncio.get_running_loop().create_future()
        self._pending.append(_Waiter(raw, answer))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return await answer

    async def _flush(self) -> None:
        try:
            while self._pending:
                await self._flush_once()
        finally:
            self._flushing = None
            _refuse(self._take_all(), errors.Unavailable("stopping"))

    async def _flush_once(self) -> None:
        """One commit. The batch is taken when the writer is ours, so that all who wait by then share it."""
        batch: list[_Waiter] = []
        try:
            day, sealer = await self._todays_sealer()
            async with self._driver() as write:
                now = self._clock.now()
                if now.date() != day:
                    return
                batch = self._take()
                accepted = await write(_sealed(batch, sealer, now))
        except Exception as error:  # nobody may wait for an answer that never comes
            _refuse(batch or self._take(), error)
        except BaseException as error:
            _refuse(batch, error)
            raise
        else:
            _tell(batch, accepted)

    def _take(self) -> list[_Waiter]:
        batch = self._pending[:BATCH]
        del self._pending[:BATCH]
        return batch

    def _take_all(self) -> list[_Waiter]:
        waiting, self._pending = self._pending, []
        return waiting

    async def _todays_sealer(self) -> tuple[date, Sealer]:
        today = self._clock.now().date()
        if self._sealer is None or self._sealer[0] != today:
            async with self._database.writing() as conn:
                made = await self._vault.key(conn, subject(today))
                await conn.commit()
            self._sealer = (today, made)
        return self._sealer

    @asynccontextmanager
    async def _driver(self) -> AsyncIterator[_Write]:
        """The way to write a batch whose moment is fixed inside; committed at the latest when this ends."""
        database = self._database
        if isinstance(database, engine.SqliteDatabase):
            async with database.driver() as driver, self._committing:
                yield lambda batch: driver.run(lambda raw: _insert_lite(raw, batch))
        elif isinstance(database, engine.PostgresDatabase):
            async with database.driver() as raw, self._committing, raw.transaction():
                await raw.execute(_PG_BESIDE)
                yield lambda batch: _insert_pg(raw, batch)


def _sealed(batch: Sequence[_Waiter], sealer: Sealer, at: datetime) -> _Batch:
    raws = [waiter.raw for waiter in batch]
    bodies = [sealer.seal(context(raw.sender.channel, raw.key), raw.body) for raw in raws]
    return _Batch(raws, bodies, at)


def _refuse(waiters: Sequence[_Waiter], cause: BaseException) -> None:
    for waiter in waiters:
        if not waiter.answer.done():
            refusal = errors.Unavailable("the update could not be stored")
            refusal.__cause__ = cause
            waiter.answer.set_exception(refusal)


def _tell(waiters: Sequence[_Waiter], answers: Sequence[exchange.Accepted]) -> None:
    for waiter, answer in zip(waiters, answers, strict=True):
        if not waiter.answer.done():
            waiter.answer.set_result(answer)


def _insert_lite(raw: sqlite3.Connection, batch: _Batch) -> list[exchange.Accepted]:
    cursor = raw.cursor()
    cursor.execute("BEGIN IMMEDIATE")
    try:
        micros = to_micros(batch.at)
        accepted = [
            _insert_one(cursor, update, body, (batch.at, micros))
            for update, body in zip(batch.raws, batch.bodies, strict=True)
        ]
        cursor.execute("COMMIT")
        return accepted
    finally:
        if raw.in_transaction:
            raw.rollback()


def _insert_one(
    cursor: sqlite3.Cursor, update: exchange.RawUpdate, body: bytes, at: tuple[datetime, int]
) -> exchange.Accepted:
    sender = update.sender
    cursor.execute(
        _LITE_INSERT,
        (sender.channel, update.key, sender.lane, body, to_micros(update.arrived_at), at[1]),
    )
    if cursor.rowcount == 1 and cursor.lastrowid is not None:
        return exchange.Accepted(cursor.lastrowid, False, sender, at[0])
    seq, stored = cursor.execute(_LITE_EXISTING, (sender.channel, update.key)).fetchone()
    return exchange.Accepted(seq, True, sender, from_micros(stored))


async def _insert_pg(raw: Any, batch: _Batch) -> list[exchange.Accepted]:
    channels = [update.sender.channel for update in batch.raws]
    keys = [update.key for update in batch.raws]
    lanes = [update.sender.lane for update in batch.raws]
    arrived = [update.arrived_at for update in batch.raws]
    rows = await raw.fetch(_PG_INSERT, channels, keys, lanes, batch.bodies, arrived, batch.at)
    new = {(row["channel"], row["key"]): row["seq"] for row in rows}
    old = {} if len(new) == len(keys) else await _existing_pg(raw, channels, keys)
    return [_accepted_pg(update, new, old, batch.at) for update in batch.raws]


async def _existing_pg(raw: Any, channels: list[str], keys: list[str]) -> dict[_Key, tuple[int, datetime]]:
    rows = await raw.fetch(_PG_EXISTING, channels, keys)
    return {(row["channel"], row["key"]): (row["seq"], row["stored_at"]) for row in rows}


def _accepted_pg(
    update: exchange.RawUpdate, new: dict[_Key, int], old: dict[_Key, tuple[int, datetime]], at: datetime
) -> exchange.Accepted:
    """The first of a key in this batch made the row; `pop` makes every later one a repeat."""
    key = (update.sender.channel, update.key)
    seq = new.pop(key, None)
    if seq is not None:
        return exchange.Accepted(seq, False, update.sender, at)
    seq, stored = old[key]
    return exchange.Accepted(seq, True, update.sender, stored)
