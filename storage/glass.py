"""The book of cases opened by people whose cases they are not; reasons sealed under the case's key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backoffice.kernel.ids import CaseId, OperatorId
from backoffice.ports import Glass
from storage import case_row
from storage.access_tables import broken_glass
from storage.rows import Rows
from storage.vault import opened, pack

_ADD = sa.insert(broken_glass)
_NEWEST = (
    sa.select(broken_glass)
    .where(broken_glass.c.operator == sa.bindparam("whose"), broken_glass.c["case"] == sa.bindparam("of"))
    .order_by(broken_glass.c.until.desc())
    .limit(1)
)
_UNSEEN = sa.select(broken_glass).where(broken_glass.c.seen_at.is_(None)).order_by(broken_glass.c.at)
_SEEN = (
    sa.select(broken_glass)
    .where(broken_glass.c.seen_at.is_not(None))
    .order_by(broken_glass.c.seen_at.desc())
    .limit(sa.bindparam("most"))
)
_SEE = sa.update(broken_glass).where(
    broken_glass.c.id == sa.bindparam("of"),
    broken_glass.c.operator != sa.bindparam("by"),
    broken_glass.c.seen_at.is_(None),
)


def _context(key: str) -> str:
    return f"broken_glass|reason|{key}"


class GlassRows(Rows):
    """`ports.Glasses`."""

    async def add(self, glass: Glass) -> None:
        subject = case_row.subject(glass.case)
        sealed = await self._vault.seal(self._conn, subject, _context(glass.id), pack(glass.reason))
        row = {name: getattr(glass, name) for name in Glass.__slots__}
        await self._write(_ADD, {**row, "reason": sealed})

    async def newest(self, operator: OperatorId, case: CaseId) -> Glass | None:
        row = await self._first(_NEWEST, {"whose": operator, "of": case})
        return await self._read(row) if row else None

    async def unseen(self) -> Sequence[Glass]:
        return [await self._read(row) for row in await self._all(_UNSEEN, {})]

    async def seen_lately(self, limit: int) -> Sequence[Glass]:
        return [await self._read(row) for row in await self._all(_SEEN, {"most": limit})]

    async def see(self, glass: str, by: OperatorId, now: datetime) -> bool:
        seen = await self._write(_SEE, {"of": glass, "by": by, "seen_by": by, "seen_at": now})
        return seen.rowcount > 0

    async def _read(self, row: Any) -> Glass:
        sealer = await self._vault.find(self._conn, case_row.subject(row.case))
        reason = opened(sealer, _context(row.id), row.reason) or ""
        same = {name: getattr(row, name) for name in Glass.__slots__ if name != "reason"}
        return Glass(**same, reason=reason)
