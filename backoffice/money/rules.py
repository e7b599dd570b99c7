"""Settings of money in the business's units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction

from backoffice.kernel.money import Money

RECORDED = "recorded"
"""The provider that needs nothing: an operator records what has happened."""


@dataclass(frozen=True, slots=True)
class PayRules:
    """`ways` maps a channel to the provider used there; any other channel is `recorded` by an operator.

    `wallets`: by channel the provider that pays claims into the very account somebody writes from; on any other
    channel a bank account is asked for.
    `currencies`: what a provider takes, where that is not everything; it is asked in `home` then.
    `captures`: providers that only reserve the money until it is captured. Over `second_person_over` (compared in
    its currency, by rate) money that leaves or is booked by hand needs two persons. `fees`: the share a provider
    keeps by its contract. Links of pay pages begin with `public_url`.
    """

    ways: Mapping[str, str] = field(default_factory=dict)
    wallets: Mapping[str, str] = field(default_factory=dict)
    currencies: Mapping[str, frozenset[str]] = field(default_factory=dict)
    captures: frozenset[str] = frozenset()
    fees: Mapping[str, Fraction] = field(default_factory=dict)
    expires_after: timedelta = timedelta(minutes=30)
    second_person_over: Money = Money(2000_00, "CNY")
    smallest_payout: Money = Money(50_00, "CNY")
    longest_sos: timedelta = timedelta(hours=8)
    home: str = "CNY"
    public_url: str = ""

    def takes(self, provider: str, currency: str) -> bool:
        """Whether a provider can be asked for sums of a currency."""
        return provider not in self.currencies or currency in self.currencies[provider]
