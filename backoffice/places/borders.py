"""Which country a point lies in, and whether that is mainland China: by polygons, never by a rectangle."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from backoffice.kernel import geo, geodesy

MAINLAND_NAME = "Mainland China"
_NOT_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "FX", "IC", "TA"})
"""Codes ISO 3166-1 only reserves; such a leaf belongs to the country it lies in."""
_LEVELS = ("subterritory", "territory", "subcountryGroup", "country", "region")
"""From the smallest unit to the largest: the smallest that contains the point decides."""


@dataclass(frozen=True, slots=True)
class _Area:
    rank: int
    country: str
    name: str


class Borders:
    """Polygons of countries with an index over them. Build once; questions take about 10 µs."""

    def __init__(self, areas: list[_Area], shapes: list[BaseGeometry]) -> None:
        self._areas = areas
        shapely.prepare(np.array(shapes, dtype=object))
        self._tree = shapely.STRtree(shapes)
        self._mainland = shapes[next(i for i, area in enumerate(areas) if area.name == MAINLAND_NAME)]
        shapely.prepare(self._mainland)
        self._mainland_edge = self._mainland.boundary
        shapely.prepare(self._mainland_edge)

    @classmethod
    def from_geojson(cls, text: str) -> "Borders":
        """From country-coder's feature collection: properties iso, in, name, level."""
        features = [f for f in json.loads(text)["features"] if f["geometry"]]
        shapes = [shapely.geometry.shape(f["geometry"]) for f in features]
        return cls([_area(f["properties"]) for f in features], shapes)

    def country(self, point: geo.Point) -> str | None:
        """ISO 3166-1 alpha-2 (XK for Kosovo) of the land or near shore a point lies on; None on the high sea."""
        found = self._containing(point)
        return min(found, key=lambda area: area.rank).country if found else None

    def in_mainland_china(self, lat: float, lon: float) -> bool:
        """Inside mainland China: not Hong Kong, not Macau, not Taiwan."""
        return bool(shapely.contains_xy(self._mainland, geodesy.normalise_lon(lon), lat))

    def near_mainland_border(self, point: geo.Point, metres: float) -> bool:
        """Whether the border (or the line drawn off the coast) of mainland China runs within `metres`.

        Errs on the side of yes: degrees of longitude are counted as the short ones they are, in all directions.
        """
        narrow = max(cos(radians(point.lat)), 0.1)
        reach = metres / geodesy.SHORTEST_DEGREE_LAT_M / narrow
        return bool(shapely.dwithin(self._mainland_edge, shapely.Point(*_flat(point)), reach))

    def _containing(self, point: geo.Point) -> Iterable[_Area]:
        hits = self._tree.query(shapely.Point(*_flat(point)), predicate="intersects")
        return [self._areas[int(i)] for i in hits]


def _flat(point: geo.Point) -> tuple[float, float]:
    return geodesy.normalise_lon(point.lon), point.lat


def _area(properties: dict[str, str | None]) -> _Area:
    iso, parent = properties["iso"], properties["in"]
    own = iso if iso and iso not in _NOT_COUNTRIES else None
    country = own or parent or iso
    if country is None:
        raise ValueError(f"border without a country: {properties}")
    return _Area(_LEVELS.index(properties["level"] or "region"), country, properties["name"] or "")
