"""From a change to fifty operators' queues with five hundred open cases, the pages' weight, and the server's memory.

python -m tests.benchmarks.console [--short | --soak MINUTES]

The console over SQLite in a process of its own; fifty signed-in readers in another do what the page's script does: hear
the hint, ask for the pieces, look for the change. Counted from before the commit to the pieces in hand, so without the
browser's drawing (`tests/console` looks at that). Exit status 1 when p95 is over a second or a page is over 300 kB.
`--soak` spreads its changes over so many minutes and judges the memory too: what the server holds in the last quarter
may be at most a tenth more than in the second.
"""

import argparse
import asyncio
import json
import random
import re
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import aiohttp
from aiohttp import web

from backoffice.console import app as console
from backoffice.console import files
from backoffice.kernel.clock import SystemClock
from backoffice.kernel.exchange import Address
from backoffice.ports import OperatorRole
from backoffice.workflows.work import Work
from storage import migrate
from storage.bus import LocalBus
from storage.engine import Database
from storage.media import FileMedia
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from tests.backoffice.console.evening import Evening

OPERATORS, CASES, LONG, SHORT = 50, 500, 240, 25
AIM_S, AIM_BYTES, AIM_GROWTH = 1.0, 300_000, 1.1
SOAK_GAP_S = (4.0, 12.0)
BRISK_GAP_S = (0.3, 1.2)
GAP_S = 0.4
"""The page's own pause between two looks (`live.js`)."""
LIFE_S = 240.0
KEY = bytes(range(32))


Session = tuple[str, str]
"""Cookie and CSRF token."""


class Clock(SystemClock):
    """The real one; the test's world may move it on."""

    def advance(self, seconds: float) -> None: ...


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[Evening, str]]:
    """A console on a file of its own."""
    url = f"sqlite+aiosqlite:///{folder / 'bench.db'}"
    await migrate.upgrade(url)
    database, clock = await Database.open(url), Clock()
    vault, bus, bits = Vault(KEY, random.Random(1).randbytes), LocalBus(), random.Random(2).getrandbits
    media, store = FileMedia(folder / "media", database, vault, clock), SqlStore(database, vault, bus)
    evening = Evening(database, vault, store, bus, clock, bits, media)  # type: ignore[arg-type]
    root = web.Application()
    root.add_subapp("/console", console.build(evening.deps()))
    runner = web.AppRunner(root, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield evening, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()
    await database.close()


async def fill(evening: Evening) -> list[Session]:
    """Five hundred open cases in twenty operators' hands, some ringing; fifty sessions."""
    staff = [await evening.operator(f"op{n}", OperatorRole.OPERATOR) for n in range(OPERATORS)]
    now = evening.clock.now()
    for number in range(CASES):
        person = await evening.person(f"旅客{number}", Address("telegram", str(number)))
        owner = staff[number % 20]
        begun = now - timedelta(minutes=number % 240)
        held = {"owner": owner.id, "owner_name": owner.name, "answered_at": now} if number % 50 else {}
        await evening.case(f"B{number:03d}", person, dispatched_at=begun, rang_at=begun, **held)
    return [await evening.session(one) for one in staff]


async def change(evening: Evening, number: int) -> float:
    """The case that has waited longest gets another name beside it; the moment before."""

    async def name(work: Work) -> None:
        case = await work.uow.cases.by_ref("B239")
        assert case is not None
        await work.uow.cases.save(replace_name(case, f"mark{number:05d}"))
        await work.note(case, "system", "centre.taken", name="x")
        work.uow.hint("queue")

    began = time.time()
    await evening.act(name)
    return began


def replace_name(case, name):  # type: ignore[no-untyped-def]
    return replace(case, owner_name=name)


async def one_reader(base: str, session: Session, seen: dict[int, float], ready: asyncio.Event) -> None:
    """What one open queue does, with somebody before it who moves."""
    jar = {"rescue_session": session[0]}
    news = asyncio.Event()
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(cookies=jar, timeout=timeout) as http:
        looking = asyncio.create_task(_look(http, base, news, seen))
        moving = asyncio.create_task(_move(http, base, session[1]))
        async with http.get(f"{base}/console/live") as stream:
            async for line in stream.content:
                if line.startswith(b"event: hello"):
                    ready.set()
                if line.startswith(b"event: board"):
                    news.set()
        looking.cancel()
        moving.cancel()


async def _move(http: aiohttp.ClientSession, base: str, csrf: str) -> None:
    """Without a sign of life a session ends after half an hour (`sessions`)."""
    while True:
        await asyncio.sleep(LIFE_S)
        async with http.post(f"{base}/console/present", headers={"X-CSRF": csrf, "Origin": base}) as answer:
            answer.raise_for_status()


async def _look(http: aiohttp.ClientSession, base: str, news: asyncio.Event, seen: dict[int, float]) -> None:
    while True:
        await news.wait()
        news.clear()
        async with http.get(f"{base}/console/", headers={"X-Live": "1"}) as answer:
            body = await answer.read()
        at = time.time()
        if found := re.search(rb"mark(\d{5})", body):
            for number in range(int(found[1]), -1, -1):
                if number in seen:
                    break
                seen[number] = at
        await asyncio.sleep(GAP_S)


async def readers(base: str, sessions: list[Session]) -> None:
    """The other process: prints `ready`, and at the end of its input what each reader saw when."""
    seen: list[dict[int, float]] = [{} for _ in sessions]
    ready = [asyncio.Event() for _ in sessions]
    tasks = [
        asyncio.create_task(one_reader(base, session, mine, begun))
        for session, mine, begun in zip(sessions, seen, ready, strict=True)
    ]
    await asyncio.gather(*(begun.wait() for begun in ready))
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    for task in tasks:
        task.cancel()
    print(json.dumps(seen), flush=True)


async def weigh(base: str, token: str, path: str) -> int:
    """Bytes of a page and of what it loads, the map's parts apart, as sent without compression."""
    async with aiohttp.ClientSession(cookies={"rescue_session": token}) as http:
        html = await _body(http, base + path)
        parts = set(re.findall(r'(?:src|href)="(/console/static/[^"]+)"', html.decode()))
        parts |= {f"{files.addresses()['static']}/js/{name}.js" for name in _modules()}
        return len(html) + sum([len(await _body(http, base + part)) for part in parts])


def _modules() -> list[str]:
    return [path.stem for path in (files.STATIC / "js").glob("*.js")]


async def _body(http: aiohttp.ClientSession, url: str) -> bytes:
    async with http.get(url, headers={"Accept-Encoding": "identity"}) as answer:
        answer.raise_for_status()
        return await answer.read()


def rss_mb() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


@dataclass(frozen=True)
class Plan:
    """How many changes (0: as many as fit), how far apart in seconds, for how many seconds at most (0: no end)."""

    changes: int
    gap: tuple[float, float] = BRISK_GAP_S
    lasts: float = 0.0

    def over(self, done: int, since: float) -> bool:
        return done >= self.changes if self.changes else time.monotonic() - since >= self.lasts


def planned(given: argparse.Namespace) -> Plan:
    if given.soak:
        return Plan(0, SOAK_GAP_S, given.soak * 60)
    return Plan(SHORT if given.short else LONG)


async def main(plan: Plan) -> int:
    """Prints three lines."""
    with tempfile.TemporaryDirectory(prefix="rescue-console-") as folder:
        async with served(Path(folder)) as (evening, base):
            sessions = await fill(evening)
            began, seen, memory = await _campaign(evening, base, sessions, plan)
            board = await weigh(base, sessions[0][0], "/console/")
            case = await weigh(base, sessions[0][0], "/console/cases/case-B001")
    light = max(board, case) < AIM_BYTES
    prompt = _waits(began, seen)
    print(
        f"        weight without the map: queue {board / 1000:.0f} kB, case {case / 1000:.0f} kB; aim 300 kB"
    )
    flat = _flat(memory) or not plan.lasts
    return 0 if flat and light and prompt else 1


def _waits(began: list[float], seen: list[dict[int, float]]) -> bool:
    """One line; whether everybody saw every change soon enough."""
    waits = sorted(reader[n] - at for reader in seen for n, at in enumerate(began) if n in reader)
    lost = len(began) * OPERATORS - len(waits)
    p50, p95, p99 = (waits[int(len(waits) * q)] for q in (0.5, 0.95, 0.99))
    print(
        f"console {len(began)} changes to {OPERATORS} open queues of {CASES} cases: p50 {p50 * 1000:.0f}"
        f" p95 {p95 * 1000:.0f} p99 {p99 * 1000:.0f} ms after the change, {lost} never seen; aim p95 1000 ms"
    )
    return p95 <= AIM_S and not lost


def _flat(memory: list[float]) -> bool:
    """One line; the first quarter fills caches, then nothing may be added."""
    quarter = max(len(memory) // 4, 1)
    early, late = (statistics.median(memory[n * quarter :][:quarter]) for n in (1, 3))
    print(
        f"        memory: {memory[0]:.0f} MB at first, median {early:.0f} in the second quarter, {late:.0f} in the last"
    )
    return late <= early * AIM_GROWTH


async def _campaign(
    evening: Evening, base: str, sessions: list[Session], plan: Plan
) -> tuple[list[float], list[dict[int, float]], list[float]]:
    words = [sys.executable, "-m", "tests.benchmarks.console", "--readers", base]
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe, limit=2**26)
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write((json.dumps(sessions) + "\n").encode())
    await child.stdout.readline()
    chance, began, memory = random.Random(3), [], []
    since = time.monotonic()
    while not plan.over(len(began), since):
        began.append(await change(evening, len(began)))
        memory.append(rss_mb())
        await asyncio.sleep(chance.uniform(*plan.gap))
    await asyncio.sleep(3)
    child.stdin.write(b"\n")
    said = json.loads(await child.stdout.readline())
    await child.wait()
    return began, [{int(n): at for n, at in reader.items()} for reader in said], memory


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--soak", type=float, default=0.0, metavar="MINUTES")
    parser.add_argument("--readers", default="")
    given = parser.parse_args()
    if given.readers:
        asyncio.run(readers(given.readers, json.loads(sys.stdin.readline())))
        sys.exit(0)
    sys.exit(asyncio.run(main(planned(given))))
