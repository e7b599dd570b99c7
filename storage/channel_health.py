"""How each channel does, from the newest rows of the way in and the way out: bounded, whatever their number."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel.exchange import LetterState
from backoffice.queries import ChannelHealth
from storage import letter_row
from storage.exchange_tables import inbox, letter

RECENT = 2000
"""How many of the newest rows are looked at."""
FAILED_WITHIN = timedelta(hours=1)

_IN = sa.select(inbox.c.channel, inbox.c.stored_at).order_by(inbox.c.seq.desc()).limit(RECENT).subquery()
_LAST_IN = sa.select(
    _IN.c.channel, sa.func.max(_IN.c.stored_at, type_=inbox.c.stored_at.type).label("at")
).group_by(_IN.c.channel)
_OUT = (
    sa.select(letter.c.channel, letter.c.state, letter.c.finished_at)
    .order_by(letter.c.seq.desc())
    .limit(RECENT)
    .subquery()
)
_FAILED = sa.and_(
    _OUT.c.state.in_([LetterState.FAILED, LetterState.UNKNOWN]), _OUT.c.finished_at > sa.bindparam("since")
)
_DELIVERED_AT = sa.case((_OUT.c.state == LetterState.DELIVERED, _OUT.c.finished_at))
_LAST_OUT = sa.select(
    _OUT.c.channel,
    sa.func.max(_DELIVERED_AT, type_=letter.c.finished_at.type).label("at"),
    sa.func.sum(sa.case((_FAILED, 1), else_=0)).label("failed"),
).group_by(_OUT.c.channel)
_WAITING = (
    sa.select(
        letter.c.channel,
        sa.func.count().label("count"),
        sa.func.min(letter.c.due, type_=letter.c.due.type).label("oldest"),
    )
    .where(
        letter_row.state(LetterState.WAITING), letter.c.due <= sa.bindparam("now", type_=letter.c.due.type)
    )
    .group_by(letter.c.channel)
)


@dataclass(frozen=True, slots=True)
class _Rows:
    came: dict[str, Any]
    went: dict[str, Any]
    waiting: dict[str, Any]


async def read(conn: AsyncConnection, now: datetime) -> tuple[ChannelHealth, ...]:
    """By channel, in the order of their names. Letters without an address belong to none."""
    rows = _Rows(
        came={r.channel: r for r in (await conn.execute(_LAST_IN)).all()},
        went={r.channel: r for r in (await conn.execute(_LAST_OUT, {"since": now - FAILED_WITHIN})).all()},
        waiting={r.channel: r for r in (await conn.execute(_WAITING, {"now": now})).all()},
    )
    names = sorted({*rows.came, *rows.went, *rows.waiting} - {""})
    return tuple(_health(name, rows) for name in names)


def _health(name: str, rows: _Rows) -> ChannelHealth:
    found = ChannelHealth(name, None, None, 0, None, 0)
    if name in rows.came:
        found = replace(found, in_at=rows.came[name].at)
    if name in rows.went:
        found = replace(found, out_at=rows.went[name].at, failed=rows.went[name].failed)
    if name in rows.waiting:
        row = rows.waiting[name]
        found = replace(found, waiting=row.count, oldest_waiting_at=row.oldest)
    return found
