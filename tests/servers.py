"""Throw-away PostgreSQL and Redis for a test run: loopback only, no durability, ended by their own process id."""

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_S = 20.0
ROOM = 1 << 30
POSTGRES_OPTIONS = (
    "fsync=off",
    "synchronous_commit=on",
    "full_page_writes=off",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=60",
    "shared_buffers=32MB",
    "autovacuum=off",
)


def find_postgres() -> Path | None:
    """The newest installed PostgreSQL's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def find_redis() -> str | None:
    return shutil.which("redis-server")


@contextmanager
def postgres(programs: Path) -> Iterator[str]:
    """A cluster of its own; yields `postgresql+asyncpg://…/postgres`."""
    with _folder() as folder:
        identity = _not_root(folder)
        data = str(folder / "data")
        initdb = [programs / "initdb", "-D", data, "-U", "rescue", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **identity)
        port = free_port()
        options = [word for option in (*POSTGRES_OPTIONS, f"port={port}") for word in ("-c", option)]
        with _running([programs / "postgres", "-D", data, *options], port, folder, identity):
            _wait(lambda: _accepts_postgres(programs, port))
            yield f"postgresql+asyncpg://rescue@127.0.0.1:{port}/postgres"


@contextmanager
def redis(program: str) -> Iterator[str]:
    """A server of its own that keeps nothing."""
    with _folder() as folder:
        port = free_port()
        words = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
        with _running(words, port, folder, {}):
            yield f"redis://127.0.0.1:{port}/0"


_PORTS = itertools.count(os.getpid() * 61)


def free_port() -> int:
    """A loopback port nobody listens on, below those given to outgoing connections (32768 on Linux).

    Each process starts to look at another place, so that two do not find the same one before they open it.
    """
    while True:
        port = 10_000 + next(_PORTS) % 20_000
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="rescue-test-", dir=memory()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def memory() -> Path | None:
    """A file system in memory where there is room: a database is cloned in 10 ms there, in 400 on some disks."""
    shared = Path("/dev/shm")
    roomy = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > ROOM
    return shared if roomy else None


def _not_root(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def _running(words: list[Any], port: int, folder: Path, identity: dict[str, Any]) -> Iterator[None]:
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(words, stdout=log, stderr=log, cwd=folder, **identity)
    try:
        _wait(lambda: _listens(port) or server.poll() is not None)
        if server.poll() is not None:
            raise RuntimeError((folder / "log").read_text()[-2000:])
        yield
    finally:
        server.send_signal(2)
        server.wait(START_S)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _accepts_postgres(programs: Path, port: int) -> bool:
    words = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(words, check=False).returncode == 0


def _wait(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + START_S
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError("the server did not start")
        time.sleep(0.02)
