"""How a map inside mainland China shows a GPS point: the published GCJ-02 offset, applied there and nowhere else.

Written for the phones of this sandbox only; the service has its own converter, and each checks the other.
"""

from __future__ import annotations

import json
from functools import lru_cache
from math import cos, pi, sin, sqrt
from pathlib import Path

# Krasovsky 1940, the ellipsoid of the published transformation.
SEMI_MAJOR_AXIS = 6_378_245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323

Ring = list[tuple[float, float]]


def shown_on_map(lat: float, lon: float) -> tuple[float, float, str]:
    """(lat, lon, datum) as a phone's Chinese map would name a WGS-84 point, degrees."""
    if not in_mainland(lat, lon):
        return lat, lon, "wgs84"
    return *to_gcj02(lat, lon), "gcj02"


def to_gcj02(lat: float, lon: float) -> tuple[float, float]:
    """The GCJ-02 coordinates of a WGS-84 point, degrees; the caller knows that the point lies in China."""
    x, y = lon - 105.0, lat - 35.0
    phi = lat / 180.0 * pi
    magic = 1 - ECCENTRICITY_SQUARED * sin(phi) ** 2
    meridian = SEMI_MAJOR_AXIS * (1 - ECCENTRICITY_SQUARED) / (magic * sqrt(magic))
    parallel = SEMI_MAJOR_AXIS / sqrt(magic) * cos(phi)
    return (
        lat + _north(x, y) * 180.0 / (meridian * pi),
        lon + _east(x, y) * 180.0 / (parallel * pi),
    )


def _north(x: float, y: float) -> float:
    base = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    ripple = 20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)
    ripple += 20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)
    return base + (ripple + 160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0


def _east(x: float, y: float) -> float:
    base = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    ripple = 20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)
    ripple += 20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)
    return base + (ripple + 150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0


def in_mainland(lat: float, lon: float) -> bool:
    """Whether a WGS-84 point lies in mainland China by the outline of `data/mainland.json` (holes are rings too)."""
    return sum(_inside(ring, lat, lon) for ring in _rings()) % 2 == 1


def _inside(ring: Ring, lat: float, lon: float) -> bool:
    inside = False
    for (lon1, lat1), (lon2, lat2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (lat1 > lat) != (lat2 > lat) and lon < (lon2 - lon1) * (lat - lat1) / (lat2 - lat1) + lon1:
            inside = not inside
    return inside


@lru_cache(maxsize=1)
def _rings() -> tuple[Ring, ...]:
    raw = json.loads((Path(__file__).parent / "data" / "mainland.json").read_text(encoding="utf-8"))
    return tuple([(lon, lat) for lon, lat in ring] for ring in raw["rings"])
