"""The inbox: updates are kept here before anybody understands them, and taken from here to be handled."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel import clock as clocks
from backoffice.kernel import exchange
from backoffice.kernel.ids import PersonId
from storage import engine, intake
from storage.exchange_tables import inbox
from storage.tables import identity
from storage.together import Together
from storage.vault import Vault

PURGE_CHUNK = 500

_NEW = inbox.c.state == sa.literal_column("'new'")
"""Spelt out, not bound: planners match it with the partial index."""
_known, _same = identity.alias(), identity.alias()
_LANES_AT = sa.union_all(
    sa.select(sa.bindparam("lane", type_=sa.Text)),
    sa.select(_same.c.channel.concat(":").concat(_same.c.address))
    .select_from(_known.join(_same, _same.c.person == _known.c.person))
    .where(_known.c.channel == sa.bindparam("channel"), _known.c.address == sa.bindparam("address")),
)
"""The address's own lane and all others that reach the same person, as they are linked at this moment."""
_LANES_OF = sa.select(identity.c.channel.concat(":").concat(identity.c.address)).where(
    identity.c.person == sa.bindparam("person")
)
_UNTAKEN_AT = sa.select(inbox).where(inbox.c.lane.in_(_LANES_AT), _NEW).order_by(inbox.c.seq)
_UNTAKEN_OF = (
    sa.select(inbox)
    .where(inbox.c.lane.in_(_LANES_OF), _NEW, inbox.c.stored_at <= sa.bindparam("until"))
    .order_by(inbox.c.seq)
)
_IDLE = (
    sa.select(inbox.c.lane, sa.func.max(inbox.c.attempts))
    .where(_NEW, inbox.c.stored_at <= sa.bindparam("until", type_=inbox.c.stored_at.type))
    .group_by(inbox.c.lane)
    .order_by(sa.func.max(inbox.c.attempts), sa.func.min(inbox.c.seq))
)
_ROW = sa.update(inbox).where(inbox.c.seq == sa.bindparam("of"), _NEW)
_COUNT = _ROW.values(attempts=inbox.c.attempts + 1).returning(inbox.c.attempts)
_CRASH = _ROW.values(attempts=sa.case((inbox.c.attempts > 2, inbox.c.attempts), else_=2) + 1).returning(
    inbox.c.attempts
)
_DONE = sa.update(inbox).where(inbox.c.seq == sa.bindparam("of"), _NEW).values(state=exchange.RowState.DONE)
_oldest = sa.select(inbox.c.seq, inbox.c.done_at).where(inbox.c.state == exchange.RowState.DONE)
_oldest_done = _oldest.order_by(inbox.c.seq).limit(PURGE_CHUNK).subquery()
_FORGET = sa.delete(inbox).where(
    inbox.c.seq.in_(sa.select(_oldest_done.c.seq).where(_oldest_done.c.done_at < sa.bindparam("before")))
)
"""Looks at the oldest only: sixty days of rows are not gone through every minute for the few that are due."""


class Inbox:
    """Intake and taking. Every method is its own transaction."""

    def __init__(self, database: engine.Database, vault: Vault, clock: clocks.Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._commits = intake.GroupCommit(database, vault, clock)
        self._together = Together(database)

    async def store(self, raw: exchange.RawUpdate) -> exchange.Accepted:
        """Durable when this returns. A repeat gets the first one's row. Raises `errors.Unavailable`."""
        return await self._commits.store(raw)

    async def untaken_at(self, at: exchange.Address) -> list[exchange.StoredUpdate]:
        """Rows nobody has handled of whoever writes from there, from whichever of their addresses, oldest first."""
        await self._commits.settled()
        return await self._rows(_UNTAKEN_AT, {"lane": at.lane, "channel": at.channel, "address": at.address})

    async def untaken_of(self, person: PersonId, up_to: datetime) -> list[exchange.StoredUpdate]:
        """Rows of a person stored at or before `up_to` that nobody has handled, oldest first.

        A commit under way whose moment is already settled is waited for, so that none of it is missed.
        """
        await self._commits.settled(up_to)
        return await self._rows(_UNTAKEN_OF, {"person": person, "until": up_to})

    async def _rows(self, query: sa.Select[Any], values: dict[str, Any]) -> list[exchange.StoredUpdate]:
        async with self._database.reading() as conn:
            rows = (await conn.execute(query, values)).all()
            return [await self._open(conn, row) for row in rows]

    async def idle_lanes(self, older_than: datetime) -> list[tuple[str, int]]:
        """Lanes with rows stored at or before `older_than` that nobody has handled, the longest waiting first.

        Each with the most tries of one of its rows. Those tried least come before those that may have crashed
        somebody: a suspect keeps nobody else waiting.
        """
        async with self._database.reading() as conn:
            return [(lane, tries) for lane, tries in await conn.execute(_IDLE, {"until": older_than})]

    async def row(self, seq: int) -> tuple[exchange.RowState, str] | None:
        """How a row stands and the letter that answered it ("" = none)."""
        query = sa.select(inbox.c.state, inbox.c.answer_letter).where(inbox.c.seq == seq)
        async with self._database.reading() as conn:
            found = (await conn.execute(query)).one_or_none()
            return None if found is None else (found.state, found.answer_letter)

    async def count_attempt(self, seq: int) -> int:
        """Count one more try, durably, before it is made. Returns the number of this try; 0 = already settled.

        Rows counted at the same time share a commit on SQLite: after a restart they come by the dozen.
        """
        return await self._counted(_COUNT, seq)

    async def count_crash(self, seq: int) -> int:
        """A try beside others that raised: it was this row's own fault, as if it had been tried alone."""
        return await self._counted(_CRASH, seq)

    async def _counted(self, change: sa.Update, seq: int) -> int:
        found: list[int | None] = []

        async def count(conn: AsyncConnection) -> None:
            found.append((await conn.execute(change, {"of": seq})).scalar_one_or_none())

        await self._together.run(count)
        return found[-1] or 0

    async def park(self, seq: int, error: str) -> bool:
        """Put a row aside that crashes whoever handles it. False: it was settled already."""
        change = (
            sa.update(inbox)
            .where(inbox.c.seq == seq, inbox.c.state == exchange.RowState.NEW)
            .values(state=exchange.RowState.PARKED, error=error)
        )
        async with self._database.writing() as conn:
            done = (await conn.execute(change)).rowcount
            await conn.commit()
            return done == 1

    async def purge(self, before: datetime) -> int:
        """Empty the bodies of rows handled before `before` and destroy day keys nothing needs any more."""
        emptied, days = 0, set[date]()
        while chunk := await self._purge_chunk(before):
            emptied += len(chunk)
            days.update(at.date() for at in chunk)
        for day in days:
            await self._destroy_key(day)
        return emptied

    async def forget(self, before: datetime) -> int:
        """Delete handled rows: their keys are no longer needed to know a repeat."""
        total, removed = 0, 1
        while removed:
            async with self._database.writing() as conn:
                removed = (await conn.execute(_FORGET, {"before": before})).rowcount
                await conn.commit()
            total += removed
        return total

    async def _purge_chunk(self, before: datetime) -> list[datetime]:
        handled = sa.select(inbox.c.seq).where(
            inbox.c.state == exchange.RowState.DONE, inbox.c.body.is_not(None), inbox.c.done_at < before
        )
        change = (
            sa.update(inbox)
            .where(inbox.c.seq.in_(handled.limit(PURGE_CHUNK)))
            .values(body=None)
            .returning(inbox.c.stored_at)
        )
        async with self._database.writing() as conn:
            found = list((await conn.execute(change)).scalars())
            await conn.commit()
            return found

    async def _destroy_key(self, day: date) -> None:
        start = datetime.combine(day, time(), UTC)
        needed = sa.select(inbox.c.seq).where(
            inbox.c.body.is_not(None),
            inbox.c.stored_at >= start,
            inbox.c.stored_at < start + timedelta(days=1),
        )
        if day >= self._clock.now().date():
            return
        async with self._database.writing() as conn:
            if (await conn.execute(needed.limit(1))).first() is None:
                await self._vault.destroy(conn, intake.subject(day))
                await conn.commit()

    async def _open(self, conn: AsyncConnection, row: Any) -> exchange.StoredUpdate:
        subject = intake.subject(row.stored_at.date())
        body = await self._vault.open(conn, subject, intake.context(row.channel, row.key), row.body)
        sender = exchange.Address(row.channel, row.lane.removeprefix(f"{row.channel}:"))
        raw = exchange.RawUpdate(row.key, sender, body, row.arrived_at)
        return exchange.StoredUpdate(row.seq, raw, row.stored_at, row.attempts, row.state)


class InboxRows:
    """The inbox inside a unit of work."""

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime) -> None:
        self._conn = conn
        self._now = now

    async def done(self, seq: int, answer_letter: str = "") -> bool:
        """Mark a row handled in the turn's own transaction. False: somebody else has handled it."""
        values = {"of": seq, "done_at": self._now, "answer_letter": answer_letter}
        return (await self._conn.execute(_DONE, values)).rowcount == 1
