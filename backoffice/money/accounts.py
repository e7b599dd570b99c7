"""Accounts and entries of the double-entry ledger: debits positive, credits negative, every currency in balance."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backoffice.kernel.money import Money


class AccountKind(StrEnum):
    """What an account stands for; its owner is named in brackets."""

    CLEARING = "clearing"
    """Money at a payment provider or on the way from or to it (provider)."""
    AUTHORISED = "authorised"
    """Paid by a traveller and not yet held for anything (payment)."""
    ESCROW = "escrow"
    """Held for a traveller until the service was given (payment)."""
    REFUND_DUE = "refund_due"
    """On its way back to a traveller (payment)."""
    PAYABLE = "payable"
    """Earned by an envoy and not yet paid (person)."""
    PAYOUT_DUE = "payout_due"
    """On its way to an envoy (payout)."""
    FEES = "fees"
    """The service's own share (nobody)."""
    PROVIDER_FEES = "provider_fees"
    """What payment providers keep (provider)."""
    FUND = "fund"
    """The centre's fund (centre)."""
    SPONSOR = "sponsor"
    """What a policy, an organisation or an insurer owes us (`policy:…`, `organisation:…`, `insurer:…`)."""
    EXCHANGE = "exchange"
    """Between two currencies (nobody)."""
    PREMIUM = "premium"
    """Premiums taken and not yet passed on (insurer)."""
    COMMISSION = "commission"
    """What the service keeps of premiums (insurer)."""
    CLAIM_DUE = "claim_due"
    """Decided for a claimant and on its way (payment of a claim)."""


GUARDED = frozenset(
    {
        AccountKind.AUTHORISED,
        AccountKind.ESCROW,
        AccountKind.REFUND_DUE,
        AccountKind.PAYABLE,
        AccountKind.PAYOUT_DUE,
        AccountKind.PREMIUM,
        AccountKind.CLAIM_DUE,
    }
)
"""Other people's money: never less than nothing, whatever is asked."""


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """One account; it has a balance in every currency."""

    kind: AccountKind
    owner: str = ""

    @property
    def guarded(self) -> bool:
        return self.kind in GUARDED


class Operation(StrEnum):
    """What happened to the money."""

    AUTHORISE = "authorise"
    HOLD = "hold"
    RELEASE = "release"
    CAPTURE = "capture"
    FEE = "fee"
    OWE = "owe"
    REFUND = "refund"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    PAYOUT = "payout"
    PAID_OUT = "paid_out"
    PAYOUT_FAILED = "payout_failed"
    EXCHANGE = "exchange"
    TOP_UP = "top_up"
    PREMIUM_BACK = "premium_back"
    REMIT = "remit"
    CLAIM = "claim"
    CLAIM_PAID = "claim_paid"
    CLAIM_FAILED = "claim_failed"


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of an entry: positive debits the account, negative credits it."""

    account: Account
    amount: Money


class Unbalanced(ValueError):
    """An entry whose debits and credits differ: a defect of ours, never of what was asked."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One booking, never changed afterwards. `key` makes it happen once. Raises `Unbalanced`."""

    key: str
    at: datetime
    what: Operation
    subject: str
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        if any(not each.amount for each in self.postings):
            raise Unbalanced("a line of nothing")
        if len(self.postings) < 2 or any(sums(self.postings).values()):
            raise Unbalanced(f"{self.what} of {self.subject}")

    @property
    def fingerprint(self) -> str:
        """The same for the same booking asked for twice; its time does not count."""
        lines = sorted(
            (p.account.kind.value, p.account.owner, p.amount.currency, p.amount.minor) for p in self.postings
        )
        told = "\n".join([self.what, self.subject, *("|".join(map(str, line)) for line in lines)])
        return hashlib.sha256(told.encode()).hexdigest()


def sums(postings: Iterable[Posting]) -> dict[str, int]:
    """Debits less credits by currency."""
    found: defaultdict[str, int] = defaultdict(int)
    for each in postings:
        found[each.amount.currency] += each.amount.minor
    return dict(found)
