"""The deadline runner: sleeps to the next due row and fires each under its person's lock."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from backoffice import ports
from backoffice.clockwork.firing import Firing
from backoffice.kernel.clock import Clock
from backoffice.kernel.ids import PersonId
from backoffice.ports import Deadline

log = logging.getLogger(__name__)
LOOK_AGAIN_S = 1.0
"""The safety net: rows are looked at at least this often, whatever hints were lost."""
BATCH = 200
TROUBLE_S = 0.5


class DeadlineQueue(Protocol):
    async def due(self, now: datetime, limit: int) -> Sequence[Deadline]: ...
    async def next_due(self) -> datetime | None: ...


Drain = Callable[[PersonId, datetime], Awaitable[None]]
"""Takes every stored update of a person up to a time, so that a cancel in time cannot lose to its own queue."""


class DeadlineRunner:
    """One per process that runs deadlines; several processes share the rows without harm."""

    def __init__(
        self, queue: DeadlineQueue, locks: ports.Locks, firing: Firing, drain: Drain, clock: Clock
    ) -> None:
        self._queue = queue
        self._locks = locks
        self._firing = firing
        self._drain = drain
        self._clock = clock
        self._wake = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self.last_round: datetime | None = None

    def wake(self) -> None:
        """A deadline was armed: it may be the next."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._wait(await self.step())
            except Exception:
                log.exception("the deadline runner stumbled")
                await self._clock.sleep(TROUBLE_S)

    async def _wait(self, seconds: float) -> None:
        self._wake.clear()
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        waking = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()

    async def step(self) -> float:
        """Start everything that is due; returns the seconds until the next look."""
        now = self._clock.now()
        self.last_round = now
        for deadline in await self._queue.due(now, BATCH):
            if deadline.id not in self._busy:
                self._start(deadline)
        following = await self._queue.next_due()
        if following is None or following <= now:
            return LOOK_AGAIN_S if following is None else 0.05
        return min(LOOK_AGAIN_S, (following - now).total_seconds())

    def _start(self, deadline: Deadline) -> None:
        task = asyncio.get_running_loop().create_task(self._fire(deadline))
        self._busy[deadline.id] = task
        task.add_done_callback(lambda _: self._busy.pop(deadline.id, None))

    async def _fire(self, deadline: Deadline) -> None:
        try:
            async with self._locks.hold(deadline.person):
                await self._drain(deadline.person, deadline.due)
                await self._firing.fire(deadline)
            await self._firing.wake()
        except Exception:
            log.exception("deadline %s (%s) failed and stays armed", deadline.id, deadline.kind)

    async def settle(self) -> None:
        """Wait for the deadlines being fired now."""
        while self._busy:
            await asyncio.wait(list(self._busy.values()))
            await asyncio.sleep(0)
