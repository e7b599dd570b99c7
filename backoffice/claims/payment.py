"""Paying a decided claim: whose account it may go to, how it stands, and what is still to be paid of a decision."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from backoffice.claims.claim import ClaimId
from backoffice.insurance.policies import Policy
from backoffice.kernel import money, moves
from backoffice.kernel.errors import Refusal
from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money
from backoffice.money.payouts import Payee, plain_name

ClaimPaymentId = NewType("ClaimPaymentId", str)


class ClaimPaymentStatus(StrEnum):
    """`waiting`: for where to pay it. `ordered`: on its way. `failed`: it came back; a person orders it anew."""

    WAITING = "waiting"
    ORDERED = "ordered"
    PAID = "paid"
    FAILED = "failed"


CLAIM_PAYMENT_MOVES: moves.Moves[ClaimPaymentStatus] = {
    ClaimPaymentStatus.WAITING: frozenset({ClaimPaymentStatus.ORDERED, ClaimPaymentStatus.FAILED}),
    ClaimPaymentStatus.ORDERED: frozenset({ClaimPaymentStatus.PAID, ClaimPaymentStatus.FAILED}),
}
UNDER_WAY = frozenset({ClaimPaymentStatus.WAITING, ClaimPaymentStatus.ORDERED})


@dataclass
class ClaimPayment:
    """One sum to one claimant for one decision; a decision has at most one that has not failed. `by`: whose press of
    the button ordered it. `order`: the order to the provider, whose id is the idempotency key there."""

    id: ClaimPaymentId
    claim: ClaimId
    decision: int
    insurer: str
    person: PersonId
    amount: Money
    created_at: datetime
    by: str
    status: ClaimPaymentStatus = ClaimPaymentStatus.WAITING
    payee: Payee | None = None
    order: str = ""
    reference: str = ""
    error: str = ""
    paid_at: datetime | None = None
    version: int = 0

    def move(self, to: ClaimPaymentStatus) -> None:
        """The one door to `status`; raises `errors.IllegalMove`."""
        self.status = moves.check(CLAIM_PAYMENT_MOVES, self.status, to)


class NotTheHolder(Refusal):
    """The account is not the policy-holder's: money for a claim goes to nobody else."""

    key = "centre.claim_payee_differs"
    status = 422


class BadAccount(Refusal):
    """No account number was given, or one that cannot be one."""

    key = "centre.claim_payee_bad"
    status = 422


def holders(policy: Policy, insured: int, holder_name: str) -> Sequence[str]:
    """The names a payee may have: the policy-holder's; of a policy without one here, the insured person's.

    `holder_name` is what the holder calls themselves in their profile, `insured` the hurt person's place in the list.
    """
    if policy.holder is not None:
        names = [p.name for p in policy.people if p.person == policy.holder]
        names += [holder_name] if holder_name else []
        if names:
            return names
    inside = 0 <= insured < len(policy.people)
    return [policy.people[insured].name] if inside else []


def check_payee(payee: Payee, names: Iterable[str]) -> None:
    """Raises `NotTheHolder` unless the payee's name is one of these, written in any width, case or spacing."""
    wanted = plain_name(payee.name)
    if not wanted or wanted not in {plain_name(name) for name in names}:
        raise NotTheHolder


def account(typed: str) -> str:
    """A bank account (a card, an IBAN with its bank in words …) as typed, tidied. Raises `BadAccount`."""
    tidy = " ".join(typed.split())
    if sum(sign.isdigit() for sign in tidy) < LEAST_DIGITS or len(tidy) > LONGEST_ACCOUNT:
        raise BadAccount
    return tidy


LEAST_DIGITS, LONGEST_ACCOUNT = 6, 200


def tail(account: str) -> str:
    """All that is shown of an account where nobody pays it: its last four digits."""
    return f"…{''.join(sign for sign in account if sign.isdigit())[-SHOWN_DIGITS:]}"


SHOWN_DIGITS = 4


def left(decided: Money, payments: Iterable[ClaimPayment]) -> Money:
    """What of a decided sum is neither paid nor on its way; never less than nothing.

    A sum raised on appeal is paid by the difference; one lowered takes nothing back.
    """
    sums = (p.amount for p in payments if p.status is not ClaimPaymentStatus.FAILED)
    spent = money.total(sums, decided.currency)
    return max(money.zero(decided.currency), decided - spent)
