"""Deadlines as rows: armed, then fired or cancelled by one conditional UPDATE."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel.ids import DeadlineId, PersonId
from backoffice.ports import Deadline, DeadlineKind, DeadlineState
from storage.engine import Database
from storage.exchange_tables import deadline

_ARMED = sa.and_(deadline.c.state == sa.literal_column("'armed'"))
"""Spelt out, not bound: planners match it with the partial indexes."""
_ADD = sa.insert(deadline)
_CANCEL = (
    sa.update(deadline)
    .where(deadline.c.kind == sa.bindparam("of"), deadline.c.subject == sa.bindparam("about"), _ARMED)
    .values(state=DeadlineState.CANCELLED)
)
_FIRE = (
    sa.update(deadline)
    .where(deadline.c.id == sa.bindparam("of"), deadline.c.due <= sa.bindparam("until"), _ARMED)
    .values(state=DeadlineState.FIRED)
)
_ALL_ARMED = sa.select(deadline).where(_ARMED).order_by(deadline.c.due, deadline.c.id)
_OF_SUBJECT = _ALL_ARMED.where(
    deadline.c.kind == sa.bindparam("of"), deadline.c.subject == sa.bindparam("about")
).limit(1)
_COUNTDOWNS_FIRST = sa.case((deadline.c.kind == sa.literal_column("'countdown'"), 0), else_=1)
_DUE = (
    sa.select(deadline)
    .where(_ARMED, deadline.c.due <= sa.bindparam("until"))
    .order_by(_COUNTDOWNS_FIRST, deadline.c.due, deadline.c.id)
    .limit(sa.bindparam("most"))
)
_COUNTDOWNS_OVER = _ALL_ARMED.where(
    deadline.c.person == sa.bindparam("of"),
    deadline.c.due < sa.bindparam("until"),
    deadline.c.kind == sa.literal_column("'countdown'"),
)
_NEXT = sa.select(sa.func.min(deadline.c.due, type_=deadline.c.due.type)).where(_ARMED)


def _read(row: Any) -> Deadline:
    return Deadline(
        id=DeadlineId(row.id),
        kind=row.kind,
        person=PersonId(row.person),
        subject=row.subject,
        due=row.due,
        payload=row.payload,
        state=row.state,
    )


class DeadlineRows:
    """`ports.Deadlines` inside a unit of work. Firing and cancelling have exactly one winner."""

    def __init__(self, conn: AsyncConnection, now: datetime) -> None:
        self._conn = conn
        self._now = now

    async def arm(self, deadline: Deadline) -> None:
        values = {
            "id": deadline.id,
            "kind": deadline.kind,
            "person": deadline.person,
            "subject": deadline.subject,
            "due": deadline.due,
            "payload": deadline.payload,
            "state": deadline.state,
        }
        await self._conn.execute(_ADD, values)

    async def cancel(self, kind: DeadlineKind, subject: str) -> int:
        """How many it stopped; 0 = all had fired or been cancelled before."""
        done = await self._conn.execute(_CANCEL, {"of": kind, "about": subject, "ended_at": self._now})
        return done.rowcount

    async def fire(self, deadline: DeadlineId, now: datetime) -> bool:
        """True for the one winner, never before `due`."""
        done = await self._conn.execute(_FIRE, {"of": deadline, "until": now, "ended_at": self._now})
        return done.rowcount == 1

    async def armed(self, kind: DeadlineKind, subject: str) -> Deadline | None:
        """The earliest armed one."""
        row = (await self._conn.execute(_OF_SUBJECT, {"of": kind, "about": subject})).first()
        return _read(row) if row else None

    async def countdowns_over(self, person: PersonId, before: datetime) -> list[Deadline]:
        """This person's armed countdowns due before a moment; one due at that very moment has not won yet."""
        rows = await self._conn.execute(_COUNTDOWNS_OVER, {"of": person, "until": before})
        return [_read(row) for row in rows]


class DeadlineQueue:
    """Deadlines for those who run them; nothing here changes a row."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime, limit: int) -> list[Deadline]:
        """Armed and due, countdowns before all else, then the longest overdue first."""
        return await self._read(_DUE, {"until": now, "most": limit})

    async def next_due(self) -> datetime | None:
        """When the next armed deadline is due (it may be past)."""
        async with self._database.reading() as conn:
            found: datetime | None = (await conn.execute(_NEXT)).scalar_one()
            return found

    async def _read(self, query: sa.Select[Any], values: dict[str, Any]) -> list[Deadline]:
        async with self._database.reading() as conn:
            return [_read(row) for row in await conn.execute(query, values)]
