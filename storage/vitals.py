"""How the service does, from its own rows: what waits on the way in and out, what is late, and the synthetic calls."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.centre_queries import SyntheticCall, Vitals
from backoffice.kernel.exchange import LetterState, RowState
from backoffice.ports import DeadlineState
from storage import channel_health, letter_row
from storage.centre_tables import synthetic_call
from storage.exchange_tables import deadline, inbox, letter

RECENT = 500
CALLS_SHOWN = 60
LATE_AFTER = timedelta(seconds=5)
"""A deadline is fired within a second of being due; what waits longer is late."""

_NOW = sa.bindparam("now", type_=letter.c.due.type)


def _waiting(column: sa.Column[Any], *where: sa.ColumnElement[bool]) -> sa.Select[int, Any]:
    oldest = sa.func.min(column, type_=column.type).label("since")
    return sa.select(sa.func.count().label("n"), oldest).where(*where)


_UNTAKEN = _waiting(inbox.c.stored_at, inbox.c.state == RowState.NEW)
_PARKED = sa.select(sa.func.count()).where(inbox.c.state == sa.literal_column("'parked'"))
"""Spelt out, not bound: planners match it with the partial index."""
_OUTBOX = _waiting(letter.c.due, letter_row.state(LetterState.WAITING), letter.c.due <= _NOW)
_LATE = _waiting(deadline.c.due, deadline.c.state == DeadlineState.ARMED, deadline.c.due < _NOW)
_LAG = (
    sa.select(inbox.c.arrived_at, inbox.c.done_at)
    .where(inbox.c.done_at.is_not(None))
    .order_by(inbox.c.seq.desc())
    .limit(RECENT)
)
_CALLS = sa.select(synthetic_call).order_by(synthetic_call.c.id.desc()).limit(CALLS_SHOWN)
_SIZE = {
    "sqlite": sa.text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
    "postgresql": sa.text("SELECT pg_database_size(current_database())"),
}


async def read(conn: AsyncConnection, now: datetime) -> Vitals:
    untaken = (await conn.execute(_UNTAKEN)).one()
    outbox = (await conn.execute(_OUTBOX, {"now": now})).one()
    late = (await conn.execute(_LATE, {"now": now - LATE_AFTER})).one()
    return Vitals(
        channels=await channel_health.read(conn, now),
        untaken=untaken.n,
        untaken_since=untaken.since,
        parked=(await conn.execute(_PARKED)).scalar_one(),
        lag_p95_s=_p95((await conn.execute(_LAG)).all()),
        outbox=outbox.n,
        outbox_since=outbox.since,
        late=late.n,
        late_since=late.since,
        database_bytes=(await conn.execute(_SIZE[conn.dialect.name])).scalar_one(),
        calls=tuple(
            SyntheticCall(r.at, r.channel, r.missing, r.latency) for r in (await conn.execute(_CALLS)).all()
        ),
    )


def _p95(rows: Any) -> float | None:
    """Seconds from the webhook's call to the end of its turn."""
    took = sorted((row.done_at - row.arrived_at).total_seconds() for row in rows)
    return took[min(len(took) - 1, int(len(took) * 0.95))] if took else None
