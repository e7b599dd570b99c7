"""`kill -9` at random moments around countdowns, again and again, on one SQLite file.

Afterwards: every acknowledged pin has its one case, the decision that was stored in time won, nobody who was told
"cancelled" was looked for, nothing is left armed, and every letter has come to an end.
"""

import asyncio
import random
import sqlite3
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backoffice.kernel.clock import SystemClock
from backoffice.kernel.exchange import RawUpdate
from bot.blame import CALM_FOR
from tests.chaos import databases, patience, process, rig, wire
from tests.chaos.process import Process
from tests.chaos.pushes import Pushes, http, telegram, wechat
from tests.chaos.report import Figures, Plan, crowding, late, must
from tests.chaos.verdict import Evidence, Racer, evidence, judge

COUNTDOWN_S = 1.2
"""Shorter than in service: more countdowns end in a life. Nothing else depends on its length."""
TRAVELLERS_PER_S = 12.0
MOST_WAITING = 60
"""Travellers not yet done: a machine that is slow today is not buried."""
FAR = [(13.0 + 2 * i, 100.5) for i in range(8)]
"""Places with one envoy each; everybody else stands where nobody is near."""
NOWHERE = (-40.0, -120.0)
CALM_S = CALM_FOR[-1].total_seconds()
COLD_EVERY = 50
"""One start in so many goes through `run_bot.py`, imports and all."""
BOUND_S = 3.0
"""An overdue countdown fires at most so long after the service is up again (reliability facts, R2) on a machine that
has nothing else to do. One behind an update that was in hand at a death waits for its turn alone as well."""
JUDGED_UP_TO = 2.0
"""On a machine slower than this how late is told, not judged; what is lost, doubled or left armed always is."""
USUAL_START_S = 0.3
"""What a warm start takes on such a machine: one that is slower at that is slower at everything."""
WORDS = {"telegram": ("cancel", "send now"), "wechat": ("取消", "确认")}


@dataclass
class Life:
    """One run of the service, from ready to killed (seconds since 1970)."""

    ready: float
    killed: float = 0.0


@dataclass
class World:
    """Everybody outside the service: travellers who write until they are acknowledged."""

    port: int
    chance: random.Random
    pushes: Pushes = field(default_factory=Pushes)
    racers: list[Racer] = field(default_factory=list)
    acked: dict[str, float] = field(default_factory=dict)
    dues: list[float] = field(default_factory=list)
    posts: int = 0
    up: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def arrive(self) -> None:
        task = asyncio.create_task(self._travel())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _travel(self) -> None:
        make = self.chance.choice([telegram, telegram, wechat])
        who = make(1_000_000 + len(self.racers))
        near = self.chance.random() < 0.15
        racer = Racer(who, offers=int(near))
        self.racers.append(racer)
        place = self.chance.choice(FAR) if near else NOWHERE
        await self.post(self.pushes.pin(who, *place, _now()))
        due = time.time() + COUNTDOWN_S
        self.dues.append(due)
        draw = self.chance.random()
        if draw < 0.6:
            await self._decide(racer, due, "cancel" if draw < 0.42 else "confirm")

    async def _decide(self, racer: Racer, due: float, kind: str) -> None:
        """Mostly in the last 20 ms."""
        before = self.chance.choice([0.02, 0.02, 0.02, 1.0]) * self.chance.random()
        await asyncio.sleep(max(0.0, due - before - time.time()))
        words = WORDS[racer.who.channel][0 if kind == "cancel" else 1]
        raw = self.pushes.text(racer.who, words, _now())
        racer.decided[raw.key] = kind
        await self.post(raw)

    async def post(self, raw: RawUpdate) -> None:
        """Until it is acknowledged, as a platform does; now and then once more afterwards."""
        while not await self._once(raw):
            await asyncio.sleep(0.1)
            await self.up.wait()
        self.acked[raw.key] = time.time()
        if self.chance.random() < 0.2:
            await self._once(raw)

    async def _once(self, raw: RawUpdate) -> bool:
        self.posts += 1
        connection = None
        try:
            connection = await wire.Connection.open(self.port)
            status, _ = await asyncio.wait_for(connection.send(wire.request(http(raw, _now()))), 5)
        except (OSError, TimeoutError):
            return False
        finally:
            if connection:
                connection.close()
        must(status in (200, 503), f"status {status} for {raw.sender.lane}")
        return status == 200


def _now() -> datetime:
    return datetime.now(UTC)


async def run(plan: Plan, figures: Figures) -> None:
    """15 kills in short, 200 in long."""
    async with databases.folder() as folder, process.platform(folder) as platform:
        service = process.service(folder, platform.port, RESCUE_SOS__COUNTDOWN_SECONDS=str(COUNTDOWN_S))
        async with process.zygote(folder) as zygote:
            await _envoys(service, folder)
            world = World(service.port, plan.chance())
            lives = await _lives(plan.some(15, 200), world, (service, zygote), figures)
            await _to_the_end(world, (service, zygote), lives, figures)
        found = await _evidence(folder, figures)
        _judge_all(world, found, lives, figures)
        await _repeats(platform, folder, figures)


async def _envoys(service: Process, folder: Path) -> None:
    setting = rig.Setting(
        service.env["RESCUE_DATABASE_URL"], folder / "data", random.Random(1), SystemClock()
    )
    async with rig.opened(setting) as one:
        for number, place in enumerate(FAR):
            await one.envoy(telegram(9_000_000 + number), place)


Served = tuple[Process, process.Zygote]


async def _lives(kills: int, world: World, served: Served, figures: Figures) -> list[Life]:
    lives: list[Life] = []
    starts: dict[str, list[float]] = {"cold": [], "warm": []}
    for number in range(kills):
        cold = number % COLD_EVERY == 0
        starts["cold" if cold else "warm"].append(await _start(served, cold))
        lives.append(Life(time.time()))
        world.up.set()
        await _live(world)
        world.up.clear()
        lives[-1].killed = time.time()
        served[0].kill()
    figures["kills"] = kills
    figures["start cold"] = late(starts["cold"])
    figures["start warm"] = late(starts["warm"])
    usual = sorted(starts["warm"])[len(starts["warm"]) // 2] / USUAL_START_S
    figures["machine slower by"] = max(1.0, usual, crowding())
    return lives


async def _start(served: Served, cold: bool) -> float:
    service, zygote = served
    return await service.start(spawn=None if cold else zygote.spawn)


async def _live(world: World) -> None:
    """Travellers arrive; then it is over, half the time right where somebody's countdown ends."""
    chance = world.chance
    end = time.time() + chance.uniform(0.2, COUNTDOWN_S + 1.0)
    soon = [due for due in world.dues if time.time() < due < end]
    if soon and chance.random() < 0.5:
        end = max(time.time(), chance.choice(soon) + chance.uniform(-0.03, 0.06))
    while time.time() < end:
        if len(world.tasks) < MOST_WAITING:
            world.arrive()
        await asyncio.sleep(min(chance.expovariate(TRAVELLERS_PER_S), max(0.0, end - time.time())))


async def _to_the_end(world: World, served: Served, lives: list[Life], figures: Figures) -> None:
    """A last life in which everything comes to its end."""
    await _start(served, cold=False)
    lives.append(Life(time.time(), time.time() + 1e9))
    world.up.set()
    while world.tasks:
        await asyncio.wait(world.tasks)
    await asyncio.sleep(COUNTDOWN_S + 1)
    path = Path(served[0].env["RESCUE_DATABASE_URL"].partition(":///")[2])
    began = time.monotonic()

    async def left() -> object:
        return _unfinished(path)

    await patience.until_nothing(left, "after the last kill")
    figures["at rest after"] = f"{time.monotonic() - began:.1f} s"
    served[0].stop()


def _unfinished(path: Path) -> list[Any]:
    """What is still under way: rows, countdowns, letters ("held" waits for the person's next word)."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        return db.execute(
            "SELECT 'row', count(*) FROM inbox WHERE state = 'new' HAVING count(*) > 0"
            " UNION ALL SELECT 'countdown', count(*) FROM deadline"
            " WHERE kind = 'countdown' AND state = 'armed' HAVING count(*) > 0"
            " UNION ALL SELECT 'letter ' || state, count(*) FROM letter"
            " WHERE state IN ('waiting', 'riding', 'sending') GROUP BY state"
        ).fetchall()


async def _evidence(folder: Path, figures: Figures) -> Evidence:
    url = f"sqlite+aiosqlite:///{folder}/rescue.db"
    async with rig.opened(rig.Setting(url, folder / "data", random.Random(1), SystemClock())) as one:
        sound = await one.rows("PRAGMA integrity_check")
        must(sound[0][0] == "ok", f"integrity: {sound}")
        twice = await one.rows("SELECT requester, count(*) AS n FROM cases GROUP BY requester HAVING n > 1")
        must(not twice, f"{len(twice)} people have two cases")
        parked = await one.rows("SELECT count(*) AS n FROM inbox WHERE state = 'parked'")
        must(parked[0].n == 0, f"{parked[0].n} rows are parked")
        return await evidence(one)


def _judge_all(world: World, found: Evidence, lives: list[Life], figures: Figures) -> None:
    for racer in world.racers:
        judge(racer, found, figures)
    lost = [key for key in world.acked if key not in found.stored]
    must(not lost, f"{len(lost)} acknowledged updates are not in the database")
    figures["pins"], figures["posts"] = len(world.racers), world.posts
    late_by = _lateness(found, lives)
    for name, seconds in late_by.items():
        figures[name] = late(seconds)
    slow = figures["machine slower by"]
    if slow > JUDGED_UP_TO:
        figures["lateness"] = "not judged, others want this machine"
        return
    for name, bound in (("late after start", BOUND_S), ("late behind a suspect", BOUND_S + CALM_S)):
        worst = max(late_by[name], default=0.0)
        must(
            worst <= bound * slow, f"{name}: a countdown fired {worst:.1f} s after ready, machine {slow:.1f}"
        )


def _lateness(found: Evidence, lives: list[Life]) -> dict[str, list[float]]:
    """Seconds after due where the service was up at due; seconds after ready where it was not."""
    late_by: dict[str, list[float]] = {"late live": [], "late after start": [], "late behind a suspect": []}
    for lane, (case, _status, due, _safe) in found.cases.items():
        fired = next((at for what, at in found.events[case] if what == "case.countdown_over"), None)
        if fired is None:
            continue
        life = next(one for one in reversed(lives) if one.ready <= fired.timestamp() or one is lives[0])
        if life.ready <= due.timestamp():
            late_by["late live"].append(fired.timestamp() - due.timestamp())
        else:
            name = "late behind a suspect" if lane in found.suspects else "late after start"
            late_by[name].append(max(0.0, fired.timestamp() - life.ready))
    return late_by


async def _repeats(platform: Process, folder: Path, figures: Figures) -> None:
    """At least once on the wire: how many sends the platform saw twice."""
    counted = Counter((chat, digest) for _, _, chat, digest in await process.seen(platform))
    figures["sends"] = sum(counted.values())
    figures["repeated"] = sum(counted.values()) - len(counted)
