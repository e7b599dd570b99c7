"""Bookings by hand as rows; the words of why are sealed under the desk's key."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from backoffice.kernel import errors
from backoffice.kernel.money import Money
from backoffice.money.slips import Slip, SlipId, SlipKind, SlipStatus
from storage.envoy_row import DESK
from storage.money_tables import money_slip
from storage.rows import Rows

_SAME = (
    "kind", "subject", "way", "reference", "day", "created_at", "by", "by_name", "status", "second_by",
    "second_name", "booked_at",
)  # fmt: skip
"""Columns that are the attribute as it is."""
_t = money_slip.c
_ADD = sa.insert(money_slip)
_GET = sa.select(money_slip).where(_t.id == sa.bindparam("of")).with_for_update()
_KNOWN = sa.select(money_slip).where(
    _t.kind == sa.bindparam("of_kind"),
    _t.subject == sa.bindparam("of_subject"),
    _t.reference == sa.bindparam("of_reference"),
    _t.status != SlipStatus.DROPPED,
)
_WAITING = sa.select(money_slip).where(_t.status == SlipStatus.WAITING).order_by(_t.created_at, _t.id)
_NEWEST = (
    sa.select(money_slip)
    .order_by(_t.created_at.desc(), _t.id)
    .limit(sa.bindparam("most", type_=sa.Integer()))
)
_OF = sa.select(money_slip).where(_t.subject == sa.bindparam("of")).order_by(_t.created_at, _t.id)
_SAVE = sa.update(money_slip).where(_t.id == sa.bindparam("row"), _t.version == sa.bindparam("was"))


class SlipRows(Rows):
    """`ports.money.Slips`."""

    async def add(self, slip: Slip) -> None:
        why = await self._vault.seal(self._conn, DESK, _context(slip.id), slip.why.encode())
        amount = {"minor": slip.amount.minor, "currency": slip.amount.currency}
        fixed = {"id": slip.id, "why": why, "version": slip.version}
        await self._write(_ADD, {**_columns(slip), **amount, **fixed})

    async def get(self, slip: SlipId) -> Slip:
        row = await self._first(_GET, {"of": slip})
        if row is None:
            raise errors.NotFound
        return await self._read(row)

    async def known(self, kind: SlipKind, subject: str, reference: str) -> Slip | None:
        values = {"of_kind": kind, "of_subject": subject, "of_reference": reference}
        row = await self._first(_KNOWN, values)
        return await self._read(row) if row else None

    async def save(self, slip: Slip) -> None:
        values = {**_columns(slip), "version": slip.version + 1}
        await self._change(_SAVE, {**values, "row": slip.id, "was": slip.version})
        slip.version += 1

    async def waiting(self) -> Sequence[Slip]:
        return [await self._read(row) for row in await self._all(_WAITING, {})]

    async def newest(self, most: int) -> Sequence[Slip]:
        return [await self._read(row) for row in await self._all(_NEWEST, {"most": most})]

    async def of(self, subject: str) -> Sequence[Slip]:
        return [await self._read(row) for row in await self._all(_OF, {"of": subject})]

    async def _read(self, row: Any) -> Slip:
        why = await self._vault.open(self._conn, DESK, _context(row.id), row.why)
        return Slip(
            id=SlipId(row.id),
            amount=Money(row.minor, row.currency),
            why=why.decode(),
            version=row.version,
            **{name: getattr(row, name) for name in _SAME},
        )


def _columns(slip: Slip) -> dict[str, Any]:
    return {name: getattr(slip, name) for name in _SAME}


def _context(slip: str) -> str:
    return f"money_slip|why|{slip}"
