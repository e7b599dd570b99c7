"""The deadline runner: drained before fired, each under its person's lock, and people are paged under nobody's."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import cast

import pytest

from backoffice.clockwork.deadlines import (
    ALARM_AT,
    LONGEST_FOR_AN_SOS_S,
    LONGEST_PAUSE_S,
    LOOK_AGAIN_S,
    OTHERS_AT_ONCE,
    DeadlineRunner,
    NotYet,
)
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
        self.rows, self.breaks, self.waits = Rows(*rows), breaks, 0.0
        self.clock = FakeClock()
        self.runner = DeadlineRunner(self.rows, self, cast(Firing, self), self.drain, self.clock)

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[None]:
        self.told.append(f"lock {key}")
        yield
        self.told.append(f"unlock {key}")

    async def drain(self, person: PersonId, up_to: datetime) -> None:
        self.told.append(f"drain {person} to {(up_to - START).total_seconds():.0f}")
        if self.waits:
            raise NotYet(self.waits)

    async def fire(self, deadline: Deadline) -> bool:
        self.told.append(f"fire {deadline.id}")
        if deadline.id == self.breaks:
            raise RuntimeError("broken")
        self.rows.rows.remove(deadline)
        return True

    async def wake(self) -> None:
        self.told.append("page")

    async def failing(self, deadline: Deadline) -> None:
        self.told.append(f"alert {deadline.id}")

    async def step(self) -> float:
        seconds = await self.runner.step()
        await self.runner.settle()
        return seconds

    async def tried_at(self, seconds: float, step_s: float = 0.5) -> list[float]:
        """When the broken one was tried, looking twice a second."""
        moments, before = [], 0
        for number in range(round(seconds / step_s)):
            await self.step()
            tries = self.told.count(f"fire {self.breaks}")
            moments += [number * step_s] * (tries - before)
            before = tries
            self.clock.advance(step_s)
        return moments


def deadline(
    name: str, after: float, person: str = "anna", kind: DeadlineKind = DeadlineKind.COUNTDOWN
) -> Deadline:
    due = START + timedelta(seconds=after)
    return Deadline(DeadlineId(name), kind, PersonId(person), "case", due)


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
    scene.clock.advance(0.5)
    await scene.step()
    assert scene.told.count("fire bad") == 2
    assert scene.told.count("fire good") == 1


async def test_one_that_always_fails_is_tried_after_growing_pauses() -> None:
    """Half a second, then twice as long each time, a minute at most."""
    scene = Scene(deadline("bad", 0, kind=DeadlineKind.PROMISE), breaks="bad")
    tried = await scene.tried_at(200)
    assert tried[:8] == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 63.5]
    assert tried[8] - tried[7] == LONGEST_PAUSE_S


async def test_an_sos_that_fails_never_waits_long() -> None:
    tried = await Scene(deadline("bad", 0), breaks="bad").tried_at(60)
    assert max(b - a for a, b in zip(tried, tried[1:], strict=False)) == LONGEST_FOR_AN_SOS_S


async def test_staff_hear_once_of_what_goes_on_failing() -> None:
    """At the third failure, and whoever is to be woken is woken then."""
    scene = Scene(deadline("bad", 0), breaks="bad")
    await scene.tried_at(1)
    assert "alert bad" not in scene.told
    await scene.tried_at(60)
    assert scene.told.count("alert bad") == 1
    assert scene.told.index("page") > scene.told.index("alert bad")
    assert scene.told[: scene.told.index("alert bad")].count("fire bad") == ALARM_AT


async def test_what_must_be_taken_first_and_may_not_yet_is_waited_for() -> None:
    """A cancel stored in time that may have killed the process: it is heard before its countdown fires."""
    scene = Scene(deadline("d", 0))
    scene.waits = 2.0
    for _ in range(6):
        await scene.step()
        scene.clock.advance(0.3)
    assert scene.told.count("drain anna to 0") == 1
    assert "fire d" not in scene.told
    scene.waits = 0.0
    scene.clock.advance(0.3)
    await scene.step()
    assert scene.told[-4:] == ["drain anna to 0", "fire d", "unlock anna", "page"]


async def test_a_thousand_bells_keep_no_countdown_waiting() -> None:
    """After an outage: every countdown first, of the others a few in hand at a time, and none forgotten."""
    bells = [deadline(f"b{n}", 1, f"p{n}", DeadlineKind.ACKNOWLEDGE) for n in range(100)]
    scene = Scene(*bells, deadline("sos", 2))
    scene.rows.rows.sort(key=lambda row: row.kind is not DeadlineKind.COUNTDOWN)
    scene.clock.advance(3)
    await scene.runner.step()
    assert len(scene.runner._busy) == OTHERS_AT_ONCE + 1
    await scene.runner.settle()
    fired = [told for told in scene.told if told.startswith("fire")]
    assert "fire sos" in fired[: OTHERS_AT_ONCE + 1]
    assert len(fired) == 101


async def test_a_stopped_runner_starts_nothing_more() -> None:
    scene = Scene(*[deadline(f"b{n}", 0, f"p{n}", DeadlineKind.ACKNOWLEDGE) for n in range(50)])
    running = asyncio.ensure_future(scene.runner.run())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await scene.runner.settle()
    assert len([told for told in scene.told if told.startswith("fire")]) < 50
