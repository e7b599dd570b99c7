"""An update that crashes whoever handles it: three tries, then it is parked and alarms, and everybody goes on.

First as an exception inside the worker, then as the death of the whole process at the first look at it.
"""

import asyncio
import random
import sqlite3
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backoffice.kernel.exchange import RawUpdate
from bot.assembly import channels
from bot.channel import Reader
from bot.incoming import Incoming
from tests.chaos import databases, patience, process, rig, wire
from tests.chaos.process import Process
from tests.chaos.pushes import Pushes, http, telegram
from tests.chaos.report import Figures, Plan, must
from tests.chaos.rig import Rig, Setting
from tests.chaos.zygote import MARK, POISON
from tests.clocks import FakeClock

PLACE = (13.7563, 100.5018)
MOST_DEATHS = 6
"""The try of the process that stored it, one beside others, three alone, and a death that came before the count."""


class Poisoned:
    """A reader that fails on marked words."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.failures = 0

    def read(self, raw: RawUpdate) -> Incoming:
        if MARK in raw.body:
            self.failures += 1
            raise RuntimeError("poison")
        return self._reader.read(raw)


@contextmanager
def poisoned() -> Iterator[Poisoned]:
    """Telegram's reader fails on marked words meanwhile."""
    sound = channels.READERS["telegram"]
    made = Poisoned(sound)
    channels.READERS["telegram"] = made
    try:
        yield made
    finally:
        channels.READERS["telegram"] = sound


async def exceptions(plan: Plan, figures: Figures) -> None:
    """In one process, on the test's clock."""
    people, chance = plan.some(12, 100), plan.chance()
    async with databases.folder() as folder:
        url = await rig.fresh_file(folder, "poison")
        with poisoned() as reader:
            setting = Setting(url, folder / "data", chance, FakeClock(), running=True)
            async with rig.opened(setting) as one:
                await asyncio.gather(*_talks(one, people, chance), one.clock.run(60))
                await _judge(one, people)
        figures["people"], figures["failures"] = people, reader.failures
        must(reader.failures >= 3 * people, f"{reader.failures} tries for {people} poisonous updates")


def _talks(one: Rig, people: int, chance: random.Random) -> list[Any]:
    return [_talk(one, number, chance.uniform(0, 3)) for number in range(people)]


async def _talk(one: Rig, number: int, start_s: float) -> None:
    """A pin, poison, more words; every third cancels behind the poison."""
    who, clock = telegram(1_000 + number), one.clock
    await clock.sleep(start_s)
    await one.accept(one.pushes.pin(who, *PLACE, clock.now()))
    await clock.sleep(1)
    await one.accept(one.pushes.text(who, MARK.decode(), clock.now()))
    await clock.sleep(1)
    await one.accept(
        one.pushes.text(who, "cancel" if number % 3 == 0 else "we are by the river", clock.now())
    )


async def _judge(one: Rig, people: int) -> None:
    parked = await one.rows("SELECT count(*) AS n FROM inbox WHERE state = 'parked'")
    left = await one.rows("SELECT count(*) AS n FROM inbox WHERE state = 'new'")
    must((parked[0].n, left[0].n) == (people, 0), f"parked {parked[0].n}, left {left[0].n} of {people}")
    alerts = await one.rows("SELECT count(*) AS n FROM alert WHERE kind = 'update_parked'")
    must(alerts[0].n == people, f"{alerts[0].n} alarms for {people} parked updates")
    cases = await one.rows("SELECT status, count(*) AS n FROM cases GROUP BY status")
    found = {row.status: row.n for row in cases}
    cancelled = len(range(0, people, 3))
    must(found == {"cancelled": cancelled, "open": people - cancelled}, f"behind the poison: {found}")


async def deaths(plan: Plan, figures: Figures) -> None:
    """The process dies at the poison, again and again, and is started again as a supervisor would."""
    async with databases.folder() as folder, process.platform(folder) as platform:
        more = {"RESCUE_SOS__COUNTDOWN_SECONDS": "2", POISON: "1"}
        service = process.service(folder, platform.port, **more)
        async with process.zygote(folder) as zygote:
            keeper = asyncio.create_task(_kept_alive(service, zygote, figures))
            try:
                await _or_first(keeper, _poisoned_through(service, folder, plan.some(2, 6)))
            finally:
                keeper.cancel()
                await asyncio.gather(keeper, return_exceptions=True)
                service.stop()
        _judge_deaths(folder, figures, plan.some(2, 6))


async def _or_first(keeper: asyncio.Task[None], work: Coroutine[Any, Any, None]) -> None:
    """The work; a keeper that fails ends it."""
    task = asyncio.create_task(work)
    await asyncio.wait({keeper, task}, return_when=asyncio.FIRST_COMPLETED)
    if keeper.done():
        task.cancel()
        keeper.result()
    await task


async def _poisoned_through(service: Process, folder: Path, people: int) -> None:
    await _poison_them(service, people)
    await _until_parked(folder, people)


async def _kept_alive(service: Process, zygote: process.Zygote, figures: Figures) -> None:
    figures["deaths"] = -1
    while True:
        if service.ended():
            figures.add("deaths")
            await service.start(spawn=zygote.spawn)
        await asyncio.sleep(0.05)


async def _poison_them(service: Process, people: int) -> None:
    pushes = Pushes()
    for number in range(people):
        for words in ("", MARK.decode(), "we are by the river"):
            now = datetime.now(UTC)
            who = telegram(1_000 + number)
            raw = pushes.text(who, words, now) if words else pushes.pin(who, *PLACE, now)
            await _posted(service, raw)


async def _posted(service: Process, raw: RawUpdate) -> None:
    """As a platform does: until it is acknowledged."""
    for _ in range(600):
        try:
            connection = await wire.Connection.open(service.port)
            status, _ = await asyncio.wait_for(connection.send(wire.request(http(raw, datetime.now(UTC)))), 5)
            connection.close()
            if status == 200:
                return
        except (OSError, TimeoutError):
            pass
        await asyncio.sleep(0.1)
    must(False, "an update was never acknowledged")


async def _until_parked(folder: Path, people: int) -> None:
    """All the rest is done. Every death and every try is a step: only standing still is a failure."""
    wanted = {"done": 2 * people, "parked": people, "armed": 0, "open": people}

    async def left() -> object:
        found = _state(folder)
        return None if found == wanted else (found, _tries(folder))

    await patience.until_nothing(left, f"with {people} people")


def _tries(folder: Path) -> int:
    with sqlite3.connect(f"file:{folder}/rescue.db?mode=ro", uri=True) as db:
        return int(db.execute("SELECT coalesce(sum(attempts), 0) FROM inbox").fetchone()[0])


def _state(folder: Path) -> dict[str, int]:
    """Rows by state, armed countdowns, open cases."""
    with sqlite3.connect(f"file:{folder}/rescue.db?mode=ro", uri=True) as db:
        found = dict(db.execute("SELECT state, count(*) FROM inbox GROUP BY state"))
        count = "SELECT count(*) FROM deadline WHERE kind = 'countdown' AND state = 'armed'"
        found["armed"] = db.execute(count).fetchone()[0]
        found["open"] = db.execute("SELECT count(*) FROM cases WHERE status = 'open'").fetchone()[0]
        return found


def _judge_deaths(folder: Path, figures: Figures, people: int) -> None:
    figures["poisonous"] = people
    most = MOST_DEATHS * people
    must(figures["deaths"] <= most, f"{figures['deaths']} deaths of {people} updates")
    with sqlite3.connect(f"file:{folder}/rescue.db?mode=ro", uri=True) as db:
        alerts = db.execute("SELECT count(*) FROM alert WHERE kind = 'update_parked'").fetchone()[0]
    must(alerts == people, f"{alerts} alarms for {people} parked updates")
