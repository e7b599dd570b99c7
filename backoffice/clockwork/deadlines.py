"""The deadline runner: sleeps to the next due row and fires each under its person's lock."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from backoffice import ports
from backoffice.clockwork.firing import Firing
from backoffice.kernel.clock import Clock
from backoffice.kernel.errors import Unavailable
from backoffice.kernel.ids import PersonId
from backoffice.kernel.waking import Waking
from backoffice.ports import Deadline, DeadlineKind

log = logging.getLogger(__name__)
LOOK_AGAIN_S = 1.0
"""The safety net: rows are looked at at least this often, whatever hints were lost."""
SOON_S = 0.05
BATCH = 200
COUNTDOWNS_AT_ONCE, OTHERS_AT_ONCE = 8, 2
"""After an outage a thousand bells keep no cry for help waiting: few of them stand in the writer's queue at a time.
Whoever is in hand when the process dies is a suspect afterwards: few countdowns' updates are, too."""
TROUBLE_S = 0.5
LONGEST_PAUSE_S = 60.0
LONGEST_FOR_AN_SOS_S = 5.0
ALARM_AT = 3
"""So many failures in a row are told to staff: somebody is waiting for what does not happen."""


class NotYet(Exception):
    """What must be taken before it may not be tried just now; no fault of the deadline's."""

    def __init__(self, delay_s: float) -> None:
        super().__init__(f"not for another {delay_s:.1f} s")
        self.delay_s = delay_s


@dataclass(slots=True)
class _Trouble:
    """A deadline that could not be fired: how often, and when it is tried again."""

    failures: int
    again: datetime


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
        self._waking = Waking(clock)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._in_hand = {True: 0, False: 0}
        self._behind: Sequence[Deadline] = ()
        self._troubles: dict[str, _Trouble] = {}
        self.last_round: datetime | None = None

    def wake(self) -> None:
        """A deadline was armed: it may be the next."""
        self._waking.wake()

    async def run(self) -> None:
        """Until cancelled. What failed while the rows could not be read was not the deadlines' fault."""
        try:
            while True:
                await self._round()
        finally:
            self._behind = ()

    async def _round(self) -> None:
        try:
            await self._waking.wait(await self.step())
        except Exception:
            log.exception("the deadline runner stumbled")
            self._troubles.clear()
            await self._clock.sleep(TROUBLE_S)

    async def step(self) -> float:
        """Start what is due, countdowns first; returns the seconds until the next look."""
        now = self._clock.now()
        self.last_round = now
        due = await self._queue.due(now, BATCH + len(self._troubles))
        self._forget_all_but(due)
        self._behind = due
        self._start_more()
        following = await self._queue.next_due()
        if following is None or following <= now:
            return LOOK_AGAIN_S if following is None else self._soon_s(due, now)
        return min(LOOK_AGAIN_S, (following - now).total_seconds())

    def _start_more(self) -> None:
        """As many as may be in hand; the rest when one of them has ended."""
        now, behind = self._clock.now(), []
        for deadline in self._behind:
            if self._may_start(deadline, now):
                self._start(deadline)
            else:
                behind.append(deadline)
        self._behind = behind

    def _may_start(self, deadline: Deadline, now: datetime) -> bool:
        trouble = self._troubles.get(deadline.id)
        if deadline.id in self._busy or (trouble is not None and trouble.again > now):
            return False
        sos = deadline.kind is DeadlineKind.COUNTDOWN
        return self._in_hand[sos] < (COUNTDOWNS_AT_ONCE if sos else OTHERS_AT_ONCE)

    def _soon_s(self, due: Sequence[Deadline], now: datetime) -> float:
        """Something is due: look again at once, unless all of it waits for another try."""
        again = [self._troubles[each.id].again for each in due if each.id in self._troubles]
        if len(again) < len(due) or not again:
            return SOON_S
        return max(SOON_S, min(LOOK_AGAIN_S, (min(again) - now).total_seconds()))

    def _forget_all_but(self, due: Sequence[Deadline]) -> None:
        """Another process fired it, or it was cancelled."""
        if self._troubles:
            left = {each.id for each in due}
            self._troubles = {key: kept for key, kept in self._troubles.items() if key in left}

    def _start(self, deadline: Deadline) -> None:
        self._in_hand[deadline.kind is DeadlineKind.COUNTDOWN] += 1
        task = asyncio.get_running_loop().create_task(self._fire(deadline))
        self._busy[deadline.id] = task
        task.add_done_callback(lambda _: self._ended(deadline))

    def _ended(self, deadline: Deadline) -> None:
        """There is room for the next."""
        self._busy.pop(deadline.id, None)
        self._in_hand[deadline.kind is DeadlineKind.COUNTDOWN] -= 1
        self._behind = [each for each in self._behind if each.id != deadline.id]
        self._start_more()

    async def _fire(self, deadline: Deadline) -> None:
        try:
            async with self._locks.hold(deadline.person):
                await self._drain(deadline.person, deadline.due)
                await self._firing.fire(deadline)
            self._troubles.pop(deadline.id, None)
            await self._firing.wake()
        except NotYet as waiting:
            self._postpone(deadline, waiting.delay_s)
        except Unavailable as trouble:
            log.warning("deadline %s waits for the store: %s", deadline.id, trouble)
            self._postpone(deadline, TROUBLE_S)
        except Exception:
            log.exception("deadline %s (%s) failed and stays armed", deadline.id, deadline.kind)
            await self._failed(deadline)

    def _postpone(self, deadline: Deadline, delay_s: float, failed: int = 0) -> int:
        """How often it has failed in a row."""
        before = self._troubles.get(deadline.id)
        failures = failed + (before.failures if before else 0)
        self._troubles[deadline.id] = _Trouble(failures, self._clock.now() + timedelta(seconds=delay_s))
        return failures

    async def _failed(self, deadline: Deadline) -> None:
        """Tried again after a growing pause; an SOS never waits long, and staff hear of what goes on failing."""
        sos = deadline.kind is DeadlineKind.COUNTDOWN
        before = self._troubles.get(deadline.id)
        pause_s = TROUBLE_S * 2 ** min(before.failures if before else 0, 10)
        longest_s = LONGEST_FOR_AN_SOS_S if sos else LONGEST_PAUSE_S
        failures = self._postpone(deadline, min(pause_s, longest_s), failed=1)
        if failures == ALARM_AT:
            try:
                await self._firing.failing(deadline)
                await self._firing.wake()
            except Exception:
                log.exception("staff could not be told of deadline %s", deadline.id)

    async def settle(self) -> None:
        """Wait for the deadlines being fired now and, while it runs, for those behind them."""
        while self._busy:
            await asyncio.wait(list(self._busy.values()))
            await asyncio.sleep(0)
