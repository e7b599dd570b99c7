"""Orders and news of payment providers outside of a unit of work: claimed with a lease, counted, never lost."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backoffice.money.model import (
    Heard,
    OrderKind,
    OrderState,
    Payment,
    PaymentId,
    PaymentStatus,
    ProviderOrder,
)
from storage.conflict import insert_or_ignore
from storage.engine import Database
from storage.money_tables import payment, payment_heard, payment_order
from storage.payments import heard_columns, read_heard, read_order, read_payment
from storage.tables import person

LEASE = timedelta(seconds=60)
"""Longer than any call to a provider. A claim that ends without a word means that nobody knows."""
CLOSE_AGAIN = timedelta(minutes=10)
"""A payment whose closing was refused is tried again after this."""

_SETTLED = (OrderState.DONE, OrderState.FAILED)
_NOW = sa.bindparam("now", type_=payment_order.c.due.type)
_UNTIL = sa.bindparam("until", type_=payment_order.c.due.type)
_MOST = sa.bindparam("most", type_=sa.Integer())
_TRIED = sa.bindparam("tried", type_=payment_order.c.due.type)


def _due(*states: OrderState) -> sa.Select[Any]:
    return (
        sa.select(payment_order.c.id)
        .where(payment_order.c.state.in_(states), payment_order.c.due <= _NOW)
        .order_by(payment_order.c.due)
        .limit(_MOST)
        .with_for_update(skip_locked=True)
    )


_LOST = (
    sa.update(payment_order)
    .where(payment_order.c.id.in_(_due(OrderState.DOING)))
    .values(state=OrderState.UNKNOWN, error="no word", version=payment_order.c.version + 1)
)
_TAKE = (
    sa.update(payment_order)
    .where(payment_order.c.id.in_(_due(OrderState.WAITING)))
    .values(
        state=OrderState.DOING,
        due=_UNTIL,
        attempts=payment_order.c.attempts + 1,
        version=payment_order.c.version + 1,
    )
    .returning(payment_order)
)
_ASK = (
    sa.update(payment_order)
    .where(payment_order.c.id.in_(_due(OrderState.UNKNOWN, OrderState.PENDING)))
    .values(due=_UNTIL, attempts=payment_order.c.attempts + 1, version=payment_order.c.version + 1)
    .returning(payment_order)
)
_closing = (
    sa.exists()
    .where(payment_order.c.subject == payment.c.id, payment_order.c.kind == OrderKind.CLOSE)
    .where(
        sa.or_(
            payment_order.c.state.not_in(_SETTLED),
            payment_order.c.created_at > _TRIED,
        )
    )
)
_late = sa.and_(payment.c.status == PaymentStatus.REQUESTED, payment.c.expires_at <= _NOW, ~_closing)
_OVERDUE = sa.select(payment.c.id, payment.c.payer).where(_late).order_by(payment.c.expires_at).limit(_MOST)
_NEWS = (
    sa.update(payment_heard)
    .where(
        payment_heard.c.seq.in_(
            sa.select(payment_heard.c.seq)
            .where(payment_heard.c.done_at.is_(None), payment_heard.c.due <= _NOW)
            .order_by(payment_heard.c.due, payment_heard.c.seq)
            .limit(_MOST)
            .with_for_update(skip_locked=True)
        )
    )
    .values(due=_UNTIL, attempts=payment_heard.c.attempts + 1)
    .returning(payment_heard)
)
_ANYTHING = sa.select(
    sa.or_(
        sa.exists().where(payment_heard.c.done_at.is_(None), payment_heard.c.due <= _NOW),
        sa.exists().where(
            payment_order.c.state.in_([state for state in OrderState if state not in _SETTLED]),
            payment_order.c.due <= _NOW,
        ),
        sa.exists().where(_late),
    )
)
_STORE = insert_or_ignore(payment_heard, [payment_heard.c.provider, payment_heard.c.key])
_BY_TOKEN = (
    sa.select(payment, person.c.locale, person.c.zone)
    .join(person, person.c.id == payment.c.payer)
    .where(payment.c.token == sa.bindparam("of"))
)


class PaymentQueue:
    """What the runner of payments and the doors of providers need."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def anything(self, now: datetime) -> bool:
        """Whether any of the below would find a row: asked every second, and almost always answered with no."""
        async with self._database.reading() as conn:
            return bool(
                (await conn.execute(_ANYTHING, {"now": now, "tried": now - CLOSE_AGAIN})).scalar_one()
            )

    async def claim(self, now: datetime, limit: int) -> Sequence[ProviderOrder]:
        """Due orders, each ours until the lease ends: `doing` are to be sent, `unknown` and `pending` asked about."""
        values = {"now": now, "until": now + LEASE, "most": limit}
        async with self._database.writing() as conn:
            await conn.execute(_LOST, {"now": now, "most": limit})
            rows = [*await conn.execute(_TAKE, values), *await conn.execute(_ASK, values)]
            await conn.commit()
        return [read_order(row) for row in rows]

    async def overdue(self, now: datetime, limit: int) -> Sequence[tuple[PaymentId, str]]:
        """Payments past their time that nobody closes yet, with whose lock to take."""
        values = {"now": now, "tried": now - CLOSE_AGAIN, "most": limit}
        async with self._database.reading() as conn:
            rows = (await conn.execute(_OVERDUE, values)).all()
        return [(PaymentId(row.id), row.payer) for row in rows]

    async def by_token(self, token: str) -> tuple[Payment, str, str] | None:
        """The payment a link names, with its payer's locale and zone."""
        async with self._database.reading() as conn:
            row = (await conn.execute(_BY_TOKEN, {"of": token})).first()
        return (read_payment(row), row.locale, row.zone) if row else None

    async def store(self, heard: Heard, now: datetime) -> bool:
        """Durable when this returns; False when it was told before."""
        async with self._database.writing() as conn:
            done = await conn.execute(_STORE.on(conn), heard_columns(heard, now))
            await conn.commit()
        return done.rowcount == 1

    async def news(self, now: datetime, limit: int) -> Sequence[tuple[int, int, Heard]]:
        """What was told and is not handled: number, how often it was tried, and the words."""
        values = {"now": now, "until": now + LEASE, "most": limit}
        async with self._database.writing() as conn:
            rows = list(await conn.execute(_NEWS, values))
            await conn.commit()
        return [(row.seq, row.attempts, read_heard(row)) for row in sorted(rows, key=lambda r: r.seq)]
