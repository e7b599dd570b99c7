"""Paying envoys: proposed by one person, approved by another when it is much, to a payee who was checked."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from backoffice.kernel import cells, moves
from backoffice.kernel.errors import NotAllowed, Refusal
from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money

PayoutId = NewType("PayoutId", str)


class PayoutStatus(StrEnum):
    """`approved` by one of two persons; `ordered`: the money is on its way."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    ORDERED = "ordered"
    PAID = "paid"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


PAYOUT_MOVES: moves.Moves[PayoutStatus] = {
    PayoutStatus.PROPOSED: frozenset({PayoutStatus.APPROVED, PayoutStatus.ORDERED, PayoutStatus.WITHDRAWN}),
    PayoutStatus.APPROVED: frozenset({PayoutStatus.ORDERED, PayoutStatus.WITHDRAWN}),
    PayoutStatus.ORDERED: frozenset({PayoutStatus.PAID, PayoutStatus.FAILED}),
}
OPEN = frozenset({PayoutStatus.PROPOSED, PayoutStatus.APPROVED, PayoutStatus.ORDERED})


@dataclass(frozen=True, slots=True)
class Payee:
    """Who gets it and where: `account` is an openid (`provider` wechat) or a bank account (`recorded`)."""

    person: PersonId
    name: str
    phone: str
    provider: str
    account: str


@dataclass
class Payout:
    """One sum to one envoy. `batch` names the run it was proposed in."""

    id: PayoutId
    batch: str
    payee: Payee
    amount: Money
    created_at: datetime
    proposed_by: str
    status: PayoutStatus = PayoutStatus.PROPOSED
    first_by: str = ""
    second_by: str = ""
    reference: str = ""
    paid_at: datetime | None = None
    version: int = 0

    def move(self, to: PayoutStatus) -> None:
        """The one door to `status`; raises `errors.IllegalMove`."""
        self.status = moves.check(PAYOUT_MOVES, self.status, to)


class SamePerson(NotAllowed):
    """The second person must be another one."""

    key = "payout.same_person"


class PayeeDiffers(Refusal):
    """The payee is not the enrolled envoy. `what` names the fields that differ."""

    key = "payout.payee_differs"


def approve(payout: Payout, by: str, two_needed: bool) -> bool:
    """One more signature; True when the payout may be ordered now.

    Raises `SamePerson` when one person would do it all: who proposed may not be the only one to approve.
    """
    if payout.status is PayoutStatus.PROPOSED:
        if by == payout.proposed_by:
            raise SamePerson
        payout.first_by = by
        payout.move(PayoutStatus.APPROVED if two_needed else PayoutStatus.ORDERED)
        return not two_needed
    if by in (payout.first_by, payout.proposed_by):
        raise SamePerson
    payout.move(PayoutStatus.ORDERED)
    payout.second_by = by
    return True


def check_payee(payee: Payee, name: str, phone: str) -> None:
    """Name and telephone are those of the enrolled envoy. Raises `PayeeDiffers`."""
    differing = []
    if not plain_name(name) or plain_name(payee.name) != plain_name(name):
        differing.append("name")
    if not _digits(phone) or _digits(payee.phone) != _digits(phone):
        differing.append("phone")
    if differing:
        raise PayeeDiffers(what=", ".join(differing))


def plain_name(name: str) -> str:
    """A name without width, case, spaces and dots: 陈　静 is 陈静, `NGUYEN, Minh` is not `Minh Nguyen`."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in folded if c.isalnum())


def _digits(phone: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", phone) if c.isdigit())


FILE_COLUMNS = ("payout", "batch", "name", "phone", "account", "currency", "amount", "reference")


def file(payouts: Iterable[Payout]) -> str:
    """The file finance pays from: one row a payout, amounts in whole units; no cell starts a formula."""
    return cells.written([FILE_COLUMNS, *(_row(each) for each in payouts)])


def _row(each: Payout) -> tuple[str, ...]:
    payee, amount = each.payee, each.amount
    who = (payee.name, payee.phone, payee.account)
    return (each.id, each.batch, *who, amount.currency, str(amount.amount), each.reference)
