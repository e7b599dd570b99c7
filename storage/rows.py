"""What every repository stands on: the transaction, the vault and the turn's time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel import errors
from storage import conflict
from storage.vault import Vault

Values = Mapping[str, Any]


class Rows:
    """Repositories read and write over `conn`; whoever opened it commits."""

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime) -> None:
        self._conn, self._vault, self._now = conn, vault, now

    async def _write(
        self, statement: sa.Executable, values: Values | Sequence[Values]
    ) -> sa.CursorResult[Any]:
        """Raises `errors.Stale` when a unique index says that somebody was first."""
        try:
            return await self._conn.execute(statement, values)
        except sa.exc.IntegrityError as error:
            if conflict.duplicate(error):
                raise errors.Stale(str(error.orig)) from error
            raise

    async def _change(self, statement: sa.Executable, values: Values) -> None:
        """A conditional UPDATE of one row. Raises `errors.Stale` when its condition no longer holds."""
        if (await self._write(statement, values)).rowcount == 0:
            raise errors.Stale(str(values.get("key", "")))

    async def _first(self, statement: sa.Select[Any], values: Values) -> Any:
        return (await self._conn.execute(statement, values)).first()

    async def _all(self, statement: sa.Select[Any], values: Values) -> Sequence[Any]:
        rows: Sequence[Any] = (await self._conn.execute(statement, values)).all()
        return rows
