"""When somebody is reminded of a claim that is not whole: after growing pauses, by day, until they say stop."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

PAUSES = (1, 3, 7, 14, 30)
"""Days since the last word; after the last reminder the claim simply stays as it is."""
AT = time(10, 0)


def due(since: datetime, reminded: int, zone: str) -> datetime | None:
    """The next reminder: ten in the morning at the claimant's place, None when there were enough."""
    if reminded >= len(PAUSES):
        return None
    place = ZoneInfo(zone)
    day = since.astimezone(place).date() + timedelta(days=PAUSES[reminded])
    return datetime.combine(day, AT, place).astimezone(UTC)
