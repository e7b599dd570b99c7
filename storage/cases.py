"""Cases, their conversation and their timeline; positions and words sealed under the case's key."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.cases.model import Case, CaseStatus, Entry, Event
from backoffice.kernel import codec, errors
from backoffice.kernel.geo import Fix
from backoffice.kernel.ids import CaseId, PersonId
from storage import case_row, people, sealing, search
from storage.case_row import subject
from storage.rows import Rows
from storage.tables import IS_ACTIVE, case_entry, case_event, case_fix, cases
from storage.vault import Vault, opened, pack

_ADD = sa.insert(cases)
_SAVE = sa.update(cases).where(cases.c.id == sa.bindparam("key"), cases.c.version == sa.bindparam("was"))
_LOCKED = case_row.SELECT.with_for_update(of=cases)
_GET = _LOCKED.where(cases.c.id == sa.bindparam("key"))
_BY_REF = _LOCKED.where(cases.c.ref == sa.bindparam("of_ref"))
_ACTIVE_OF = _LOCKED.where(cases.c.requester == sa.bindparam("of"), IS_ACTIVE).order_by(cases.c.opened_at)
_LAST_CLOSED = (
    _LOCKED.where(cases.c.requester == sa.bindparam("of"), cases.c.status == CaseStatus.CLOSED)
    .order_by(cases.c.closed_at.desc())
    .limit(1)
)
_REF = sa.select(cases.c.id).where(cases.c.ref == sa.bindparam("of_ref"))
_TAKE = (
    sa.update(cases)
    .where(
        cases.c.id == sa.bindparam("key"),
        cases.c.status == CaseStatus.OPEN,
        cases.c.envoys_taken < cases.c.envoys_wanted,
    )
    .values(envoys_taken=cases.c.envoys_taken + 1, version=cases.c.version + 1)
)
_GIVE_BACK = (
    sa.update(cases)
    .where(cases.c.id == sa.bindparam("key"), cases.c.envoys_taken > 0)
    .values(envoys_taken=cases.c.envoys_taken - 1, version=cases.c.version + 1)
)
_ADD_FIX = sa.insert(case_fix)
_TRACK = (
    sa.select(case_fix.c.id, case_fix.c.fix)
    .where(case_fix.c.case == sa.bindparam("of"), ~case_fix.c.sealed)
    .order_by(case_fix.c.number)
)
_NEXT = (
    sa.select(sa.func.coalesce(sa.func.max(case_entry.c.number), 0) + 1)
    .where(case_entry.c.case == sa.bindparam("of"))
    .scalar_subquery()
)
_ADD_ENTRY = (
    sa.insert(case_entry)
    .values(
        {
            c.name: _NEXT if c.name == "number" else sa.bindparam(f"new_{c.name}", type_=c.type)
            for c in case_entry.c
        }
    )
    .returning(case_entry.c.number)
)
_ENTRIES = sa.select(case_entry).where(case_entry.c.case == sa.bindparam("of")).order_by(case_entry.c.number)
_ADD_EVENT = sa.insert(case_event)
_EVENTS = sa.select(case_event).where(case_event.c.case == sa.bindparam("of")).order_by(case_event.c.number)


class CaseRows(Rows):
    """`ports.Cases`. One object per case and turn; on PostgreSQL loading a case locks its row."""

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime) -> None:
        super().__init__(conn, vault, now)
        self._cases: dict[CaseId, Case] = {}
        self._looked: set[PersonId] = set()

    async def add(self, case: Case) -> None:
        sealer = await self._vault.create(self._conn, subject(case.id))
        fixed = {"id": case.id, "requester": case.requester}
        await self._write(_ADD, {**case_row.write(case, sealer), **fixed, "version": case.version})
        self._cases[case.id] = case

    async def get(self, case: CaseId) -> Case:
        if case in self._cases:
            return self._cases[case]
        row = await self._first(_GET, {"key": case})
        if row is None:
            raise errors.NotFound
        return self._read(row)

    async def by_ref(self, ref: str) -> Case | None:
        row = await self._first(_BY_REF, {"of_ref": ref})
        return self._read(row) if row else None

    async def ref_free(self, ref: str) -> bool:
        return await self._first(_REF, {"of_ref": ref}) is None

    async def save(self, case: Case) -> None:
        sealer = await self._vault.key(self._conn, subject(case.id))
        values = case_row.write(case, sealer)
        await self._change(
            _SAVE, {**values, "version": case.version + 1, "key": case.id, "was": case.version}
        )
        case.version += 1

    async def active_of(self, person: PersonId) -> Case | None:
        return next((c for c in await self._active(person) if not c.hidden), None)

    async def duress_of(self, person: PersonId) -> Case | None:
        silent = [c for c in await self._active(person) if c.duress]
        return next((c for c in silent if c.hidden), silent[0] if silent else None)

    async def last_closed_of(self, person: PersonId) -> Case | None:
        row = await self._first(_LAST_CLOSED, {"of": person})
        return self._read(row) if row else None

    async def add_fix(self, case: CaseId, fix: Fix) -> None:
        sealer = await self._vault.key(self._conn, subject(case))
        row = self._vault.row_id()
        sealed = sealer.seal(case_row.fix_context(row), pack(codec.write_fix(fix)))
        await self._write(_ADD_FIX, {"id": row, "case": case, "fix": sealed, "sealed": False})

    async def track(self, case: CaseId) -> Sequence[Fix]:
        rows = await self._all(_TRACK, {"of": case})
        sealer = await self._vault.find(self._conn, subject(case))
        found = (opened(sealer, case_row.fix_context(r.id), r.fix) for r in rows)
        return [codec.read_fix(fix) for fix in found if fix]

    async def add_entry(self, entry: Entry) -> int:
        sealer = await self._vault.key(self._conn, subject(entry.case))
        values = case_row.write_entry(entry, self._vault.row_id(), sealer)
        number: int = (await self._write(_ADD_ENTRY, {**values, "of": entry.case})).scalar_one()
        await search.note_text(self._conn, self._vault, entry.case, entry.text)
        return number

    async def entries(self, case: CaseId) -> Sequence[Entry]:
        rows = await self._all(_ENTRIES, {"of": case})
        sealer = await self._vault.find(self._conn, subject(case))
        return [case_row.read_entry(r, sealer) for r in rows]

    async def add_event(self, event: Event) -> None:
        await self._write(
            _ADD_EVENT,
            {
                "case": event.case,
                "at": event.at,
                "actor": event.actor,
                "what": event.what,
                "params": event.params,
            },
        )

    async def events(self, case: CaseId) -> Sequence[Event]:
        rows = await self._all(_EVENTS, {"of": case})
        return [Event(r.case, r.at, r.actor, r.what, r.params) for r in rows]

    async def take_envoy_place(self, case: CaseId) -> bool:
        won = (await self._write(_TAKE, {"key": case})).rowcount == 1
        self._moved(case, 1 if won else 0)
        return won

    async def give_envoy_place_back(self, case: CaseId) -> None:
        self._moved(case, -(await self._write(_GIVE_BACK, {"key": case})).rowcount)

    async def seal(self, case: CaseId) -> None:
        """Working columns are blanked, the place in words and its cell stay; see `sealing.open_sealed`."""
        loaded = await self.get(case)
        await sealing.seal(self._conn, self._vault, case, self._now)
        loaded.fix = None
        if loaded.place:
            loaded.place = replace(loaded.place, distance=None)
        await self.save(loaded)
        await people.forget_after(self._conn, loaded.requester, loaded.closed_at or self._now)

    def _moved(self, case: CaseId, places: int) -> None:
        """Keep the loaded object in step with a conditional UPDATE."""
        if places and case in self._cases:
            self._cases[case].envoys_taken += places
            self._cases[case].version += 1

    async def _active(self, person: PersonId) -> Sequence[Case]:
        if person not in self._looked:
            for row in await self._all(_ACTIVE_OF, {"of": person}):
                self._read(row)
            self._looked.add(person)
        return [c for c in self._cases.values() if c.requester == person and c.active]

    def _read(self, row: Any) -> Case:
        known = self._cases.get(row.id)
        if known:
            return known
        sealer = self._vault.learn(self._conn, subject(row.id), row.key_id, row.wrapped)
        self._cases[row.id] = found = case_row.read(row, sealer)
        return found
