"""A city with its names, and a place a typed text may mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from backoffice.kernel import geo

LATIN = ""
"""The key of the Latin name among a city's names."""
_HAN_COUNTRIES = frozenset({"CN", "HK", "MO", "TW"})


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

    def every_name(self) -> dict[str, str]:
        """Locale -> name for each reader who has one of their own script, and the Latin one under "".

        Either Chinese script serves the other's readers; Japanese readers know Chinese cities by Han names.
        """
        hans, hant = self.names.get("zh_Hans", ""), self.names.get("zh_Hant", "")
        said = {"zh_Hans": hans or hant, "zh_Hant": hant or hans, **self.names}
        if self.country in _HAN_COUNTRIES:
            said.setdefault("ja", said["zh_Hant"])
        return {LATIN: self.name} | {locale: name for locale, name in said.items() if name}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place a typed text may mean; nothing is done with it before the person has confirmed it."""

    label: str
    point: geo.Point
    country: str = ""
    accuracy_m: float = 10_000.0
