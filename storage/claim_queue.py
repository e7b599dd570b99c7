"""Papers of claims that wait to be looked at, outside of a unit of work."""

from collections.abc import Sequence

import sqlalchemy as sa

from backoffice.claims.claim import ClaimId
from backoffice.claims.evidence import PaperId, PaperState
from backoffice.kernel.ids import MediaId, PersonId
from backoffice.ports.claims import Unseen
from storage.claim_tables import claim, claim_paper
from storage.engine import Database
from storage.fetches import FetchState, fetch

_WAITING = claim_paper.c.state == sa.literal_column(f"'{PaperState.WAITING}'")
_ANY = sa.select(claim_paper.c.id).where(_WAITING).limit(1)
_UNSEEN = (
    sa.select(
        claim_paper.c.id,
        claim_paper.c.claim,
        claim.c.person,
        claim_paper.c.media,
        claim_paper.c.tries,
        claim_paper.c.added_at,
        fetch.c.state,
    )
    .join(claim, claim.c.id == claim_paper.c.claim)
    .join(fetch, fetch.c.id == claim_paper.c.media)
    .where(_WAITING, fetch.c.state.in_((FetchState.READY, FetchState.FAILED)))
    .order_by(claim_paper.c.added_at, claim_paper.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer()))
)
_BEGUN = (
    sa.update(claim_paper).where(claim_paper.c.id == sa.bindparam("of")).values(tries=claim_paper.c.tries + 1)
)


class PaperQueue:
    """`ports.claims.PaperQueue`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def unseen(self, limit: int) -> Sequence[Unseen]:
        async with self._database.reading() as conn:
            if (await conn.execute(_ANY)).first() is None:
                return []
            rows = (await conn.execute(_UNSEEN, {"most": limit})).all()
        return [
            Unseen(
                PaperId(r.id), ClaimId(r.claim), PersonId(r.person), MediaId(r.media),
                r.state is FetchState.READY, r.tries, r.added_at,
            )
            for r in rows
        ]  # fmt: skip

    async def begun(self, paper: PaperId) -> None:
        async with self._database.writing() as conn:
            await conn.execute(_BEGUN, {"of": paper})
            await conn.commit()
