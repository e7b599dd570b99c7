"""The city a point is told by: a well-known one within reason rather than the suburb that happens to be nearer."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from backoffice.kernel import geo, geodesy
from backoffice.places.model import City

FARTHEST_M = 1_000_000.0
"""Farther from every city than this, none is named."""
NEIGHBOURHOOD_M = 150_000.0
"""Only cities this near are weighed against each other; if there is none, the nearest of all is taken."""
KNOWN_AS_POPULATION = 400_000
"""A city of the hand-kept table counts as at least this large."""
KNOWN_REACH = 1.6
"""A well-known city is named this many times beyond its own reach: the airport of Bangkok is in Bangkok."""
_REACH_OF_TEN_MILLION_M = 26_000.0
_PARTS_OF_CITIES = frozenset({"New Territories", "Kowloon", "Hong Kong Island", "Victoria"})
"""Districts GeoNames lists as cities of Hong Kong."""

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]


class Cities:
    """A static index of cities; a question takes one pass over the positions of a country's cities."""

    def __init__(self, cities: Sequence[City]) -> None:
        self._cities = [c for c in cities if not _is_part(c)]
        self._at = ecef_array([c.centre for c in self._cities])
        self._known = np.array([c.known for c in self._cities], dtype=bool)
        self._reach = np.array([_reach_m(c) for c in self._cities], dtype=np.float64)
        self._all: Indices = np.arange(len(self._cities))
        countries = np.array([c.country for c in self._cities])
        self._of: dict[str, Indices] = {str(c): np.flatnonzero(countries == c) for c in np.unique(countries)}

    def __len__(self) -> int:
        return len(self._cities)

    def told_by(self, point: geo.Point, country: str | None) -> City | None:
        """The city to name for a point: of the country it lies in, or any at sea; None if all are far.

        Inside the reach of well-known cities the one nearest in proportion to its reach is taken; else inside
        the reach of others the largest (a town, not its suburb); outside of all the nearest in proportion.
        Reach grows with population: 26 km for ten million, 4 km for a hundred thousand.
        """
        among = self._of.get(country, self._all[:0]) if country else self._all
        if not among.size:
            return None
        here = np.array(geodesy.ecef(point.lat, point.lon))
        away: Floats = np.sqrt(np.square(self._at[among] - here).sum(axis=1))
        nearest = int(np.argmin(away))
        if away[nearest] > FARTHEST_M:
            return None
        if away[nearest] > NEIGHBOURHOOD_M:
            return self._cities[int(among[nearest])]
        return self._cities[self._weighed(among, away)]

    def _weighed(self, among: Indices, away: Floats) -> int:
        ratio = away / self._reach[among]
        known = self._known[among]
        famous = np.flatnonzero(known & (ratio <= KNOWN_REACH))
        if famous.size:
            return int(among[famous[np.argmin(ratio[famous])]])
        covering = np.flatnonzero(ratio <= 1.0)
        if covering.size:
            return int(among[covering[np.argmax(self._reach[among[covering]])]])
        return int(among[np.argmin(np.where(away < NEIGHBOURHOOD_M, ratio, np.inf))])


def ecef_array(points: Sequence[geo.Point]) -> Floats:
    """ECEF metres of many points, shape (n, 3)."""
    return np.array([geodesy.ecef(p.lat, p.lon) for p in points], dtype=np.float64).reshape(-1, 3)


def _is_part(city: City) -> bool:
    return city.country == "HK" and city.name in _PARTS_OF_CITIES


def _reach_m(city: City) -> float:
    counted = max(city.population, KNOWN_AS_POPULATION if city.known else 1_000)
    return float(_REACH_OF_TEN_MILLION_M * (counted / 1e7) ** 0.4)
