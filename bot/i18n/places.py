"""A place in words: country, city, how far and which way from its centre."""

from collections.abc import Mapping
from typing import Protocol

from babel import Locale

from backoffice.kernel.messages import Distance, Param, PlaceWords

IN_THE_CENTRE_M = 300.0
"""Nearer to the middle of a city than this, a direction says nothing."""


class Formats(Protocol):
    """What a place needs of the reader's language (`formats.Formats`)."""

    @property
    def locale(self) -> Locale: ...
    def say(self, key: str, params: Mapping[str, Param]) -> str: ...
    def length(self, metres: float) -> str: ...
    def bearing(self, degrees: float) -> str: ...


def words(formats: Formats, place: PlaceWords) -> str:
    """`泰国曼谷市中心以东约 2 公里`; without a city only the country, at sea the nearest city or just the sea."""
    city = city_name(place.city, str(formats.locale))
    if not place.country:
        return _at_sea(formats, city, place.distance)
    country = str(formats.locale.territories.get(place.country, place.country))
    if not city:
        return country
    return _from_centre(formats, _town(formats, country, city), place.distance)


def _at_sea(formats: Formats, city: str, distance: Distance | None) -> str:
    if not city or distance is None or distance.bearing_deg is None:
        return formats.say("where.sea", {})
    return formats.say(
        "where.sea_off", {"city": city, **_away(formats, distance.metres, distance.bearing_deg)}
    )


def _town(formats: Formats, country: str, city: str) -> str:
    """City states are named once: `新加坡`, `Hong Kong`."""
    if city in country or city.startswith(country):
        return city
    return formats.say("where.town", {"country": country, "city": city})


def _from_centre(formats: Formats, town: str, distance: Distance | None) -> str:
    if distance is None or distance.bearing_deg is None:
        return town
    if distance.metres < IN_THE_CENTRE_M:
        return formats.say("where.centre", {"town": town})
    return formats.say(
        "where.off_centre", {"town": town, **_away(formats, distance.metres, distance.bearing_deg)}
    )


def _away(formats: Formats, metres: float, bearing_deg: float) -> dict[str, Param]:
    return {"distance": formats.length(metres), "direction": formats.bearing(bearing_deg)}


def city_name(names: Mapping[str, str], tag: str) -> str:
    """The name in the reader's language; a Han name serves both Chinese scripts, the Latin one everybody."""
    han = (names.get("zh_Hans") or names.get("zh_Hant")) if tag.startswith("zh") else None
    return names.get(tag) or han or names.get("") or ""
