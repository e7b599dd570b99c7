"""Imports that become true by one UPDATE: the only row of a `*_batch` table says which one, and whether all is moved.

Rows wait in a staging table under the name of their batch. `mark` makes all of them true; whoever marked moves them in
small steps until `finish` finds none left; after `LEASE` any worker goes on.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import Id
from storage.types import Utc, metadata

LEASE = timedelta(seconds=30)
"""Whoever marked a batch moves it; after this long any worker goes on."""


def batch_row(name: str) -> sa.Table:
    """One row: the batch that became true last, and whether all of it is moved; `due` is when any worker goes on."""
    return sa.Table(
        name,
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("batch", Id, nullable=False),
        sa.Column("done", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("due", Utc, nullable=False),
    )


class Batches:
    """The row of one kind of import and the table its rows wait in. Nothing here commits."""

    def __init__(self, row: sa.Table, staged: sa.Table) -> None:
        of = row.c.batch == sa.bindparam("of")
        waiting = sa.exists().where(staged.c.batch == sa.bindparam("of"))
        self.unmoved = sa.select(row.c.batch).where(~row.c.done)
        """The batch that is true and not wholly moved: one row or none."""
        self.left = self.unmoved.where(row.c.due <= sa.bindparam("now", type_=row.c.due.type))
        """The same, once whoever marked it has had their time."""
        self._stands = sa.select(row.c.version).where(row.c.done)
        self._done = sa.update(row).where(of, ~row.c.done, ~waiting).values(done=True)
        self._mark = (
            sa.update(row)
            .where(row.c.done, row.c.version == sa.bindparam("was"))
            .values(
                batch=sa.bindparam("becomes"),
                done=False,
                version=row.c.version + 1,
                due=sa.bindparam("until"),
            )
        )

    async def moving(self, conn: AsyncConnection) -> str:
        """The batch that is true and not wholly moved, "" for none."""
        return str((await conn.execute(self.unmoved)).scalar() or "")

    async def stands(self, conn: AsyncConnection) -> int | None:
        """The version to mark at; None while another batch is being moved."""
        return (await conn.execute(self._stands)).scalar()

    async def mark(self, conn: AsyncConnection, batch: str, was: int, now: datetime) -> bool:
        """The one UPDATE; False when another import became true meanwhile."""
        given = {"becomes": batch, "was": was, "until": now + LEASE}
        return (await conn.execute(self._mark, given)).rowcount == 1

    async def finish(self, conn: AsyncConnection, batch: str) -> bool:
        """All of it is moved; False when somebody has said so already, or rows still wait."""
        return (await conn.execute(self._done, {"of": batch})).rowcount == 1
