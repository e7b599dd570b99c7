"""A store that fails, and one too weak to be trusted: refused aloud, nothing acknowledged lost, whole again by itself.

The disk is full for the real process alone: its files may not grow (RLIMIT_FSIZE, moved from outside while it runs).
"""

import asyncio
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from backoffice.kernel.exchange import RawUpdate
from storage.engine import Database
from storage.sqlite_file import WeakStore
from tests.chaos import databases, process, wire
from tests.chaos.process import ROOT, Process
from tests.chaos.pushes import Pushes, http, telegram, wechat
from tests.chaos.report import Figures, Plan, late, must

Check = Callable[[], Awaitable[bool]]
WITHIN_S = 5.0
"""Readiness is red, and service is back, at most so long after the fact (reliability facts, R9)."""
ROOM = 16 << 10
"""Bytes the files may still grow: the failure comes in the middle of the work."""
WEAK = (
    "import sys; from storage import sqlite_file as f; f._WORDS = {**f._WORDS, 'synchronous': 'NORMAL'};"
    "from bot.assembly import commands; sys.exit(commands.main(['serve']))"
)


class Client:
    """Posts pins and remembers what was acknowledged."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._pushes = Pushes()
        self._number = 0
        self.acked: set[str] = set()
        self.refused: list[RawUpdate] = []
        self.waits: list[float] = []

    async def pin(self) -> int:
        """A new traveller's pin; returns the status."""
        self._number += 1
        make = wechat if self._number % 3 == 0 else telegram
        raw = self._pushes.pin(make(1_000 + self._number), -40.0, -120.0, datetime.now(UTC))
        status = await self.post(raw)
        if status != 200:
            self.refused.append(raw)
        return status

    async def post(self, raw: RawUpdate) -> int:
        connection = await wire.Connection.open(self._port)
        began = time.monotonic()
        try:
            answer = connection.send(wire.request(http(raw, datetime.now(UTC))))
            status, _ = await asyncio.wait_for(answer, 5)
        finally:
            connection.close()
        self.waits.append(time.monotonic() - began)
        if status == 200:
            self.acked.add(raw.key)
        return status


async def disk_full(plan: Plan, figures: Figures) -> None:
    """Full and roomy again, several times, without a restart."""
    async with databases.folder() as folder, process.platform(folder) as platform:
        service = process.service(folder, platform.port, RESCUE_SOS__COUNTDOWN_SECONDS="2")
        await service.start()
        client = Client(service.port)
        try:
            for _ in range(plan.some(2, 20)):
                await _episode(service, client, figures)
            await _come_to_rest(folder)
        finally:
            service.stop()
        _judge(folder, client, figures)


async def _episode(service: Process, client: Client, figures: Figures) -> None:
    for _ in range(5):
        must(await client.pin() == 200, "not taken although there is room")
    _limit(service, _largest(service.folder) + ROOM)
    red = await _until(lambda: _unready(service), client, {200, 503})
    statuses = [await client.pin() for _ in range(5)]
    must(set(statuses) <= {503}, f"a full disk was answered {statuses}")
    _limit(service, resource.RLIM_INFINITY)
    back = await _until(lambda: _takes(client), None, set())
    figures.add("episodes")
    figures["red within"], figures["back within"] = f"{red:.1f} s", f"{back:.1f} s"
    for raw in list(client.refused):
        if await client.post(raw) == 200:
            client.refused.remove(raw)
    must(not service.ended(), "the service ended on a full disk")


def _limit(service: Process, size: int) -> None:
    assert service.running
    resource.prlimit(service.running.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _largest(folder: Path) -> int:
    return max(path.stat().st_size for path in folder.glob("rescue.db*"))


async def _until(holds: Check, client: Client | None, allowed: set[int]) -> float:
    """Seconds until it holds, pins arriving meanwhile; more than `WITHIN_S` after the first failure breaks."""
    began: float | None = None if client else time.monotonic()
    for _ in range(2_000):
        if client:
            status = await client.pin()
            must(status in allowed, f"status {status} on a filling disk")
            began = time.monotonic() if began is None and status == 503 else began
        if await holds():
            return 0.0 if began is None else time.monotonic() - began
        must(began is None or time.monotonic() - began < WITHIN_S, f"not after {WITHIN_S} s")
        await asyncio.sleep(0.01)
    raise AssertionError("the disk never became full")


async def _unready(service: Process) -> bool:
    status, _ = await wire.ask(service.port, "/health/ready")
    return status == 503


async def _takes(client: Client) -> bool:
    return await client.pin() == 200


async def _come_to_rest(folder: Path) -> None:
    for _ in range(200):
        await asyncio.sleep(0.1)
        if not _left(folder):
            return
    must(False, f"rows or countdowns left 20 s after the disk has room: {_left(folder)}")


def _left(folder: Path) -> int:
    with sqlite3.connect(f"file:{folder}/rescue.db?mode=ro", uri=True) as db:
        rows: int = db.execute("SELECT count(*) FROM inbox WHERE state = 'new'").fetchone()[0]
        armed = "SELECT count(*) FROM deadline WHERE kind = 'countdown' AND state = 'armed'"
        return rows + int(db.execute(armed).fetchone()[0])


def _judge(folder: Path, client: Client, figures: Figures) -> None:
    with sqlite3.connect(f"file:{folder}/rescue.db?mode=ro", uri=True) as db:
        stored = {row[0] for row in db.execute("SELECT key FROM inbox WHERE state = 'done'")}
        cases = db.execute("SELECT count(*) FROM cases WHERE status = 'open'").fetchone()[0]
        sound = db.execute("PRAGMA integrity_check").fetchone()[0]
    must(client.acked <= stored, f"{len(client.acked - stored)} acknowledged updates are gone")
    must(cases == len(stored), f"{cases} cases for {len(stored)} pins")
    must(sound == "ok", f"integrity: {sound}")
    figures["pins"], figures["refused"] = len(client.acked), len(client.waits) - len(client.acked)
    figures["answered"] = late(client.waits)


async def refusals(_plan: Plan, figures: Figures) -> None:
    """The start refuses what would not keep its word, in a sentence."""
    async with databases.folder() as folder:
        service = process.service(folder, 9)
        must(
            (await _start_of([sys.executable, "-c", WEAK], service))[0] != 0,
            "started with synchronous=NORMAL",
        )
        for url in ("sqlite+aiosqlite:///:memory:", "sqlite+aiosqlite://"):
            try:
                await Database.open(url)
            except WeakStore:
                figures.add("refused")
                continue
            must(False, f"{url} was opened")
    figures.add("refused")


async def _start_of(words: list[str], service: Process) -> tuple[int, str]:
    """Exit code and last words of a start that should fail."""
    env = {**dict(service.env), "PYTHONPATH": str(ROOT), "PATH": ""}

    def run() -> tuple[int, str]:
        try:
            done = subprocess.run(
                words, cwd=service.folder, env=env, capture_output=True, timeout=60, check=False, text=True
            )
        except subprocess.TimeoutExpired:
            return 0, "still running"
        return done.returncode, done.stderr[-500:]

    return await asyncio.to_thread(run)
