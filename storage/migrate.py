"""Brings a database to the newest schema; on PostgreSQL only one process at a time."""

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from storage.engine import Database, sqlite_path

_LOCK = 0x5245_5343_5545
"""Advisory lock number of migrations ("RESCUE")."""


def config(connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration, without a file of its own."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


@cache
def newest() -> str:
    """The revision this code was written for; all revisions are read for it, once."""
    return str(ScriptDirectory.from_config(config()).get_current_head())


async def current(conn: AsyncConnection) -> str | None:
    """The revision of a database, None when it is empty."""
    return await conn.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def upgrade(url: str) -> None:
    """Migrate in one transaction. Raises `engine.AlreadyOpen` for a SQLite file in use."""
    if sqlite_path(url) is not None:
        await _upgrade_file(url)
    else:
        await _upgrade_server(url)


async def _upgrade_file(url: str) -> None:
    database = await Database.open(url)
    try:
        async with database.writing() as conn:
            if await current(conn) != newest():
                await conn.run_sync(_run)
                await conn.commit()
    finally:
        await database.close()


async def _upgrade_server(url: str) -> None:
    """Without the service's time limits: a migration may take long."""
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as conn:
            await conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            await conn.run_sync(_run)
    finally:
        await engine.dispose()


def _run(connection: sa.Connection) -> None:
    command.upgrade(config(connection), "head")
