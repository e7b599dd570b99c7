"""INSERT … ON CONFLICT for both databases, and which of their errors mean "somebody was first"."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

_DUPLICATE = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
_RUN_AGAIN = _DUPLICATE | {"40001", "40P01"}


class PerDialect:
    """One statement in both dialects, built once."""

    def __init__(self, lite: sa.Insert, postgres: sa.Insert) -> None:
        self._of = {"sqlite": lite, "postgresql": postgres}

    def on(self, conn: AsyncConnection) -> sa.Insert:
        return self._of[conn.dialect.name]


def insert_or_ignore(table: sa.Table, key: Sequence[sa.Column[Any]]) -> PerDialect:
    """INSERT that does nothing when the key is taken; `rowcount` says which."""
    lite, postgres = sqlite.insert(table), postgresql.insert(table)
    return PerDialect(lite.on_conflict_do_nothing(key), postgres.on_conflict_do_nothing(index_elements=key))


def upsert(table: sa.Table, key: Sequence[sa.Column[Any]], changed: Sequence[sa.Column[Any]]) -> PerDialect:
    """INSERT that overwrites `changed` when the key is taken."""
    lite, postgres = sqlite.insert(table), postgresql.insert(table)
    return PerDialect(
        lite.on_conflict_do_update(key, set_={c.name: lite.excluded[c.name] for c in changed}),
        postgres.on_conflict_do_update(
            index_elements=key, set_={c.name: postgres.excluded[c.name] for c in changed}
        ),
    )


def code(error: sa.exc.DBAPIError) -> str:
    """SQLSTATE on PostgreSQL, the extended error name on SQLite, or nothing."""
    found = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
    return str(found or "")


def duplicate(error: sa.exc.DBAPIError) -> bool:
    """A unique index refused the row."""
    return code(error) in _DUPLICATE


def run_again(error: sa.exc.DBAPIError) -> bool:
    """A deadlock, a serialisation failure or a row somebody else put first."""
    return code(error) in _RUN_AGAIN
