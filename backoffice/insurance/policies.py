"""A policy from being applied for to its end, the people it insures, and what is asked of the insurer about it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from backoffice.insurance.model import PolicyId, Product, RequestId
from backoffice.kernel import moves
from backoffice.kernel.errors import Refusal
from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money

ZONE = "Asia/Shanghai"
"""Days of cover are days in Beijing (clause 2.2)."""


class Source(StrEnum):
    """Bought here, or recognised because an insurer or employer told us."""

    BOUGHT = "bought"
    IMPORTED = "imported"
    PUSHED = "pushed"


class PolicyStatus(StrEnum):
    """`unpaid`: waits for the premium. `applied`: paid, the insurer is asked. Cover exists from `confirmed` on;
    `cancelling` is still covered until the insurer has agreed."""

    UNPAID = "unpaid"
    APPLIED = "applied"
    CONFIRMED = "confirmed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    LAPSED = "lapsed"


POLICY_MOVES: moves.Moves[PolicyStatus] = {
    PolicyStatus.UNPAID: frozenset({PolicyStatus.APPLIED, PolicyStatus.LAPSED, PolicyStatus.CANCELLED}),
    PolicyStatus.APPLIED: frozenset({PolicyStatus.CONFIRMED, PolicyStatus.REFUSED}),
    PolicyStatus.CONFIRMED: frozenset({PolicyStatus.CANCELLING, PolicyStatus.CANCELLED}),
    PolicyStatus.LAPSED: frozenset({PolicyStatus.APPLIED}),
    PolicyStatus.CANCELLING: frozenset({PolicyStatus.CANCELLED, PolicyStatus.CONFIRMED}),
}
IN_FORCE = frozenset({PolicyStatus.CONFIRMED, PolicyStatus.CANCELLING})
"""The insurer has said yes and not yet no."""
SHOWN = IN_FORCE | {PolicyStatus.UNPAID, PolicyStatus.APPLIED}


@dataclass(frozen=True, slots=True)
class Insured:
    """One insured person. `document` is the whole number, sealed; `person` whom it was matched to."""

    name: str
    document: str
    born: date | None
    premium: Money | None = None
    person: PersonId | None = None
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A longer cover asked for and not confirmed yet; `payment` is for the difference."""

    ends: date
    premium: Money
    payment: str = ""
    paid: bool = False


@dataclass
class Policy:
    """`number` is the insurer's, empty until confirmed. `premium` is what was paid for it so far.

    `payments`: every payment whose money went into it, oldest first. `organisation`: an employer or agency that pays.
    `reason`: why the insurer refused, in its words. `opened`: who read the people unmasked: when, id, name, why.
    """

    id: PolicyId
    insurer: str
    product: str
    edition: int
    starts: date
    ends: date
    source: Source
    created_at: datetime
    premium: Money
    holder: PersonId | None = None
    people: list[Insured] = field(default_factory=list)
    countries: tuple[str, ...] = ()
    sports: tuple[str, ...] = ()
    status: PolicyStatus = PolicyStatus.UNPAID
    number: str = ""
    payments: list[str] = field(default_factory=list)
    confirmed_at: datetime | None = None
    organisation: str = ""
    change: Change | None = None
    refund: Money | None = None
    reason: str = ""
    opened: list[list[str]] = field(default_factory=list)
    drill: bool = False
    version: int = 0

    def move(self, to: PolicyStatus) -> None:
        """The one door to `status`; raises `errors.IllegalMove`."""
        self.status = moves.check(POLICY_MOVES, self.status, to)

    @property
    def covered(self) -> bool:
        return self.status in IN_FORCE

    def holds_on(self, day: date) -> bool:
        """The day is inside the cover, and the insurer has said yes."""
        return self.covered and self.starts <= day <= self.ends

    @property
    def days(self) -> int:
        return (self.ends - self.starts).days + 1


def local_day(at: datetime) -> date:
    """The day of a moment where cover is counted."""
    return at.astimezone(ZoneInfo(ZONE)).date()


class TooLate(Refusal):
    """The cover has begun (or ended): nothing comes back, nothing can be added."""

    key = "cover.too_late"


def refund_for(policy: Policy, product: Product, now: datetime) -> Money:
    """What comes back when the policy is given up now. Raises `TooLate` once the cover has begun.

    All within the cooling-off, `before_start_percent` later; nothing of a policy somebody else paid.
    """
    if local_day(now) >= policy.starts:
        raise TooLate
    if policy.confirmed_at is None or now < policy.confirmed_at + timedelta(days=product.cooling_days):
        return policy.premium
    return Money(policy.premium.minor * product.before_start_percent // 100, policy.premium.currency)


class RequestKind(StrEnum):
    """What is asked of an insurer."""

    ISSUE = "issue"
    CHANGE = "change"
    CANCEL = "cancel"


class RequestState(StrEnum):
    """`doing`: claimed, perhaps sent. `unknown`: perhaps done, ask. `pending`: with them, their word comes later."""

    WAITING = "waiting"
    DOING = "doing"
    UNKNOWN = "unknown"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


_OPEN_ENDS = frozenset({RequestState.CONFIRMED, RequestState.REFUSED})
REQUEST_MOVES: moves.Moves[RequestState] = {
    RequestState.WAITING: _OPEN_ENDS | {RequestState.DOING},
    RequestState.DOING: _OPEN_ENDS | {RequestState.WAITING, RequestState.UNKNOWN, RequestState.PENDING},
    RequestState.UNKNOWN: _OPEN_ENDS | {RequestState.WAITING, RequestState.PENDING},
    RequestState.PENDING: _OPEN_ENDS | {RequestState.WAITING},
}


@dataclass
class Request:
    """One order to an insurer, carried out outside of any transaction. Its id is the idempotency key there.

    `person` is whose lock it is settled under; `payload` what is asked beyond the policy itself (a new last day).
    """

    id: RequestId
    kind: RequestKind
    policy: PolicyId
    person: PersonId
    insurer: str
    created_at: datetime
    due: datetime
    payload: dict[str, Any] = field(default_factory=dict)
    state: RequestState = RequestState.WAITING
    attempts: int = 0
    reference: str = ""
    error: str = ""
    version: int = 0

    def move(self, to: RequestState) -> None:
        """The one door to `state`; raises `errors.IllegalMove`."""
        self.state = moves.check(REQUEST_MOVES, self.state, to)

    @property
    def settled(self) -> bool:
        return self.state in _OPEN_ENDS


class Said(StrEnum):
    """How a request stands with the insurer, in its own word."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    PENDING = "pending"
    UNKNOWN_THERE = "unknown_there"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an insurer says of a request. `number` is the policy's, `reason` in its own words."""

    said: Said
    number: str = ""
    reason: str = ""
