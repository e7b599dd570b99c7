"""Cases as JSON for outside: what `export cases` prints."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.cases.model import Audience, Case, CaseStatus, Entry
from backoffice.cases.papers import CasePaper
from backoffice.cases.protocols import Running
from backoffice.cases.tasks import Task
from backoffice.dispatch import looks
from backoffice.dispatch.looks import Considered, Look
from backoffice.dispatch.model import Assignment, Envoy
from backoffice.kernel.geo import Fix, Point
from backoffice.kernel.ids import CaseId
from backoffice.kernel.messages import Role
from backoffice.major.model import Major
from storage import beside, case_row, letter_row, places
from storage.assignments import AssignmentRows
from storage.case_papers import CasePaperRows
from storage.case_tasks import TaskRows
from storage.cases import CaseRows
from storage.checklists import ChecklistRows
from storage.considerations import ConsiderationRows
from storage.engine import Database
from storage.envoys import EnvoyRows
from storage.exchange_tables import letter
from storage.families import FamilyRows
from storage.major import MajorRows
from storage.people import PersonRows
from storage.tables import cases
from storage.vault import Sealer, Vault, key_id_of, opened

_CASES = case_row.SELECT.add_columns(cases.c.cell_lat, cases.c.cell_lon).order_by(
    cases.c.opened_at, cases.c.id
)
_BY_REF = _CASES.where(cases.c.ref == sa.bindparam("of_ref"))
_LETTERS = sa.select(letter).where(letter.c.case_id == sa.bindparam("of")).order_by(letter.c.seq)

_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
"""The turn's time of a command that decides nothing by it."""
SERVICE, CENTRE, EVERYBODY = "service", "centre", "case"

Row = dict[str, Any]


async def export_cases(database: Database, vault: Vault, ref: str | None = None) -> list[Row]:
    """All cases, oldest first, or the one with `ref`; the shape is in docs (interfaces).

    Times are RFC 3339 in UTC. A closed or sealed case shows its grid cell (`cell` true), not its point.
    """
    async with database.reading() as conn:
        query, values = (_BY_REF, {"of_ref": ref}) if ref else (_CASES, {})
        rows = (await conn.execute(query, values)).all()
        return [await _Exporter(conn, vault).case(row) for row in rows]


class _Exporter:
    """One case with what belongs to it."""

    def __init__(self, conn: AsyncConnection, vault: Vault) -> None:
        self._conn, self._vault = conn, vault
        self._given = given = (conn, vault, _BEFORE_ALL)
        self._people, self._cases = PersonRows(*given), CaseRows(*given)
        self._envoys, self._assignments = EnvoyRows(*given), AssignmentRows(*given)
        self._considerations = ConsiderationRows(*given)

    async def case(self, row: Any) -> Row:
        sealer = self._vault.learn(self._conn, case_row.subject(row.id), row.key_id, row.wrapped)
        case = case_row.read(row, sealer)
        cell = Point(row.cell_lat, row.cell_lon) if row.cell_lat is not None else None
        assignments = await self._assignments.of_case(case.id)
        envoys = {e.id: e for e in await self._envoys.many([a.envoy for a in assignments])}
        person = await self._people.get(case.requester)
        followers = await FamilyRows(self._conn, self._vault, _BEFORE_ALL).of_case(case.id)
        readers = {f.person: Role.FAMILY for f in followers if f.person}
        readers |= {person.id: Role.TRAVELLER} | {e.person: Role.ENVOY for e in envoys.values()}
        return {
            **_facts(case),
            "traveller": person.display_name or person.id,
            "position": _position(case, cell),
            "assignments": [_assignment(a, envoys[a.envoy]) for a in assignments],
            "papers": [_paper(p) for p in await CasePaperRows(*self._given).of_case(case.id)],
            "considered": [
                look(each, exact=case.status is not CaseStatus.CLOSED)
                for each in await self._considerations.of(case.id)
            ],
            "messages": await self._messages(case, sealer, readers),
            "timeline": [
                {"at": time(e.at), "actor": e.actor, "what": e.what, "params": e.params}
                for e in await self._cases.events(case.id)
            ],
            **await self._desk(case.id),
        }

    async def _desk(self, case: CaseId) -> Row:
        """What the desk worked with: checklists and who ticked them, tasks, related cases, the accident."""
        given = (self._conn, self._vault, _BEFORE_ALL)
        majors = MajorRows(*given)
        accident = await majors.of_case(case)
        return {
            "protocols": [_checklist(one) for one in await ChecklistRows(*given).running(case)],
            "tasks": [_task(one) for one in await TaskRows(*given).of_case(case)],
            "related": [
                {"ref": one.ref, "side": one.side.value, "at": time(one.at)}
                for one in await beside.of_case(self._conn, case)
            ],
            "major": _major(await majors.get(accident)) if accident else None,
        }

    async def _messages(
        self, case: Case, sealer: Sealer | None, readers: Mapping[Any, Role]
    ) -> Sequence[Row]:
        """What was said and what was sent, in the order of time."""
        said = [entry(one) for one in await self._cases.entries(case.id)]
        sent = await letters(self._conn, case.id, sealer, readers)
        return sorted(said + sent, key=lambda message: str(message["at"]))


async def letters(
    conn: AsyncConnection, thread: CaseId, sealer: Sealer | None, readers: Mapping[Any, Role]
) -> list[Row]:
    """What was sent about a case or an order, and how each letter stands."""
    rows = (await conn.execute(_LETTERS, {"of": thread})).all()
    return [_letter(row, sealer, readers.get(row.person)) for row in rows]


def _paper(paper: CasePaper) -> Row:
    """Which file is what; the file itself stays here."""
    return {"kind": paper.kind.value, "at": time(paper.at), "by": paper.by, "entry": paper.entry or None}


def _facts(case: Case) -> Row:
    return {
        "ref": case.ref,
        "kind": case.kind.value,
        "status": case.status.value,
        "opened_at": time(case.opened_at),
        "dispatched_at": time(case.dispatched_at),
        "closed_at": time(case.closed_at),
        "close_reason": case.close_reason.value if case.close_reason else None,
        "verified": case.verified.value,
        "place": places.write_city(case.place) if case.place else None,
        "drill": case.drill,
        "late": case.late,
    }


def _position(case: Case, cell: Point | None) -> Row | None:
    """The exact point only while the case runs."""
    if case.fix and case.status is not CaseStatus.CLOSED:
        return {**_point(case.fix.point, case.fix), "cell": False}
    return {**_point(cell, case.fix), "cell": True} if cell else None


def _point(point: Point, fix: Fix | None) -> Row:
    received = {"datum": fix.raw.datum.value, "at": time(fix.at)} if fix else {"datum": None, "at": None}
    return {"lat": point.lat, "lon": point.lon, **received}


def _assignment(assignment: Assignment, envoy: Envoy) -> Row:
    return {
        "envoy": envoy.name,
        "envoy_id": envoy.id,
        "status": assignment.status.value,
        "task": assignment.task or None,
        "asked_by_hand": assignment.by_hand,
        "asked_at": time(assignment.asked_at),
        "answered_at": time(assignment.answered_at),
    }


def _checklist(one: Running) -> Row:
    ticks = [
        {"step": step.key, "at": time(tick.at), "by": tick.name}
        for step in one.protocol.steps
        if (tick := one.ticks.get(step.key))
    ]
    steps = [step.key for step in one.protocol.steps]
    return {"code": one.protocol.code, "edition": one.protocol.edition, "steps": steps, "ticks": ticks}


def _task(one: Task) -> Row:
    return {
        "kind": one.kind.value,
        "status": one.status.value,
        "due": time(one.due),
        "made_at": time(one.made_at),
        "ended_at": time(one.ended_at),
        "text": one.text,
        "why": one.why,
        "outcome": one.outcome,
        "attempts": one.attempts,
    }


def _major(one: Major) -> Row:
    return {"id": one.id, "title": one.title, "status": one.status.value}


def look(given: Look, *, exact: bool) -> Row:
    """One look for envoys; what is over shows no distance, nor what follows from one."""
    return {
        "at": time(given.at),
        "what": given.what,
        "wave": given.wave,
        "ring_km": given.ring_km,
        "counts": dict(given.counts),
        "answer": given.answer or None,
        "envoys": [_considered(one, exact=exact) for one in given.considered],
    }


def _considered(one: Considered, *, exact: bool) -> Row:
    return {
        "envoy": one.name,
        "envoy_id": one.envoy,
        "asked": one.asked,
        "place": one.place or None,
        "reason": one.reason.value if one.reason else None,
        "facts": {k: v for k, v in one.facts.items() if exact or k not in looks.EXACT},
    }


def entry(said: Entry) -> Row:
    """One entry of a thread."""
    return {
        "at": time(said.at),
        "from": said.role.value,
        "to": CENTRE if said.audience is Audience.STAFF else EVERYBODY,
        "text": said.text,
        "media": said.media.kind.value if said.media else None,
        "entry": said.number,
        "state": "received",
    }


def _letter(row: Any, sealer: Sealer | None, reader: Role | None) -> Row:
    message = opened(sealer, letter_row.message_context(row.id), row.message) or {}
    speaker = message.get("speaker")
    return {
        "at": time(row.created_at),
        "from": speaker[0] if speaker else SERVICE,
        "to": reader.value if reader else row.person,
        "text": _text(row, sealer) or str(message.get("key", "")),
        "channel": row.channel,
        "entry": row.entry,
        "state": row.state.value,
        "finished_at": time(row.finished_at),
        "error": row.error,
    }


def _text(row: Any, sealer: Sealer | None) -> str:
    """The words as sent; nothing before they were, or once the key is destroyed."""
    if sealer is None or not row.text_sent or key_id_of(row.text_sent) != sealer.id:
        return ""
    return sealer.open(letter_row.text_context(row.id), row.text_sent).decode()


def time(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
