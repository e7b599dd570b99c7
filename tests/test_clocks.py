"""The clock of the tests stands still until it is moved."""

import asyncio

from tests.clocks import START, FakeClock


async def test_a_sleeper_wakes_when_its_time_is_reached(clock: FakeClock) -> None:
    sleeper = asyncio.create_task(clock.sleep(5))
    await clock.run(4.9)
    assert not sleeper.done()
    await clock.run(0.1)
    assert sleeper.done()
    assert (clock.now() - START).total_seconds() == 5


async def test_sleepers_on_the_way_work_at_their_own_time(clock: FakeClock) -> None:
    woke: list[float] = []

    async def tick(every: float) -> None:
        while True:
            await clock.sleep(every)
            woke.append((clock.now() - START).total_seconds())

    tasks = [asyncio.create_task(tick(every)) for every in (2, 3)]
    await clock.run(6)
    for task in tasks:
        task.cancel()
    assert woke == [2, 3, 4, 6, 6]


async def test_a_cancelled_sleeper_is_forgotten(clock: FakeClock) -> None:
    sleeper = asyncio.create_task(clock.sleep(5))
    await clock.run()
    sleeper.cancel()
    await clock.run()
    assert clock.next_wake is None
    clock.advance(10)
