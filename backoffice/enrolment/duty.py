"""An envoy's duty: on, off, on a break, by hand or by their hours; when a position has to be asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from backoffice.enrolment import daytime, hours
from backoffice.kernel.ids import EnvoyId

BREAK_MINUTES = (15, 30, 60, 120)
LONGEST_BREAK = timedelta(hours=4)
"""Whoever rests longer is off duty."""
ASK_WHERE_AGAIN = timedelta(hours=3)
"""A stale position is asked for at most this often."""


@dataclass
class Duty:
    """What goes with one envoy's work. `zone` is the IANA zone their hours are meant in, `week` those hours."""

    envoy: EnvoyId
    zone: str
    week: hours.Week = ()
    break_until: datetime | None = None
    asked_where_at: datetime | None = None
    version: int = -1

    @property
    def kept(self) -> bool:
        """There is a row of it."""
        return self.version >= 0


def ask_where_at(duty: Duty, position_at: datetime, fresh: timedelta, now: datetime) -> datetime:
    """When a position of `position_at` has to be asked for: stale, not asked lately, and by day there."""
    due = max(position_at + fresh, now)
    if duty.asked_where_at:
        due = max(due, duty.asked_where_at + ASK_WHERE_AGAIN)
    return daytime.by_day(due, duty.zone)


@dataclass(frozen=True, slots=True)
class DutyRules:
    """After how long without a word or a position an envoy on a job alarms the centre (settings)."""

    silent: timedelta = timedelta(minutes=15)
    silent_on_scene: timedelta = timedelta(minutes=45)
    silent_on_order: timedelta = timedelta(minutes=90)
    near: float = 2 / 3
    """The part of that time after which the envoy themselves is asked for a word."""
