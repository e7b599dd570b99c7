"""Intake: an update stored durably before it is answered, against a bare handler that commits each by itself.

python -m tests.benchmarks.intake [--short]

Two servers of the same kind of process take turns under the same load (own process, 64 kept connections): ours is the
real webhook with the real inbox (sealed bodies, duplicates known, commits shared by those that wait); theirs is aiohttp
with one INSERT and one COMMIT per update over sqlite3 (WAL, synchronous=FULL), on the loop. Trust the ratio of one run.
"""

import argparse
import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from aiohttp import web

from backoffice.kernel.clock import SystemClock
from backoffice.kernel.exchange import Accepted, RawUpdate
from bot import app as public
from bot.channel import Answer
from bot.handlers.telegram import webhook
from bot.handlers.telegram.config import TelegramConfig
from storage.engine import Database
from storage.inbox import Inbox
from storage.vault import Vault
from tests import wiring
from tests.chaos import databases, rig, wire
from tests.chaos.process import Process
from tests.chaos.pushes import TELEGRAM_PATH, Pushes, http, telegram
from tests.servers import free_port

CONNECTIONS = 64
MOST_PER_S = 12_000
MEMORY = Path("/dev/shm")
AIM = 1.0
"""Ratio of answers per second, ours to theirs (the issue)."""


class OnlyIntake:
    """The way in without turns: what a durable answer costs by itself."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def accept(self, raw: RawUpdate) -> Accepted:
        return await self._inbox.store(raw)

    async def answer(self, accepted: Accepted, within_s: float) -> Answer | None:
        return None

    async def written(self, answer: Answer) -> None: ...


async def ours(folder: Path) -> web.Application:
    """The real door and the real inbox."""
    url = await rig.fresh_file(folder, "ours")
    database = await Database.open(url)
    inbox = Inbox(database, Vault(bytes(32), os.urandom), SystemClock())
    config = TelegramConfig(wiring.TOKEN, wiring.SECRET, "http://127.0.0.1:9")

    async def ready() -> public.Readiness:
        return public.Readiness({}, {})

    return public.build(public.Site(webhook.routes(config, OnlyIntake(inbox), SystemClock()), ready))


async def bare(folder: Path) -> web.Application:
    """As little as a durable answer can be made of without sharing commits."""
    raw = sqlite3.connect(folder / "bare.db", isolation_level=None)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=FULL")
    raw.execute(
        "CREATE TABLE inbox (seq INTEGER PRIMARY KEY, body BLOB NOT NULL, stored_at INTEGER NOT NULL)"
    )

    async def handle(request: web.Request) -> web.Response:
        body = await request.read()
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("INSERT INTO inbox (body, stored_at) VALUES (?, ?)", (body, time.time_ns()))
        raw.execute("COMMIT")
        return web.json_response({})

    async def live(_: web.Request) -> web.Response:
        return web.json_response({"live": True})

    made = web.Application()
    made.add_routes([web.post(TELEGRAM_PATH, handle), web.get("/health/live", live)])
    return made


SERVERS: dict[str, Callable[[Path], Coroutine[Any, Any, web.Application]]] = {"ours": ours, "bare": bare}


async def serve(name: str, folder: Path, port: int) -> None:
    runner = web.AppRunner(await SERVERS[name](folder), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=256).start()
    await asyncio.Event().wait()


@dataclass(frozen=True, slots=True)
class Load:
    """What one round against one server came to."""

    per_s: float
    cpu_us: float
    waits_s: list[float]


async def load(server: Process, requests: list[bytes], seconds: float) -> Load:
    """So many seconds over 64 kept connections, each sending its next request when the last is answered."""
    connections = [await wire.Connection.open(server.port) for _ in range(CONNECTIONS)]
    queue, waits, end = iter(requests), list[float](), time.perf_counter() + seconds

    async def work(connection: wire.Connection) -> None:
        for request in queue:
            began = time.perf_counter()
            if began > end:
                return
            status, _ = await connection.send(request)
            waits.append(time.perf_counter() - began)
            if status != 200:
                raise RuntimeError(f"status {status}")

    cpu, began = server.cpu_s(), time.perf_counter()
    await asyncio.gather(*(work(connection) for connection in connections))
    took, used = time.perf_counter() - began, server.cpu_s() - cpu
    for connection in connections:
        connection.close()
    return Load(len(waits) / took, used / len(waits) * 1e6, waits)


def _requests(pushes: Pushes, number: int) -> list[bytes]:
    now = datetime.now(UTC)
    raws = (pushes.pin(telegram(1_000_000 + i), 13.75, 100.5, now) for i in range(number))
    return [wire.request(http(raw, now)) for raw in raws]


async def main(short: bool) -> int:
    """On the disk, where the aim is judged; then where syncing costs nothing, which shows the rest."""
    if MEMORY.is_dir():  # noqa: ASYNC240 (before anything is measured)
        with tempfile.TemporaryDirectory(prefix="rescue-bench-", dir=MEMORY) as name:
            _report("memory", await _measured(Path(name), short))
    async with databases.folder() as folder:
        ratio = _report("disk", await _measured(folder, short))
    return 0 if ratio >= AIM else 1


async def _measured(folder: Path, short: bool) -> dict[str, list[Load]]:
    """Interleaved rounds."""
    rounds, seconds = (3, 2.0) if short else (5, 6.0)
    pushes, found = Pushes(), {name: list[Load]() for name in SERVERS}
    servers = {name: _process(name, folder) for name in SERVERS}
    try:
        for server in servers.values():
            await server.start()
            await load(server, _requests(pushes, 2_000), 0.5)
        for _ in range(rounds):
            for name, server in servers.items():
                requests = _requests(pushes, int(seconds * MOST_PER_S))
                found[name].append(await load(server, requests, seconds))
    finally:
        for server in servers.values():
            server.kill()
    return found


def _process(name: str, folder: Path) -> Process:
    port = free_port()
    words = [sys.executable, "-m", "tests.benchmarks.intake", "--serve", name, str(folder), str(port)]
    return Process(words, port, folder, name=name)


def _report(where: str, found: dict[str, list[Load]]) -> float:
    """Prints the medians; returns the ratio."""
    for name, loads in found.items():
        waits = sorted(wait for one in loads for wait in one.waits_s)
        rate, cpu = median(one.per_s for one in loads), median(one.cpu_us for one in loads)
        p50, p99 = (waits[int(len(waits) * q)] * 1000 for q in (0.5, 0.99))
        print(
            f"intake  {where:<6} {name:<4} {rate:7,.0f}/s  CPU {cpu:4.0f} µs"
            f"  answered p50 {p50:.1f} p99 {p99:.1f} ms"
        )
    ratios = [a.per_s / b.per_s for a, b in zip(found["ours"], found["bare"], strict=True)]
    each = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    print(
        f"intake  {where:<6} ours/bare {median(ratios):.2f} (rounds {each}); aim {AIM} on the disk",
        flush=True,
    )
    return median(ratios)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--serve", nargs=3, metavar=("NAME", "FOLDER", "PORT"))
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve(given.serve[0], Path(given.serve[1]), int(given.serve[2])))
    else:
        sys.exit(asyncio.run(main(given.short)))
