"""Who is on duty, and handovers in writing: `ports.Shifts` over SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backoffice.kernel import errors, moves
from backoffice.kernel.ids import CaseId
from backoffice.oncall.shifts import DUTY_MOVES, Duty, DutyState, Handover
from storage.centre_tables import duty, handover
from storage.conflict import upsert
from storage.envoy_row import DESK
from storage.rows import Rows
from storage.tables import RUNNING, cases
from storage.vault import pack, unpack

_DUTIES = sa.select(duty)
_DUTY = sa.select(duty.c.state).where(duty.c.operator == sa.bindparam("of"))
_PUT = upsert(duty, [duty.c.operator], [duty.c.state, duty.c.since])
_OWNED = sa.select(cases.c.id).where(cases.c.owner == sa.bindparam("of"), RUNNING).order_by(cases.c.opened_at)
_WRITE = sa.insert(handover)
_GET = sa.select(handover).where(handover.c.id == sa.bindparam("key"))
_NEWEST = (
    sa.select(handover).order_by(handover.c.written_at.desc(), handover.c.id).limit(sa.bindparam("most"))
)
_WHOSE: sa.BindParameter[list[str]] = sa.bindparam("whose", expanding=True)
_THEIRS = _NEWEST.where(sa.or_(handover.c.giver.in_(_WHOSE), handover.c.taker.in_(_WHOSE)))
_READ = sa.update(handover).where(handover.c.id == sa.bindparam("key"), handover.c.acknowledged_at.is_(None))


class ShiftRows(Rows):
    """`ports.Shifts`."""

    async def duties(self) -> Mapping[str, Duty]:
        return {r.operator: Duty(r.operator, r.state, r.since) for r in await self._all(_DUTIES, {})}

    async def move(self, operator: str, to: DutyState) -> DutyState:
        row = await self._first(_DUTY, {"of": operator})
        was = row.state if row else DutyState.OFF
        moves.check(DUTY_MOVES, was, to)
        await self._write(_PUT.on(self._conn), {"operator": operator, "state": to, "since": self._now})
        return DutyState(was)

    async def owned(self, operator: str) -> Sequence[CaseId]:
        return [CaseId(r.id) for r in await self._all(_OWNED, {"of": operator})]

    async def write(self, handover: Handover) -> None:
        body = pack({"words": handover.words, "notes": list(handover.notes)})
        sealed = await self._vault.seal(self._conn, DESK, _context(handover.id), body)
        values = {name: getattr(handover, name) for name in ("id", "giver", "taker", "written_at")}
        await self._write(_WRITE, {**values, "body": sealed})

    async def get(self, handover: str) -> Handover:
        row = await self._first(_GET, {"key": handover})
        if row is None:
            raise errors.NotFound
        return await self._read(row)

    async def concerning(self, operators: Collection[str], limit: int = 30) -> Sequence[Handover]:
        wanted = {"most": limit, **({"whose": sorted(operators)} if operators else {})}
        rows = await self._all(_THEIRS if operators else _NEWEST, wanted)
        return [await self._read(row) for row in rows]

    async def acknowledge(self, handover: str, now: datetime) -> bool:
        return (await self._write(_READ, {"key": handover, "acknowledged_at": now})).rowcount == 1

    async def _read(self, row: Any) -> Handover:
        body = unpack(await self._vault.open(self._conn, DESK, _context(row.id), row.body))
        notes = tuple((case, words) for case, words in body["notes"])
        return Handover(
            row.id, row.giver, row.taker, row.written_at, body["words"], notes, row.acknowledged_at
        )


def _context(key: str) -> str:
    return f"handover|body|{key}"
