"""Where the envoys on duty are, in memory: exact nearest and within, derived from rows and never the truth.

Points are kept as ECEF metres. Most lie in a body sorted by row of latitude and by longitude; new and moved ones
in a delta that knows its rows only. A full delta is merged into the body; until the first is full there is none.
"""

from collections.abc import Iterable
from math import asin, cos, degrees, floor, inf, radians, sin, sqrt

import numpy as np
import numpy.typing as npt

from backoffice.kernel import geodesy

DELTA_SLOTS = 4096
ROW_DEG = 0.0225
"""Height of a row of the body, about 2.5 km."""
FIRST_RADIUS_M = 2_500.0
LEAST_GROWTH = 1.5
"""`nearest` looks in growing circles, the next one by how many were found."""
FARTHEST_RADIUS_M = 200_000.0
"""Distances are within 1 mm of the geodesic to 150 km and 3 mm here; farther needs a solver."""
_ROW_STRIDE = 1000.0
"""Sort key = row * stride + longitude + 180: more than a turn, so rows never overlap."""
_NOWHERE_M = 1e9
_SMALLEST_CURVATURE_RADIUS_M = 6_335_000.0
_CURVATURE_SPREAD = 0.021
"""(largest / smallest radius of curvature)² - 1: how far chord and arc can disagree about who is nearer."""
_A2, _B2 = geodesy.SEMI_MAJOR_M**2, geodesy.SEMI_MINOR_M**2

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Found = list[tuple[str, float]]


class CsrEnvoyIndex:
    """`ports.EnvoyIndex`. Geodesic metres, nearest first, ties by id.

    For one thread. Raises ValueError for impossible coordinates and for radii above 200 km.
    """

    def __init__(self, delta_slots: int = DELTA_SLOTS) -> None:
        self._people = _People()
        self._body = _Body(self._people, np.empty(0, dtype=np.intp))
        self._delta = _Delta(delta_slots)

    def __len__(self) -> int:
        return len(self._people.numbers)

    def load(self, rows: Iterable[tuple[str, float, float, float]]) -> None:
        """Replace everything by (id, lat, lon, time) rows; of several for one id the newest counts."""
        people = _People()
        for envoy, lat, lon, at in rows:
            _refuse_impossible(lat, lon)
            people.put(envoy, lat, lon, at)
        self._people = people
        self._merge()

    def upsert(self, envoy: str, lat: float, lon: float, at: float) -> None:
        """Put an envoy at a place fixed at a time (seconds). A fix older than the one held is ignored.

        A base is put with the time it was decided to count.
        """
        _refuse_impossible(lat, lon)
        number = self._people.put(envoy, lat, lon, at)
        if number is None:
            return
        slot = self._people.slot[number]
        if slot >= 0 or slot == _NO_SLOT:
            self._body.clear(slot)
            if self._delta.full:
                self._people.slot[number] = _NO_SLOT
                self._merge()
                return
        else:
            self._delta.free(slot)
        self._people.slot[number] = self._delta.put(number, self._people)

    def remove(self, envoy: str) -> None:
        """Off duty, busy or gone. Unknown ids are no error."""
        number = self._people.drop(envoy)
        if number is not None:
            slot = self._people.slot[number]
            self._body.clear(slot)
            self._delta.free(slot)
            self._people.slot[number] = _NO_SLOT

    def nearest(self, lat: float, lon: float, n: int, radius_m: float) -> Found:
        """The `n` nearest within `radius_m`: (id, metres), nearest first, ties by id."""
        _refuse_impossible(lat, lon, radius_m)
        reach = min(FIRST_RADIUS_M, radius_m)
        while True:
            circle = self._circle(lat, lon, reach)
            found = circle.best(n) if reach >= radius_m or circle.count >= n else []
            if len(found) >= n or reach >= radius_m:
                return self._named(found, n)
            reach = min(_wider(reach, n, circle.count), radius_m)

    def within(self, lat: float, lon: float, radius_m: float) -> Found:
        """Everybody within `radius_m`: (id, metres), nearest first, ties by id."""
        _refuse_impossible(lat, lon, radius_m)
        return self._named(self._circle(lat, lon, radius_m).best(len(self)), len(self))

    def _circle(self, lat: float, lon: float, radius_m: float) -> "_Circle":
        angle = 1.01 * radius_m / _SMALLEST_CURVATURE_RADIUS_M
        first, last = _row(max(-90.0, lat - degrees(angle))), _row(min(90.0, lat + degrees(angle)))
        parts = self._body.parts(first, last, _longitudes(lat, lon, angle))
        return _Circle((lat, lon), radius_m, parts + self._delta.parts(first, last))

    def _named(self, found: list[tuple[int, float]], n: int) -> Found:
        ids = self._people.ids
        named = [(metres, ids[number]) for number, metres in found]
        named.sort()
        return [(envoy, metres) for metres, envoy in named[:n]]

    def _merge(self) -> None:
        numbers = np.fromiter(self._people.numbers.values(), dtype=np.intp, count=len(self))
        self._body = _Body(self._people, numbers)
        self._delta = _Delta(self._delta.slots)


_NO_SLOT = -1
_DELTA = -2
"""A slot >= 0 is in the body; -2, -3 … are slots 0, 1 … of the delta."""


class _People:
    """Who is where: a number per id, arrays by number. Points are computed once: equal places stay equal."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.ids: list[str] = []
        self.at: Floats = np.zeros((1024, 3))
        self.keys: Floats = np.zeros(1024)
        self.slot: list[int] = []
        self._times: list[float] = []
        self._unused: list[int] = []

    def put(self, envoy: str, lat: float, lon: float, at: float) -> int | None:
        """The person's number; None when a newer fix is held already."""
        number = self.numbers.get(envoy)
        if number is None:
            number = self._new(envoy)
        elif at < self._times[number]:
            return None
        lon = geodesy.normalise_lon(lon)
        self._times[number] = at
        self.at[number] = geodesy.ecef(lat, lon)
        self.keys[number] = _row(lat) * _ROW_STRIDE + (lon + 180.0)
        return number

    def drop(self, envoy: str) -> int | None:
        number = self.numbers.pop(envoy, None)
        if number is not None:
            self._times[number] = -inf
            self._unused.append(number)
        return number

    def _new(self, envoy: str) -> int:
        if self._unused:
            number = self._unused.pop()
            self.ids[number] = envoy
        else:
            number = len(self.ids)
            self.ids.append(envoy)
            self.slot.append(_NO_SLOT)
            self._times.append(-inf)
            if number >= self.keys.size:
                self.at = np.concatenate((self.at, np.zeros_like(self.at)))
                self.keys = np.concatenate((self.keys, np.zeros_like(self.keys)))
        self.numbers[envoy] = number
        return number


Part = tuple[Floats, Indices]
"""Points (k, 3) and the numbers of the people at them."""


class _Body:
    """Points sorted by row and longitude. Fixed, but for points that leave."""

    def __init__(self, people: _People, numbers: Indices) -> None:
        keys = people.keys[numbers]
        order = np.argsort(keys)
        self.numbers: Indices = numbers[order]
        self.at: Floats = people.at[self.numbers]
        self._keys: Floats = keys[order]
        slots = np.full(len(people.ids), _NO_SLOT, dtype=np.intp)
        slots[self.numbers] = np.arange(self.numbers.size)
        people.slot = slots.tolist()

    def clear(self, slot: int) -> None:
        if slot >= 0:
            self.at[slot] = _NOWHERE_M

    def parts(self, first: int, last: int, longitudes: list[tuple[float, float]]) -> list[Part]:
        """Slices of these rows and longitudes."""
        if not self.numbers.size:
            return []
        sides = [side + 180.0 for interval in longitudes for side in interval]
        edges = [row * _ROW_STRIDE + side for row in range(first, last + 1) for side in sides]
        cuts = self._keys.searchsorted(edges).tolist()
        pairs = zip(cuts[::2], cuts[1::2], strict=True)
        return [(self.at[a:b], self.numbers[a:b]) for a, b in pairs if b > a]


class _Delta:
    """A fixed number of slots filled in any order, found by row."""

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self._at: Floats = np.full((slots, 3), _NOWHERE_M)
        self._numbers: Indices = np.zeros(slots, dtype=np.intp)
        self._rows: dict[int, list[int]] = {}
        self._row_of = [0] * slots
        self._free = list(range(slots - 1, -1, -1))

    @property
    def full(self) -> bool:
        return not self._free

    def parts(self, first: int, last: int) -> list[Part]:
        """Everybody in these rows."""
        rows = self._rows
        found = [place for row in range(first, last + 1) if row in rows for place in rows[row]]
        return [(self._at[found], self._numbers[found])] if found else []

    def put(self, number: int, people: _People) -> int:
        """A slot for a person; only while not `full`."""
        place = self._free.pop()
        row = self._row_of[place] = int(people.keys[number] // _ROW_STRIDE)
        self._rows.setdefault(row, []).append(place)
        self._at[place] = people.at[number]
        self._numbers[place] = number
        return _DELTA - place

    def free(self, slot: int) -> None:
        if slot <= _DELTA:
            place = _DELTA - slot
            self._rows[self._row_of[place]].remove(place)
            self._free.append(place)


class _Circle:
    """Points near a centre: first cut by chord, which costs little, then measured along the ellipsoid."""

    def __init__(self, centre: tuple[float, float], radius_m: float, parts: list[Part]) -> None:
        x, y, z = geodesy.ecef(centre[0], geodesy.normalise_lon(centre[1]))
        self._radius = radius_m
        self._gradient = (x * x + y * y) / _A2**2 + z * z / _B2**2
        at, self._numbers = _joined(parts)
        squares = np.square(at - (x, y, z))
        self._up: Floats = squares[:, 2]
        self._squares: Floats = squares[:, 0] + squares[:, 1] + self._up
        self._inside: Indices = (self._squares <= radius_m * radius_m).nonzero()[0]

    @property
    def count(self) -> int:
        """How many lie inside by chord: never fewer than by arc."""
        return int(self._inside.size)

    def best(self, n: int) -> list[tuple[int, float]]:
        """(number, metres) of the `n` nearest, unsorted, with whoever may tie with them."""
        if n <= 0 or not self.count:
            return []
        kept = self._leading(n)
        metres = self._arcs(kept).tolist()
        numbers = self._numbers[kept].tolist()
        return [(k, m) for k, m in zip(numbers, metres, strict=True) if m <= self._radius]

    def _leading(self, n: int) -> Indices:
        """The first `n` by chord and whoever could still be before them by arc."""
        inside = self._inside
        if inside.size <= n:
            return inside
        squares = self._squares[inside]
        last = float(np.partition(squares, n - 1)[n - 1])
        slack = _CURVATURE_SPREAD * last / (24 * _SMALLEST_CURVATURE_RADIUS_M**2)
        return inside[squares <= last * (1 + slack) ** 2]

    def _arcs(self, kept: Indices) -> Floats:
        """As geodesy.chord_to_arc, with the curvature at the centre: 0.3 mm off at 150 km."""
        squares, up = self._squares[kept], self._up[kept]
        second = squares / _A2 + up * (1 / _B2 - 1 / _A2)
        bends = second * second / (self._gradient * np.maximum(squares, 1e-12))
        arcs: Floats = np.sqrt(squares) * (1 + bends * (1 / 24 + 3 / 640 * bends))
        return arcs


def _joined(parts: list[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return np.empty((0, 3)), np.empty(0, dtype=np.intp)
    return np.concatenate([at for at, _ in parts]), np.concatenate([numbers for _, numbers in parts])


def _wider(reach: float, n: int, found: int) -> float:
    """A circle that holds twice as many as wanted if people are as dense there; all when nobody was found."""
    return reach * max(LEAST_GROWTH, sqrt(2 * n / found)) if found else inf


def _row(lat: float) -> int:
    return floor((lat + 90.0) / ROW_DEG)


def _refuse_impossible(lat: float, lon: float, radius_m: float = 0.0) -> None:
    if not geodesy.valid(lat, lon):
        raise ValueError(f"nobody can be at {lat}, {lon}")
    if not 0.0 <= radius_m <= FARTHEST_RADIUS_M:
        raise ValueError(f"a radius is between 0 and {FARTHEST_RADIUS_M:.0f} m, not {radius_m}")


def _longitudes(lat: float, lon: float, angle: float) -> list[tuple[float, float]]:
    """Intervals of [-180, 180] that hold a circle of this angular radius; all of it around a pole."""
    lon = geodesy.normalise_lon(lon)
    if abs(lat) + degrees(angle) >= 89.999:
        return [(-180.0, 180.0)]
    half = degrees(asin(min(1.0, sin(angle) / cos(radians(lat)))))
    west, east = lon - half, lon + half
    if west < -180.0:
        return [(-180.0, east), (west + 360.0, 180.0)]
    if east >= 180.0:
        return [(west, 180.0), (-180.0, east - 360.0)]
    return [(west, east)]
