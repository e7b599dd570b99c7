"""The loop of the runners that carry orders out: nothing to do is looked for each second, a hint is never lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from backoffice.clockwork import rounds
from backoffice.kernel.waking import Waking
from tests.clocks import FakeClock, settle


class Rows:
    """A runner whose steps are scripted: what each returns, raises, or does while it is under way."""

    def __init__(self, *script: object) -> None:
        self.script, self.steps = list(script), 0
        self.clock = FakeClock()
        self.waking = Waking(self.clock)

    async def step(self) -> int:
        self.steps += 1
        now = self.script.pop(0) if self.script else 0
        if isinstance(now, Exception):
            raise now
        if now == "hint":
            self.waking.wake()
        return now if isinstance(now, int) else 0


@asynccontextmanager
async def running(rows: Rows) -> AsyncIterator[None]:
    task = asyncio.create_task(rounds.run(rows.step, rows.waking))
    await settle()
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_as_long_as_there_is_something_to_do_nobody_waits() -> None:
    rows = Rows(3, 1)
    async with running(rows):
        assert rows.steps == 3
        await rows.clock.run(rounds.LOOK_AGAIN_S)
        assert rows.steps == 4


async def test_a_hint_in_the_middle_of_a_step_is_not_lost() -> None:
    """An order put while the rows were being looked at does not wait a second for the next look."""
    rows = Rows("hint")
    async with running(rows):
        assert rows.steps == 2


async def test_a_round_that_breaks_is_followed_by_another() -> None:
    rows = Rows(RuntimeError("broken"))
    async with running(rows):
        assert rows.steps == 1
        await rows.clock.run(rounds.LOOK_AGAIN_S)
        assert rows.steps == 2


async def test_a_row_that_fails_keeps_nobody_else_waiting() -> None:
    async def fails() -> None:
        raise RuntimeError("broken")

    await rounds.safely(fails())


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 5), (1, 10), (4, 80), (10, 3600), (9_999, 3600)])
def test_an_unknown_outcome_is_asked_about_less_and_less_often(attempts: int, seconds: int) -> None:
    assert rounds.ask_after(attempts) == timedelta(seconds=seconds)
