"""The dated rate a foreign cost is converted at (clause 2.4): of the day, else the latest of the seven before."""

from collections.abc import Sequence
from datetime import date, timedelta

from backoffice.kernel.money import Rate

BACK = timedelta(days=7)


def find(rates: Sequence[Rate], base: str, quote: str, on: date) -> Rate | None:
    """A published rate between the two, in either direction; None when none is near enough."""
    near = [r for r in rates if {r.base, r.quote} == {base, quote} and on - BACK <= r.on <= on]
    return max(near, key=lambda r: (r.on, r.base == base), default=None)
