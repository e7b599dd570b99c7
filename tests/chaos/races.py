"""Cancel, confirm and expiry at one moment: one winner each, the one the stored times name, and it is told.

On SQLite time is the test's, tasks run in a seeded random order, and locks and storing stall at random. On
PostgreSQL (when found) two instances of the service share one database in real time.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from backoffice.kernel.clock import Clock, SystemClock
from backoffice.kernel.errors import Unavailable
from backoffice.kernel.exchange import Accepted, RawUpdate
from bot.assembly.core import Core
from tests.chaos import databases, rig
from tests.chaos.pushes import Numbers, Pushes, telegram, wechat
from tests.chaos.report import Figures, Plan, must
from tests.chaos.rig import Rig, Setting
from tests.chaos.shuffled import ShuffledLoop
from tests.chaos.verdict import Racer, evidence, judge
from tests.clocks import FakeClock

AT_ONCE = 50
PLACE = (13.7563, 100.5018)
ENVOYS = 3
WORDS = {
    "telegram": {"cancel": ["cancel", "0"], "confirm": ["send now", "1"], "other": ["we are by the river"]},
    "wechat": {"cancel": ["取消", "0"], "confirm": ["确认", "1"], "other": ["我们在河边"]},
}
PLANS = (["cancel"], ["cancel"], ["cancel"], ["confirm"], ["cancel", "confirm"], ["other", "cancel"], [])


class SlowLocks:
    """Locks that are slow to get and slow to use."""

    def __init__(self, core: Core, chance: random.Random) -> None:
        self._locks, self._clock, self._chance = core.locks, core.clock, chance

    def hold(self, key: str) -> AbstractAsyncContextManager[None]:
        return self._hold(key)

    @asynccontextmanager
    async def _hold(self, key: str) -> AsyncIterator[None]:
        await self._stall()
        async with self._locks.hold(key):
            await self._stall()
            yield

    async def _stall(self) -> None:
        if self._chance.random() < 0.5:
            await self._clock.sleep(self._chance.choice([0.001, 0.005, 0.02, 0.3]))


class SlowInbox:
    """An inbox whose storing takes a while to begin."""

    def __init__(self, core: Core, chance: random.Random) -> None:
        self._inbox, self._clock, self._chance = core.inbox, core.clock, chance

    async def store(self, raw: RawUpdate) -> Accepted:
        if self._chance.random() < 0.3:
            await self._clock.sleep(self._chance.choice([0.001, 0.004]))
        return await self._inbox.store(raw)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inbox, name)


@dataclass
class Track:
    """A running race: where updates may arrive (`rigs`), who races."""

    rigs: list[Rig]
    clock: Clock
    chance: random.Random
    pushes: Pushes
    reach_s: float = 0.02
    racers: list[Racer] = field(default_factory=list)

    async def race(self, racer: Racer, start_s: float) -> None:
        """A pin, then decisions aimed at the very end of its countdown."""
        await self.clock.sleep(start_s)
        pin = self.pushes.pin(racer.who, *PLACE, self.clock.now())
        accepted = await self._accepted(pin)
        due = accepted.stored_at + self.rigs[0].core.world.rules.countdown
        acts = [self._act(racer, due, kind) for kind in self.chance.choice(PLANS)]
        await asyncio.gather(*acts)

    async def _accepted(self, raw: RawUpdate) -> Accepted:
        """At either door; a 503 is tried again, as platforms do."""
        while True:
            try:
                return await self.door().accept(raw)
            except Unavailable:
                await self.clock.sleep(0.1)

    def door(self) -> Rig:
        return self.chance.choice(self.rigs)

    async def _act(self, racer: Racer, due: Any, kind: str) -> None:
        off = self.chance.choice(
            [0.0, -self.reach_s / 10, self.reach_s / 10, self.chance.uniform(-self.reach_s, self.reach_s)]
        )
        await self.clock.sleep((due - self.clock.now()).total_seconds() + off)
        words = self.chance.choice(WORDS[racer.who.channel][kind])
        raw = self.pushes.text(racer.who, words, self.clock.now())
        racer.decided[raw.key] = kind
        await asyncio.gather(*(self._accepted(raw) for _ in range(self.chance.choice([1, 1, 2]))))


def _racers(chance: random.Random, number: int, first: int) -> list[Racer]:
    make = [telegram, wechat]
    return [Racer(chance.choice(make)(1_000_000 + first + i), offers=ENVOYS) for i in range(number)]


async def sqlite(plan: Plan, figures: Figures) -> None:
    """Seeded schedules; rounds of 50 races."""
    rounds = plan.some(200, 1_000) // AT_ONCE
    async with databases.folder() as folder:
        for number in range(rounds):
            await _round(plan, number, folder, figures)
    figures["races"] = rounds * AT_ONCE


async def _round(plan: Plan, number: int, folder: Any, figures: Figures) -> None:
    chance, clock = plan.chance(number), FakeClock()
    loop = asyncio.get_running_loop()
    if isinstance(loop, ShuffledLoop):
        loop.reseed(plan.chance(-1 - number))

    def slow(core: Core) -> Core:
        return rig.rewired(core, locks=SlowLocks(core, chance), inbox=SlowInbox(core, chance))

    url = await rig.fresh_file(folder, f"race{number}")
    async with rig.opened(Setting(url, folder / f"d{number}", chance, clock, slow, running=True)) as one:
        for envoy in range(ENVOYS):
            await one.envoy(telegram(9_000_000 + envoy), PLACE)
        track = Track([one], clock, chance, Pushes(Numbers()), racers=_racers(chance, AT_ONCE, 0))
        races = [asyncio.create_task(track.race(racer, chance.uniform(0, 2))) for racer in track.racers]
        await clock.run(30)
        await asyncio.gather(*races)
        await one.service.parts.gateway.close()
        found = await evidence(one)
    for racer in track.racers:
        judge(racer, found, figures)


async def postgres(plan: Plan, figures: Figures) -> None:
    """Two instances of the service, one database, real time."""
    async with databases.folder() as folder, databases.postgres() as url:
        if url is None:
            figures["postgresql"] = "not found"
            return
        for number in range(plan.some(1, 5)):
            await _shared(plan.chance(number), (url, number, plan.some(60, 100)), folder, figures)


async def _shared(chance: random.Random, given: tuple[str, int, int], folder: Any, figures: Figures) -> None:
    url, number, racers = given
    clock, more = SystemClock(), {"sos": {"countdown_seconds": 1.5}}
    setting = Setting(url, folder / "data", chance, clock, running=True, more=more)
    async with rig.opened(setting) as one, rig.opened(setting) as two:
        if number == 0:
            for envoy in range(ENVOYS):
                await one.envoy(telegram(9_000_000 + envoy), PLACE)
        for each in (one, two):
            await each.service.parts.feed.load()
        pushes = Pushes(Numbers(count(700_000_001 + number * 1_000_000)))
        track = Track([one, two], clock, chance, pushes, 0.2, _racers(chance, racers, number * 1_000))
        await asyncio.gather(*(track.race(r, chance.uniform(0, 6)) for r in track.racers))
        await _until_done(one)
        found = await evidence(one)
        for racer in track.racers:
            judge(racer, found, figures)
    figures.add("races", racers)


async def _until_done(one: Rig) -> None:
    """All rows taken and no countdown armed; at most 20 s."""
    for _ in range(200):
        await asyncio.sleep(0.1)
        left = await one.rows("SELECT count(*) AS n FROM inbox WHERE state = 'new'")
        armed = await one.rows(
            "SELECT count(*) AS n FROM deadline WHERE kind = 'countdown' AND state = 'armed'"
        )
        if not left[0].n and not armed[0].n:
            await asyncio.sleep(0.2)
            return
    must(False, "rows or countdowns are left after 20 s")
