"""Whole turns on SQLite: the effects of a pin committed (person, case, deadline, letters), and of its dispatch.

python -m tests.benchmarks.turns [--short] [--profile]

One process, no sockets, 64 updates under way at once. `dispatch` is the firing of countdowns with ten envoys in
reach, five cases to an envoy. CPU is this process's own.
"""

import argparse
import asyncio
import cProfile
import gc
import pstats
import random
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from tests.chaos import databases, rig
from tests.chaos.pushes import Someone, telegram, wechat
from tests.chaos.rig import Rig, Setting
from tests.clocks import FakeClock

AT_ONCE = 64
ENVOYS, CASES_EACH, PLACES = 10, 5, 20
NOWHERE = (21.0285, 105.8542)  # Hanoi: a city like any, with no envoy near
AIM_PER_S, AIM_CPU_MS = 250.0, 3.0


@asynccontextmanager
async def _house() -> AsyncIterator[Rig]:
    async with databases.folder() as folder:
        url = await rig.fresh_file(folder, "turns")
        async with rig.opened(Setting(url, folder / "data", random.Random(1), FakeClock())) as one:
            for number in range(PLACES * ENVOYS):
                lat, lon = place(number % PLACES)
                await one.envoy(telegram(9_000_000 + number), (lat + number * 0.0001, lon))
            gc.collect()
            gc.freeze()
            yield one


def place(number: int) -> tuple[float, float]:
    """Towns 200 km apart."""
    return 30.0 + 1.5 * number, 10.0 + 1.0 * number


def people(first: int, number: int) -> list[Someone]:
    """By turns on both channels."""
    return [(wechat if i % 2 else telegram)(first + i) for i in range(number)]


async def pins(one: Rig, whose: list[Someone], where: Sequence[tuple[float, float]] = (NOWHERE,)) -> None:
    """Everybody's pin, stored and taken."""
    for batch in _batches(whose):
        now = one.clock.now()
        pushed = (one.pushes.pin(who, *where[i % len(where)], now) for i, who in enumerate(batch))
        await asyncio.gather(*(one.accept(raw) for raw in pushed))
        await one.service.parts.gateway.settle()


async def chat(one: Rig, whose: list[Someone]) -> None:
    """Everybody says something on their open case."""
    for batch in _batches(whose):
        now = one.clock.now()
        await asyncio.gather(*(one.accept(one.pushes.text(who, "we are by the river", now)) for who in batch))
        await one.service.parts.gateway.settle()


def _batches(whose: list[Someone]) -> list[list[Someone]]:
    return [whose[i : i + AT_ONCE] for i in range(0, len(whose), AT_ONCE)]


async def dispatches(one: Rig) -> None:
    """Every countdown fires."""
    one.clock.advance(6)
    for _ in range(10_000):
        await one.service.parts.deadlines.step()
        await one.service.parts.deadlines.settle()
        left = await one.rows("SELECT 1 FROM deadline WHERE kind = 'countdown' AND state = 'armed' LIMIT 1")
        if not left:
            return


async def deliveries(one: Rig) -> int:
    """Everything waiting goes out over channels that take it at once; returns how many letters."""
    before = len(await one.rows("SELECT 1 FROM letter WHERE state = 'delivered'"))
    one.clock.advance(6)
    await one.service.parts.delivery.upkeep()
    while await one.service.parts.delivery.step():
        await one.service.parts.delivery.settle()
    return len(await one.rows("SELECT 1 FROM letter WHERE state = 'delivered'")) - before


async def _delivered(one: Rig) -> tuple[int, tuple[float, float]]:
    sent = [0]

    async def deliver() -> None:
        sent[0] = await deliveries(one)

    took = await _timed(deliver)
    return sent[0], took


async def _timed(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    await work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _say(what: str, number: int, took: tuple[float, float]) -> tuple[float, float]:
    per_s, cpu_ms = number / took[0], took[1] / number * 1000
    print(f"turns   {what:<22} {per_s:7,.0f}/s  CPU {cpu_ms:5.2f} ms each", flush=True)
    return per_s, cpu_ms


async def main(short: bool, profile: bool) -> int:
    """Returns 1 when the aim is missed."""
    number = 300 if short else 4_000
    towns = [place(n) for n in range(PLACES)]
    async with _house() as one:
        await pins(one, people(1_000_000, 50))
        whose, near = people(2_000_000, number), people(3_000_000, PLACES * CASES_EACH)
        profiler = cProfile.Profile()
        if profile:
            profiler.enable()
        per_s, cpu_ms = _say("pin of a newcomer", number, await _timed(lambda: pins(one, whose)))
        profiler.disable()
        await dispatches(one)
        await pins(one, near, towns)
        _say("dispatch to ten envoys", len(near), await _timed(lambda: dispatches(one)))
        _say("word on an open case", number, await _timed(lambda: chat(one, whose)))
        _say("letters", *await _delivered(one))
    if profile:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(45)
        pstats.Stats(profiler).sort_stats("cumtime").print_stats(60)
    print(f"turns   aim {AIM_PER_S:.0f}/s and {AIM_CPU_MS:.0f} ms for the pin")
    return 0 if per_s >= AIM_PER_S and cpu_ms <= AIM_CPU_MS else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--profile", action="store_true", help="where the time of the pins goes")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.short, given.profile)))
