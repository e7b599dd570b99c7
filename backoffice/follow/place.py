"""The place as far as this reader may know it: a point, a city, or nothing."""

from dataclasses import dataclass
from datetime import datetime

from backoffice import ports
from backoffice.cases.model import CaseStatus
from backoffice.families import scopes, stages
from backoffice.families.scopes import Precision
from backoffice.kernel.geo import Fix, Point
from backoffice.kernel.messages import PlaceWords
from backoffice.ports.families import FollowView

CITY_RADIUS_M = 12_000.0
"""The circle of a city: its centre says where, its size says that no more is said."""
LEAST_RADIUS_M = 30.0


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of the place. `point` is the exact fix or the city's own centre, never something between."""

    precision: Precision
    words: PlaceWords
    point: Point | None = None
    radius_m: float = 0.0
    at: datetime | None = None


def of(view: FollowView, places: ports.Places) -> Shown | None:
    """Under duress the place stays as it was when that began; after the close nobody sees the exact one."""
    precision = scopes.place(view.follower.scopes)
    silent = stages.silent_since(view.events)
    fix = view.case.fix if silent is None else _before(view, silent)
    words = view.case.place if silent is None else (places.describe(fix.point) if fix else None)
    if precision is Precision.NONE or words is None:
        return None
    city = PlaceWords(words.country, words.city, None, words.zone)
    if precision is Precision.EXACT and fix and view.case.status is not CaseStatus.CLOSED:
        return Shown(precision, words, fix.point, max(fix.accuracy_m or 0.0, LEAST_RADIUS_M), fix.at)
    centre = _centre(city, places)
    return Shown(Precision.CITY, city, centre, CITY_RADIUS_M if centre else 0.0)


def _before(view: FollowView, moment: datetime) -> Fix | None:
    """The newest fix before that moment; platforms tell whole seconds, so one of that very second is after it."""
    known = [fix for fix in view.track if fix.at < moment] or list(view.track[:1])
    return max(known, key=lambda fix: fix.at, default=None)


def _centre(city: PlaceWords, places: ports.Places) -> Point | None:
    """Where the city's name lies, found by its name alone; None when another country's city has that name."""
    name = city.city.get("en") or city.city.get("") or next(iter(city.city.values()), "")
    found = places.find(name) if name else ()
    return next((f.point for f in found if f.words.country == city.country), None)
