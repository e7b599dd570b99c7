"""The two-person seal: a closed case's exact positions lie under a key of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel import codec
from backoffice.kernel.geo import Fix
from backoffice.kernel.ids import CaseId
from backoffice.kernel.messages import MapPoint
from storage import case_row, seal_letters
from storage.tables import case_entry, case_fix, cases
from storage.vault import Sealer, Vault, opened, pack, unpack

_WORKING = sa.select(cases.c.fix, cases.c.private).where(cases.c.id == sa.bindparam("of"))
_SEAL_WORKING = sa.update(cases).where(cases.c.id == sa.bindparam("of"))
_FIXES = sa.select(case_fix.c.id, case_fix.c.fix).where(
    case_fix.c.case == sa.bindparam("of"), ~case_fix.c.sealed
)
_SEAL_FIX = sa.update(case_fix).where(case_fix.c.id == sa.bindparam("row"))
_PLACES = sa.select(case_entry.c.id, case_entry.c.place).where(
    case_entry.c.case == sa.bindparam("of"), case_entry.c.place.is_not(None), ~case_entry.c.sealed
)
_SEAL_PLACE = sa.update(case_entry).where(case_entry.c.id == sa.bindparam("row"))
_SEALED = sa.select(cases.c.sealed_place, cases.c.sealed_at).where(cases.c.id == sa.bindparam("of"))
_SEALED_FIXES = (
    sa.select(case_fix.c.id, case_fix.c.fix)
    .where(case_fix.c.case == sa.bindparam("of"), case_fix.c.sealed)
    .order_by(case_fix.c.number)
)
_SEALED_PLACES = (
    sa.select(case_entry.c.id, case_entry.c.number, case_entry.c.place)
    .where(case_entry.c.case == sa.bindparam("of"), case_entry.c.sealed)
    .order_by(case_entry.c.number)
)


@dataclass(frozen=True, slots=True)
class SealedPlaces:
    """What lay behind the seal: the last working position, the track, and places of entries by their number."""

    fix: Fix | None
    distance: tuple[float, float | None] | None
    track: Sequence[Fix]
    entries: dict[int, MapPoint]


def subject(case: CaseId) -> str:
    """The vault's subject of what two persons open."""
    return f"sealed:{case}"


def _context(case: CaseId) -> str:
    return f"cases|sealed_place|{case}"


async def seal(conn: AsyncConnection, vault: Vault, case: CaseId, now: datetime) -> None:
    """Re-seal every exact position of the case. What was sealed at an earlier close stays as it is."""
    from_, to = await vault.find(conn, case_row.subject(case)), await vault.key(conn, subject(case))
    if from_ is None:
        return
    await _seal_working(conn, case, _Keys(from_, to), now)
    moves = (
        (_FIXES, _SEAL_FIX, "fix", case_row.fix_context),
        (_PLACES, _SEAL_PLACE, "place", case_row.entry_place_context),
    )
    for query, change, column, context in moves:
        rows = (await conn.execute(query, {"of": case})).all()
        resealed = [(r.id, to.seal(context(r.id), from_.open(context(r.id), r[1]))) for r in rows]
        if resealed:
            await conn.execute(change, [{"row": r, column: blob, "sealed": True} for r, blob in resealed])
    await seal_letters.seal(conn, case, from_, to)


@dataclass(frozen=True, slots=True)
class _Keys:
    from_: Sealer
    to: Sealer


async def _seal_working(conn: AsyncConnection, case: CaseId, keys: _Keys, now: datetime) -> None:
    row = (await conn.execute(_WORKING, {"of": case})).one()
    values: dict[str, Any] = {"of": case, "sealed_at": now}
    if row.fix:
        fix = opened(keys.from_, case_row.working_fix_context(case), row.fix)
        private = opened(keys.from_, case_row.private_context(case), row.private) or {}
        both = pack({"fix": fix, "distance": private.get("distance")})
        values |= {"sealed_place": keys.to.seal(_context(case), both), "fix": None}
    await conn.execute(_SEAL_WORKING, values)


async def open_sealed(conn: AsyncConnection, vault: Vault, case: CaseId) -> SealedPlaces | None:
    """For the workflow in which two persons open a sealed place, and for nothing else. None: nothing is sealed."""
    sealer = await vault.find(conn, subject(case))
    row = (await conn.execute(_SEALED, {"of": case})).first()
    if sealer is None or row is None or row.sealed_at is None:
        return None
    working = opened(sealer, _context(case), row.sealed_place) or {}
    distance = working.get("distance")
    return SealedPlaces(
        fix=codec.read_fix(working["fix"]) if working.get("fix") else None,
        distance=(distance[0], distance[1]) if distance else None,
        track=await _track(conn, sealer, case),
        entries=await _entries(conn, sealer, case),
    )


async def _track(conn: AsyncConnection, sealer: Sealer, case: CaseId) -> list[Fix]:
    rows = (await conn.execute(_SEALED_FIXES, {"of": case})).all()
    return [codec.read_fix(unpack(sealer.open(case_row.fix_context(r.id), r.fix))) for r in rows]


async def _entries(conn: AsyncConnection, sealer: Sealer, case: CaseId) -> dict[int, MapPoint]:
    rows = (await conn.execute(_SEALED_PLACES, {"of": case})).all()
    return {
        r.number: codec.read_map_point(unpack(sealer.open(case_row.entry_place_context(r.id), r.place)))
        for r in rows
    }
