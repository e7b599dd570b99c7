"""Who helped a claimant, and how often these two met before: what a reviewer is warned of."""

from collections.abc import Sequence

import sqlalchemy as sa

from backoffice.claims.claim import Claim
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel.ids import EnvoyId
from storage.order_tables import service_order
from storage.rows import Rows
from storage.tables import assignment, cases

_WORKED = sorted(
    status.value
    for status in (
        AssignmentStatus.ACCEPTED,
        AssignmentStatus.UNDER_WAY,
        AssignmentStatus.ARRIVED,
        AssignmentStatus.DONE,
    )
)
_IN_CASE = sa.select(assignment.c.envoy).where(
    assignment.c["case"] == sa.bindparam("of_case"), assignment.c.status.in_(_WORKED)
)
_IN_ORDER = sa.select(service_order.c.envoy).where(
    service_order.c.id == sa.bindparam("of_order"), service_order.c.envoy.is_not(None)
)
_CASES = (
    sa.select(assignment.c.envoy, assignment.c["case"].label("what"))
    .join(cases, cases.c.id == assignment.c["case"])
    .where(
        cases.c.requester == sa.bindparam("who"),
        cases.c.id != sa.bindparam("of_case"),
        ~cases.c.drill,
        assignment.c.status.in_(_WORKED),
    )
)
_ORDERS = sa.select(service_order.c.envoy, service_order.c.id.label("what")).where(
    service_order.c.customer == sa.bindparam("who"),
    service_order.c.id != sa.bindparam("of_order"),
    service_order.c.envoy.is_not(None),
)
_EARLIER = sa.union_all(_CASES, _ORDERS).subquery()
_TIMES = (
    sa.select(_EARLIER.c.envoy, sa.func.count().label("times"))
    .where(_EARLIER.c.envoy.in_(sa.bindparam("them", expanding=True)))
    .group_by(_EARLIER.c.envoy)
)


class ClaimLinkRows(Rows):
    """`ports.claim_payments.ClaimLinks`."""

    async def met(self, claim: Claim) -> Sequence[tuple[EnvoyId, int]]:
        about = {"of_case": claim.case or "", "of_order": claim.order or ""}
        rows = [*await self._all(_IN_CASE, about), *await self._all(_IN_ORDER, about)]
        them = list(dict.fromkeys(EnvoyId(row.envoy) for row in rows))
        if not them:
            return []
        asked = {**about, "who": claim.person, "them": them}
        times = {row.envoy: row.times for row in await self._all(_TIMES, asked)}
        return [(envoy, times.get(envoy, 0)) for envoy in them]
