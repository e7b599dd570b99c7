"""The statement to an insurer: what was paid in its name in a month."""

from collections.abc import Sequence
from datetime import date

from backoffice.claims import statement as rules
from backoffice.claims.statement import PaidClaim
from backoffice.workflows.work import Work


async def of_month(work: Work, insurer: str, day: date) -> Sequence[PaidClaim]:
    """Every payment that arrived in the month around `day`, oldest first."""
    found = []
    for ref, payment in await work.uow.claim_payments.paid_between(insurer, *rules.month(day)):
        claim = await work.uow.claims.get(payment.claim)
        policy = await work.uow.policies.get(claim.policy)
        found.append(
            PaidClaim(
                ref,
                policy.number,
                str(claim.kind),
                claim.decided_at,
                payment.paid_at,
                payment.amount,
                payment.reference,
            )
        )
    return found
