"""Requests to insurers and what they told, outside of a unit of work: claimed with a lease, counted, never lost."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backoffice.cases.model import CaseStatus
from backoffice.insurance.policies import Answer, Request, RequestState, Said
from backoffice.ports.insurance import Heard
from storage import policy_moves
from storage.conflict import insert_or_ignore
from storage.engine import Database
from storage.insurance_tables import cover_look, insurer_heard, insurer_request
from storage.order_tables import IS_LIVE, service_order
from storage.policy_row import read_request
from storage.tables import among_active, cases

LEASE = timedelta(seconds=60)
"""Longer than any call to an insurer. A claim that ends without a word means that nobody knows."""

_NOW = sa.bindparam("now", type_=insurer_request.c.due.type)
_UNTIL = sa.bindparam("until", type_=insurer_request.c.due.type)
_MOST = sa.bindparam("most", type_=sa.Integer())
_older = insurer_request.alias("older")
_OPEN = (RequestState.WAITING, RequestState.DOING, RequestState.UNKNOWN, RequestState.PENDING)


def _due(*states: RequestState) -> sa.Select[Any]:
    return (
        sa.select(insurer_request.c.id)
        .where(insurer_request.c.state.in_(states), insurer_request.c.due <= _NOW)
        .order_by(insurer_request.c.due)
        .limit(_MOST)
        .with_for_update(skip_locked=True)
    )


_AFTER_ITS_ELDERS = ~sa.exists().where(
    _older.c.policy == insurer_request.c.policy,
    _older.c.id != insurer_request.c.id,
    _older.c.created_at < insurer_request.c.created_at,
    _older.c.state.in_(_OPEN),
)
"""A change or cancellation leaves once what was asked before it about the same policy has been answered."""
_LOST = (
    sa.update(insurer_request)
    .where(insurer_request.c.id.in_(_due(RequestState.DOING)))
    .values(state=RequestState.UNKNOWN, error="no word", version=insurer_request.c.version + 1)
)
_next = {"due": _UNTIL, "attempts": insurer_request.c.attempts + 1, "version": insurer_request.c.version + 1}
_TAKE = (
    sa.update(insurer_request)
    .where(insurer_request.c.id.in_(_due(RequestState.WAITING).where(_AFTER_ITS_ELDERS)))
    .values(state=RequestState.DOING, **_next)
    .returning(insurer_request)
)
_ASK = (
    sa.update(insurer_request)
    .where(insurer_request.c.id.in_(_due(RequestState.UNKNOWN, RequestState.PENDING)))
    .values(**_next)
    .returning(insurer_request)
)
_NEWS = (
    sa.select(insurer_heard, insurer_request.c.person)
    .outerjoin(insurer_request, insurer_request.c.id == insurer_heard.c.request)
    .where(insurer_heard.c.done_at.is_(None), insurer_heard.c.due <= _NOW)
    .order_by(insurer_heard.c.at)
    .limit(_MOST)
)
_STORE = insert_or_ignore(
    insurer_heard, [insurer_heard.c.insurer, insurer_heard.c.request, insurer_heard.c.said]
)


def _unlooked(
    kind: str, table: sa.Table, person: str, live: sa.ColumnElement[bool] | sa.TextClause
) -> sa.Select[Any]:
    seen = sa.exists().where(cover_look.c.kind == kind, cover_look.c.subject == table.c.id)
    chosen = (sa.literal(kind).label("kind"), table.c.id.label("subject"), table.c[person].label("person"))
    return sa.select(*chosen).where(live, ~seen).limit(_MOST)


_CASES = _unlooked("case", cases, "requester", among_active(CaseStatus.OPEN))
_ORDERS = _unlooked("order", service_order, "customer", IS_LIVE)


_WAITING = sa.select(insurer_request.c.id).where(
    insurer_request.c.state.in_(_OPEN), insurer_request.c.due <= _NOW
)
_UNHEARD = sa.select(insurer_heard.c.request).where(
    insurer_heard.c.done_at.is_(None), insurer_heard.c.due <= _NOW
)
_LEFT = policy_moves.BATCHES.left
_ANYTHING = sa.select(
    sa.or_(
        sa.exists(_WAITING),
        sa.exists(_UNHEARD),
        sa.exists(_LEFT),
        sa.exists(_CASES.limit(None)),
        sa.exists(_ORDERS.limit(None)),
    )
)


class InsurerQueue:
    """What the runner of insurers and their doors need."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, now: datetime, limit: int) -> Sequence[Request]:
        """Due requests, each ours until the lease ends: `doing` are to be sent, the others asked about."""
        values = {"now": now, "until": now + LEASE, "most": limit}
        async with self._database.writing() as conn:
            await conn.execute(_LOST, {"now": now, "most": limit})
            rows = [*await conn.execute(_TAKE, values), *await conn.execute(_ASK, values)]
            await conn.commit()
        return [read_request(row) for row in rows]

    async def anything(self, now: datetime) -> bool:
        """One look that takes no writer: most of the time there is nothing to do."""
        async with self._database.reading() as conn:
            return bool((await conn.execute(_ANYTHING, {"now": now, "most": 1})).scalar_one())

    async def store(self, heard: Heard, now: datetime) -> bool:
        """Durable when this returns; False when it was told before."""
        row = {
            "insurer": heard.insurer,
            "request": heard.request,
            "said": heard.answer.said,
            "number": heard.answer.number,
            "reason": heard.answer.reason,
            "at": heard.at,
            "due": now,
        }
        async with self._database.writing() as conn:
            done = await conn.execute(_STORE.on(conn), row)
            await conn.commit()
        return done.rowcount == 1

    async def news(self, now: datetime, limit: int) -> Sequence[tuple[str | None, Heard]]:
        """What was told and is not handled, with whose lock to take (None: nothing of ours)."""
        async with self._database.reading() as conn:
            rows = (await conn.execute(_NEWS, {"now": now, "most": limit})).all()
        return [
            (r.person, Heard(r.insurer, r.request, Answer(Said(r.said), r.number, r.reason), r.at))
            for r in rows
        ]

    async def move_left(self, now: datetime) -> bool:
        """One step of an import whose process died after it had become true."""
        async with self._database.reading() as conn:
            if (await conn.execute(_LEFT, {"now": now})).first() is None:
                return False
        async with self._database.writing() as conn:
            batch = (await conn.execute(_LEFT, {"now": now})).scalar()
            more = batch is not None and await policy_moves.step(conn, batch, now)
            await conn.commit()
        return more

    async def unlooked(self, limit: int) -> Sequence[tuple[str, str, str]]:
        """Cases and orders under way for which nobody has looked what covers them: kind, id, person."""
        async with self._database.reading() as conn:
            rows = [
                *await conn.execute(_CASES, {"most": limit}),
                *await conn.execute(_ORDERS, {"most": limit}),
            ]
        return [(row.kind, row.subject, row.person) for row in rows]
