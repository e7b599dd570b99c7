"""GCJ-02, the shifted frame of maps in mainland China: WGS-84 to it and back. Pure maths, no region test.

The official algorithm is not public; this is the formula every open implementation agrees on to < 0.1 mm.
Whether a point is in the frame at all is for the caller to decide, by borders and never by a rectangle.
"""

from math import cos, pi, radians, sin, sqrt

_AXIS = 6378245.0
"""Semi-major axis of the Krasovsky 1940 ellipsoid, metres: the frame's, not WGS-84's."""
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_ORIGIN_LAT, _ORIGIN_LON = 35.0, 105.0
_INVERSE_STEPS = 8
_INVERSE_TOLERANCE_DEG = 1e-10


def from_wgs84(lat: float, lon: float) -> tuple[float, float]:
    """The GCJ-02 reading of a WGS-84 point, both in degrees (lat, lon)."""
    north_m, east_m = _shift_m(lon - _ORIGIN_LON, lat - _ORIGIN_LAT)
    phi = radians(lat)
    w = 1 - _ECCENTRICITY_SQUARED * sin(phi) ** 2
    meridian_radius = _AXIS * (1 - _ECCENTRICITY_SQUARED) / (w * sqrt(w))
    parallel_radius = _AXIS / sqrt(w) * cos(phi)
    return lat + north_m * 180 / (meridian_radius * pi), lon + east_m * 180 / (parallel_radius * pi)


def to_wgs84(lat: float, lon: float) -> tuple[float, float]:
    """The WGS-84 point behind a GCJ-02 reading, by fixed point; a round trip inside China is below 0.1 mm."""
    guess_lat, guess_lon = lat, lon
    for _ in range(_INVERSE_STEPS):
        seen_lat, seen_lon = from_wgs84(guess_lat, guess_lon)
        guess_lat += lat - seen_lat
        guess_lon += lon - seen_lon
        if max(abs(lat - seen_lat), abs(lon - seen_lon)) < _INVERSE_TOLERANCE_DEG:
            break
    return guess_lat, guess_lon


def _shift_m(x: float, y: float) -> tuple[float, float]:
    """Metres north and east for degrees east (x) and north (y) of the origin."""
    root = sqrt(abs(x))
    common = (20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += (20 * sin(pi * y) + 40 * sin(pi * y / 3)) * 2 / 3
    north += (160 * sin(pi * y / 12) + 320 * sin(pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += (20 * sin(pi * x) + 40 * sin(pi * x / 3)) * 2 / 3
    east += (150 * sin(pi * x / 12) + 300 * sin(pi * x / 30)) * 2 / 3
    return north, east
