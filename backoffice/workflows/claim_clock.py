"""Clocks of a claim: the day a simple one is paid on, and how long a decision can be appealed against."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backoffice.claims import review
from backoffice.claims.claim import Claim
from backoffice.kernel.ids import DeadlineId
from backoffice.ports import Deadline, DeadlineKind
from backoffice.workflows.work import Work


async def filed(work: Work, claim: Claim) -> None:
    """With us from here on: staff are warned before the claimant's day ends, if it is a simple one."""
    if claim.filed_at is not None and not claim.drill:
        await _arm(work, claim, DeadlineKind.CLAIM_DAY, review.warn_at(claim.filed_at, claim.zone))


async def decided(work: Work, claim: Claim) -> None:
    """An appeal may come until then; afterwards the claim is closed."""
    await stop(work, claim)
    if claim.decided_at is not None:
        due = appeal_ends(claim, claim.decided_at, work.world.claims.appeal_days)
        await _arm(work, claim, DeadlineKind.CLAIM_CLOSE, due)


async def stop(work: Work, claim: Claim) -> None:
    """It is with the claimant again, or with another reviewer."""
    for kind in (DeadlineKind.CLAIM_DAY, DeadlineKind.CLAIM_CLOSE):
        await work.uow.deadlines.cancel(kind, claim.id)


def appeal_ends(claim: Claim, decided_at: datetime, days: int) -> datetime:
    """The end of the last day for an appeal, at the claimant's place."""
    after = review.appeal_until(decided_at, days, claim.zone) + timedelta(days=1)
    return datetime.combine(after, time(), ZoneInfo(claim.zone)).astimezone(UTC)


async def _arm(work: Work, claim: Claim, kind: DeadlineKind, due: datetime) -> None:
    await work.uow.deadlines.cancel(kind, claim.id)
    await work.arm(Deadline(DeadlineId(work.new_id()), kind, claim.person, claim.id, due))
