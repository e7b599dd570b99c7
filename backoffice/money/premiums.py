"""Premiums in the ledger: shared out to the insurer and to our commission, given back in the same parts, remitted."""

from fractions import Fraction

from backoffice.kernel.money import Money
from backoffice.money.accounts import Account, AccountKind, Entry, Operation, Posting
from backoffice.money.ledger import NotASum, Split, Stamp, clearing, escrow, move

POLICY, CHANGE = "policy", "policy_change"
"""What payments of premiums are for; their subject is the policy."""
KINDS = frozenset({POLICY, CHANGE})


def owed_to(insurer: str) -> Account:
    """Premiums we hold for an insurer."""
    return Account(AccountKind.PREMIUM, insurer)


def commission_of(insurer: str) -> Account:
    return Account(AccountKind.COMMISSION, insurer)


def parts(premium: Money, percent: int) -> tuple[Money, Money]:
    """The insurer's part and our commission; they add up to the premium."""
    ours = premium.part(Fraction(percent, 100))
    return premium - ours, ours


def splits(insurer: str, premium: Money, percent: int) -> list[Split]:
    """How a captured premium is shared out."""
    theirs, ours = parts(premium, percent)
    shares = ((owed_to(insurer), theirs), (commission_of(insurer), ours))
    return [Split(account, share) for account, share in shares if share]


def given_back(stamp: Stamp, insurer: str, back: Money, percent: int) -> Entry:
    """Part of a captured premium is held for its payer again (subject: the payment), commission and all."""
    if back.minor <= 0:
        raise NotASum
    theirs, ours = parts(back, percent)
    debits = ((owed_to(insurer), theirs), (commission_of(insurer), ours))
    postings = [Posting(account, share) for account, share in debits if share]
    postings.append(Posting(escrow(stamp.subject), -back))
    return Entry(stamp.key, stamp.at, Operation.PREMIUM_BACK, stamp.subject, tuple(postings))


def remitted(stamp: Stamp, insurer: str, provider: str, amount: Money) -> Entry:
    """The insurer has been paid what we held for it."""
    return move(stamp, Operation.REMIT, owed_to(insurer), clearing(provider), amount)
