"""A claim from its first message to its end: statuses with their moves, what the claimant told, who decided what."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType

from backoffice.claims.kinds import ClaimKind
from backoffice.claims.model import Finding
from backoffice.insurance.model import PolicyId
from backoffice.kernel import moves
from backoffice.kernel.ids import CaseId, OrderId, PersonId
from backoffice.kernel.money import Money

ClaimId = NewType("ClaimId", str)


class ClaimStatus(StrEnum):
    """`draft`: being told and collected. `filed`: whole, waits for its first look. `incomplete`: filed, and papers are
    still wanted. `appealed`: waits for another reviewer than the one who decided."""

    DRAFT = "draft"
    FILED = "filed"
    INCOMPLETE = "incomplete"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"
    PARTLY_APPROVED = "partly_approved"
    REFUSED = "refused"
    PAID = "paid"
    CLOSED = "closed"
    APPEALED = "appealed"


_S = ClaimStatus
_DECIDED = frozenset({_S.APPROVED, _S.PARTLY_APPROVED, _S.REFUSED})
CLAIM_MOVES: moves.Moves[ClaimStatus] = {
    _S.DRAFT: frozenset({_S.FILED, _S.INCOMPLETE, _S.CLOSED}),
    _S.INCOMPLETE: frozenset({_S.FILED, _S.UNDER_REVIEW, _S.CLOSED}),
    _S.FILED: _DECIDED | {_S.UNDER_REVIEW, _S.INCOMPLETE, _S.CLOSED},
    _S.UNDER_REVIEW: _DECIDED | {_S.INCOMPLETE, _S.CLOSED},
    _S.APPROVED: frozenset({_S.PAID, _S.UNDER_REVIEW}),
    _S.PARTLY_APPROVED: frozenset({_S.PAID, _S.UNDER_REVIEW, _S.APPEALED}),
    _S.REFUSED: frozenset({_S.APPEALED, _S.CLOSED}),
    _S.PAID: frozenset({_S.CLOSED, _S.APPEALED}),
    _S.APPEALED: _DECIDED | {_S.UNDER_REVIEW, _S.INCOMPLETE, _S.CLOSED},
}
"""A decision that cannot be paid goes back under review; what was paid in part may still be appealed."""
COLLECTING = frozenset({_S.DRAFT, _S.INCOMPLETE})
"""Papers are taken, and the claimant is reminded."""
OPEN = frozenset(ClaimStatus) - {_S.PAID, _S.CLOSED}
WITH_US = frozenset({_S.FILED, _S.UNDER_REVIEW, _S.APPEALED})
"""The next step is a person's here."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the claimant told. `None` where it was not asked or not answered yet.

    `country` ISO 3166-1 alpha-2. `sport`: an id, "" for none. `amount` was spent, `others` was paid by somebody else;
    `articles` are single prices in the currency of `amount`. `hours` of a delay, `days` in hospital. `told`: in their
    words. `envoy_fee`: what the envoys of the case cost, taken from it and not retyped.
    """

    event_on: date | None = None
    country: str | None = None
    sport: str | None = None
    amount: Money | None = None
    others: Money | None = None
    articles: tuple[Money, ...] = ()
    hours: int | None = None
    days: int | None = None
    told: str | None = None
    envoy_fee: Money | None = None


@dataclass
class Claim:
    """`insured` is the place of the hurt person in the policy's list. `case`: the rescue it comes from.

    `zone`: IANA name of the claimant's place when they filed, whose day counts for "the same day". `wanted`: the paper
    that is being collected now. `agreed_at`: when the claimant let us keep and pass on their papers. `reminded`: how
    often, `remind` whether they still want it. `total`: what was decided. `reviewer`: who decided last. `notes` sealed.
    """

    id: ClaimId
    ref: str
    person: PersonId
    policy: PolicyId
    insurer: str
    kind: ClaimKind
    created_at: datetime
    zone: str
    insured: int = 0
    status: ClaimStatus = ClaimStatus.DRAFT
    facts: Facts = field(default_factory=Facts)
    case: CaseId | None = None
    order: OrderId | None = None
    wanted: str = ""
    agreed_at: datetime | None = None
    filed_at: datetime | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None
    touched_at: datetime | None = None
    reminded: int = 0
    remind: bool = True
    total: Money | None = None
    reviewer: str = ""
    drill: bool = False
    notes: dict[str, Any] = field(default_factory=dict)
    version: int = 0

    def move(self, to: ClaimStatus) -> None:
        """The one door to `status`; raises `errors.IllegalMove`."""
        self.status = moves.check(CLAIM_MOVES, self.status, to)

    @property
    def collecting(self) -> bool:
        return self.status in COLLECTING


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided once, by whom, on which findings; `second` where two persons were needed.

    `number` counts from 1 within the claim. `reason` is the decider's own words where they differ from the proposal.
    """

    claim: ClaimId
    number: int
    at: datetime
    by: str
    status: ClaimStatus
    total: Money
    findings: tuple[Finding, ...]
    reason: str = ""
    second: str = ""


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a claim's timeline: `what` is a code (`claim.filed`), `params` facts about nobody."""

    claim: ClaimId
    at: datetime
    actor: str
    what: str
    params: dict[str, str | int | float | bool] = field(default_factory=dict)
