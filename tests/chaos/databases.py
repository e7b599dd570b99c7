"""Where campaigns keep their data: SQLite files, and databases on a throw-away PostgreSQL when one is found."""

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path

import asyncpg
import sqlalchemy as sa

from storage import migrate
from tests import servers
from tests.chaos.report import must

_numbers = count(1)


@asynccontextmanager
async def folder() -> AsyncIterator[Path]:
    """A directory on the disk (not in memory: durability is what is tried), gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="rescue-chaos-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@asynccontextmanager
async def postgres() -> AsyncIterator[str | None]:
    """The URL of an empty, migrated database, None where there is no PostgreSQL."""
    given, programs = os.environ.get("RESCUE_TEST_POSTGRES_URL"), servers.find_postgres()
    left_out = given is None and programs is None
    must(not (left_out and os.environ.get("RESCUE_TEST_NOTHING_LEFT_OUT")), "PostgreSQL was not found")
    if left_out:
        yield None
        return
    async with AsyncExitStack() as stack:
        server = given or stack.enter_context(servers.postgres(programs)) if programs or given else ""
        assert server
        name = f"rescue_chaos_{os.getpid()}_{next(_numbers)}"
        await _statement(server, f'CREATE DATABASE "{name}"')
        url = sa.make_url(server).set(database=name).render_as_string(hide_password=False)
        await migrate.upgrade(url)
        yield url
        await _statement(server, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _statement(url: str, statement: str) -> None:
    conn = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await conn.execute(statement)
    finally:
        await conn.close()
