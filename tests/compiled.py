"""Statements are compiled once per process for all the databases of a run, as in a service that runs for weeks."""

from typing import Any

from sqlalchemy import Engine, util
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite

_COMPILED: util.LRUCache[Any, Any] = util.LRUCache(5000)


class _Alike:
    """Two of a kind compile alike, so that what one has compiled serves the other."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_COMPILED)


class Sqlite(_Alike, SQLiteDialect_aiosqlite):
    """For `sqlite+aiosqlite://`."""

    supports_statement_cache = True


class Postgres(_Alike, PGDialect_asyncpg):
    """For `postgresql+asyncpg://`."""

    supports_statement_cache = True


def share() -> None:
    """From now on. A journey spends a third of its time on compiling when each database begins anew."""
    registry.register("sqlite.aiosqlite", __name__, "Sqlite")
    registry.register("postgresql.asyncpg", __name__, "Postgres")
