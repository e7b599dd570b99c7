"""The place a time is said with: the city by which a zone is known, in the reader's language."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale

from backoffice.kernel import zone_names
from backoffice.kernel.messages import Param

BEIJING = frozenset({"Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Harbin", "PRC"})
"""All of China's mainland keeps one time, and everybody calls it Beijing's."""


def zone_info(zone: str) -> tzinfo:
    """An unknown zone is UTC: a moment is never left unsaid."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def city(zone: str, local: datetime, locale: Locale, say: Callable[[str, Mapping[str, Param]], str]) -> str:
    """`Bangkok`, `曼谷`; at sea and for other zones without a city the offset, `UTC+7`."""
    if zone in BEIJING:
        return say("format.beijing", {})
    if zone.startswith("Etc/") or "/" not in zone:
        return offset(local)
    return zone_names.city(zone, locale)


def offset(local: datetime) -> str:
    """`UTC`, `UTC+7`, `UTC−3:30`."""
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "−"
    return f"UTC{sign}{hours}:{rest:02d}" if rest else f"UTC{sign}{hours}"
