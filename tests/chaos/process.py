"""The real service as its own process, to be killed, starved and measured."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import wiring
from tests.chaos import wire
from tests.chaos.report import Broken
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
START_S = 120.0
"""A cold start took 22 s on two cores that eleven wanted."""
STOP_S = 20.0


class Forked:
    """A child of the zygote, handled as `subprocess.Popen` is."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """None while it lives."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float = 60.0) -> int:
        end = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("forked", timeout)
            time.sleep(0.005)
        return 0


@dataclass
class Process:
    """A program on loopback that listens on `port` once it is up."""

    words: list[str]
    port: int
    folder: Path
    env: Mapping[str, str] = field(default_factory=dict)
    name: str = "program"
    running: "subprocess.Popen[bytes] | Forked | None" = None

    async def start(self, path: str = "/health/live", spawn: "Spawn | None" = None) -> float:
        """Starts it and waits until it answers; returns the seconds that took."""
        began = time.monotonic()
        self.running = spawn(self) if spawn else self._spawned()
        while not await self.answers(path):
            if self.running.poll() is not None or time.monotonic() - began > START_S:
                raise Broken(f"{self.name} did not start: {self.tail()}")
            await asyncio.sleep(0.02)
        return time.monotonic() - began

    def _spawned(self) -> subprocess.Popen[bytes]:
        env = {**os.environ, "PYTHONPATH": str(ROOT), **self.env}
        with (self.folder / f"{self.name}.log").open("ab") as log:
            return subprocess.Popen(
                self.words, cwd=self.folder, env=env, stdout=log, stderr=log, start_new_session=True
            )

    async def answers(self, path: str) -> bool:
        try:
            status, _ = await wire.ask(self.port, path)
        except OSError:
            return False
        return status < 500

    def tail(self) -> str:
        log = self.folder / f"{self.name}.log"
        return log.read_text(errors="replace")[-1500:] if log.exists() else ""

    def signal(self, number: int) -> None:
        if self.running and self.running.poll() is None:
            self.running.send_signal(number)

    def ended(self) -> bool:
        return self.running is None or self.running.poll() is not None

    def kill(self) -> None:
        """kill -9, this process alone."""
        self.signal(signal.SIGKILL)
        self._reap()

    def stop(self) -> None:
        self.signal(signal.SIGTERM)
        self._reap()

    def _reap(self) -> None:
        if self.running:
            try:
                self.running.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.running.kill()
                self.running.wait()

    def cpu_s(self) -> float:
        """User and system seconds the process has used."""
        assert self.running
        fields = Path(f"/proc/{self.running.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def service(folder: Path, platform_port: int, **more: str) -> Process:
    """`python run_bot.py serve` on SQLite, both channels pointing at the bare platform."""
    port, base = free_port(), f"http://127.0.0.1:{platform_port}"
    env = {
        "RESCUE_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/rescue.db",
        "RESCUE_DATA_DIR": str(folder / "data"),
        "RESCUE_SECRETS__KEY_FILE": str(folder / "data" / "master.key"),
        "RESCUE_HTTP__PORT": str(port),
        "RESCUE_HTTP__METRICS_PORT": "0",
        "RESCUE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "RESCUE_TELEGRAM__TOKEN": wiring.TOKEN,
        "RESCUE_TELEGRAM__WEBHOOK_SECRET": wiring.SECRET,
        "RESCUE_TELEGRAM__API_BASE": base,
        "RESCUE_WECHAT__APP_ID": wiring.APP["app_id"],
        "RESCUE_WECHAT__APP_SECRET": wiring.APP["app_secret"],
        "RESCUE_WECHAT__TOKEN": wiring.APP["token"],
        "RESCUE_WECHAT__AES_KEY": wiring.APP["aes_key"],
        "RESCUE_WECHAT__API_BASE": base,
    } | more
    wiring.write_key(folder / "data")
    return Process([sys.executable, str(ROOT / "run_bot.py"), "serve"], port, folder, env, "service")


@asynccontextmanager
async def platform(folder: Path) -> AsyncIterator[Process]:
    """The bare platform in its own process: a kill of the service does not kill it."""
    port = free_port()
    made = Process([sys.executable, "-m", "tests.chaos.platform", str(port)], port, folder, name="platform")
    await made.start("/seen?after=999999999")
    try:
        yield made
    finally:
        made.kill()


async def seen(of: Process) -> list[Any]:
    """Everything the platform was sent: [number, seconds, chat, digest]."""
    _, body = await wire.ask(of.port, "/seen?after=0")
    rows: list[Any] = json.loads(body)
    return rows


Spawn = Callable[[Process], Forked]


@dataclass(frozen=True, slots=True)
class Zygote:
    """Starts services by forking one that has its imports behind it."""

    program: subprocess.Popen[str]

    def spawn(self, of: Process) -> Forked:
        log = str(of.folder / f"{of.name}.log")
        wish = {"env": dict(of.env), "folder": str(of.folder), "log": log, "words": of.words[2:]}
        assert self.program.stdin
        assert self.program.stdout
        self.program.stdin.write(json.dumps(wish) + "\n")
        self.program.stdin.flush()
        return Forked(int(self.program.stdout.readline()))


@asynccontextmanager
async def zygote(folder: Path) -> AsyncIterator[Zygote]:
    """The forking process; its children are ended by whoever started them."""
    program = await asyncio.to_thread(_zygote, folder)
    try:
        yield Zygote(program)
    finally:
        program.kill()
        program.wait()


def _zygote(folder: Path) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-m", "tests.chaos.zygote"]
    return subprocess.Popen(
        words, cwd=folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
