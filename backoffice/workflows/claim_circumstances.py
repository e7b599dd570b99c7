"""A reviewer enters what they found out; the rules run again over it; the claim's own record says who, when and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backoffice.claims import found as rules
from backoffice.claims import review
from backoffice.claims.claim import Claim, ClaimId
from backoffice.claims.found import Found
from backoffice.ports import Operator
from backoffice.workflows import claim_review, claims
from backoffice.workflows.work import Work


@dataclass(frozen=True, slots=True)
class Entered:
    """What was found, why, and the claim's version that was looked at."""

    found: Found
    why: str
    seen: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of what was entered; sealed with the claim."""

    at: datetime
    name: str
    why: str
    found: Found


async def enter(work: Work, claim_id: ClaimId, operator: Operator, entered: Entered) -> Claim:
    """Instead of what was entered before; a first signature falls, for it was given on other facts.

    Raises `NotOpen`, `Changed`, `SamePerson` for an appeal against one's own decision, `WhyMissing`, `NotAsked`.
    """
    claim = await claim_review.open_claim(work, claim_id, operator, entered.seen)
    why = entered.why.strip()[: review.LONGEST]
    if not why:
        raise review.WhyMissing
    entered.found.check(await claims.product_of(work, claim))
    line = {"at": work.now.isoformat(), "by": operator.id, "name": operator.name, "why": why}
    kept = [*claim.notes.get(claim_review.FOUND, []), {**line, "facts": rules.write(entered.found)}]
    notes = {name: value for name, value in claim.notes.items() if name != claim_review.SIGNED}
    claim.notes = {**notes, claim_review.FOUND: kept}
    await claims.save(work, claim)
    await claims.note(work, claim, operator.id, "claim.circumstances")
    await claim_review.audit(work, claim, operator, "claim.circumstances")
    return claim


def history(claim: Claim) -> Sequence[Entry]:
    """Oldest first; the last one stands."""
    return [_entry(one) for one in claim.notes.get(claim_review.FOUND, [])]


def _entry(one: dict[str, Any]) -> Entry:
    return Entry(datetime.fromisoformat(one["at"]), one["name"], one["why"], rules.read(one["facts"]))
