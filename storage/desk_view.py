"""What the desk reads, straight from the rows: `backoffice.desk_queries.DeskQueries` over SQL."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.cases import protocols
from backoffice.cases.macros import Macro
from backoffice.cases.model import Case, Entry
from backoffice.cases.tasks import TaskKind, TaskStatus
from backoffice.desk_queries import Beside, CaseWork, DueLine, PartThread, Side
from backoffice.kernel.ids import CaseId, PersonId
from storage import beside, case_row, case_tasks, case_view, letter_row
from storage.checklists import ChecklistRows, MacroRows
from storage.desk_tables import task
from storage.engine import Database
from storage.exchange_tables import letter
from storage.major import MajorRows
from storage.people import PersonRows
from storage.tables import RUNNING, case_entry, cases, operator, vault_key
from storage.vault import Sealer, Vault

_NO_TIME = datetime.fromtimestamp(0, UTC)
_ENTRIES = (
    sa.select(case_entry)
    .where(case_entry.c.case.in_(sa.bindparam("parts", expanding=True)))
    .order_by(case_entry.c.number)
)
_LETTERS = letter_row.WITH_READER.where(letter.c.case_id.in_(sa.bindparam("parts", expanding=True))).order_by(
    letter.c.seq
)
_KEYS = sa.select(vault_key).where(vault_key.c.subject.in_(sa.bindparam("subjects", expanding=True)))
_WHOSE = sa.func.coalesce(task.c.operator, cases.c.owner)
_DUE = (
    sa.select(
        task,
        cases.c.ref,
        cases.c.drill,
        cases.c.duress,
        cases.c.requester,
        _WHOSE.label("whose"),
        operator.c.name.label("operator_name"),
        operator.c.centre,
    )
    .join(cases, cases.c.id == task.c.case)
    .outerjoin(operator, operator.c.id == _WHOSE)
    .where(task.c.status == TaskStatus.OPEN, RUNNING)
    .order_by(task.c.due, task.c.number)
    .limit(500)
)


class SqlDeskQueries:
    """Each question is one read-only snapshot."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    async def work(self, case: Case, locale: str) -> CaseWork:
        async with self._database.reading() as conn:
            lists = ChecklistRows(conn, self._vault, _NO_TIME)
            found = (await conn.execute(beside.RELATED, {"of": case.id})).all()
            translated = case_tasks.TranslationRows(conn, self._vault, _NO_TIME)
            return CaseWork(
                tasks=tuple(await case_tasks.TaskRows(conn, self._vault, _NO_TIME).open_of(case.id)),
                running=tuple(await lists.running(case.id)),
                newest=tuple(await lists.newest()),
                macros=tuple(await MacroRows(conn, self._vault, _NO_TIME).all()),
                related=tuple(beside.one(row, row, case.id) for row in found),
                parts=tuple(
                    await self._parts(conn, [r for r in found if beside.side(r, case.id) is Side.PART])
                ),
                translations=await translated.of(case.id, locale),
            )

    async def beside(self) -> Mapping[str, Beside]:
        async with self._database.reading() as conn:
            return await beside.read(conn, MajorRows(conn, self._vault, _NO_TIME))

    async def books(self) -> tuple[Sequence[protocols.Protocol], Sequence[Macro]]:
        async with self._database.reading() as conn:
            lists = ChecklistRows(conn, self._vault, _NO_TIME)
            return await lists.newest(), await MacroRows(conn, self._vault, _NO_TIME).all()

    async def due(self) -> Sequence[DueLine]:
        async with self._database.reading() as conn:
            rows = (await conn.execute(_DUE)).all()
            keys = await self._keys(conn, [row.case for row in rows])
            callers = [r.requester for r in rows if r.kind is TaskKind.CALL_BACK and not r.duress]
            people = await PersonRows(conn, self._vault, _NO_TIME).many(callers)
            return [_due(row, keys.get(row.case), people) for row in rows]

    async def _parts(self, conn: AsyncConnection, rows: Sequence[Any]) -> list[PartThread]:
        if not rows:
            return []
        ids = [row.id for row in rows]
        keys = await self._keys(conn, ids)
        people = await PersonRows(conn, self._vault, _NO_TIME).many([row.requester for row in rows])
        entries = (await conn.execute(_ENTRIES, {"parts": ids})).all()
        letters = (await conn.execute(_LETTERS, {"parts": ids})).all()
        return [_part(row, people[row.requester], keys.get(row.id), _Rows(entries, letters)) for row in rows]

    async def _keys(self, conn: AsyncConnection, ids: Sequence[str]) -> Mapping[str, Sealer | None]:
        """The cases' keys in one statement."""
        subjects = {case_row.subject(CaseId(case)): case for case in ids}
        if not subjects:
            return {}
        rows = (await conn.execute(_KEYS, {"subjects": list(subjects)})).all()
        return {subjects[r.subject]: self._vault.learn(conn, r.subject, r.id, r.wrapped) for r in rows}


class _Rows:
    """Entries and letters of several cases, by case."""

    def __init__(self, entries: Sequence[Any], letters: Sequence[Any]) -> None:
        self._entries, self._letters = entries, letters

    def entries(self, case: str, sealer: Sealer | None) -> list[Entry]:
        return [case_row.read_entry(row, sealer) for row in self._entries if row.case == case]

    def letters(self, case: str, sealer: Sealer | None) -> list[case_view.OpenedLetter]:
        return [case_view.OpenedLetter(row, sealer) for row in self._letters if row.case_id == case]


def _part(row: Any, person: Any, sealer: Sealer | None, rows: _Rows) -> PartThread:
    letters = case_view.Letters(person, (), rows.letters(row.id, sealer))
    said = letters.said(rows.entries(row.id, sealer))
    names = {person.id: person.display_name}
    return PartThread(CaseId(row.id), row.ref, person.display_name, said, letters.told(), names)


def _due(row: Any, sealer: Sealer | None, people: Mapping[PersonId, Any]) -> DueLine:
    caller = people.get(row.requester) if row.kind is TaskKind.CALL_BACK and not row.duress else None
    return DueLine(
        task=case_tasks.read(row, sealer),
        ref=row.ref,
        drill=row.drill,
        duress=row.duress,
        whose=row.whose,
        name=row.operator_name or "",
        centre=row.centre or "",
        phone=caller.profile.phone if caller else "",
    )
