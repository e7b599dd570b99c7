"""What stands beside each running case of a list: checklists, tasks, related cases, the accident it belongs to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.cases.relations import RelationKind
from backoffice.cases.tasks import TaskStatus
from backoffice.desk_queries import Beside, Progress, Related, Side
from backoffice.kernel.ids import CaseId
from storage.desk_tables import case_protocol, case_relation, protocol, protocol_tick, task
from storage.major import MajorRows
from storage.major_tables import major_case
from storage.tables import RUNNING, cases

_CHECKLISTS = (
    sa.select(case_protocol.c.case, protocol.c.code, protocol.c.steps)
    .join(
        protocol,
        sa.and_(protocol.c.code == case_protocol.c.code, protocol.c.edition == case_protocol.c.edition),
    )
    .join(cases, cases.c.id == case_protocol.c.case)
    .where(RUNNING)
    .order_by(case_protocol.c.begun_at, protocol.c.code)
)
_TICKS = (
    sa.select(protocol_tick.c.case, protocol_tick.c.code, protocol_tick.c.step)
    .join(cases, cases.c.id == protocol_tick.c.case)
    .where(RUNNING)
)
_TASKS = (
    sa.select(task.c.case, sa.func.count().label("open"), sa.func.min(task.c.due).label("due"))
    .join(cases, cases.c.id == task.c.case)
    .where(task.c.status == TaskStatus.OPEN, RUNNING)
    .group_by(task.c.case)
)
_RUNNING_IDS = sa.select(cases.c.id).where(RUNNING)
_RELATIONS = (
    sa.select(case_relation)
    .where(
        case_relation.c.ended_at.is_(None),
        sa.or_(case_relation.c.case.in_(_RUNNING_IDS), case_relation.c.other.in_(_RUNNING_IDS)),
    )
    .order_by(case_relation.c.number)
)
_HEADS = sa.select(cases.c.id, cases.c.ref, cases.c.status, cases.c.duress).where(
    cases.c.id.in_(sa.bindparam("given", expanding=True))
)
_HERE, _THERE = sa.bindparam("of", type_=case_relation.c.case.type), case_relation.c
RELATED = (
    sa.select(cases.c.id, cases.c.ref, cases.c.status, cases.c.duress, cases.c.requester, case_relation)
    .join(
        cases,
        sa.or_(
            sa.and_(_THERE.case == _HERE, cases.c.id == _THERE.other),
            sa.and_(_THERE.other == _HERE, cases.c.id == _THERE.case),
        ),
    )
    .where(_THERE.ended_at.is_(None), sa.or_(_THERE.case == _HERE, _THERE.other == _HERE))
    .order_by(_THERE.number)
)
_MAJORS = sa.select(major_case.c["case"], major_case.c.major).join(cases, cases.c.id == major_case.c["case"])


async def read(conn: AsyncConnection, majors: MajorRows) -> Mapping[str, Beside]:
    """By case. As many statements for one case as for five hundred."""
    checklists = await _checklists(conn)
    tasks = {row.case: (row.open, row.due) for row in (await conn.execute(_TASKS)).all()}
    related = await _related(conn)
    titles = {head.id: head.title for head in await majors.all()}
    accidents = {r.case: titles.get(r.major, "") for r in (await conn.execute(_MAJORS.where(RUNNING))).all()}
    found = {*checklists, *tasks, *related, *accidents}
    return {
        case: Beside(
            tuple(checklists.get(case, ())),
            *tasks.get(case, (0, None)),
            tuple(related.get(case, ())),
            accidents.get(case, ""),
        )
        for case in found
    }


async def of_case(conn: AsyncConnection, case: CaseId) -> list[Related]:
    """What concerns one case, in the order it was found out."""
    return [one(row, row, case) for row in (await conn.execute(RELATED, {"of": case})).all()]


async def _checklists(conn: AsyncConnection) -> Mapping[str, Sequence[Progress]]:
    ticked = {(t.case, t.code, t.step) for t in (await conn.execute(_TICKS)).all()}
    found: dict[str, list[Progress]] = defaultdict(list)
    for row in (await conn.execute(_CHECKLISTS)).all():
        done = sum((row.case, row.code, step["key"]) in ticked for step in row.steps)
        found[row.case].append(Progress(row.code, done, len(row.steps)))
    return found


async def _related(conn: AsyncConnection) -> Mapping[str, Sequence[Related]]:
    """Each relation from both of its ends."""
    rows = (await conn.execute(_RELATIONS)).all()
    ends = sorted({row.case for row in rows} | {row.other for row in rows})
    heads = {h.id: h for h in (await conn.execute(_HEADS, {"given": ends})).all()} if ends else {}
    found: dict[str, list[Related]] = defaultdict(list)
    for row in rows:
        for here, there in ((row.case, row.other), (row.other, row.case)):
            found[here].append(one(row, heads[there], CaseId(here)))
    return found


def one(relation: Any, other: Any, here: CaseId) -> Related:
    """A relation as it looks from `here`; `other` has the other case's head."""
    return Related(CaseId(other.id), other.ref, other.status, other.duress, side(relation, here), relation.at)


def side(relation: Any, here: CaseId) -> Side:
    if relation.kind is RelationKind.LINK:
        return Side.LINK
    return Side.PART if relation.other == here else Side.MAIN
