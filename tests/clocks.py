"""A clock that moves only when a test says so."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count

START = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


class FakeClock:
    """`kernel.clock.Clock` for tests: `sleep` ends when the time it waits for has been reached.

    `advance` moves at once; `run` stops at every sleeper on the way and lets it work.
    """

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._order = count()
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + timedelta(seconds=seconds), next(self._order), woken))
        await woken

    @property
    def beginning(self) -> object:
        """Two clocks with the same one are alike so far."""
        return self._now

    @property
    def next_wake(self) -> datetime | None:
        """When the first sleeper wants to wake."""
        self._drop_cancelled()
        return self._sleepers[0][0] if self._sleepers else None

    def advance(self, by: float | timedelta) -> datetime:
        """Move on; whoever slept until then goes on with the loop's next steps. Returns the new time."""
        self._now += _delta(by)
        self._wake()
        return self._now

    async def run(self, by: float | timedelta = 0) -> datetime:
        """Move on, stopping at each sleeper in turn so that it works at its own time. Returns the new time."""
        end = self._now + _delta(by)
        await settle()
        while (wake := self.next_wake) and wake <= end:
            self._now = max(wake, self._now)
            self._wake()
            await settle()
        self._now = max(end, self._now)
        await settle()
        return self._now

    def _wake(self) -> None:
        self._drop_cancelled()
        while self._sleepers and self._sleepers[0][0] <= self._now:
            heapq.heappop(self._sleepers)[2].set_result(None)
            self._drop_cancelled()

    def _drop_cancelled(self) -> None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)


async def settle(rounds: int = 50) -> None:
    """Let every task that can go on do so."""
    for _ in range(rounds):
        await asyncio.sleep(0)


def _delta(by: float | timedelta) -> timedelta:
    return by if isinstance(by, timedelta) else timedelta(seconds=by)
