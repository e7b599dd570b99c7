"""The sandbox's own time: unix seconds, as both platforms speak them, and sleeping that a test can steer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Clock(Protocol):
    """What the sandbox asks of time. `now` gives unix seconds (UTC) as a float."""

    def now(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


class ManualClock:
    """A clock that stands still until a test moves it with `advance`."""

    def __init__(self, now: float = 1_767_225_600.0) -> None:
        self._now = now
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + seconds, future))
        await future

    async def advance(self, seconds: float) -> None:
        """Moves time forward; sleepers wake in the order of their due times, each seeing its own moment."""
        target = self._now + seconds
        while due := [entry for entry in self._sleepers if entry[0] <= target and not entry[1].done()]:
            first = min(due, key=lambda entry: entry[0])
            self._sleepers.remove(first)
            self._now = max(self._now, first[0])
            first[1].set_result(None)
            await let_others_run()
        self._sleepers = [entry for entry in self._sleepers if not entry[1].done()]
        self._now = target
        await let_others_run()


async def let_others_run(rounds: int = 20) -> None:
    """Gives tasks woken just now the turns they need to reach their next wait."""
    for _ in range(rounds):
        await asyncio.sleep(0)


async def within(clock: Clock, seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, or TimeoutError once `seconds` have passed on the given clock."""
    task = asyncio.ensure_future(work)
    alarm = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({task, alarm}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise TimeoutError
    finally:
        task.cancel()
        alarm.cancel()
