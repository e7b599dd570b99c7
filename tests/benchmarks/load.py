"""Ten SOS and a hundred chat messages a second on one process: how long people wait for an answer.

python -m tests.benchmarks.load [--short]

The real service (`run_bot.py serve`) on SQLite, both platforms bare and in a process of their own, the load from here.
Cases are open before the clock runs, each with an envoy at work, so that every chat message is relayed. Four figures:
the webhook's answer on Telegram and on WeChat (there it carries the words), the first words on Telegram (from the
pin's POST to the platform's receipt), and a relayed message.
"""

import argparse
import asyncio
import contextlib
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from backoffice.kernel.clock import SystemClock
from backoffice.kernel.exchange import RawUpdate
from tests.chaos import databases, process, rig, wire
from tests.chaos.process import Process
from tests.chaos.pushes import Numbers, Pushes, Someone, http, telegram, wechat

SOS_PER_S, CHAT_PER_S = 10.0, 100.0
TALKERS = 200
CONNECTIONS = 64
AIM_MS = 250.0
NOWHERE = (21.0285, 105.8542)  # Hanoi: a city like any, with no envoy near


def town(number: int) -> tuple[float, float]:
    return -34.7 + (number % 20) * 3.5, -14.4 + (number // 20) * 5.0


@dataclass
class Crowd:
    """Everybody who writes, over kept connections; waits in seconds by what was sent."""

    port: int
    pushes: Pushes = field(default_factory=lambda: Pushes(Numbers(count(900_000_001))))
    waits: dict[str, list[float]] = field(default_factory=dict)
    pins: dict[str, float] = field(default_factory=dict)
    refused: int = 0
    free: asyncio.Queue[wire.Connection] = field(default_factory=asyncio.Queue)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def connect(self) -> None:
        for _ in range(CONNECTIONS):
            self.free.put_nowait(await wire.Connection.open(self.port))

    async def send(self, what: str, raw: RawUpdate) -> None:
        """One push; its wait counts from here, waiting for a connection included."""
        request, began = wire.request(http(raw, datetime.now(UTC))), time.perf_counter()
        connection = await self.free.get()
        try:
            status, _ = await connection.send(request)
        finally:
            self.free.put_nowait(connection)
        self.refused += status != 200
        self.waits.setdefault(what, []).append(time.perf_counter() - began)

    def start(self, what: str, raw: RawUpdate) -> None:
        task = asyncio.create_task(self.send(what, raw))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def cry(self, number: int) -> None:
        who = (wechat if number % 2 else telegram)(2_000_000 + number)
        self.pins[who.id] = time.time()
        self.start(f"pin {who.channel}", self.pushes.pin(who, *NOWHERE, datetime.now(UTC)))

    def say(self, number: int, who: Someone) -> None:
        self.start("chat", self.pushes.text(who, f"message {number}", datetime.now(UTC)))


async def _prepared(folder: Path, service: Process) -> list[Someone]:
    """Open cases with an envoy at work, made through the service itself before it listens."""
    setting = rig.Setting(
        service.env["RESCUE_DATABASE_URL"], folder / "data", random.Random(1), SystemClock()
    )
    talkers = [telegram(1_000_000 + n) for n in range(TALKERS)]
    async with rig.opened(setting) as one:
        for number, who in enumerate(talkers):
            envoy = telegram(9_000_000 + number)
            await one.envoy(envoy, town(number))
            await one.accept(one.pushes.pin(who, *town(number), one.clock.now()))
            await one.service.parts.gateway.settle()
            await one.accept(one.pushes.text(who, "send now", one.clock.now()))
            await one.service.parts.gateway.settle()
            data = await one.question(envoy, "offer", "accept")
            await one.accept(one.pushes.press(envoy, str(data), one.clock.now()))
            await one.service.parts.gateway.settle()
        left = await one.rows("SELECT count(*) AS n FROM assignment WHERE status = 'accepted'")
        assert left[0].n == TALKERS, left
        await _emptied(one)
    return talkers


async def _emptied(one: Any) -> None:
    """What was said while preparing goes out before anything is measured."""
    for channel in one.channels.values():
        channel.sent.clear()
    while await one.service.parts.delivery.step():
        await one.service.parts.delivery.settle()


async def _paced(per_s: float, seconds: float, act: Any) -> None:
    """`act(number)` so many times a second, at even steps, whatever the answers do."""
    began, number = time.perf_counter(), 0
    while (now := time.perf_counter() - began) < seconds:
        if number <= now * per_s:
            act(number)
            number += 1
        else:
            await asyncio.sleep(0.002)


async def main(short: bool) -> int:
    """Prints the figures; 1 when the aim is missed."""
    seconds = 8.0 if short else 30.0
    async with databases.folder() as folder, process.platform(folder) as platform:
        service = process.service(folder, platform.port)
        talkers = await _prepared(folder, service)
        await service.start()
        crowd = Crowd(service.port)
        await crowd.connect()
        try:
            chance = random.Random(2)
            crowd.start("warm", crowd.pushes.pin(telegram(1), *NOWHERE, datetime.now(UTC)))
            await asyncio.sleep(1)
            cpu = service.cpu_s()
            await asyncio.gather(
                _paced(SOS_PER_S, seconds, crowd.cry),
                _paced(CHAT_PER_S, seconds, lambda n: crowd.say(n, chance.choice(talkers))),
            )
            used = (service.cpu_s() - cpu) / seconds
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.gather(*crowd.tasks), 10)
            await asyncio.sleep(6)
            heard = await process.seen(platform)
        finally:
            service.stop()
    return _report(crowd, heard, used)


def _report(crowd: Crowd, heard: Sequence[Any], used: float) -> int:
    first: dict[str, float] = {}
    for _number, at, chat, _digest in heard:
        first.setdefault(chat, at)
    words = [first[who] - at for who, at in crowd.pins.items() if who in first and who.isdigit()]
    silent = sum(who.isdigit() and who not in first for who in crowd.pins)
    rows = {**{k: v for k, v in crowd.waits.items() if k != "warm"}, "first words": words}
    missed = False
    for what, waits in sorted(rows.items()):
        p50, p99 = (sorted(waits)[int(len(waits) * q)] * 1000 for q in (0.5, 0.99))
        missed |= p99 > AIM_MS
        print(f"load    {what:<13} {len(waits):5,} answered p50 {p50:6.0f} p99 {p99:6.0f} ms")
    print(
        f"load    one process used {used:.2f} of a processor; refused {crowd.refused}, without words {silent};"
        f" aim p99 {AIM_MS:.0f} ms"
    )
    return 1 if missed or crowd.refused or silent else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--short", action="store_true")
    sys.exit(asyncio.run(main(parser.parse_args().short)))
