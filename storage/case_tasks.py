"""Tasks of cases, relations between cases, and translations; words sealed under the case's key."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from backoffice.cases.relations import Relation, RelationKind
from backoffice.cases.tasks import Task, TaskKind, TaskStatus
from backoffice.kernel import errors
from backoffice.kernel.ids import CaseId
from storage import case_row, conflict
from storage.desk_tables import case_relation, entry_translation, task
from storage.rows import Rows
from storage.vault import Sealer, opened, pack

_SAME = ("kind", "status", "due", "operator", "attempts", "snoozed", "ended_at")
"""Columns that are the attribute as it is."""
_PRIVATE = ("text", "why", "outcome", "by_name")
_ADD = sa.insert(task)
_SAVE = sa.update(task).where(task.c.id == sa.bindparam("key"), task.c.version == sa.bindparam("was"))
_GET = sa.select(task).where(task.c.id == sa.bindparam("key"))
_OF_CASE = sa.select(task).where(task.c.case == sa.bindparam("of")).order_by(task.c.number)
_OPEN = (
    sa.select(task)
    .where(task.c.case == sa.bindparam("of"), task.c.status == TaskStatus.OPEN)
    .order_by(task.c.due, task.c.number)
)
_OPEN_KIND = _OPEN.where(task.c.kind == sa.bindparam("only"))


def context(row: str) -> str:
    return f"task|private|{row}"


class TaskRows(Rows):
    """`ports.Tasks`."""

    async def add(self, task: Task) -> None:
        fixed = {"id": task.id, "case": task.case, "made_at": task.made_at, "made_by": task.made_by}
        await self._write(_ADD, {**await self._columns(task), **fixed, "version": 0})

    async def get(self, task: str) -> Task:
        row = await self._first(_GET, {"key": task})
        if row is None:
            raise errors.NotFound
        return read(row, await self._vault.find(self._conn, case_row.subject(row.case)))

    async def save(self, task: Task) -> None:
        values = {**await self._columns(task), "version": task.version + 1}
        await self._change(_SAVE, {**values, "key": task.id, "was": task.version})
        task.version += 1

    async def open_of(self, case: CaseId, kind: TaskKind | None = None) -> Sequence[Task]:
        found = (
            await self._all(_OPEN_KIND, {"of": case, "only": kind})
            if kind
            else await self._all(_OPEN, {"of": case})
        )
        return await self._read(case, found)

    async def of_case(self, case: CaseId) -> Sequence[Task]:
        """Every task the case ever had, in the order they were made."""
        return await self._read(case, await self._all(_OF_CASE, {"of": case}))

    async def _read(self, case: CaseId, rows: Sequence[Any]) -> Sequence[Task]:
        sealer = await self._vault.find(self._conn, case_row.subject(case)) if rows else None
        return [read(row, sealer) for row in rows]

    async def _columns(self, task: Task) -> dict[str, Any]:
        sealer = await self._vault.key(self._conn, case_row.subject(task.case))
        private = {name: getattr(task, name) for name in _PRIVATE if getattr(task, name)}
        same = {name: getattr(task, name) for name in _SAME}
        return {**same, "private": sealer.seal(context(task.id), pack(private))}


def read(row: Any, sealer: Sealer | None) -> Task:
    """A task; without the case's key its words are gone."""
    private = opened(sealer, context(row.id), row.private) or {}
    return Task(
        id=row.id,
        case=row.case,
        made_at=row.made_at,
        made_by=row.made_by,
        version=row.version,
        **{name: private.get(name, "") for name in _PRIVATE},
        **{name: getattr(row, name) for name in _SAME},
    )


_STANDS = case_relation.c.ended_at.is_(None)
_OF = (
    sa.select(case_relation)
    .where(
        _STANDS,
        sa.or_(case_relation.c.case == sa.bindparam("of"), case_relation.c.other == sa.bindparam("of")),
    )
    .order_by(case_relation.c.number)
)
_RELATE = sa.insert(case_relation)
_BETWEEN = sa.and_(
    _STANDS,
    case_relation.c.kind == sa.bindparam("only"),
    case_relation.c.case == sa.bindparam("one"),
    case_relation.c.other == sa.bindparam("two"),
)
_END = sa.update(case_relation).where(_BETWEEN)


class RelationRows(Rows):
    """`ports.Relations`."""

    async def of(self, case: CaseId) -> Sequence[Relation]:
        return [relation(row) for row in await self._all(_OF, {"of": case})]

    async def add(self, relation: Relation) -> None:
        row = {"case": relation.case, "other": relation.other, "kind": relation.kind}
        await self._write(_RELATE, {**row, "at": relation.at, "by": relation.by, "ended_at": None})

    async def end(self, case: CaseId, other: CaseId, kind: RelationKind) -> bool:
        ended = {"only": kind, "ended_at": self._now}
        done = (await self._write(_END, {**ended, "one": case, "two": other})).rowcount
        if not done and kind is RelationKind.LINK:
            done = (await self._write(_END, {**ended, "one": other, "two": case})).rowcount
        return done > 0


def relation(row: Any) -> Relation:
    return Relation(row.case, row.other, row.kind, row.at, row.by, row.ended_at)


_TRANSLATED = sa.select(entry_translation).where(
    entry_translation.c.case == sa.bindparam("of"), entry_translation.c.locale == sa.bindparam("tongue")
)
_PUT = conflict.insert_or_ignore(
    entry_translation,
    [entry_translation.c.case, entry_translation.c.number, entry_translation.c.locale],
)


class TranslationRows(Rows):
    """`ports.Translations`."""

    async def of(self, case: CaseId, locale: str) -> Mapping[int, str]:
        rows = await self._all(_TRANSLATED, {"of": case, "tongue": locale})
        sealer = await self._vault.find(self._conn, case_row.subject(case)) if rows else None
        found = {row.number: opened(sealer, _context(case, row.number, locale), row.body) for row in rows}
        return {number: str(text) for number, text in found.items() if text}

    async def put(self, case: CaseId, locale: str, texts: Mapping[int, str]) -> None:
        sealer = await self._vault.key(self._conn, case_row.subject(case))
        for number, text in texts.items():
            body = sealer.seal(_context(case, number, locale), pack(text))
            row = {"case": case, "number": number, "locale": locale, "at": self._now, "body": body}
            await self._write(_PUT.on(self._conn), row)


def _context(case: CaseId, number: int, locale: str) -> str:
    return f"entry_translation|body|{case}|{number}|{locale}"
