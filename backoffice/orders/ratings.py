"""Ratings: blind until both sides have given theirs, or the time for it is over."""

from collections.abc import Sequence

from backoffice.kernel.messages import Role
from backoffice.orders.model import Rating

BAD = 2
"""So few stars or fewer open a quality review."""
STARS = (1, 2, 3, 4, 5)


def complete(ratings: Sequence[Rating]) -> bool:
    """Both sides have rated."""
    return {r.by for r in ratings} >= {Role.TRAVELLER, Role.ENVOY}


def bad(stars: int) -> bool:
    return stars <= BAD


def average(stars: Sequence[int]) -> float:
    """The mean of the shown ratings, to two decimals; 0.0 says that there is none."""
    return round(sum(stars) / len(stars), 2) if stars else 0.0
