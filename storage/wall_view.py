"""What the big screen reads, straight from the rows (`ports.wall.WallReads`): nothing sealed is opened here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.cases.model import CaseStatus
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel.geo import Point
from backoffice.major.model import MajorStatus, PersonState
from backoffice.ports import wall
from storage import channel_health
from storage.counting import COUNTS
from storage.engine import Database
from storage.import_tables import LISTED
from storage.major_tables import major, major_person
from storage.tables import RUNNING, alert, among_active, assignment, case_event, cases, envoy

LOOKED_AT = 20_000
"""So many of the newest lines of timelines make today's figures: a busy day of a whole service has fewer."""
TAKEN = ("centre.taken", "centre.taken_over")
ARRIVED = "job.arrived"
TOLD = (
    "case.dispatched", *TAKEN, "centre.called_verified", "dispatch.accepted", "job.under_way", ARRIVED,
    "centre.closed", "centre.reopened", "case.rang_again",
)  # fmt: skip
"""Codes that are a stage; what else stands in a timeline is nobody's business in the room."""


def _at_work(*statuses: AssignmentStatus) -> sa.ScalarSelect[int]:
    mine = (assignment.c["case"] == cases.c.id) & assignment.c.status.in_(statuses)
    return sa.select(sa.func.count()).select_from(assignment).where(mine).scalar_subquery()


_SHOWN = sa.and_(
    RUNNING,
    ~cases.c.duress,
    ~cases.c.drill,
    cases.c.dispatched_at.is_not(None),
)
_CASES = (
    sa.select(
        cases.c.status,
        cases.c.kind,
        cases.c.cell_lat,
        cases.c.cell_lon,
        cases.c.dispatched_at,
        cases.c.rang_at,
        cases.c.answered_at,
        _at_work(AssignmentStatus.ACCEPTED, AssignmentStatus.UNDER_WAY).label("working"),
        _at_work(AssignmentStatus.ARRIVED).label("arrived"),
    )
    .where(_SHOWN)
    .order_by(cases.c.opened_at, cases.c.id)
)
_COUNTDOWNS = (
    sa.select(sa.func.count()).select_from(cases).where(among_active(CaseStatus.COUNTDOWN), ~cases.c.drill)
)
_NEWEST = sa.select(sa.func.coalesce(sa.func.max(case_event.c.number), 0)).scalar_subquery()
_EVENTS = (
    sa.select(
        case_event.c.number,
        case_event.c["case"],
        case_event.c.at,
        case_event.c.what,
        cases.c.cell_lat,
        cases.c.cell_lon,
        cases.c.duress,
        cases.c.status,
    )
    .join(cases, cases.c.id == case_event.c["case"])
    .where(
        case_event.c.number > _NEWEST - LOOKED_AT,
        case_event.c.at >= sa.bindparam("since", type_=case_event.c.at.type),
        case_event.c.what.in_(TOLD),
        COUNTS,
    )
    .order_by(case_event.c.number)
)
_ALERTS = (
    sa.select(
        alert.c.kind, sa.func.count().label("n"), sa.func.min(alert.c.at, type_=alert.c.at.type).label("at")
    )
    .where(alert.c.seen_at.is_(None))
    .group_by(alert.c.kind)
    .order_by(sa.literal_column("n").desc(), alert.c.kind)
)
_MAJORS = (
    sa.select(major).where(major.c.status == MajorStatus.OPEN).order_by(major.c.opened_at.desc()).limit(8)
)
_STATES = (
    sa.select(major_person.c.major, major_person.c.state, sa.func.count().label("n"))
    .join(major, major.c.id == major_person.c.major)
    .where(major.c.status == MajorStatus.OPEN)
    .group_by(major_person.c.major, major_person.c.state)
)
_HERE = (
    sa.func.round(sa.func.coalesce(envoy.c.lat, envoy.c.base_lat)).label("lat"),
    sa.func.round(sa.func.coalesce(envoy.c.lon, envoy.c.base_lon)).label("lon"),
)
_ENVOYS = (
    sa.select(
        *_HERE,
        sa.func.count().label("n"),
        sa.func.sum(sa.case((envoy.c.busy_with.is_not(None), 1), else_=0)).label("busy"),
    )
    .where(envoy.c.on_duty, ~envoy.c.synthetic, LISTED)
    .group_by(*_HERE)
)


class SqlWall:
    """Each reading is one snapshot."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def facts(self, since: datetime, now: datetime, most_events: int) -> wall.WallFacts:
        async with self._database.reading() as conn:
            events = (await conn.execute(_EVENTS, {"since": since})).all()
            return wall.WallFacts(
                countdowns=(await conn.execute(_COUNTDOWNS)).scalar_one(),
                cases=tuple(_case(n, row) for n, row in enumerate((await conn.execute(_CASES)).all())),
                spans=_spans(events),
                events=tuple(_event(row) for row in events if not row.duress)[-most_events:],
                alerts=tuple(wall.WallAlert(r.kind, r.n, r.at) for r in (await conn.execute(_ALERTS)).all()),
                channels=await _channels(conn, now),
                majors=await _majors(conn),
            )

    async def envoys(self) -> Sequence[wall.EnvoyCell]:
        async with self._database.reading() as conn:
            rows = (await conn.execute(_ENVOYS)).all()
        return [wall.EnvoyCell(row.lat, row.lon, row.n - row.busy, row.busy) for row in rows]


def _cell(row: Any) -> Point | None:
    return Point(row.cell_lat, row.cell_lon) if row.cell_lat is not None else None


def _case(number: int, row: Any) -> wall.WallCase:
    return wall.WallCase(
        number,
        row.status,
        row.kind,
        _cell(row),
        row.dispatched_at,
        row.rang_at,
        row.answered_at,
        row.working,
        row.arrived,
    )


def _event(row: Any) -> wall.WallEvent:
    return wall.WallEvent(row.number, row.at, row.what, _cell(row))


def _spans(events: Sequence[Any]) -> tuple[wall.WallSpan, ...]:
    """Calls that reached us since then, each with the first time somebody took it and the first arrival."""
    began: dict[str, Any] = {}
    answered: dict[str, datetime] = {}
    beside: dict[str, datetime] = {}
    for row in events:
        if row.what == "case.dispatched":
            began.setdefault(row.case, row)
        elif row.what in TAKEN:
            answered.setdefault(row.case, row.at)
        elif row.what == ARRIVED:
            beside.setdefault(row.case, row.at)
    return tuple(
        wall.WallSpan(row.at, answered.get(case), beside.get(case), row.status is CaseStatus.CLOSED)
        for case, row in began.items()
    )


async def _channels(conn: AsyncConnection, now: datetime) -> tuple[wall.WallChannel, ...]:
    return tuple(
        wall.WallChannel(c.channel, c.in_at, c.waiting, c.oldest_waiting_at, c.failed)
        for c in await channel_health.read(conn, now)
    )


async def _majors(conn: AsyncConnection) -> tuple[wall.WallMajor, ...]:
    """Numbers by state in the order of worry."""
    heads, counts = (await conn.execute(_MAJORS)).all(), (await conn.execute(_STATES)).all()
    found: dict[str, dict[PersonState, int]] = {row.id: {} for row in heads}
    for row in counts:
        found.get(row.major, {})[row.state] = row.n
    return tuple(
        wall.WallMajor(_cell(row), row.opened_at, {str(s): found[row.id].get(s, 0) for s in PersonState})
        for row in heads
    )
