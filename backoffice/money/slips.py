"""What a person books by hand: money seen, given back, put in, kept by a provider; much of it needs two persons."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from backoffice.kernel import moves
from backoffice.kernel.errors import Refusal
from backoffice.kernel.money import Money
from backoffice.money.payouts import SamePerson

SlipId = NewType("SlipId", str)


class SlipKind(StrEnum):
    """`payment`: somebody has paid (subject: the payment). `refund`: back to them. `release`: money that fits
    nothing goes back where it came from. `top_up`: into the fund, or from a sponsor (subject: their name).
    `fee`: what a provider kept (subject: the provider). `remit`: premiums passed on (subject: the insurer)."""

    PAYMENT = "payment"
    REFUND = "refund"
    RELEASE = "release"
    TOP_UP = "top_up"
    FEE = "fee"
    REMIT = "remit"

    @property
    def of_payment(self) -> bool:
        """About one payment, and so under its payer's lock."""
        return self not in (SlipKind.TOP_UP, SlipKind.FEE, SlipKind.REMIT)


class Way(StrEnum):
    """How the money moved."""

    BANK = "bank"
    CASH = "cash"
    TERMINAL = "terminal"
    PLATFORM = "platform"
    OTHER = "other"


class SlipStatus(StrEnum):
    """`waiting`: for the second signature."""

    WAITING = "waiting"
    BOOKED = "booked"
    DROPPED = "dropped"


SLIP_MOVES: moves.Moves[SlipStatus] = {
    SlipStatus.WAITING: frozenset({SlipStatus.BOOKED, SlipStatus.DROPPED}),
}


class NoReference(Refusal):
    """A booking by hand names the receipt's or the transfer's number."""

    key = "payment.reference_missing"
    status = 422


@dataclass
class Slip:
    """One booking by hand. `reference` is the receipt's number, unique for its kind and subject; `day` when the
    money moved; `why` is for whoever checks it later."""

    id: SlipId
    kind: SlipKind
    subject: str
    amount: Money
    way: Way
    reference: str
    day: date
    why: str
    created_at: datetime
    by: str
    by_name: str
    status: SlipStatus = SlipStatus.WAITING
    second_by: str = ""
    second_name: str = ""
    booked_at: datetime | None = None
    version: int = 0

    def move(self, to: SlipStatus) -> None:
        """The one door to `status`; raises `errors.IllegalMove`."""
        self.status = moves.check(SLIP_MOVES, self.status, to)

    def same(self, other: "Slip") -> bool:
        """The same thing written down twice."""
        return (self.kind, self.subject, self.reference, self.amount) == (
            other.kind,
            other.subject,
            other.reference,
            other.amount,
        )


def sign(slip: Slip, by: tuple[str, str], now: datetime) -> None:
    """The second signature (`by`: id and name). Raises `payouts.SamePerson` for whoever wrote it down."""
    if by[0] == slip.by:
        raise SamePerson
    slip.move(SlipStatus.BOOKED)
    slip.second_by, slip.second_name = by
    slip.booked_at = now


def book(slip: Slip, now: datetime) -> None:
    """One signature is enough."""
    slip.move(SlipStatus.BOOKED)
    slip.booked_at = now
