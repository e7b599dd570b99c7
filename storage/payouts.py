"""Payouts and payees; names, telephones and accounts sealed under the desk's key."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from backoffice.kernel import errors
from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money
from backoffice.money.payouts import OPEN, Payee, Payout, PayoutId, PayoutStatus
from storage.conflict import upsert
from storage.envoy_row import DESK
from storage.money_tables import payee as payee_table
from storage.money_tables import payout as payout_table
from storage.rows import Rows
from storage.vault import pack, unpack

_SAME = (
    "batch",
    "created_at",
    "proposed_by",
    "status",
    "first_by",
    "second_by",
    "reference",
    "paid_at",
)
"""Columns that are the attribute as it is."""
_t = payout_table.c
_ADD = sa.insert(payout_table)
_GET = sa.select(payout_table).where(_t.id == sa.bindparam("of")).with_for_update()
_SAVE = sa.update(payout_table).where(_t.id == sa.bindparam("row"), _t.version == sa.bindparam("was"))
_WITH = sa.select(payout_table).where(_t.status == sa.bindparam("of")).order_by(_t.created_at, _t.id)
_NEWEST = (
    sa.select(payout_table)
    .order_by(_t.created_at.desc(), _t.id)
    .limit(sa.bindparam("most", type_=sa.Integer()))
)
_OPEN_OF = (
    sa.select(payout_table)
    .where(_t.person == sa.bindparam("of"), _t.status.in_(sorted(OPEN)))
    .order_by(_t.created_at, _t.id)
)
_PUT_PAYEE = upsert(payee_table, [payee_table.c.person], [payee_table.c.provider, payee_table.c.private])
_PAYEE = sa.select(payee_table).where(payee_table.c.person == sa.bindparam("of"))


class PayoutRows(Rows):
    """`ports.money.Payouts`."""

    async def add(self, payout: Payout) -> None:
        private = await self._seal(f"payout|private|{payout.id}", payout.payee)
        fixed = {
            "id": payout.id,
            "person": payout.payee.person,
            "provider": payout.payee.provider,
            "private": private,
            "minor": payout.amount.minor,
            "currency": payout.amount.currency,
            "version": payout.version,
        }
        await self._write(_ADD, {**_columns(payout), **fixed})

    async def get(self, payout: PayoutId) -> Payout:
        row = await self._first(_GET, {"of": payout})
        if row is None:
            raise errors.NotFound
        return await self._read(row)

    async def save(self, payout: Payout) -> None:
        values = {**_columns(payout), "version": payout.version + 1}
        await self._change(_SAVE, {**values, "row": payout.id, "was": payout.version})
        payout.version += 1

    async def with_status(self, status: PayoutStatus) -> Sequence[Payout]:
        """Oldest first."""
        return [await self._read(row) for row in await self._all(_WITH, {"of": status})]

    async def newest(self, most: int) -> Sequence[Payout]:
        """For the page of payouts."""
        return [await self._read(row) for row in await self._all(_NEWEST, {"most": most})]

    async def open_of(self, person: PersonId) -> Sequence[Payout]:
        return [await self._read(row) for row in await self._all(_OPEN_OF, {"of": person})]

    async def put_payee(self, payee: Payee) -> None:
        private = await self._seal(f"payee|private|{payee.person}", payee)
        row = {"person": payee.person, "provider": payee.provider, "private": private}
        await self._write(_PUT_PAYEE.on(self._conn), row)

    async def payee(self, person: PersonId) -> Payee | None:
        row = await self._first(_PAYEE, {"of": person})
        return await self._payee(f"payee|private|{person}", row) if row else None

    async def _seal(self, context: str, payee: Payee) -> bytes:
        private = pack([payee.name, payee.phone, payee.account])
        return await self._vault.seal(self._conn, DESK, context, private)

    async def _payee(self, context: str, row: Any) -> Payee:
        name, phone, account = unpack(await self._vault.open(self._conn, DESK, context, row.private))
        return Payee(PersonId(row.person), name, phone, row.provider, account)

    async def _read(self, row: Any) -> Payout:
        return Payout(
            id=row.id,
            payee=await self._payee(f"payout|private|{row.id}", row),
            amount=Money(row.minor, row.currency),
            version=row.version,
            **{name: getattr(row, name) for name in _SAME},
        )


def _columns(payout: Payout) -> dict[str, Any]:
    return {name: getattr(payout, name) for name in _SAME}
