"""How long nobody may try again after wrong codes: it grows with each failure, and the same for names nobody has."""

from dataclasses import dataclass
from datetime import datetime, timedelta

FORGOTTEN_AFTER = timedelta(hours=24)
LONGEST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Patience:
    """Tries that cost nothing, and the first pause after them; each further failure doubles it."""

    free: int
    first: timedelta


ACCOUNT = Patience(free=3, first=timedelta(seconds=5))
ADDRESS = Patience(free=20, first=timedelta(seconds=5))
"""Many operators sit behind one address of a centre."""


def pause(patience: Patience, failures: int) -> timedelta:
    """The pause after so many failures in a row: nothing, then 5 s, 10 s, 20 s … at most a quarter of an hour."""
    beyond = failures - patience.free
    if beyond <= 0:
        return timedelta(0)
    return min(LONGEST, patience.first * (1 << min(beyond - 1, 20)))


def counted(failures: int, failed_at: datetime | None, now: datetime) -> int:
    """Failures that still count; a day without one forgets them."""
    return 0 if failed_at is None or now - failed_at >= FORGOTTEN_AFTER else failures
