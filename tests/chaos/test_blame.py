"""Who is blamed when a process dies with many updates under way."""

import asyncio
import random
from pathlib import Path

import pytest

from bot.turning import Taking, Turns
from tests.chaos import rig
from tests.chaos.pushes import telegram
from tests.chaos.rig import Setting
from tests.clocks import FakeClock, settle

PEOPLE = 20
DEATHS = 4


async def test_a_backlog_outlives_a_process_that_dies_again_and_again(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty pins were under way at each of four deaths: none of them is parked, all of them become cases."""

    async def dies(_self: Turns, _taking: Taking) -> None:
        await asyncio.Event().wait()

    clock = FakeClock()
    setting = Setting(sqlite_url, tmp_path / "data", random.Random(1), clock)
    with monkeypatch.context() as deadly:
        deadly.setattr(Turns, "take", dies)
        for death in range(DEATHS):
            async with rig.opened(setting) as one:
                if death == 0:
                    for number in range(PEOPLE):
                        await one.accept(one.pushes.pin(telegram(1_000 + number), 13.75, 100.5, clock.now()))
                clock.advance(2)
                sweeping = asyncio.create_task(one.service.parts.gateway.sweep())
                await settle(400)
                sweeping.cancel()
                one.service.parts.gateway._tasks._running.clear()
    async with rig.opened(setting) as one:
        for _ in range(5):
            clock.advance(2)
            await one.service.parts.gateway.sweep()
        rows = {
            row.state: row.n
            for row in await one.rows("SELECT state, count(*) AS n FROM inbox GROUP BY state")
        }
        cases = await one.rows("SELECT count(*) AS n FROM cases")
    assert rows == {"done": PEOPLE}
    assert cases[0].n == PEOPLE
