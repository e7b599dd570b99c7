"""Who is blamed when the process dies with many updates in hand: only what was in hand alone, and only three times."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

from backoffice.kernel.clock import Clock
from backoffice.kernel.errors import Unavailable
from backoffice.kernel.exchange import StoredUpdate

STORED = 1
"""`attempts` of a row that was stored and perhaps tried by the process that stored it."""
CROWD = 2
"""`attempts` of a row tried once more beside others: a death then says not whose fault it was."""
MOST_CRASHES = 3
"""So often a row may crash, by an exception or by a death while it is in hand alone; then it is parked."""
CALM_FOR = (timedelta(), timedelta(seconds=1), timedelta(seconds=5))
"""By the number of deaths a row is blamed for: it waits until the process has lived so long. One that is killed from
outside again and again in its first seconds says nothing about the row it was at."""


class WrongLock(Exception):
    """Not whose lock is held: who writes from there has become somebody, or somebody else, meanwhile."""


NOBODYS = (Unavailable, WrongLock)
"""What says nothing about the row: the store failed, or the row is to be tried under another lock."""

Turns = Callable[[StoredUpdate], Awaitable[None]]


class Attempts(Protocol):
    """The inbox's count of tries."""

    async def count_attempt(self, seq: int) -> int: ...
    async def count_crash(self, seq: int) -> int: ...


class Blame:
    """Counts tries: in a crowd first, then alone. What the store failed is nobody's crash, nor is a wrong lock."""

    def __init__(self, inbox: Attempts, clock: Clock) -> None:
        self._inbox = inbox
        self._clock = clock
        self._born = clock.now()
        self._alone = asyncio.Lock()
        self._fresh, self._excused = set[int](), set[int]()
        self._survived = set[int]()

    def stored(self, seq: int) -> None:
        """This process stored the row and is about to try it: that try is not counted beforehand."""
        self._fresh.add(seq)

    def first_try_over(self, seq: int) -> None:
        self._fresh.discard(seq)

    @property
    def remembered(self) -> int:
        """How many rows something is kept in mind about."""
        return len(self._fresh | self._excused | self._survived)

    def wait_s(self, row: StoredUpdate) -> float:
        """Seconds until the row may be tried: a process that died at it is to have lived quietly for a while."""
        blamed = row.attempts - CROWD
        if not 0 < blamed < MOST_CRASHES or row.seq in self._survived:
            return 0.0
        return (self._born + CALM_FOR[blamed] - self._clock.now()).total_seconds()

    async def attempt(self, row: StoredUpdate, turns: Turns) -> bool:
        """Try it once; raises what the turn raised. False: it has crashed three times and is to be parked."""
        if row.seq in self._fresh or row.seq in self._excused:
            await self._in_crowd(row, turns)
        elif row.attempts == STORED:
            if await self._inbox.count_attempt(row.seq):
                await self._in_crowd(row, turns)
        else:
            async with self._alone:
                return await self._by_itself(row, turns)
        return True

    async def _in_crowd(self, row: StoredUpdate, turns: Turns) -> None:
        """An exception is known to be its own, whatever was beside it."""
        self._fresh.discard(row.seq)
        self._excused.discard(row.seq)
        try:
            await self._noted(row, turns)
        except NOBODYS:
            raise
        except Exception:
            await self._inbox.count_crash(row.seq)
            raise

    async def _by_itself(self, row: StoredUpdate, turns: Turns) -> bool:
        """Counted before it is made, durably: a death counts as much as an exception."""
        attempt = await self._inbox.count_attempt(row.seq)
        if attempt > CROWD + MOST_CRASHES:
            return False
        if attempt:
            await self._noted(row, turns)
        return True

    async def _noted(self, row: StoredUpdate, turns: Turns) -> None:
        try:
            await turns(row)
        except NOBODYS:
            self._excused.add(row.seq)
            raise
        except Exception:
            self._survived.add(row.seq)
            raise
        self._survived.discard(row.seq)
