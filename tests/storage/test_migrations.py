"""The schema a migration makes is the one the code was written for."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage import exchange_tables, migrate, tables
from storage.engine import Database
from storage.types import metadata

assert tables.metadata is exchange_tables.metadata


def _differences(connection: sa.Connection) -> list[object]:
    options = {"compare_type": True, "compare_server_default": False}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


async def test_migrations_and_tables_agree(database: Database) -> None:
    """Nobody changes a table without a revision."""
    async with database.reading() as conn:
        assert await conn.run_sync(_differences) == []


async def test_a_migrated_database_knows_its_revision(database: Database) -> None:
    async with database.reading() as conn:
        assert await migrate.current(conn) == migrate.newest()


async def test_migrating_twice_changes_nothing(database_url: str) -> None:
    await migrate.upgrade(database_url)


async def test_indexes_with_a_condition_are_the_same_on_both(database: Database) -> None:
    """Autogenerate does not compare conditions of partial indexes: their names and uniqueness it does."""
    async with database.reading() as conn:
        found = await conn.run_sync(
            lambda c: {i["name"]: i["unique"] for i in sa.inspect(c).get_indexes("cases")}
        )
    assert found["uq_cases_one_active"]


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
async def test_the_audit_trail_refuses_changes(database: Database, change: str) -> None:
    """Triggers refuse UPDATE and DELETE whoever asks."""
    row = {"seq": 1, "actor": "a", "action": "b", "object": "c", "mac": b"0" * 32}
    async with database.writing() as conn:
        from tests.clocks import START

        await conn.execute(sa.insert(tables.audit), {**row, "at": START})
        with pytest.raises(sa.exc.DBAPIError, match="append only"):
            await conn.exec_driver_sql(change)
