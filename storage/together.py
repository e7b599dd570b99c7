"""Small changes that wait for the one writer together are made durable by one commit (SQLite)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Database

BATCH = 64
Change = Callable[[AsyncConnection], Awaitable[object]]
"""Statements of one small transaction. It may be run again by itself, so it decides by what it reads there."""


@dataclass(frozen=True, slots=True)
class _Waiter:
    change: Change
    done: "asyncio.Future[None]"


class Together:
    """On a disk that syncs 300 times a second, 64 letters delivered at once cost one sync instead of 128.

    On PostgreSQL each change keeps its own transaction: the server shares syncs itself, and rows of several letters
    locked in one transaction could meet another process's in the other order.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiter] = []
        self._flushing: asyncio.Task[None] | None = None

    async def run(self, change: Change) -> None:
        """Durable when this returns. Raises what the change raised; the others are not touched by that."""
        if self._database.dialect != "sqlite":
            await self._alone(change)
            return
        waiter = _Waiter(change, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        await waiter.done

    async def _flush(self) -> None:
        try:
            while self._waiting:
                await self._flush_once()
        finally:
            self._flushing = None
            for waiter in self._take(len(self._waiting)):
                waiter.done.cancel()

    async def _flush_once(self) -> None:
        """The batch is taken when the writer is ours, so that all who wait by then share the commit."""
        batch: Sequence[_Waiter] = ()
        try:
            async with self._database.writing() as conn:
                batch = self._take(BATCH)
                for waiter in batch:
                    await waiter.change(conn)
                await conn.commit()
        except Exception:  # one of them, or the store: each finds out by itself
            for waiter in batch or self._take(BATCH):
                await self._by_itself(waiter)
        except BaseException:
            for waiter in batch:
                waiter.done.cancel()
            raise
        else:
            _tell(batch)

    def _take(self, most: int) -> list[_Waiter]:
        batch = self._waiting[:most]
        del self._waiting[:most]
        return batch

    async def _by_itself(self, waiter: _Waiter) -> None:
        try:
            await self._alone(waiter.change)
        except Exception as error:  # it belongs to whoever waits
            if not waiter.done.done():
                waiter.done.set_exception(error)
        else:
            _tell([waiter])

    async def _alone(self, change: Change) -> None:
        async with self._database.writing() as conn:
            await change(conn)
            await conn.commit()


def _tell(batch: Sequence[_Waiter]) -> None:
    for waiter in batch:
        if not waiter.done.done():
            waiter.done.set_result(None)
