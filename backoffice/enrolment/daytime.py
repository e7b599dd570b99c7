"""Sensible times: what can wait is asked by day, in the reader's own time zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(9)
EVENING = time(20)
"""Business.md: people off duty are written to by day only."""


def by_day(moment: datetime, zone: str) -> datetime:
    """`moment` itself when it is day there, else the next morning. UTC."""
    local = moment.astimezone(ZoneInfo(zone))
    if MORNING <= local.time() < EVENING:
        return moment
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    return at(day, MORNING, zone)


def at(day: date, clock: time, zone: str) -> datetime:
    """A wall clock's time as UTC. An hour that a change of clocks leaves out counts as the one after it."""
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)


def today(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()
