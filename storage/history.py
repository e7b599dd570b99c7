"""What happened in a stretch of time, for reports: cases without drills and tests, questions to envoys, letters."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.centre_queries import Asked, Course, History, Sent
from backoffice.kernel.exchange import FINAL
from backoffice.kernel.geo import Point
from storage import places
from storage.centre_tables import case_centre
from storage.counting import COUNTS
from storage.exchange_tables import letter
from storage.on_call_tables import case_stage
from storage.tables import assignment, case_event, cases

MOST = 50_000
"""Cases of one report: more than a year of a thousand a week."""
SAMPLED = 20_000
REACHED = (
    "centre.taken", "centre.taken_over", "centre.called_verified", "centre.called_no_answer",
    "centre.called_no_number", "centre.called_false_alarm", "dispatch.accepted", "job.under_way", "job.arrived",
)  # fmt: skip

_SINCE = sa.bindparam("since", type_=cases.c.dispatched_at.type)
_UNTIL = sa.bindparam("until", type_=cases.c.dispatched_at.type)
_REAL = sa.and_(cases.c.dispatched_at >= _SINCE, cases.c.dispatched_at < _UNTIL, COUNTS)
_CASES = (
    sa.select(
        cases.c.id, cases.c.dispatched_at, cases.c.kind, cases.c.verified, cases.c.close_reason,
        cases.c.cell_lat, cases.c.cell_lon, cases.c.place, case_centre.c.centre,
    )
    .select_from(cases.outerjoin(case_centre, case_centre.c["case"] == cases.c.id))
    .where(_REAL)
    .order_by(cases.c.dispatched_at)
    .limit(MOST)
)  # fmt: skip
_EVENTS = (
    sa.select(
        case_event.c["case"], case_event.c.what,
        sa.func.min(case_event.c.at, type_=case_event.c.at.type).label("at"),
    )
    .join(cases, cases.c.id == case_event.c["case"])
    .where(_REAL, case_event.c.what.in_(REACHED))
    .group_by(case_event.c["case"], case_event.c.what)
)  # fmt: skip
_STAGES = (
    sa.select(case_stage)
    .join(cases, cases.c.id == case_stage.c["case"])
    .where(_REAL, case_stage.c.reached_at.is_not(None))
)
_ASKED = (
    sa.select(assignment.c["case"], assignment.c.asked_at, assignment.c.status, assignment.c.answered_at)
    .join(cases, cases.c.id == assignment.c["case"])
    .where(_REAL)
)
_NO_DRILL = ~sa.exists().where(cases.c.id == letter.c.case_id, ~COUNTS)
_LETTERS = (
    sa.select(letter.c.channel, letter.c.state, letter.c.created_at, letter.c.finished_at)
    .where(letter.c.created_at >= _SINCE, letter.c.created_at < _UNTIL, letter.c.state.in_(sorted(FINAL)))
    .where(_NO_DRILL, letter.c.channel != "")
    .order_by(letter.c.seq.desc())
    .limit(SAMPLED)
)
"""The newest of them: a share of delivered letters does not become truer with the hundred-thousandth."""


async def read(conn: AsyncConnection, since: datetime, until: datetime) -> History:
    given = {"since": since, "until": until}
    reached: dict[str, dict[str, datetime]] = {}
    for row in (await conn.execute(_EVENTS, given)).all():
        reached.setdefault(row.case, {})[row.what] = row.at
    waited: dict[str, dict[str, float]] = {}
    for row in (await conn.execute(_STAGES, given)).all():
        waited.setdefault(row.case, {})[row.stage] = (row.reached_at - row.wanted_at).total_seconds()
    courses = tuple(
        _course(row, reached.get(row.id, {}), waited.get(row.id, {}))
        for row in (await conn.execute(_CASES, given)).all()
    )
    asked = tuple(
        Asked(r.case, r.asked_at, r.status, r.answered_at) for r in (await conn.execute(_ASKED, given)).all()
    )
    return History(courses, asked, _sent((await conn.execute(_LETTERS, given)).all()))


def _course(row: Any, reached: dict[str, datetime], waited: dict[str, float]) -> Course:
    place = places.read_place(row.place, None) if row.place else None
    return Course(
        case=row.id,
        dispatched_at=row.dispatched_at,
        kind=row.kind,
        verified=row.verified,
        close_reason=row.close_reason,
        cell=Point(row.cell_lat, row.cell_lon) if row.cell_lat is not None else None,
        place=(place.country or "") if place else "",
        centre=row.centre or "",
        reached=reached,
        waited=waited,
    )


def _sent(rows: Any) -> tuple[Sent, ...]:
    found: dict[tuple[str, Any], list[float]] = {}
    for row in rows:
        took = (row.finished_at - row.created_at).total_seconds() if row.finished_at else 0.0
        found.setdefault((row.channel, row.state), []).append(took)
    return tuple(Sent(channel, state, tuple(seconds)) for (channel, state), seconds in sorted(found.items()))
