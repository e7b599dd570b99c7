"""Claims in the ledger: decided at the insurer's cost, on its way to the claimant, there or come back."""

from backoffice.kernel.money import Money
from backoffice.money import ledger
from backoffice.money.accounts import Account, AccountKind, Entry, Operation
from backoffice.money.ledger import Stamp
from backoffice.money.model import OrderKind, ProviderOrder

SUBJECT = "claim:"
"""Orders to providers for claims are about `claim:<payment id>`; all others about a payment or a payout."""


def pays_claim(order: ProviderOrder) -> bool:
    """Whether a provider's order pays a claim."""
    return order.kind is OrderKind.PAYOUT and order.subject.startswith(SUBJECT)


def due(payment: str) -> Account:
    """What is on its way for one payment of a claim."""
    return Account(AccountKind.CLAIM_DUE, payment)


def insurer(code: str) -> Account:
    """What an insurer owes us for claims paid in its name."""
    return ledger.sponsor(f"insurer:{code}")


def ordered(stamp: Stamp, code: str, amount: Money) -> Entry:
    """A decided sum is ordered out (subject: the payment of the claim)."""
    return ledger.move(stamp, Operation.CLAIM, insurer(code), due(stamp.subject), amount)


def paid(stamp: Stamp, provider: str, amount: Money) -> Entry:
    """The claimant has the money."""
    return ledger.move(stamp, Operation.CLAIM_PAID, due(stamp.subject), ledger.clearing(provider), amount)


def failed(stamp: Stamp, code: str, amount: Money) -> Entry:
    """It came back: the insurer owes nothing until it is ordered again."""
    return ledger.move(stamp, Operation.CLAIM_FAILED, due(stamp.subject), insurer(code), amount)
