"""A payment from being asked to being settled, and what we order from a payment provider for it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any, NewType

from backoffice.kernel import moves
from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money

PaymentId = NewType("PaymentId", str)
ProviderOrderId = NewType("ProviderOrderId", str)


class PaymentStatus(StrEnum):
    """`authorised`: the money is with us, held. `captured`: at least a part is distributed."""

    REQUESTED = "requested"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    REFUNDED = "refunded"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


PAYMENT_MOVES: moves.Moves[PaymentStatus] = {
    PaymentStatus.REQUESTED: frozenset(
        {
            PaymentStatus.AUTHORISED,
            PaymentStatus.FAILED,
            PaymentStatus.EXPIRED,
            PaymentStatus.CANCELLED,
        }
    ),
    PaymentStatus.FAILED: frozenset({PaymentStatus.AUTHORISED}),
    PaymentStatus.EXPIRED: frozenset({PaymentStatus.AUTHORISED}),
    PaymentStatus.CANCELLED: frozenset({PaymentStatus.AUTHORISED}),
    PaymentStatus.AUTHORISED: frozenset({PaymentStatus.CAPTURED, PaymentStatus.REFUNDED}),
    PaymentStatus.CAPTURED: frozenset({PaymentStatus.REFUNDED}),
}
"""Money that comes after we gave up has come all the same: it is booked, and staff are told."""

GIVEN_UP = frozenset({PaymentStatus.FAILED, PaymentStatus.EXPIRED, PaymentStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Purpose:
    """What money is for: `kind` such as `service_order`, `subject` its id."""

    kind: str
    subject: str


@dataclass
class Payment:
    """One sum asked of one payer. `how` is what the provider gave for paying (link, parameters).

    `charged` is what the payer is asked for, another currency where the provider does not take that of `amount`.
    `refunded` counts the minor units of `amount` ordered back; `reference` is the provider's number once paid.
    """

    id: PaymentId
    key: str
    purpose: Purpose
    payer: PersonId
    amount: Money
    charged: Money
    provider: str
    created_at: datetime
    expires_at: datetime
    token: str
    status: PaymentStatus = PaymentStatus.REQUESTED
    reference: str = ""
    paid_at: datetime | None = None
    refunded: int = 0
    how: dict[str, Any] = field(default_factory=dict)
    version: int = 0

    def move(self, to: PaymentStatus) -> None:
        """The one door to `status`; raises `errors.IllegalMove`."""
        self.status = moves.check(PAYMENT_MOVES, self.status, to)

    def charged_for(self, minor: int) -> Money:
        """The part of `charged` that stands for `minor` units of `amount`; parts of the whole add up to it."""
        return self.charged.part(Fraction(minor, self.amount.minor))

    @property
    def given_up(self) -> bool:
        return self.status in GIVEN_UP


@dataclass(frozen=True, slots=True)
class Proof:
    """A provider's word (or an operator's) that money has come. `reference` is its own number, unique there."""

    provider: str
    reference: str
    amount: Money
    at: datetime


class OrderKind(StrEnum):
    """What is asked of a provider. `close`: no longer payable, unless it was paid already."""

    CREATE = "create"
    CLOSE = "close"
    CAPTURE = "capture"
    REFUND = "refund"
    PAYOUT = "payout"


CONTRADICTED = "succeeded_after_failing"
"""The error of a failed order whose provider said yes afterwards: money may have left that the books still hold."""


class OrderState(StrEnum):
    """`doing`: claimed, perhaps sent. `unknown`: perhaps done, ask. `pending`: accepted, the outcome comes later."""

    WAITING = "waiting"
    DOING = "doing"
    UNKNOWN = "unknown"
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


ORDER_MOVES: moves.Moves[OrderState] = {
    OrderState.WAITING: frozenset({OrderState.DOING, OrderState.DONE, OrderState.FAILED}),
    OrderState.DOING: frozenset(
        {OrderState.WAITING, OrderState.UNKNOWN, OrderState.PENDING, OrderState.DONE, OrderState.FAILED}
    ),
    OrderState.UNKNOWN: frozenset(
        {OrderState.WAITING, OrderState.PENDING, OrderState.DONE, OrderState.FAILED}
    ),
    OrderState.PENDING: frozenset({OrderState.DONE, OrderState.FAILED}),
}


@dataclass
class ProviderOrder:
    """One order to a payment provider, executed outside of any transaction.

    `amount` is what the provider moves, `own` the same in the currency it is booked in.
    `subject` is the payment or payout, `person` whose lock it is settled under; the row's id is the number
    the provider knows it by and its idempotency key.
    """

    id: ProviderOrderId
    kind: OrderKind
    subject: str
    person: PersonId
    provider: str
    amount: Money
    own: Money
    created_at: datetime
    due: datetime
    state: OrderState = OrderState.WAITING
    attempts: int = 0
    reference: str = ""
    error: str = ""
    version: int = 0

    def move(self, to: OrderState) -> None:
        """The one door to `state`; raises `errors.IllegalMove`."""
        self.state = moves.check(ORDER_MOVES, self.state, to)

    @property
    def settled(self) -> bool:
        return self.state in (OrderState.DONE, OrderState.FAILED)


class Told(StrEnum):
    """How an order stands with the provider, in its own word."""

    READY = "ready"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN_THERE = "unknown_there"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a provider told us by itself. `key` is the same when it tells it twice.

    `subject` is the payment's id for `create`, the order's id for refunds and payouts.
    """

    provider: str
    key: str
    kind: OrderKind
    subject: str
    told: Told
    at: datetime
    reference: str = ""
    amount: Money | None = None
