"""Random bookings, the same for the same seed: shares of every operation, sums that are not there, keys used twice."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from backoffice.kernel.money import Money
from backoffice.money import claiming, ledger, premiums
from backoffice.money.accounts import Entry
from backoffice.money.ledger import Stamp

AT = datetime(2026, 3, 1, tzinfo=UTC)
POOL = 4
"""So few payments, people and claims that their bookings meet."""
CURRENCIES = ("CNY", "CNY", "CNY", "CNY", "THB")
PER_BATCH = 4
Make = Callable[[Stamp, str, Money], Entry]

_MAKE: Sequence[Make] = (
    lambda s, o, m: ledger.authorise(s, "wechat", m),
    lambda s, o, m: ledger.authorise(s, "telegram", m),
    lambda s, o, m: ledger.hold(s, m),
    lambda s, o, m: ledger.release(s, "wechat", m),
    lambda s, o, m: ledger.capture(s, [ledger.to_envoy(o, m), ledger.to_fees(Money(1, m.currency))]),
    lambda s, o, m: ledger.capture(s, premiums.splits("sample", m, 20)),
    lambda s, o, m: ledger.fee(s, "wechat", m),
    lambda s, o, m: ledger.owe(s, ledger.sponsor("policy:p"), o, m),
    lambda s, o, m: ledger.top_up(s, ledger.fund(), "recorded", m),
    lambda s, o, m: ledger.refund(s, m),
    lambda s, o, m: ledger.refunded(s, "wechat", m),
    lambda s, o, m: ledger.refund_failed(s, m),
    lambda s, o, m: ledger.make_good(s, ledger.fund(), m),
    lambda s, o, m: ledger.payout(s, o, m),
    lambda s, o, m: ledger.paid_out(s, "wechat", m),
    lambda s, o, m: ledger.payout_failed(s, o, m),
    lambda s, o, m: ledger.exchange(s, ledger.payout_due(s.subject), m, Money(m.minor * 5, "KRW")),
    lambda s, o, m: claiming.ordered(s, "sample", m),
    lambda s, o, m: claiming.paid(s, "wechat", m),
    lambda s, o, m: claiming.failed(s, "sample", m),
)
_BRINGS = frozenset(_MAKE[place] for place in (0, 1, 2, 2, 7, 9, 13, 17))
"""Those that bring much to an account others take little from: most bookings fit, some do not."""


def batch(seed: int, number: int) -> list[Entry]:
    """What one transaction books; all of it or nothing. One in ten is an earlier one again, word for word."""
    chance = random.Random(seed * 1_000_003 + number)
    again = chance.random() < 0.1
    if number and again:
        number = chance.randrange(number)
        chance = random.Random(seed * 1_000_003 + number)
        chance.random()
    return [_entry(chance, number) for _ in range(chance.randint(1, PER_BATCH))]


def _entry(chance: random.Random, number: int) -> Entry:
    """Now and then it asks for a key of the past with other parameters."""
    make = chance.choice(_MAKE)
    most = 5_000_000 if make in _BRINGS else 200_000 if chance.random() < 0.1 else 2_000
    amount = Money(chance.randint(2, most), chance.choice(CURRENCIES))
    subject, person = f"s{chance.randrange(POOL)}", f"e{chance.randrange(POOL)}"
    key = f"k{chance.randint(0, number)}" if chance.random() < 0.05 else f"k{number}:{chance.random()}"
    return make(Stamp(key, AT, subject), person, amount)
