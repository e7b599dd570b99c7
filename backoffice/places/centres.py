"""The nearest contracted emergency centre in mainland China, known to the city, not to the building."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from backoffice.kernel import geo, geodesy

CONSULAR_HOTLINE = "+86-10-12308"
"""Global consular protection hotline for Chinese citizens abroad, day and night."""
FARTHEST_M = 300_000.0
"""A centre farther than this cannot be called near, and none is named."""
IN_CITY_M = 30_000.0
IN_DISTRICT_M = 15_000.0
DEFAULT_DOUBT_M = 20_000.0


@dataclass(frozen=True, slots=True)
class EmergencyCentre:
    """A contracted centre. `point` is of its city or district; `doubt_m` how far off it may be if unsure."""

    name: str
    province: str
    city: str
    district: str
    place_en: str
    point: geo.Point
    doubt_m: float = 0.0


@dataclass(frozen=True, slots=True)
class NearestCentre:
    """A centre with the distance to its *city's* point; `in_city` means the sentence may say "in your city"."""

    centre: EmergencyCentre
    distance_m: float
    in_city: bool


def nearest_centre(point: geo.Point, in_mainland_china: bool) -> NearestCentre | None:
    """The centre to name, only in mainland China; None elsewhere and where none is within 300 km.

    A centre whose point is unsure must be nearer by as much as it may be off.
    """
    if not in_mainland_china:
        return None
    found = min(all_centres(), key=lambda c: _counted_m(c, point))
    distance = geodesy.distance_m(found.point, point)
    if distance > FARTHEST_M:
        return None
    reach = IN_DISTRICT_M if found.district else IN_CITY_M
    return NearestCentre(found, distance, distance <= reach and not found.doubt_m)


def centres_near(point: geo.Point, in_mainland_china: bool, most: int = 3) -> list[NearestCentre]:
    """For staff: the nearest centres within 300 km, nearest first; the list knows only mainland China."""
    if not in_mainland_china:
        return []
    away = sorted(((geodesy.distance_m(c.point, point), c) for c in all_centres()), key=lambda pair: pair[0])
    return [NearestCentre(c, metres, False) for metres, c in away[:most] if metres <= FARTHEST_M]


@cache
def all_centres() -> tuple[EmergencyCentre, ...]:
    """Every centre of the list of 2017-12-08, in its order."""
    text = resources.files("backoffice.places").joinpath("data/emergency_centres.csv").read_text("utf-8")
    return tuple(_centres(csv.DictReader(text.splitlines())))


def _centres(rows: Iterable[dict[str, str]]) -> Iterable[EmergencyCentre]:
    for row in rows:
        doubt = float(row["other_source_km"] or 0) * 1000 or DEFAULT_DOUBT_M
        yield EmergencyCentre(
            row["name"],
            row["province"],
            row["city"],
            row["district"],
            row["place_en"],
            geo.Point(float(row["lat"]), float(row["lon"])),
            doubt if row["unsure"] else 0.0,
        )


def _counted_m(centre: EmergencyCentre, point: geo.Point) -> float:
    return geodesy.distance_m(centre.point, point) + centre.doubt_m
