"""How exact a stored place is: sealed to the metre, plain to the city and to a cell of at least 2 km."""

import math
from collections.abc import Mapping
from typing import Any

from backoffice.kernel.geo import Point
from backoffice.kernel.messages import Distance, PlaceWords

CELL_DEG = 0.02
"""2.2 km of latitude; longitudes are widened to match."""


def cell(point: Point) -> Point:
    """The centre of the fixed grid cell around a point."""
    lat = (math.floor(point.lat / CELL_DEG) + 0.5) * CELL_DEG
    step = CELL_DEG / max(math.cos(math.radians(lat)), CELL_DEG)
    lon = (math.floor(point.lon / step) + 0.5) * step
    return Point(round(lat, 4), round(lon, 4))


def write_city(place: PlaceWords) -> dict[str, Any]:
    """What may stand in plain: a distance with its bearing from a known centre would be the exact point."""
    return {"country": place.country, "city": dict(place.city), "zone": place.zone}


def write_distance(place: PlaceWords) -> list[float | None] | None:
    return [place.distance.metres, place.distance.bearing_deg] if place.distance else None


def read_place(city: Mapping[str, Any], distance: list[Any] | None) -> PlaceWords:
    """Both halves together again."""
    return PlaceWords(city["country"], city["city"], Distance(*distance) if distance else None, city["zone"])
