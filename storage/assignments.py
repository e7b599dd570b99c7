"""Who was asked for what. Distances are sealed: three of them with known bases would be the exact point."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.dispatch import looks
from backoffice.dispatch.model import Assignment, AssignmentStatus
from backoffice.kernel import errors
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import AssignmentId, CaseId, EnvoyId
from storage.case_row import subject
from storage.rows import Rows
from storage.tables import assignment, vault_key
from storage.vault import Sealer, Vault, opened, pack

_SAME = (
    "case",
    "envoy",
    "asked_at",
    "wave",
    "ring_km",
    "from_base",
    "status",
    "answered_at",
)
"""Columns that are the attribute as it is."""

SELECT = sa.select(assignment, vault_key.c.id.label("key_id"), vault_key.c.wrapped).select_from(
    assignment.outerjoin(
        vault_key, vault_key.c.subject == sa.literal_column("'case:'") + assignment.c["case"]
    )
)
_ADD = sa.insert(assignment)
_SAVE = sa.update(assignment).where(
    assignment.c.id == sa.bindparam("key"), assignment.c.version == sa.bindparam("was")
)
_GET = SELECT.where(assignment.c.id == sa.bindparam("key"))
_OF_CASE = SELECT.where(assignment.c["case"] == sa.bindparam("of")).order_by(
    assignment.c.asked_at, assignment.c.id
)
_OF_ENVOY = SELECT.where(
    assignment.c.envoy == sa.bindparam("of"), assignment.c.status.in_(sa.bindparam("among", expanding=True))
).order_by(assignment.c.asked_at.desc(), assignment.c.id)


class AssignmentRows(Rows):
    """`ports.Assignments`. One object per assignment and turn."""

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime) -> None:
        super().__init__(conn, vault, now)
        self._assignments: dict[AssignmentId, Assignment] = {}

    async def add(self, assignment: Assignment) -> None:
        """Raises `errors.Stale` when this envoy was already asked for this case."""
        values = {**await self._columns(assignment), "id": assignment.id, "version": assignment.version}
        await self._write(_ADD, values)
        self._assignments[assignment.id] = assignment

    async def get(self, assignment: AssignmentId) -> Assignment:
        if assignment in self._assignments:
            return self._assignments[assignment]
        row = await self._first(_GET, {"key": assignment})
        if row is None:
            raise errors.NotFound
        return self._read(row)

    async def save(self, assignment: Assignment) -> None:
        values = {**await self._columns(assignment), "version": assignment.version + 1}
        await self._change(_SAVE, {**values, "key": assignment.id, "was": assignment.version})
        assignment.version += 1

    async def of_case(self, case: CaseId) -> Sequence[Assignment]:
        """In the order they were asked."""
        return [self._read(row) for row in await self._all(_OF_CASE, {"of": case})]

    async def of_envoy(self, envoy: EnvoyId, statuses: frozenset[AssignmentStatus]) -> Sequence[Assignment]:
        return [
            self._read(row) for row in await self._all(_OF_ENVOY, {"of": envoy, "among": sorted(statuses)})
        ]

    async def coarsen(self, case: CaseId) -> None:
        for one in await self.of_case(case):
            one.distance_m, one.place = 0.0, None
            one.reasons = {k: v for k, v in one.reasons.items() if k not in looks.EXACT}
            await self.save(one)

    async def _columns(self, assignment: Assignment) -> dict[str, Any]:
        sealer = await self._vault.key(self._conn, subject(assignment.case))
        private = pack(_private(assignment))
        return {
            **{name: getattr(assignment, name) for name in _SAME},
            "private": sealer.seal(_context(assignment.id), private),
        }

    def _read(self, row: Any) -> Assignment:
        known = self._assignments.get(row.id)
        if known:
            return known
        sealer = self._vault.learn(self._conn, subject(row.case), row.key_id, row.wrapped)
        self._assignments[row.id] = found = read(row, sealer)
        return found


def _private(assignment: Assignment) -> dict[str, Any]:
    at = assignment.place
    return {
        "distance_m": assignment.distance_m,
        "reasons": assignment.reasons,
        "code_word": assignment.code_word,
        "task": assignment.task,
        "place": [at.lat, at.lon] if at else None,
        "by_hand": assignment.by_hand,
    }


def read(row: Any, sealer: Sealer | None) -> Assignment:
    """A row of `assignment` with its case's key."""
    private = opened(sealer, _context(row.id), row.private) or {}
    place = private.get("place")
    return Assignment(
        id=row.id,
        distance_m=private.get("distance_m", 0.0),
        code_word=private.get("code_word", ""),
        reasons=private.get("reasons", {}),
        task=private.get("task", ""),
        place=Point(*place) if place else None,
        by_hand=private.get("by_hand", False),
        version=row.version,
        **{name: getattr(row, name) for name in _SAME},
    )


def _context(assignment: AssignmentId) -> str:
    return f"assignment|private|{assignment}"
