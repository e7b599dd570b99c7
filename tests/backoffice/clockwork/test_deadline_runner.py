"""The deadline runner: drained before fired, each under its person's lock, and people are paged under nobody's."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import cast

import pytest

from backoffice.clockwork.deadlines import LOOK_AGAIN_S, DeadlineRunner
from backoffice.clockwork.firing import Firing
from backoffice.kernel.ids import DeadlineId, PersonId
from backoffice.ports import Deadline, DeadlineKind
from tests.clocks import START, FakeClock


class Rows:
    """Deadlines in memory; fired ones are gone."""

    def __init__(self, *rows: Deadline) -> None:
        self.rows = list(rows)

    async def due(self, now: datetime, limit: int) -> Sequence[Deadline]:
        return [row for row in self.rows if row.due <= now][:limit]

    async def next_due(self) -> datetime | None:
        return min((row.due for row in self.rows), default=None)


class Scene:
    """What happened, in order."""

    def __init__(self, *rows: Deadline, breaks: str = "") -> None:
        self.told: list[str] = []
        self.rows, self.breaks = Rows(*rows), breaks
        self.clock = FakeClock()
        self.runner = DeadlineRunner(self.rows, self, cast(Firing, self), self.drain, self.clock)

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[None]:
        self.told.append(f"lock {key}")
        yield
        self.told.append(f"unlock {key}")

    async def drain(self, person: PersonId, up_to: datetime) -> None:
        self.told.append(f"drain {person} to {(up_to - START).total_seconds():.0f}")

    async def fire(self, deadline: Deadline) -> bool:
        self.told.append(f"fire {deadline.id}")
        if deadline.id == self.breaks:
            raise RuntimeError("broken")
        self.rows.rows.remove(deadline)
        return True

    async def wake(self) -> None:
        self.told.append("page")

    async def step(self) -> float:
        seconds = await self.runner.step()
        await self.runner.settle()
        return seconds


def deadline(name: str, after: float, person: str = "anna") -> Deadline:
    due = START + timedelta(seconds=after)
    return Deadline(DeadlineId(name), DeadlineKind.COUNTDOWN, PersonId(person), "case", due)


async def test_what_was_stored_in_time_is_taken_before_it_fires() -> None:
    """Drained up to the very moment it was due, under the lock; the page goes out when the lock is free again."""
    scene = Scene(deadline("d", 5))
    scene.clock.advance(9)
    await scene.step()
    assert scene.told == ["lock anna", "drain anna to 5", "fire d", "unlock anna", "page"]


async def test_nothing_fires_early() -> None:
    """And the runner sleeps no longer than to the next one."""
    scene = Scene(deadline("d", 5))
    scene.clock.advance(4.6)
    assert await scene.step() == pytest.approx(0.4)
    assert scene.told == []


async def test_it_looks_again_every_second_whatever_hints_were_lost() -> None:
    assert await Scene().step() == LOOK_AGAIN_S
    assert await Scene(deadline("d", 500)).step() == LOOK_AGAIN_S


async def test_one_that_breaks_keeps_nobody_else_waiting() -> None:
    """It stays armed and is tried again."""
    scene = Scene(deadline("bad", 1), deadline("good", 2, "bea"), breaks="bad")
    scene.clock.advance(3)
    await scene.step()
    assert [row.id for row in scene.rows.rows] == ["bad"]
    await scene.step()
    assert scene.told.count("fire bad") == 2
    assert scene.told.count("fire good") == 1


async def test_the_run_goes_on_until_cancelled_and_wakes_for_a_new_one() -> None:
    scene = Scene()
    running = asyncio.ensure_future(scene.runner.run())
    await scene.clock.run()
    scene.rows.rows.append(deadline("d", 0.2))
    scene.runner.wake()
    await scene.clock.run(0.3)
    assert "fire d" in scene.told
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
