"""The city by which a time zone is known, in a reader's language."""

from collections.abc import Mapping
from functools import cache

from babel import Locale
from babel.core import get_global


def city(zone: str, locale: Locale) -> str:
    """`Bangkok`, `曼谷`, for an IANA zone with a city; its own last part where CLDR has no word."""
    for name in (zone, *_older().get(zone, ())):
        known = locale.time_zones.get(name, {}).get("city")
        if known:
            return str(known)
    return zone.rpartition("/")[2].replace("_", " ")


@cache
def _older() -> Mapping[str, tuple[str, ...]]:
    """CLDR keeps the names of cities under the zones' first names (Asia/Saigon for Asia/Ho_Chi_Minh)."""
    found: dict[str, tuple[str, ...]] = {}
    for old, new in get_global("zone_aliases").items():
        found[new] = (*found.get(new, ()), old)
    return found
