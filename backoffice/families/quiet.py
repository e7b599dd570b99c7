"""When a relative is left in peace: their own night, unless it is life and death or they are awake with us."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

FROM, UNTIL = time(22), time(7)
AWAKE = timedelta(minutes=30)
"""Who wrote or opened the page so recently waits for news and is not asleep."""


def ends(now: datetime, zone: str, heard_at: datetime | None) -> datetime | None:
    """When the quiet hours of this reader end (UTC); None when they may be told now."""
    if heard_at is not None and now - heard_at < AWAKE:
        return None
    try:
        local = now.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return None
    if UNTIL <= local.time() < FROM:
        return None
    morning = local.replace(hour=UNTIL.hour, minute=UNTIL.minute, second=0, microsecond=0)
    if local.time() >= FROM:
        morning += timedelta(days=1)
    return morning.astimezone(now.tzinfo)
