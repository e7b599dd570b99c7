"""Where the person in trouble is, as far as staff may see it now, and what the map draws."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import cos, radians, sin
from typing import Any

from backoffice import ports, queries
from backoffice.cases.model import CaseStatus
from backoffice.kernel import geodesy
from backoffice.kernel.geo import Fix, Point
from backoffice.kernel.messages import PlaceWords
from backoffice.places.centres import NearestCentre, centres_near

OLD = timedelta(minutes=30)
"""Older than this a fix is the last known one, never "here"."""


@dataclass(frozen=True, slots=True)
class Where:
    """`fix` is empty when there is none or when the case is closed: then only `cell` may be shown."""

    fix: Fix | None
    words: PlaceWords | None
    old: bool
    age: timedelta | None
    cell: geodesy.Cell | None
    numbers: Sequence[ports.EmergencyNumber]
    zone: str
    map: dict[str, Any]
    centres: Sequence[NearestCentre] = ()


def of(found: queries.CaseView, places: ports.Places, now: datetime) -> Where:
    """Positions of a closed case are shown at cell level only."""
    case = found.case
    closed = case.status is CaseStatus.CLOSED
    fix = None if closed else case.fix
    old = bool(case.fix) and (case.fix_is_last_known or now - (case.fix.at if case.fix else now) > OLD)
    cell = geodesy.cell(found.cell.lat, found.cell.lon) if closed and found.cell else None
    numbers = places.emergency_numbers(case.place.country) if case.place and case.place.country else ()
    age = now - case.fix.at if case.fix else None
    zone = case.place.zone if case.place else found.person.zone
    words = replace(case.place, distance=None) if closed and case.place else case.place
    near = centres_near(fix.point, places.in_mainland_china(fix.point)) if fix else ()
    drawn = _map(found, fix, cell, old=old)
    drawn["points"] += [_centre_point(one) for one in near]
    return Where(fix, words, old, age, cell, numbers, zone, drawn, near)


def _map(found: queries.CaseView, fix: Fix | None, cell: geodesy.Cell | None, *, old: bool) -> dict[str, Any]:
    drawn: dict[str, Any] = {"points": [], "rings": [], "track": [], "towns": []}
    if cell:
        half_m = cell.size_m / 2
        drawn["points"].append(
            {"kind": "cell", "at": _pair(cell.centre), "accuracy": half_m, "label": cell.code}
        )
    if fix is None:
        return drawn
    drawn["track"] = [_pair(f.point) for f in found.track]
    drawn["points"].append(_case_point(fix, old=old))
    if fix.alternative:
        drawn["points"].append({"kind": "other", "at": _pair(fix.alternative), "accuracy": fix.accuracy_m})
    drawn["points"] += [
        _envoy_point(e) for e in found.envoys if e.assignment.working or e.assignment.status == "asked"
    ]
    drawn["rings"] = sorted({e.assignment.ring_km * 1000 for e in found.envoys})
    drawn["towns"] = [t for t in (town(found.case.place, fix.point),) if t]
    return drawn


def _case_point(fix: Fix, *, old: bool) -> dict[str, Any]:
    kind = "case_old" if old else "case"
    return {
        "kind": kind,
        "at": _pair(fix.point),
        "accuracy": fix.accuracy_m,
        "time": int(fix.at.timestamp() * 1000),
    }


def _envoy_point(card: queries.EnvoyCard) -> dict[str, Any]:
    kind = "envoy" if card.assignment.working else "asked"
    at = card.at or card.base
    return {"kind": kind, "at": _pair(at), "label": card.name, "base": card.at is None}


def _centre_point(one: NearestCentre) -> dict[str, Any]:
    return {"kind": "centre", "at": _pair(one.centre.point), "label": one.centre.name}


def town(words: PlaceWords | None, point: Point) -> dict[str, Any] | None:
    """The city's centre, back from the point along the distance its words give."""
    if words is None or words.distance is None or not words.city:
        return None
    bearing, metres = radians(words.distance.bearing_deg or 0.0), words.distance.metres
    lat = point.lat - metres * cos(bearing) / geodesy.SHORTEST_DEGREE_LAT_M
    east = geodesy.DEGREE_LON_AT_EQUATOR_M * max(0.05, cos(radians(point.lat)))
    return {"at": [lat, point.lon - metres * sin(bearing) / east], "names": dict(words.city)}


def _pair(point: Point) -> list[float]:
    return [round(point.lat, 6), round(point.lon, 6)]
