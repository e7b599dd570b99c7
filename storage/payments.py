"""Payments, the orders to providers, and what providers told by themselves, inside a unit of work."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel import errors
from backoffice.kernel.money import Money
from backoffice.money.model import Heard, Payment, PaymentId, ProviderOrder, ProviderOrderId, Purpose
from storage.conflict import insert_or_ignore
from storage.money_tables import payment, payment_heard, payment_order
from storage.rows import Rows
from storage.vault import Vault

_PAYMENT_SAME = (
    "key",
    "payer",
    "provider",
    "created_at",
    "expires_at",
    "token",
    "status",
    "reference",
    "paid_at",
    "refunded",
    "how",
)
_ORDER_SAME = (
    "kind",
    "subject",
    "person",
    "provider",
    "created_at",
    "due",
    "state",
    "attempts",
    "reference",
    "error",
)
"""Columns that are the attribute as it is."""

_ADD = sa.insert(payment)
_GET = sa.select(payment).where(payment.c.id == sa.bindparam("of")).with_for_update()
_BY_KEY = sa.select(payment).where(payment.c.key == sa.bindparam("of"))
_OF = (
    sa.select(payment)
    .where(
        payment.c.purpose_kind == sa.bindparam("of_kind"),
        payment.c.purpose_subject == sa.bindparam("of_subject"),
    )
    .order_by(payment.c.created_at, payment.c.id)
)
_SAVE = sa.update(payment).where(
    payment.c.id == sa.bindparam("row"), payment.c.version == sa.bindparam("was")
)
_ADD_ORDER = sa.insert(payment_order)
_ORDER = sa.select(payment_order).where(payment_order.c.id == sa.bindparam("of")).with_for_update()
_ORDERS_OF = (
    sa.select(payment_order)
    .where(payment_order.c.subject == sa.bindparam("of"))
    .order_by(payment_order.c.created_at, payment_order.c.id)
)
_SAVE_ORDER = sa.update(payment_order).where(
    payment_order.c.id == sa.bindparam("row"), payment_order.c.version == sa.bindparam("was")
)
_HEAR = insert_or_ignore(payment_heard, [payment_heard.c.provider, payment_heard.c.key])
_HEARD_DONE = sa.update(payment_heard).where(
    payment_heard.c.seq == sa.bindparam("row"), payment_heard.c.done_at.is_(None)
)


class PaymentRows(Rows):
    """`ports.money.Payments`. One object per row and turn."""

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime) -> None:
        super().__init__(conn, vault, now)
        self._payments: dict[str, Payment] = {}
        self._orders: dict[str, ProviderOrder] = {}

    async def add(self, payment: Payment) -> None:
        await self._write(_ADD, {**_columns(payment), "id": payment.id, "version": payment.version})
        self._payments[payment.id] = payment

    async def get(self, payment: PaymentId) -> Payment:
        if payment in self._payments:
            return self._payments[payment]
        row = await self._first(_GET, {"of": payment})
        if row is None:
            raise errors.NotFound
        return self._read(row)

    async def by_key(self, key: str) -> Payment | None:
        row = await self._first(_BY_KEY, {"of": key})
        return self._read(row) if row else None

    async def of(self, purpose: Purpose) -> Sequence[Payment]:
        rows = await self._all(_OF, {"of_kind": purpose.kind, "of_subject": purpose.subject})
        return [self._read(row) for row in rows]

    async def save(self, payment: Payment) -> None:
        values = {**_columns(payment), "version": payment.version + 1}
        await self._change(_SAVE, {**values, "row": payment.id, "was": payment.version})
        payment.version += 1

    async def add_order(self, order: ProviderOrder) -> None:
        await self._write(_ADD_ORDER, {**_order_columns(order), "id": order.id, "version": order.version})
        self._orders[order.id] = order

    async def order(self, order: ProviderOrderId) -> ProviderOrder:
        if order in self._orders:
            return self._orders[order]
        row = await self._first(_ORDER, {"of": order})
        if row is None:
            raise errors.NotFound
        return self._read_order(row)

    async def orders_of(self, subject: str) -> Sequence[ProviderOrder]:
        return [self._read_order(row) for row in await self._all(_ORDERS_OF, {"of": subject})]

    async def save_order(self, order: ProviderOrder) -> None:
        values = {**_order_columns(order), "version": order.version + 1}
        await self._change(_SAVE_ORDER, {**values, "row": order.id, "was": order.version})
        order.version += 1

    async def hear(self, heard: Heard) -> bool:
        done = await self._write(_HEAR.on(self._conn), heard_columns(heard, self._now))
        return done.rowcount == 1

    async def heard_done(self, seq: int) -> bool:
        return (await self._write(_HEARD_DONE, {"row": seq, "done_at": self._now})).rowcount == 1

    def _read(self, row: Any) -> Payment:
        known = self._payments.get(row.id)
        if known is None:
            self._payments[row.id] = known = read_payment(row)
        return known

    def _read_order(self, row: Any) -> ProviderOrder:
        known = self._orders.get(row.id)
        if known is None:
            self._orders[row.id] = known = read_order(row)
        return known


def _columns(payment: Payment) -> dict[str, Any]:
    return {
        **{name: getattr(payment, name) for name in _PAYMENT_SAME},
        "purpose_kind": payment.purpose.kind,
        "purpose_subject": payment.purpose.subject,
        "minor": payment.amount.minor,
        "currency": payment.amount.currency,
        "charged_minor": payment.charged.minor,
        "charged_currency": payment.charged.currency,
    }


def read_payment(row: Any) -> Payment:
    """A row of `payment`."""
    return Payment(
        id=row.id,
        purpose=Purpose(row.purpose_kind, row.purpose_subject),
        amount=Money(row.minor, row.currency),
        charged=Money(row.charged_minor, row.charged_currency),
        version=row.version,
        **{name: getattr(row, name) for name in _PAYMENT_SAME},
    )


def _order_columns(order: ProviderOrder) -> dict[str, Any]:
    return {
        **{name: getattr(order, name) for name in _ORDER_SAME},
        "minor": order.amount.minor,
        "currency": order.amount.currency,
        "own_minor": order.own.minor,
        "own_currency": order.own.currency,
    }


def read_order(row: Any) -> ProviderOrder:
    """A row of `payment_order`."""
    return ProviderOrder(
        id=row.id,
        amount=Money(row.minor, row.currency),
        own=Money(row.own_minor, row.own_currency),
        version=row.version,
        **{name: getattr(row, name) for name in _ORDER_SAME},
    )


def heard_columns(heard: Heard, now: datetime) -> dict[str, Any]:
    """A row of `payment_heard`, due at once."""
    return {
        "provider": heard.provider,
        "key": heard.key,
        "kind": heard.kind,
        "subject": heard.subject,
        "told": heard.told,
        "at": heard.at,
        "reference": heard.reference,
        "minor": heard.amount.minor if heard.amount else None,
        "currency": heard.amount.currency if heard.amount else None,
        "attempts": 0,
        "due": now,
    }


def read_heard(row: Any) -> Heard:
    """A row of `payment_heard`."""
    amount = Money(row.minor, row.currency) if row.currency else None
    return Heard(row.provider, row.key, row.kind, row.subject, row.told, row.at, row.reference, amount)
