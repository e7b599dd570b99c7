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
from backoffice.kernel.exchange import Accepted, Letter, RawUpdate
from bot.assembly.core import Core
from storage.types import from_micros
from tests.chaos import databases, rig
from tests.chaos.pushes import Numbers, Pushes, Someone, telegram, wechat
from tests.chaos.report import Figures, Plan, must
from tests.chaos.rig import Rig, Setting
from tests.chaos.shuffled import ShuffledLoop
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
class Racer:
    """One traveller and what they decided, by the platform's key of each update."""

    who: Someone
    decided: dict[str, str] = field(default_factory=dict)


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
        accepted = await self.door().accept(pin)
        due = accepted.stored_at + self.rigs[0].core.world.rules.countdown
        acts = [self._act(racer, due, kind) for kind in self.chance.choice(PLANS)]
        await asyncio.gather(*acts)

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
        await asyncio.gather(*(self.door().accept(raw) for _ in range(self.chance.choice([1, 1, 2]))))


def _racers(chance: random.Random, number: int, first: int) -> list[Racer]:
    make = [telegram, wechat]
    return [Racer(chance.choice(make)(1_000_000 + first + i)) for i in range(number)]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the database says after a race."""

    cases: dict[str, Any]
    events: dict[str, list[tuple[str, Any]]]
    stored: dict[str, tuple[int, Any]]
    deadlines: dict[str, list[str]]
    offers: dict[str, int]
    letters: dict[str, list[Letter]]
    travellers: dict[str, str]


async def evidence(one: Rig) -> Evidence:
    def when(raw: Any) -> Any:
        return from_micros(raw) if isinstance(raw, int) else raw

    people = await one.rows("SELECT person, channel, address FROM identity")
    lanes = {p.person: f"{p.channel}:{p.address}" for p in people}
    cases = await one.rows("SELECT id, requester, status, due_at, says_safe_at FROM cases")
    events: dict[str, list[tuple[str, Any]]] = {}
    for row in await one.rows('SELECT "case", what, at FROM case_event ORDER BY number'):
        events.setdefault(row.case, []).append((row.what, when(row.at)))
    counted = await one.rows('SELECT "case", count(*) AS n FROM assignment GROUP BY "case"')
    deadlines: dict[str, list[str]] = {}
    for row in await one.rows("SELECT subject, state FROM deadline WHERE kind = 'countdown'"):
        deadlines.setdefault(row.subject, []).append(row.state)
    letters: dict[str, list[Letter]] = {}
    for letter in await one.letters():
        letters.setdefault(letter.case or "", []).append(letter)
    inbox = await one.rows("SELECT key, seq, stored_at FROM inbox")
    return Evidence(
        cases={lanes[c.requester]: (c.id, c.status, when(c.due_at), c.says_safe_at) for c in cases},
        events=events,
        stored={r.key: (r.seq, when(r.stored_at)) for r in inbox},
        deadlines=deadlines,
        offers={row.case: row.n for row in counted},
        letters=letters,
        travellers={lane: person for person, lane in lanes.items()},
    )


def judge(racer: Racer, found: Evidence, figures: Figures) -> None:
    """One winner, the right one, and it was told."""
    lane = racer.who.at.lane
    must(lane in found.cases, f"{lane}: the pin was acknowledged and has no case")
    case, status, due, says_safe = found.cases[lane]
    in_time = sorted(
        (found.stored[key], kind)
        for key, kind in racer.decided.items()
        if kind != "other"
        and found.stored[key][1] <= due
        and not _tie(found.stored[key][1], due, found, case)
    )
    winner = in_time[0][1] if in_time else "expiry"
    figures.add(f"won by {winner}")
    story = f"{lane}, seed of the line, winner by stored time {winner}, status {status}"
    _outcome_is(winner, status, found, case, story)
    _told(lane, winner, found, case, story)
    late_cancel = any(k == "cancel" and found.stored[key][1] > due for key, k in racer.decided.items())
    if winner == "expiry" and late_cancel:
        must(says_safe is not None, f"{story}: a cancel after the dispatch is not marked as safe")


def _tie(stored: Any, due: Any, found: Evidence, case: str) -> bool:
    """Fired and then stored within one microsecond, which only a clock that stands still can show: either may win."""
    over = next((at for name, at in found.events[case] if name == "case.countdown_over"), None)
    return bool(stored == due == over)


def _outcome_is(winner: str, status: str, found: Evidence, case: str, story: str) -> None:
    what = [name for name, _ in found.events[case]]
    cancelled = winner == "cancel"
    must(status == ("cancelled" if cancelled else "open"), story)
    must(what.count("case.dispatched") == (0 if cancelled else 1), f"{story}: dispatched {what}")
    must(what.count("case.cancelled") == (1 if cancelled else 0), f"{story}: cancelled {what}")
    must(what.count("case.countdown_over") == (1 if winner == "expiry" else 0), f"{story}: {what}")
    must(
        found.offers.get(case, 0) == (0 if cancelled else ENVOYS), f"{story}: {found.offers.get(case)} offers"
    )
    fired = ["fired"] if winner == "expiry" else ["cancelled"]
    must(found.deadlines[case] == fired, f"{story}: countdown {found.deadlines[case]}")
    early = [
        at for name, at in found.events[case] if name == "case.countdown_over" and at < found_due(found, case)
    ]
    must(not early, f"{story}: the countdown ended early")


def found_due(found: Evidence, case: str) -> Any:
    return next(due for other, _, due, _ in found.cases.values() if other == case)


def _told(lane: str, winner: str, found: Evidence, case: str, story: str) -> None:
    me = found.travellers[lane]
    letters = found.letters.get(case, [])
    mine = [letter.message.key for letter in letters if letter.to == me]
    cancelled = winner == "cancel"
    must(mine.count("sos.cancelled") == (1 if cancelled else 0), f"{story}: told {mine}")
    must(mine.count("sos.dispatched") == (0 if cancelled else 1), f"{story}: told {mine}")
    if cancelled:
        must(all(letter.to == me for letter in letters), f"{story}: somebody else was told")


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
