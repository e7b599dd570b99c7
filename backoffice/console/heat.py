"""A clock of the console: what it counts to, and how it stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

EARLY = 0.25
"""The last quarter of a clock is its early warning."""


class Heat(StrEnum):
    """How a clock stands; the names are also the page's colours."""

    UNDER_WAY = "under_way"
    WAITING = "waiting"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class Clock:
    """One running clock: it counts from `since` to `due`."""

    stage: StrEnum
    since: datetime
    due: datetime

    def heat(self, now: datetime) -> Heat:
        if now > self.due:
            return Heat.BREACHED
        warn = self.due - (self.due - self.since) * EARLY
        return Heat.WAITING if now >= warn else Heat.UNDER_WAY
