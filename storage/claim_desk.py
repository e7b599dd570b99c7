"""Lists of claims for those who decide them and for their insurer."""

from collections.abc import Sequence

import sqlalchemy as sa

from backoffice.claims.claim import WITH_US, Claim, ClaimStatus
from storage.claim_rows import ClaimRows
from storage.claim_tables import claim

_MOST = sa.bindparam("most", type_=sa.Integer())
_WAITING = (
    sa.select(claim)
    .where(claim.c.status.in_(sorted(WITH_US)))
    .order_by(claim.c.filed_at, claim.c.id)
    .limit(_MOST)
)
_RECENT = (
    sa.select(claim)
    .where(claim.c.decided_at.is_not(None), claim.c.status.not_in(sorted(WITH_US)))
    .order_by(claim.c.decided_at.desc(), claim.c.id)
    .limit(_MOST)
)
_OF_INSURER = (
    sa.select(claim)
    .where(
        claim.c.insurer == sa.bindparam("of"),
        claim.c.status.not_in([ClaimStatus.DRAFT]),
        claim.c.filed_at.is_not(None),
        ~claim.c.drill,
    )
    .order_by(claim.c.filed_at.desc(), claim.c.id)
    .limit(_MOST)
)


class ClaimDeskRows(ClaimRows):
    """`ports.claim_payments.ClaimDesk`."""

    async def waiting(self, most: int) -> Sequence[Claim]:
        return [await self._read(row) for row in await self._all(_WAITING, {"most": most})]

    async def recent(self, most: int) -> Sequence[Claim]:
        return [await self._read(row) for row in await self._all(_RECENT, {"most": most})]

    async def of_insurer(self, insurer: str, most: int) -> Sequence[Claim]:
        return [await self._read(row) for row in await self._all(_OF_INSURER, {"of": insurer, "most": most})]
