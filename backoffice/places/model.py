"""What is said about a place: country, city with its names, distance, direction, local time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from backoffice.kernel import geo

_HAN_COUNTRIES = frozenset({"CN", "HK", "MO", "TW"})
_FALLBACKS = {
    "zh_Hans": ("zh_Hans", "zh_Hant"),
    "zh_Hant": ("zh_Hant", "zh_Hans"),
    "ja": ("ja",),
    "ko": ("ko",),
}


@dataclass(frozen=True, slots=True)
class City:
    """A city: ISO 3166-1 country, centre in WGS-84, Latin name, and names by locale where one is reliable.

    `known` cities are those of the hand-kept table; they are preferred over a suburb that happens to be nearer.
    """

    country: str
    name: str
    centre: geo.Point
    population: int
    names: Mapping[str, str] = field(default_factory=dict)
    known: bool = False

    def name_in(self, locale: str) -> str:
        """The name for a reader; Latin where no reliable one exists. Japanese readers read Han names of China."""
        for key in _FALLBACKS.get(locale, ()):
            if self.names.get(key):
                return self.names[key]
        if locale == "ja" and self.country in _HAN_COUNTRIES:
            return self.names.get("zh_Hant") or self.name
        return self.name


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """A point in words, without a language yet. The country's own name is CLDR's, found when it is rendered.

    `distance_m` and `bearing_deg` lead from the city's centre to the point; `compass` is one of the eight points.
    `zone` is an IANA name, `local_time` the moment asked for, in that zone. At sea country and city may be None.
    """

    country: str | None
    city: City | None
    distance_m: float | None
    bearing_deg: float | None
    compass: str | None
    zone: str
    local_time: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place a typed text may mean; nothing is done with it before the person has confirmed it."""

    label: str
    country: str | None
    point: geo.Point
    city: City | None = None
    accuracy_m: float = 10_000.0
