"""Distances, bearings and coarse cells on the WGS-84 ellipsoid. Plain maths: degrees in, metres out."""

from dataclasses import dataclass
from math import atan2, cos, degrees, isfinite, radians, sin, sqrt

from backoffice.kernel import geo

SEMI_MAJOR_M = 6378137.0
SEMI_MINOR_M = 6356752.314245179
FIRST_ECCENTRICITY_SQUARED = 1 - (SEMI_MINOR_M / SEMI_MAJOR_M) ** 2
SHORTEST_DEGREE_LAT_M = 110_574.0
DEGREE_LON_AT_EQUATOR_M = 111_319.0
"""Lower bounds, so that a cell counted with them is never smaller than promised."""

COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
NULL_ISLAND_DEG = 1e-6
"""Closer to 0,0 than this is a missing position written as zeros, not a ship in the Gulf of Guinea."""
SMALLEST_CELL_M = 2_000.0
_BANDS_KM = (1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 60, 80, 100)

Ecef = tuple[float, float, float]
Box = tuple[float, float, float, float]
"""South, north, west, east in degrees; west is never east of east."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A square of the one fixed grid, all that may be shown of a place before acceptance.

    `code` is stable for the place and size ("H07-K42"), `centre` WGS-84, `size_m` the side north to south.
    """

    code: str
    centre: geo.Point
    size_m: float


@dataclass(frozen=True, slots=True)
class Band:
    """A distance said roughly: between `low_km` and `high_km`; `high_km` None means farther than `low_km`."""

    low_km: int
    high_km: int | None

    def __str__(self) -> str:
        return f"> {self.low_km} km" if self.high_km is None else f"{self.low_km}–{self.high_km} km"


def normalise_lon(lon: float) -> float:
    """The same meridian in [-180, 180): exactly 180 breaks several indexes, so it becomes -180."""
    if -180.0 <= lon < 180.0:
        return lon
    turned = (lon + 180.0) % 360.0 - 180.0
    return turned if turned < 180.0 else -180.0


def valid(lat: float, lon: float) -> bool:
    """Whether this can be a person's position: finite, in range, and not 0,0."""
    if not (isfinite(lat) and isfinite(lon)) or abs(lat) > 90 or abs(lon) > 180:
        return False
    return abs(lat) > NULL_ISLAND_DEG or abs(lon) > NULL_ISLAND_DEG


def boxes(point: geo.Point, radius_m: float) -> list[Box]:
    """What holds a circle, in plain comparisons of degrees: one box, or two where it crosses the antimeridian."""
    half_lat = radius_m / SHORTEST_DEGREE_LAT_M
    south, north = max(-90.0, point.lat - half_lat), min(90.0, point.lat + half_lat)
    narrowest = cos(radians(max(abs(south), abs(north))))
    half_lon = radius_m / (DEGREE_LON_AT_EQUATOR_M * narrowest) if narrowest > 1e-6 else 180.0
    if half_lon >= 180.0:
        return [(south, north, -180.0, 180.0)]
    west, east = normalise_lon(point.lon - half_lon), normalise_lon(point.lon + half_lon)
    if west <= east:
        return [(south, north, west, east)]
    return [(south, north, west, 180.0), (south, north, -180.0, east)]


def ecef(lat: float, lon: float) -> Ecef:
    """Earth-centred, earth-fixed metres of a point on the ellipsoid."""
    phi, lam = radians(lat), radians(lon)
    across = SEMI_MAJOR_M / sqrt(1 - FIRST_ECCENTRICITY_SQUARED * sin(phi) ** 2)
    flat = across * cos(phi)
    return flat * cos(lam), flat * sin(lam), across * (1 - FIRST_ECCENTRICITY_SQUARED) * sin(phi)


ARC_HOLDS_M = 100_000.0
"""So far `distance_m` is within 1 mm of the geodesic."""


def distance_m(a: geo.Point, b: geo.Point) -> float:
    """Metres along the ellipsoid: within 1 mm of the geodesic to `ARC_HOLDS_M`; farther use a solver."""
    return chord_to_arc(ecef(a.lat, a.lon), ecef(b.lat, b.lon))


def chord_to_arc(p: Ecef, q: Ecef) -> float:
    """c + c³/24R², R being the ellipsoid's radius of curvature midway, in the chord's own direction."""
    step = (q[0] - p[0], q[1] - p[1], q[2] - p[2])
    chord = sqrt(step[0] ** 2 + step[1] ** 2 + step[2] ** 2)
    if chord == 0.0:
        return 0.0
    middle = ((p[0] + q[0]) / 2, (p[1] + q[1]) / 2, (p[2] + q[2]) / 2)
    bend = chord * _curvature(middle, (step[0] / chord, step[1] / chord, step[2] / chord))
    return chord * (1 + bend**2 / 24 + 3 * bend**4 / 640)


def _curvature(at: Ecef, along: Ecef) -> float:
    """1/R of the ellipsoid x·A·x = 1 in the unit direction `along`: (u·A·u) / |A·x|."""
    a2, b2 = SEMI_MAJOR_M**2, SEMI_MINOR_M**2
    second = (along[0] ** 2 + along[1] ** 2) / a2 + along[2] ** 2 / b2
    gradient = sqrt((at[0] ** 2 + at[1] ** 2) / a2**2 + at[2] ** 2 / b2**2)
    return second / gradient


def bearing_deg(origin: geo.Point, target: geo.Point) -> float:
    """Initial bearing from origin to target, [0, 360), clockwise from north (sphere: good to 0.2°)."""
    phi1, phi2 = radians(origin.lat), radians(target.lat)
    dlon = radians(target.lon - origin.lon)
    y = sin(dlon) * cos(phi2)
    x = cos(phi1) * sin(phi2) - sin(phi1) * cos(phi2) * cos(dlon)
    return degrees(atan2(y, x)) % 360.0


def compass(bearing: float) -> str:
    """The nearest of the eight points: N, NE, E, SE, S, SW, W, NW."""
    return COMPASS[round(bearing % 360.0 / 45.0) % 8]


def cell(lat: float, lon: float, size_m: float = SMALLEST_CELL_M) -> Cell:
    """The grid cell a point lies in. Always the same for the same point: averaging answers reveals nothing.

    Raises ValueError below 2 km, the smallest square that may be shown to somebody who has not accepted.
    """
    if size_m < SMALLEST_CELL_M:
        raise ValueError(f"a cell is at least {SMALLEST_CELL_M:.0f} m, not {size_m}")
    rows = int(180 * SHORTEST_DEGREE_LAT_M // size_m)
    row = min(int((lat + 90.0) / 180.0 * rows), rows - 1)
    centre_lat = (row + 0.5) * 180.0 / rows - 90.0
    narrow_lat = min(90.0, abs(centre_lat) + 90.0 / rows)
    columns = max(1, int(360 * DEGREE_LON_AT_EQUATOR_M * cos(radians(narrow_lat)) // size_m))
    column = min(int((normalise_lon(lon) + 180.0) / 360.0 * columns), columns - 1)
    centre_lon = normalise_lon((column + 0.5) * 360.0 / columns - 180.0)
    return Cell(f"{_code(row)}-{_code(column)}", geo.Point(centre_lat, centre_lon), size_m)


def _code(index: int) -> str:
    """Letters and two digits: 0 is A00, 99 A99, 100 B00, 2600 AA00. Neighbours read alike over the phone."""
    hundreds, rest = divmod(index, 100)
    letters = ""
    while True:
        hundreds, letter = divmod(hundreds, 26)
        letters = chr(ord("A") + letter) + letters
        if hundreds == 0:
            return f"{letters}{rest:02d}"
        hundreds -= 1


def band(distance: float) -> Band:
    """The band a distance in metres falls in; the last one is open."""
    low = 0
    for high in _BANDS_KM:
        if distance < high * 1000:
            return Band(low, high)
        low = high
    return Band(low, None)


def band_from_cell(cell_: Cell, viewer: geo.Point) -> Band:
    """How far a viewer is from a cell's centre, as a band: what an envoy sees with an offer."""
    return band(distance_m(cell_.centre, viewer))
