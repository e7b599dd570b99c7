"""What the console reads, straight from the rows: `backoffice.queries.Queries` over SQL."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice import ports, queries
from backoffice.cases.model import Case, CaseStatus
from backoffice.cases.relations import RelationKind
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel import errors
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import CaseId, MediaId, OrderId
from backoffice.oncall.shifts import DutyState
from storage import case_row, case_view, channel_health, guest_view, places
from storage.centre_tables import duty
from storage.desk import DeskRows
from storage.desk_tables import case_relation
from storage.engine import Database
from storage.exchange_tables import media
from storage.on_call import OnCallRows
from storage.on_call_tables import case_stage
from storage.order_tables import service_order
from storage.staff import StaffRows
from storage.synthetic import NOT_SYNTHETIC
from storage.tables import RUNNING, among_active, assignment, cases, operator
from storage.vault import Vault

_LINE = (
    "id",
    "ref",
    "status",
    "kind",
    "hurt",
    "verified",
    "opened_at",
    "dispatched_at",
    "rang_at",
    "answered_at",
    "owner",
    "owner_name",
    "owned_at",
    "says_safe_at",
    "promised_at",
    "true_at",
    "late",
    "duress",
    "drill",
    "searching",
)
"""Columns of a line that are its field as it is: nothing sealed among them."""


def _count(*statuses: AssignmentStatus) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((assignment.c.status.in_(statuses), 1), else_=0))


_MAIN = cases.alias("main")
_PART_OF = (
    sa.select(_MAIN.c.ref)
    .join(case_relation, case_relation.c.other == _MAIN.c.id)
    .where(
        case_relation.c.case == cases.c.id,
        case_relation.c.kind == RelationKind.PART,
        case_relation.c.ended_at.is_(None),
    )
    .correlate(cases)
    .limit(1)
    .scalar_subquery()
)


def _lines(of: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Lines of cases, with the envoys of these cases counted: `of` says which, of an assignment."""
    asked = (
        sa.select(
            assignment.c["case"],
            _count(AssignmentStatus.ASKED).label("asked"),
            _count(AssignmentStatus.ACCEPTED, AssignmentStatus.UNDER_WAY).label("working"),
            _count(AssignmentStatus.ARRIVED).label("arrived"),
        )
        .where(of)
        .group_by(assignment.c["case"])
        .subquery()
    )
    return sa.select(
        *(cases.c[name] for name in _LINE),
        cases.c.place,
        cases.c.cell_lat,
        cases.c.envoys_wanted,
        _PART_OF.label("part_of"),
        sa.func.coalesce(asked.c.asked, 0).label("asked"),
        sa.func.coalesce(asked.c.working, 0).label("working"),
        sa.func.coalesce(asked.c.arrived, 0).label("arrived"),
    ).select_from(cases.outerjoin(asked, asked.c["case"] == cases.c.id))


_KEY: sa.BindParameter[str] = sa.bindparam("key")
_SHOWN = (
    _lines(assignment.c["case"].in_(sa.select(cases.c.id).where(RUNNING)))
    .where(RUNNING, NOT_SYNTHETIC)
    .order_by(cases.c.opened_at)
)
_ONE_LINE = _lines(assignment.c["case"] == _KEY).where(cases.c.id == _KEY)
_COUNTDOWNS = (
    sa.select(sa.func.count()).select_from(cases).where(among_active(CaseStatus.COUNTDOWN), NOT_SYNTHETIC)
)
_RINGS = sa.and_(
    among_active(CaseStatus.OPEN),
    cases.c.rang_at.is_not(None),
    sa.or_(cases.c.answered_at.is_(None), cases.c.answered_at < cases.c.rang_at),
    NOT_SYNTHETIC,
)
_RINGING = sa.select(cases.c.id, cases.c.rang_at).where(_RINGS).order_by(cases.c.rang_at, cases.c.id)
_LOADS = (
    sa.select(cases.c.owner, sa.func.count().label("n"))
    .where(among_active(CaseStatus.OPEN), cases.c.owner.is_not(None))
    .group_by(cases.c.owner)
)
_RESTING = sa.select(duty.c.operator).where(duty.c.state != DutyState.ON)
"""Off counts as well: somebody who said that their shift is over is not called before those who are there."""
_WAITED_FOR = sa.select(case_stage).where(case_stage.c.reached_at.is_(None))
_STAGES = _WAITED_FOR.where(case_stage.c["case"].in_(sa.select(cases.c.id).where(RUNNING)))
_STAGES_OF = _WAITED_FOR.where(case_stage.c["case"] == sa.bindparam("key"))
SOUNDING = 50
"""So many ringing cases are told apart by whom they sound for; behind them the longest ringing is louder anyway."""
_REFS = sa.select(cases.c.id, cases.c.ref).where(cases.c.id.in_(sa.bindparam("keys", expanding=True)))
_ORDER_IDS = sa.select(service_order.c.id, service_order.c.ref).where(
    service_order.c.ref.in_(sa.bindparam("refs", expanding=True))
)
_HEAD = case_row.SELECT.where(cases.c.id == sa.bindparam("key"))
_CELL = sa.select(cases.c.cell_lat, cases.c.cell_lon).where(cases.c.id == sa.bindparam("key"))
_MEDIA = sa.select(media.c.case_id, media.c.size).where(media.c.id == sa.bindparam("key"))
_OPERATORS = sa.select(operator).where(operator.c.active).order_by(operator.c.name, operator.c.id)

_NO_TIME = datetime.fromtimestamp(0, UTC)
"""For repositories whose reads do not depend on the turn's time."""


class SqlQueries:
    """Each question is one read-only snapshot; nothing here waits for the writer."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    async def sign_in(self, token_hash: str) -> ports.SignIn | None:
        async with self._database.reading() as conn:
            return await StaffRows(conn, self._vault, _NO_TIME).session(token_hash)

    async def tie(self, operator: ports.Operator, case: Case) -> queries.Tie:
        async with self._database.reading() as conn:
            return await guest_view.tie(conn, operator, case)

    async def guest_cases(self, organisation: str) -> Sequence[queries.GuestLine]:
        async with self._database.reading() as conn:
            return await guest_view.lines(conn, self._vault, organisation)

    async def operators(self) -> Sequence[ports.Operator]:
        async with self._database.reading() as conn:
            return [_operator(row) for row in (await conn.execute(_OPERATORS)).all()]

    async def board(self, now: datetime) -> queries.Board:
        async with self._database.reading() as conn:
            waits = _by_case((await conn.execute(_STAGES)).all())
            lines = [line(row, waits.get(row.id)) for row in (await conn.execute(_SHOWN)).all()]
            desk = DeskRows(conn, self._vault, now)
            alerts = tuple(await desk.alerts())
            return queries.Board(
                countdowns=(await conn.execute(_COUNTDOWNS)).scalar_one(),
                lines=tuple(x for x in lines if not x.duress),
                duress=tuple(x for x in lines if x.duress),
                queue=tuple(await desk.waiting()),
                alerts=alerts,
                channels=await channel_health.read(conn, now),
                alert_refs=await _refs(conn, [a.case for a in alerts if a.case]),
                on_call=tuple(await OnCallRows(conn, self._vault, now).all()),
                alert_orders=await _orders(conn, [a.text for a in alerts if _of_order(a)]),
            )

    async def ringing(self) -> queries.Ringing:
        async with self._database.reading() as conn:
            rings = (await conn.execute(_RINGING)).all()
            loads = (await conn.execute(_LOADS)).all() if rings else ()
            resting = (await conn.execute(_RESTING)).scalars().all() if rings else ()
        calls = tuple(queries.RingingCase(row.id, row.rang_at) for row in rings[:SOUNDING])
        since = calls[0].since if calls else None
        return queries.Ringing(len(rings), since, calls, {r.owner: r.n for r in loads}, frozenset(resting))

    async def head(self, case: CaseId) -> Case | None:
        async with self._database.reading() as conn:
            return await self._case(conn, case)

    async def case(self, case: CaseId, now: datetime) -> queries.CaseView:
        async with self._database.reading() as conn:
            found = await self._case(conn, case)
            if found is None:
                raise errors.NotFound
            waits = _by_case((await conn.execute(_STAGES_OF, {"key": case})).all())
            shown = line((await conn.execute(_ONE_LINE, {"key": case})).one(), waits.get(case))
            cell = (await conn.execute(_CELL, {"key": case})).one()
            point = Point(cell.cell_lat, cell.cell_lon) if cell.cell_lat is not None else None
            return await case_view.CaseReader(conn, self._vault, now).view(found, shown, point)

    async def media(self, media: MediaId) -> queries.MediaCard | None:
        async with self._database.reading() as conn:
            row = (await conn.execute(_MEDIA, {"key": media})).first()
        return queries.MediaCard(CaseId(row.case_id), row.size) if row and row.case_id else None

    async def queue_item(self, item: int) -> ports.QueueItem | None:
        async with self._database.reading() as conn:
            waiting = await DeskRows(conn, self._vault, _NO_TIME).waiting()
        return next((q for q in waiting if q.id == item), None)

    async def _case(self, conn: AsyncConnection, case: CaseId) -> Case | None:
        row = (await conn.execute(_HEAD, {"key": case})).first()
        if row is None:
            return None
        sealer = self._vault.learn(conn, case_row.subject(row.id), row.key_id, row.wrapped)
        return case_row.read(row, sealer)


def _by_case(rows: Sequence[Any]) -> dict[str, dict[str, datetime]]:
    found: dict[str, dict[str, datetime]] = {}
    for row in rows:
        found.setdefault(row.case, {})[row.stage] = row.wanted_at
    return found


def line(row: Any, stages: Mapping[str, datetime] | None = None) -> queries.CaseLine:
    """A row of the board; its place is known to the city, because only that is plain."""
    return queries.CaseLine(
        stages=stages or {},
        place=places.read_place(row.place, None) if row.place else None,
        located=row.cell_lat is not None,
        asked=row.asked,
        working=row.working,
        arrived=row.arrived,
        wanted=row.envoys_wanted,
        part_of=row.part_of or "",
        **{name: getattr(row, name) for name in _LINE},
    )


async def _refs(conn: AsyncConnection, ids: Sequence[CaseId]) -> dict[CaseId, str]:
    if not ids:
        return {}
    rows = (await conn.execute(_REFS, {"keys": list(set(ids))})).all()
    return {CaseId(row.id): row.ref for row in rows}


def _of_order(alert: ports.Alert) -> bool:
    return alert.case is None and (alert.kind.startswith("order_") or alert.kind == "refund_wanted")


async def _orders(conn: AsyncConnection, refs: Sequence[str]) -> dict[str, OrderId]:
    rows = (await conn.execute(_ORDER_IDS, {"refs": list(set(refs))})).all() if refs else ()
    return {row.ref: OrderId(row.id) for row in rows}


def _operator(row: Any) -> ports.Operator:
    return ports.Operator(row.id, row.name, row.role, row.centre, row.organisation, row.active)
