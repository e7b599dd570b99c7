"""Protocols in all editions, their ticks in cases, and the macros."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from backoffice.cases.macros import Macro
from backoffice.cases.model import Kind
from backoffice.cases.protocols import Protocol, Running, Step, Tick
from backoffice.kernel import errors
from backoffice.kernel.ids import CaseId
from storage import conflict
from storage.desk_tables import case_protocol, macro, protocol, protocol_tick
from storage.rows import Rows

_NEWEST_EDITION = (
    sa.select(protocol.c.code, sa.func.max(protocol.c.edition).label("newest"))
    .group_by(protocol.c.code)
    .subquery()
)
_NEWEST = (
    sa.select(protocol)
    .join(
        _NEWEST_EDITION,
        sa.and_(protocol.c.code == _NEWEST_EDITION.c.code, protocol.c.edition == _NEWEST_EDITION.c.newest),
    )
    .order_by(protocol.c.code)
)
_PUT = sa.insert(protocol)
_RUNNING = (
    sa.select(protocol, _NEWEST_EDITION.c.newest)
    .join(
        case_protocol,
        sa.and_(case_protocol.c.code == protocol.c.code, case_protocol.c.edition == protocol.c.edition),
    )
    .join(_NEWEST_EDITION, _NEWEST_EDITION.c.code == protocol.c.code)
    .where(case_protocol.c.case == sa.bindparam("of"))
    .order_by(case_protocol.c.begun_at, protocol.c.code)
)
_TICKS = sa.select(protocol_tick).where(protocol_tick.c.case == sa.bindparam("of"))
_BEGIN = conflict.upsert(
    case_protocol, [case_protocol.c.case, case_protocol.c.code], [case_protocol.c.edition]
)
_TICK = conflict.insert_or_ignore(
    protocol_tick, [protocol_tick.c.case, protocol_tick.c.code, protocol_tick.c.step]
)
_UNTICK = sa.delete(protocol_tick).where(
    protocol_tick.c.case == sa.bindparam("of"),
    protocol_tick.c.code == sa.bindparam("in_code"),
    protocol_tick.c.step == sa.bindparam("which"),
)


class ChecklistRows(Rows):
    """`ports.Checklists`."""

    async def newest(self) -> Sequence[Protocol]:
        return [_protocol(row) for row in await self._all(_NEWEST, {})]

    async def put(self, edition: Protocol) -> None:
        steps = [{"key": s.key, "words": dict(s.words), "required": s.required} for s in edition.steps]
        row = {
            "code": edition.code,
            "edition": edition.edition,
            "names": dict(edition.names),
            "kinds": [str(kind) for kind in edition.kinds],
            "steps": steps,
            "made_at": edition.made_at,
            "made_by": edition.made_by,
        }
        await self._write(_PUT, row)

    async def running(self, case: CaseId) -> Sequence[Running]:
        rows = await self._all(_RUNNING, {"of": case})
        ticks = await self._all(_TICKS, {"of": case}) if rows else ()
        return [_running(row, ticks) for row in rows]

    async def begin(self, case: CaseId, code: str, edition: int) -> None:
        row = {"case": case, "code": code, "edition": edition, "begun_at": self._now}
        await self._write(_BEGIN.on(self._conn), row)

    async def tick(self, case: CaseId, code: str, tick: Tick) -> bool:
        row = {"case": case, "code": code, "step": tick.step, "at": tick.at, "by": tick.by, "name": tick.name}
        return (await self._write(_TICK.on(self._conn), row)).rowcount == 1

    async def untick(self, case: CaseId, code: str, step: str) -> bool:
        return (await self._write(_UNTICK, {"of": case, "in_code": code, "which": step})).rowcount == 1


def _protocol(row: Any) -> Protocol:
    steps = tuple(Step(s["key"], s["words"], s.get("required", False)) for s in row.steps)
    kinds = tuple(Kind(kind) for kind in row.kinds)
    return Protocol(row.code, row.edition, row.names, kinds, steps, row.made_at, row.made_by)


def _running(row: Any, ticks: Sequence[Any]) -> Running:
    mine = {t.step: Tick(t.step, t.at, t.by, t.name) for t in ticks if t.code == row.code}
    return Running(_protocol(row), mine, row.newest)


_MACROS = sa.select(macro).order_by(macro.c.position, macro.c.id)
_MACRO = sa.select(macro).where(macro.c.id == sa.bindparam("key"))
_ADD_MACRO = sa.insert(macro)
_SAVE_MACRO = sa.update(macro).where(
    macro.c.id == sa.bindparam("key"), macro.c.version == sa.bindparam("was")
)
_DROP_MACRO = sa.delete(macro).where(macro.c.id == sa.bindparam("key"))


class MacroRows(Rows):
    """`ports.Macros`."""

    async def all(self) -> Sequence[Macro]:
        return [_macro(row) for row in await self._all(_MACROS, {})]

    async def get(self, macro: str) -> Macro:
        row = await self._first(_MACRO, {"key": macro})
        if row is None:
            raise errors.NotFound
        return _macro(row)

    async def put(self, macro: Macro) -> None:
        row = {
            "position": macro.position,
            "names": dict(macro.names),
            "texts": dict(macro.texts),
            "kinds": [str(kind) for kind in macro.kinds],
            "sets": dict(macro.sets or {}),
            "version": macro.version + 1,
        }
        if await self._first(_MACRO, {"key": macro.id}) is None:
            await self._write(_ADD_MACRO, {**row, "id": macro.id, "version": 0})
        else:
            await self._change(_SAVE_MACRO, {**row, "key": macro.id, "was": macro.version})

    async def remove(self, macro: str) -> bool:
        return (await self._write(_DROP_MACRO, {"key": macro})).rowcount == 1


def _macro(row: Any) -> Macro:
    kinds = tuple(Kind(kind) for kind in row.kinds)
    return Macro(row.id, row.position, row.names, row.texts, kinds, row.sets, row.version)
