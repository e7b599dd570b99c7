"""What the big screen says, worked out of what it reads: stages, cities, shares of promises kept. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import asin, atan2, ceil, cos, degrees, radians, sin

from backoffice.cases.model import CaseStatus
from backoffice.kernel.geo import Point
from backoffice.kernel.messages import PlaceWords
from backoffice.ports.wall import WallCase, WallChannel, WallSpan

EARTH_M = 6_371_000.0
CITY_DEGREES = 1
"""Decimals of a city's point: about 11 km, so that no point on the wall is nearer than its city."""
SOON, FAST = timedelta(seconds=15), timedelta(seconds=20)
"""NENA-STA-020.1: 90 % answered within 15 s, 95 % within 20 s."""
SOON_SHARE, FAST_SHARE = 0.90, 0.95
STUCK = timedelta(seconds=60)
"""A letter that should have gone this long ago makes its channel red."""
SLOW = timedelta(seconds=10)


class WallStage(StrEnum):
    """How far help has come, the most urgent first; each has a colour and a shape."""

    RINGING = "ringing"
    TAKEN = "taken"
    COMING = "coming"
    BESIDE = "beside"
    SAFE = "safe"


ORDER = tuple(WallStage)


def stage(case: WallCase) -> WallStage:
    """Ringing outranks everything: a person writes and nobody has seen it."""
    if case.status is CaseStatus.RESOLVED:
        return WallStage.SAFE
    if case.rang_at and (case.answered_at is None or case.answered_at < case.rang_at):
        return WallStage.RINGING
    if case.arrived:
        return WallStage.BESIDE
    return WallStage.COMING if case.working else WallStage.TAKEN


def since(case: WallCase) -> datetime:
    """From when the case's line counts: a ring from its ring, anything else from the call for help."""
    ringing = stage(case) is WallStage.RINGING
    return case.rang_at if ringing and case.rang_at else case.dispatched_at


@dataclass(frozen=True, slots=True)
class City:
    """A city as the wall knows it. `at` is its centre, coarsely."""

    key: str
    at: Point
    words: PlaceWords


def city(cell: Point, describe: Callable[[Point], PlaceWords]) -> City:
    """The city a coarse cell is told by, and that city's centre: never the cell, which is nearer to a person."""
    words = describe(cell)
    plain = PlaceWords(words.country, words.city, None, words.zone)
    if not words.city:
        return City(f"{words.country}:{round(cell.lat)}:{round(cell.lon)}", _coarse(cell, 0), plain)
    centre = cell
    if words.distance and words.distance.bearing_deg is not None:
        centre = towards(cell, words.distance.bearing_deg + 180.0, words.distance.metres)
    return City(f"{words.country}:{words.city.get('', '')}", _coarse(centre, CITY_DEGREES), plain)


def _coarse(point: Point, decimals: int) -> Point:
    return Point(round(point.lat, decimals), round(point.lon, decimals))


def towards(start: Point, bearing_deg: float, metres: float) -> Point:
    """The point that far along a bearing, on a sphere: exact enough for a dot on a world map."""
    lat, lon, turn, arc = radians(start.lat), radians(start.lon), radians(bearing_deg), metres / EARTH_M
    north = asin(sin(lat) * cos(arc) + cos(lat) * sin(arc) * cos(turn))
    east = lon + atan2(sin(turn) * sin(arc) * cos(lat), cos(arc) - sin(lat) * sin(north))
    return Point(degrees(north), (degrees(east) + 540.0) % 360.0 - 180.0)


@dataclass
class CityCases:
    """The running cases of one city."""

    city: City
    stages: dict[WallStage, int] = field(default_factory=dict)
    rings_since: datetime | None = None

    def add(self, case: WallCase) -> None:
        found = stage(case)
        self.stages[found] = self.stages.get(found, 0) + 1
        if found is WallStage.RINGING:
            self.rings_since = min(self.rings_since or since(case), since(case))

    @property
    def worst(self) -> WallStage:
        return next(s for s in ORDER if s in self.stages)


def by_city(cases: Iterable[tuple[WallCase, City | None]]) -> list[CityCases]:
    """Cases without a place are counted elsewhere. The most urgent city first."""
    found: dict[str, CityCases] = {}
    for case, where in cases:
        if where:
            found.setdefault(where.key, CityCases(where)).add(case)
    return sorted(found.values(), key=lambda c: (ORDER.index(c.worst), -sum(c.stages.values()), c.city.key))


def percentile(lengths: Sequence[timedelta], share: float) -> timedelta | None:
    """By nearest rank: a time that really was. None of nothing."""
    ordered = sorted(lengths)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None


def share_within(
    lengths: Sequence[timedelta], pending: Sequence[timedelta], limit: timedelta
) -> float | None:
    """How large a share came in time. Who still waits counts as late only once they are."""
    met = sum(length <= limit for length in lengths)
    late = len(lengths) - met + sum(age > limit for age in pending)
    return met / (met + late) if met + late else None


@dataclass(frozen=True, slots=True)
class Reached:
    """Today's times to one stage: those that are over, and the ages of those still waited for."""

    lengths: list[timedelta]
    pending: list[timedelta]


def answered(spans: Sequence[WallSpan], now: datetime) -> Reached:
    return _reached(spans, now, lambda span: span.answered_at)


def beside(spans: Sequence[WallSpan], now: datetime) -> Reached:
    return _reached(spans, now, lambda span: span.beside_at)


def _reached(
    spans: Sequence[WallSpan], now: datetime, when: Callable[[WallSpan], datetime | None]
) -> Reached:
    found = Reached([], [])
    for span in spans:
        at = when(span)
        if at:
            found.lengths.append(at - span.dispatched_at)
        elif not span.over:
            found.pending.append(now - span.dispatched_at)
    return found


class Heat(StrEnum):
    """A channel's state; the names are the page's colours."""

    SAFE = "safe"
    WAITING = "waiting"
    BREACHED = "breached"


def channel(found: WallChannel, now: datetime) -> Heat:
    """Red when letters fail or stand still, amber when they are slow."""
    age = now - found.oldest_waiting_at if found.oldest_waiting_at else timedelta()
    if found.failed or age > STUCK:
        return Heat.BREACHED
    return Heat.WAITING if age > SLOW else Heat.SAFE
