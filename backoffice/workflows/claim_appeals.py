"""After a decision: an appeal by the claimant, which another reviewer hears, and the end of the time for it."""

from backoffice.claims import review
from backoffice.claims.claim import Claim, ClaimId, ClaimStatus
from backoffice.ports import Alert, Deadline
from backoffice.workflows import claim_clock, claim_review, claims
from backoffice.workflows.claims import Told
from backoffice.workflows.work import Work


async def appealable(work: Work, claim: Claim) -> bool:
    """Decided in part or refused, paid or not, and the time for it is not over: what was paid in full leaves nothing
    to appeal against."""
    decided = claim.decided_at
    if decided is None or claim.status not in _APPEALABLE:
        return False
    if work.now >= claim_clock.appeal_ends(claim, decided, work.world.claims.appeal_days):
        return False
    decisions = await work.uow.claims.decisions(claim.id)
    return bool(decisions) and decisions[-1].status is not ClaimStatus.APPROVED


_APPEALABLE = frozenset({ClaimStatus.PARTLY_APPROVED, ClaimStatus.REFUSED, ClaimStatus.PAID})


async def appeal(work: Work, claim: Claim, words: str) -> bool:
    """The claimant does not agree; another reviewer looks. False when it is too late or nothing was decided."""
    if not await appealable(work, claim):
        return False
    claim.notes = {**claim.notes, claim_review.APPEAL: words.strip()[: review.LONGEST] or "-"}
    await claim_clock.stop(work, claim)
    await claims.move(work, claim, ClaimStatus.APPEALED, claims.CLAIMANT, Told("decision.appealed"))
    await work.uow.desk.alert(Alert(0, work.now, "claim_appealed", None, claim.ref))
    work.uow.hint("queue")
    return True


async def close_due(work: Work, deadline: Deadline) -> None:
    """The time for an appeal is over: what is refused or paid is closed."""
    claim = await work.uow.claims.get(ClaimId(deadline.subject))
    if claim.status in (ClaimStatus.REFUSED, ClaimStatus.PAID):
        await claims.move(work, claim, ClaimStatus.CLOSED, claims.SERVICE, Told("decision.closed"))
