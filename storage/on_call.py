"""The on-call list with its sealed addresses, the pages sent, and the stages of cases."""

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from backoffice.kernel.ids import CaseId
from backoffice.oncall.model import Hours, OnCall, Reach, Sent, WayKind, by_order
from storage.envoy_row import DESK
from storage.on_call_tables import case_stage, on_call, page
from storage.rows import Rows

_ALL = sa.select(on_call)
_ADD = sa.insert(on_call)
_REMOVE = sa.delete(on_call).where(on_call.c.id == sa.bindparam("key"))
_RECORD = sa.insert(page)
_RECENT = sa.select(page).order_by(page.c.id.desc()).limit(sa.bindparam("most"))


class OnCallRows(Rows):
    """`ports.OnCallList`."""

    async def all(self) -> Sequence[OnCall]:
        return by_order([await self._read(row) for row in await self._all(_ALL, {})])

    async def put(self, person: OnCall) -> None:
        said = json.dumps([[reach.kind, reach.to] for reach in person.reaches])
        sealed = await self._vault.seal(self._conn, DESK, _context(person.id), said.encode())
        await self.remove(person.id)
        await self._write(_ADD, {**_columns(person), "reaches": sealed})

    async def remove(self, person: str) -> bool:
        return (await self._write(_REMOVE, {"key": person})).rowcount == 1

    async def record(self, sent: Sequence[Sent]) -> None:
        if sent:
            await self._write(_RECORD, [_page(one) for one in sent])

    async def recent(self, limit: int = 50) -> Sequence[Sent]:
        return [
            Sent(r.at, r.ref, r.level, r.what, r.who, r.kind, r.state, r.why)
            for r in await self._all(_RECENT, {"most": limit})
        ]

    async def _read(self, row: Any) -> OnCall:
        said = await self._vault.open(self._conn, DESK, _context(row.id), row.reaches)
        reaches = tuple(Reach(WayKind(kind), to) for kind, to in json.loads(said))
        hours = Hours(row.zone, tuple(row.days), row.starts, row.ends)
        return OnCall(row.id, row.centre, row.position, row.name, reaches, hours, row.supervisor, row.locale)


def _columns(person: OnCall) -> dict[str, Any]:
    return {
        "id": person.id,
        "centre": person.centre,
        "position": person.position,
        "name": person.name,
        "zone": person.hours.zone,
        "days": list(person.hours.days),
        "starts": person.hours.start,
        "ends": person.hours.end,
        "supervisor": person.supervisor,
        "locale": person.locale,
    }


def _page(one: Sent) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Sent.__slots__} | {"why": one.why[:200]}


def _context(key: str) -> str:
    return f"on_call|reaches|{key}"


_KEY = sa.and_(case_stage.c.case == sa.bindparam("of"), case_stage.c.stage == sa.bindparam("which"))
_WANTED = sa.select(case_stage.c.reached_at).where(_KEY)
_WANT = sa.insert(case_stage)
_REACH = sa.update(case_stage).where(_KEY, case_stage.c.reached_at.is_(None))


class StageRows(Rows):
    """`ports.Stages`."""

    async def want(self, case: CaseId, stage: str) -> bool:
        if await self._first(_WANTED, {"of": case, "which": stage}) is not None:
            return False
        await self._write(_WANT, {"case": case, "stage": stage, "wanted_at": self._now})
        return True

    async def reach(self, case: CaseId, stage: str) -> bool:
        await self.want(case, stage)
        found = await self._write(_REACH, {"of": case, "which": stage, "reached_at": self._now})
        return found.rowcount == 1
