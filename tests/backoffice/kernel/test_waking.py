"""Waiting ends with the time or with a hint, and no hint is lost to whoever is at work when it comes."""

import asyncio

from backoffice.kernel.waking import Waking
from tests.clocks import FakeClock, settle


async def test_it_waits_for_the_time_unless_somebody_says_so() -> None:
    clock = FakeClock()
    waking = Waking(clock)
    waiting = asyncio.create_task(waking.wait(1))
    await clock.run(0.9)
    assert not waiting.done()
    await clock.run(0.1)
    assert waiting.done()
    waiting = asyncio.create_task(waking.wait(1))
    await settle()
    waking.wake()
    await settle()
    assert waiting.done()


async def test_a_hint_that_came_while_its_hearer_worked_is_heard_once() -> None:
    clock = FakeClock()
    waking = Waking(clock)
    waking.wake()
    await asyncio.wait_for(waking.wait(1), 5)
    waiting = asyncio.create_task(waking.wait(1))
    await settle()
    assert not waiting.done()
    await clock.run(1)
    assert waiting.done()


async def test_whoever_waits_no_longer_leaves_nothing_behind() -> None:
    """Cancelled, or woken early: the clock has no sleeper left."""
    clock = FakeClock()
    waking = Waking(clock)
    for woken in (True, False):
        waiting = asyncio.create_task(waking.wait(1))
        await settle()
        waking.wake() if woken else waiting.cancel()
        await settle()
        assert waiting.done()
        assert clock.next_wake is None


async def test_no_wait_at_all_lets_the_others_have_their_turn() -> None:
    waking, turns = Waking(FakeClock()), []

    async def other() -> None:
        turns.append("other")

    started = asyncio.create_task(other())
    await waking.wait(0)
    assert turns == ["other"]
    await started
