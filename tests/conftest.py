"""Fixtures for all tests: both databases, the vault, the store and a clock that stands still."""

import asyncio
import gc
import itertools
import os
import random
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest
import sqlalchemy as sa
from aiohttp import web_app

from storage import migrate
from storage.bus import LocalBus
from storage.engine import Database
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from tests import chromium, compiled, servers
from tests.clocks import FakeClock
from tests.leaving_out import LEAVABLE, LEFT_OUT, leave_out

gc.set_threshold(100_000, 50, 1_000_000)
"""Thousands of small services come and go: looking through all that lives after each 700 objects costs a sixth.

What lives for ever is set aside once (`pytest_collection_finish`), the rest is looked through every SWEPT tests.
"""
SWEPT = 40

compiled.share()
if memory := servers.memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))

the_browser, browser = chromium.the_browser, chromium.browser

T = TypeVar("T")
MASTER = bytes(range(32))


def in_thread(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end on a loop of its own, away from the test's loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    chromium.on_its_loop(items)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


_finished = itertools.count(1)


def pytest_runtest_logfinish() -> None:
    """aiohttp remembers the handlers of the last 1024 applications, and through them whole services."""
    web_app._cached_build_middleware.cache_clear()
    if next(_finished) % SWEPT == 0:
        gc.collect()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any) -> Iterator[None]:
    """After everything else: what this run did not try, also over several processes."""
    yield
    skipped = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", ())]
    for what in LEAVABLE:
        number = sum(f"{LEFT_OUT}{what}" in reason for reason in skipped)
        if number:
            terminalreporter.write_line(f"LEFT OUT: {number} tests that need {what} (not found)", yellow=True)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def seed() -> random.Random:
    """Randomness that is the same in every run."""
    return random.Random(20260301)


@pytest.fixture
def bits(seed: random.Random) -> Callable[[int], int]:
    """`kernel.ids.Bits`."""
    return seed.getrandbits


@pytest.fixture
def vault() -> Vault:
    return Vault(MASTER, os.urandom)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file."""
    path = tmp_path_factory.mktemp("template") / "rescue.db"
    in_thread(lambda: migrate.upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str | None]:
    """URL of a server's `postgres` database, given by RESCUE_TEST_POSTGRES_URL or started for this run."""
    given, programs = os.environ.get("RESCUE_TEST_POSTGRES_URL"), servers.find_postgres()
    with ExitStack() as stack:
        if given or programs is None:
            yield given
        else:
            yield stack.enter_context(servers.postgres(programs))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str | None) -> Iterator[str]:
    """The name of a migrated, empty database that tests clone."""
    if postgres_server is None:
        leave_out("PostgreSQL")
    name = f"rescue_template_{os.getpid()}"
    in_thread(lambda: _statement(postgres_server, f'CREATE DATABASE "{name}"'))
    url = sa.make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    in_thread(lambda: migrate.upgrade(url))
    yield name
    in_thread(lambda: _statement(postgres_server, f'DROP DATABASE "{name}"'))


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str | None]:
    """URL of a Redis, given by RESCUE_TEST_REDIS_URL or started for this run."""
    given, program = os.environ.get("RESCUE_TEST_REDIS_URL"), servers.find_redis()
    with ExitStack() as stack:
        yield given or (stack.enter_context(servers.redis(program)) if program else None)


@pytest.fixture
def redis_url(redis_server: str | None) -> str:
    """A Redis; the test is left out where there is none."""
    if redis_server is None:
        leave_out("Redis")
    return redis_server


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """An empty, migrated SQLite database of this test's own."""
    path = tmp_path / "rescue.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


_numbers = itertools.count(1)


@pytest.fixture
async def postgres_url(postgres_template: str, postgres_server: str) -> AsyncIterator[str]:
    """An empty, migrated PostgreSQL database of this test's own."""
    name = f"rescue_test_{os.getpid()}_{next(_numbers)}"
    await _statement(postgres_server, f'CREATE DATABASE "{name}" TEMPLATE "{postgres_template}"')
    yield sa.make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    await _statement(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated database of this test's own, once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database, on SQLite and on PostgreSQL."""
    async with AsyncExitStack() as stack:
        opened = await Database.open(database_url)
        stack.push_async_callback(opened.close)
        yield opened


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """An open SQLite database, for journeys that need only one."""
    opened = await Database.open(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
def bus() -> LocalBus:
    """The in-process bus."""
    return LocalBus()


@pytest.fixture
def store(database: Database, vault: Vault, bus: LocalBus) -> SqlStore:
    """Units of work over both databases."""
    return SqlStore(database, vault, bus)


async def _statement(url: str, statement: str) -> None:
    conn = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await conn.execute(statement)
    finally:
        await conn.close()
