"""What ties people to cases, and the redacted view of those who answer for somebody."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice import ports, queries
from backoffice.cases.model import Case, CaseStatus, ForWhom, Kind
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel.ids import CaseId
from backoffice.organisations.model import AuthorisationStatus, OrganisationKind
from backoffice.ports import OperatorRole
from storage import case_row, places
from storage.access_tables import authorisation, broken_glass, organisation, organisation_member
from storage.centre_tables import case_centre
from storage.people import PersonRows
from storage.tables import assignment, cases, operator, queue_item
from storage.vault import Vault

SHOWN = 200
_NO_TIME = datetime.fromtimestamp(0, UTC)
KNOW_KIND = frozenset({OrganisationKind.INSURER, OrganisationKind.CONSULAR})
"""Who must know what happened to decide; an employer or a school need not know of an illness."""
_VISIBLE = (CaseStatus.OPEN, CaseStatus.RESOLVED, CaseStatus.CLOSED)
_CENTRE = sa.select(operator.c.centre).where(operator.c.id == sa.bindparam("owner"))
_PLACED = sa.select(case_centre.c.centre).where(case_centre.c["case"] == sa.bindparam("of"))
_GLASS = (
    sa.select(broken_glass.c.until)
    .where(broken_glass.c.operator == sa.bindparam("whose"), broken_glass.c["case"] == sa.bindparam("of"))
    .order_by(broken_glass.c.until.desc())
    .limit(1)
)
_WRITTEN = (
    sa.select(queue_item.c.id)
    .where(queue_item.c["case"] == sa.bindparam("of"), queue_item.c.done_at.is_(None))
    .limit(1)
)
_BOUND = sa.select(organisation_member.c.organisation).where(
    organisation_member.c.person == sa.bindparam("person")
)


async def tie(conn: AsyncConnection, who: ports.Operator, case: Case) -> queries.Tie:
    """Only what `access.may` needs for this role."""
    if who.role is OperatorRole.GUEST:
        bound = (await conn.execute(_BOUND, {"person": case.requester})).scalars()
        return queries.Tie(organisations=frozenset(bound))
    glass = (await conn.execute(_GLASS, {"whose": who.id, "of": case.id})).scalar_one_or_none()
    written = None
    if case.status is CaseStatus.CLOSED:
        written = (await conn.execute(_WRITTEN, {"of": case.id})).scalar_one_or_none()
    centre = None
    if case.owner and case.owner != who.id:
        centre = (await conn.execute(_CENTRE, {"owner": case.owner})).scalar_one_or_none()
    placed = (await conn.execute(_PLACED, {"of": case.id})).scalar_one_or_none()
    return queries.Tie(centre=centre, placed=placed or "", written=written is not None, glass_until=glass)


def _count(*statuses: AssignmentStatus) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .where(assignment.c["case"] == cases.c.id, assignment.c.status.in_(statuses))
        .scalar_subquery()
    )


_WAITING = (
    sa.select(sa.func.count())
    .where(
        authorisation.c["case"] == cases.c.id,
        authorisation.c.organisation == organisation.c.code,
        authorisation.c.status == AuthorisationStatus.ASKED,
    )
    .scalar_subquery()
)
_LINES = (
    case_row.SELECT.add_columns(
        organisation.c.sees_place,
        organisation.c.kind.label("organisation_kind"),
        _count(AssignmentStatus.ACCEPTED, AssignmentStatus.UNDER_WAY).label("accepted"),
        _count(AssignmentStatus.ARRIVED).label("arrived"),
        _WAITING.label("waiting"),
    )
    .join(organisation, organisation.c.code == sa.bindparam("of"))
    .where(
        sa.exists().where(
            organisation_member.c.person == cases.c.requester,
            organisation_member.c.organisation == organisation.c.code,
        ),
        cases.c.status.in_(_VISIBLE),
        ~cases.c.duress,
        ~cases.c.drill,
    )
    .order_by((cases.c.status == CaseStatus.CLOSED), cases.c.opened_at.desc())
    .limit(SHOWN)
)


async def lines(conn: AsyncConnection, vault: Vault, code: str) -> Sequence[queries.GuestLine]:
    people = PersonRows(conn, vault, _NO_TIME)
    found = []
    for row in (await conn.execute(_LINES, {"of": code})).all():
        sealer = vault.learn(conn, case_row.subject(row.id), row.key_id, row.wrapped)
        case = case_row.read(row, sealer)
        person = await people.get(case.requester)
        found.append(_line(row, case, person.display_name))
    return found


def _line(row: Any, case: Case, name: str) -> queries.GuestLine:
    """Called for somebody else, the exact place is the patient's, for whom this organisation does not answer."""
    theirs = case.for_whom is not ForWhom.OTHER
    exact = row.sees_place and theirs and case.fix is not None and case.status is not CaseStatus.CLOSED
    return queries.GuestLine(
        id=CaseId(row.id),
        ref=row.ref,
        name=name,
        status=row.status,
        kind=row.kind if row.organisation_kind in KNOW_KIND else Kind.UNKNOWN,
        place=places.read_place(row.place, None) if row.place else None,
        point=case.fix.point if exact and case.fix else None,
        dispatched_at=row.dispatched_at,
        answered_at=row.answered_at,
        accepted=row.accepted > 0,
        arrived=row.arrived > 0,
        closed_at=row.closed_at,
        waiting=row.waiting,
    )
