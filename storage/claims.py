"""Which letters go next: by urgency, then age; the head of each lane only; one at a time to an address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel.exchange import LetterState
from storage import letter_row
from storage.exchange_tables import letter
from storage.letter_row import is_in, state
from storage.types import Utc

_NOW = sa.bindparam("now", type_=Utc())
_MOST = sa.bindparam("most", type_=sa.Integer())
_CLAIM_LOCK = sa.text("SELECT pg_advisory_xact_lock(7201)")

_before = letter.alias("before")
_same_lane_earlier = sa.and_(
    _before.c.person == letter.c.person,
    _before.c.rank == letter.c.rank,
    _before.c.seq < letter.c.seq,
    is_in(_before, LetterState.WAITING, LetterState.RIDING, LetterState.SENDING),
)
_scheduled_for_later = sa.and_(
    is_in(_before, LetterState.WAITING), _before.c.attempts == 0, _before.c.due > _NOW
)
_BLOCKED = sa.exists().where(_same_lane_earlier, ~_scheduled_for_later)

_busy = letter.alias("busy")
_ADDRESS_BUSY = sa.exists().where(
    _busy.c.lane == letter.c.lane,
    is_in(_busy, LetterState.SENDING),
    _busy.c.parcel == sa.literal_column("''"),
)
_READY = (
    letter_row.WITH_READER.where(state(LetterState.WAITING), letter.c.due <= _NOW)
    .order_by(letter.c.rank, letter.c.seq)
    .limit(_MOST)
)
_HEADS = _READY.where(~_BLOCKED, ~_ADDRESS_BUSY).with_for_update(skip_locked=True, of=letter)
_URGENT = _HEADS.where(letter.c.rank < letter_row.BULK)
_BULK = _HEADS.where(letter.c.rank == letter_row.BULK)

_retried_later = sa.and_(_before.c.lane == letter.c.lane, _before.c.due > _NOW)
_elsewhere = _before.c.lane != letter.c.lane
_BLOCKED_IN_PARCEL = sa.exists().where(
    _same_lane_earlier,
    ~_scheduled_for_later,
    sa.or_(_elsewhere, is_in(_before, LetterState.RIDING), _retried_later),
)
_AT_ADDRESS = _READY.where(letter.c.lane == sa.bindparam("at"), ~_BLOCKED_IN_PARCEL)

_CHOSEN = sa.and_(letter.c.id.in_(sa.bindparam("ids", expanding=True)), state(LetterState.WAITING))
_TAKE = (
    sa.update(letter)
    .where(_CHOSEN)
    .values(state=LetterState.SENDING, attempts=letter.c.attempts + 1)
    .returning(letter.c.id)
)


async def one_claimer(conn: AsyncConnection) -> None:
    """Claims of several processes follow each other, so that one address is never sent to twice at once."""
    if conn.dialect.name == "postgresql":
        await conn.execute(_CLAIM_LOCK)


async def heads(conn: AsyncConnection, now: datetime, limit: int, bulk_limit: int) -> list[Any]:
    """At most `limit` rows, one per address, the most urgent of each; at most `bulk_limit` of them bulk."""
    urgent = await _rows(conn, _URGENT, now, limit)
    chosen = _one_per_address(urgent)
    room = min(bulk_limit, limit - len(chosen))
    if room > 0:
        chosen = _one_per_address([*chosen, *await _rows(conn, _BULK, now, room)])
    return chosen


async def at_address(conn: AsyncConnection, lane: str, now: datetime, limit: int) -> list[Any]:
    """Rows that may travel with the one being sent to this address, in the order they would be sent."""
    return list((await conn.execute(_AT_ADDRESS, {"at": lane, "now": now, "most": limit})).all())


async def take(
    conn: AsyncConnection, ids: Sequence[str], until: datetime, parcel: str = ""
) -> frozenset[str]:
    """The conditional UPDATE waiting -> sending; returns whom it won."""
    done = await conn.execute(_TAKE, {"ids": list(ids), "claimed_until": until, "parcel": parcel})
    return frozenset(done.scalars())


async def _rows(conn: AsyncConnection, query: sa.Select[Any], now: datetime, most: int) -> list[Any]:
    return list((await conn.execute(query, {"now": now, "most": most})).all())


def _one_per_address(rows: Sequence[Any]) -> list[Any]:
    first: dict[str, Any] = {}
    for row in rows:
        first.setdefault(row.lane, row)
    return list(first.values())
