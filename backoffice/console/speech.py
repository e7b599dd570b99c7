"""Places, times, lengths and names in the operator's language."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale

from backoffice.console.texts import Translate
from backoffice.kernel import geodesy, zone_names
from backoffice.kernel.geo import Point
from backoffice.kernel.messages import Distance, PlaceWords

CHINA = frozenset({"Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "PRC"})


@lru_cache(maxsize=8)
def _locale(name: str) -> Locale:
    return Locale.parse(name)


def country(code: str, locale: str) -> str:
    return str(_locale(locale).territories.get(code, code))


def language(code: str, locale: str) -> str:
    """A language as the reader's language names it; the code where CLDR knows none."""
    return str(_locale(locale).languages.get(code, code))


def city(names: Mapping[str, str], locale: str) -> str:
    """The name in the reader's script, else the Latin one."""
    return names.get(locale) or names.get("") or next(iter(names.values()), "")


def length(metres: float) -> str:
    """`850 m`, `4.2 km`, `37 km`: what a person says over the telephone."""
    if metres < 950:
        return f"{max(10, round(metres, -1)):.0f} m"
    km = metres / 1000
    return f"{km:.1f} km" if km < 10 else f"{km:.0f} km"


def offset(t: Translate, distance: Distance | None) -> str:
    """`about 2 km east of the centre`; empty without a distance."""
    if distance is None:
        return ""
    if distance.bearing_deg is None or distance.metres < 300:
        return t("place.centre")
    direction = t(f"compass.{geodesy.compass(distance.bearing_deg)}")
    return t("place.offset", distance=length(distance.metres), direction=direction)


def place(t: Translate, words: PlaceWords | None, locale: str) -> str:
    """Country, city, distance and direction from its centre."""
    if words is None:
        return t("place.none")
    land = country(words.country, locale) if words.country else t("place.sea")
    town = city(words.city, locale)
    head = t("place.town", country=land, city=town) if town else land
    tail = offset(t, words.distance) if town else ""
    return t("place.full", town=head, offset=tail) if tail else head


def coordinates(point: Point) -> str:
    """Six decimals, about 0.1 m: what an ambulance desk can type in."""
    return f"{point.lat:.6f}, {point.lon:.6f}"


def at(moment: datetime, zone: str, *, seconds: bool = False) -> str:
    """`14:20`, or `14:20:07`, in that zone."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S" if seconds else "%H:%M")


def day_and_time(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M")


def zone_name(t: Translate, zone: str, locale: str) -> str:
    """`Bangkok`, `曼谷`: the zone's own city, because a time is said with its place. China says Beijing."""
    if zone in CHINA:
        return t("place.beijing")
    return zone_names.city(zone, _locale(locale))


def span(t: Translate, length_: timedelta) -> str:
    """`23 s`, `4 min`, `2 h 05`, `3 d`: an age at a glance."""
    total = max(0, int(length_.total_seconds()))
    if total < 60:
        return t("span.seconds", n=total)
    if total < 3600:
        return t("span.minutes", n=total // 60)
    if total < 48 * 3600:
        return t("span.hours", h=total // 3600, m=f"{total % 3600 // 60:02d}")
    return t("span.days", n=total // 86400)


def ticking(length_: timedelta) -> str:
    """`0:23`, `12:05`, `1:02:09`; a plus in front once it is over. Scripts count on from it."""
    total = int(length_.total_seconds())
    sign, total = ("+", -total) if total < 0 else ("", total)
    hours, rest = divmod(total, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{sign}{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{sign}{minutes}:{seconds:02d}"
