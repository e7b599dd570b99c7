"""Guessing is slowed by address and altogether; a token that is good is never refused for what others guess."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

from backoffice.kernel.clock import Clock

WITHIN = timedelta(minutes=1)
OF_ONE, OF_ALL = 30, 600
"""Wrong tokens in `WITHIN`: from one address, and from everywhere."""
MOST_ADDRESSES = 10_000
"""More are forgotten, oldest first: an attacker with that many meets the limit of all."""


class Throttle:
    """Counts wrong tokens. In one process: several slow a guesser less, and 256 bits are not guessed anyway."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._all: deque[datetime] = deque()

    def wrong(self, address: str) -> bool:
        """One more wrong token; True when it is one too many and the answer says so."""
        now = self._clock.now()
        own = self._by.setdefault(address, deque())
        self._by.move_to_end(address)
        if len(self._by) > MOST_ADDRESSES:
            self._by.popitem(last=False)
        return _count(own, now, OF_ONE) | _count(self._all, now, OF_ALL)


def _count(times: deque[datetime], now: datetime, most: int) -> bool:
    """Whether `most` were wrong before this one; no more times are kept than decide that."""
    while times and now - times[0] > WITHIN:
        times.popleft()
    over = len(times) >= most
    if not over:
        times.append(now)
    return over
