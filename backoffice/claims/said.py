"""What a claimant wrote while papers were collected, as it is kept in a claim's sealed notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backoffice.claims.claim import Claim

SAID = "said"
"""In a claim's notes: their words, oldest first."""


@dataclass(frozen=True, slots=True)
class Words:
    """One message as it was written."""

    at: datetime
    text: str


def of(claim: Claim) -> Sequence[Words]:
    return [Words(datetime.fromisoformat(at), text) for at, text in claim.notes.get(SAID, ())]
