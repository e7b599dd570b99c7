"""Who was considered for a case, asked and left out, and why: sealed under the case's key."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from backoffice.dispatch import looks
from backoffice.dispatch.fitting import Reason
from backoffice.dispatch.looks import Considered, Look
from backoffice.kernel.ids import CaseId
from storage.case_row import subject
from storage.dispatch_tables import consideration
from storage.rows import Rows
from storage.vault import opened, pack

_ADD = sa.insert(consideration)
_OF = (
    sa.select(consideration)
    .where(consideration.c["case"] == sa.bindparam("of"))
    .order_by(consideration.c.number)
)
_COARSEN = sa.update(consideration).where(consideration.c.id == sa.bindparam("row"))


class ConsiderationRows(Rows):
    """`ports.Considerations`."""

    async def add(self, look: Look) -> None:
        key = self._vault.row_id()
        row = {
            "id": key, "case": look.case, "at": look.at, "what": look.what, "ring_km": look.ring_km,
            "wave": look.wave, "counts": dict(look.counts), "answer": look.answer,
        }  # fmt: skip
        await self._write(_ADD, {**row, "private": await self._seal(key, look.case, look.considered)})

    async def of(self, case: CaseId) -> Sequence[Look]:
        rows = await self._all(_OF, {"of": case})
        sealer = await self._vault.find(self._conn, subject(case)) if rows else None
        return [_read(row, opened(sealer, _context(row.id), row.private)) for row in rows]

    async def coarsen(self, case: CaseId) -> None:
        sealer = await self._vault.find(self._conn, subject(case))
        for row in await self._all(_OF, {"of": case}):
            look = _read(row, opened(sealer, _context(row.id), row.private))
            coarse = [_coarse(one) for one in look.considered]
            await self._write(_COARSEN, {"row": row.id, "private": await self._seal(row.id, case, coarse)})

    async def _seal(self, key: str, case: CaseId, considered: Sequence[Considered]) -> bytes:
        plain = pack([_write(one) for one in considered])
        return await self._vault.seal(self._conn, subject(case), _context(key), plain)


def _coarse(one: Considered) -> Considered:
    facts = {name: value for name, value in one.facts.items() if name not in looks.EXACT}
    return Considered(one.envoy, one.name, one.place, one.reason, facts)


def _write(one: Considered) -> list[Any]:
    return [one.envoy, one.name, one.place, one.reason, dict(one.facts)]


def _read(row: Any, private: Any) -> Look:
    considered = tuple(
        Considered(envoy, name, place, Reason(reason) if reason else None, facts)
        for envoy, name, place, reason, facts in private or ()
    )
    return Look(
        case=row.case, at=row.at, what=row.what, ring_km=row.ring_km, wave=row.wave,
        considered=considered, counts=row.counts, answer=row.answer,
    )  # fmt: skip


def _context(row: str) -> str:
    return f"consideration|private|{row}"
