"""A hundred faked positions against a place that offers must not give away.

Somebody stands at 100 made-up places and reads what an offer says at each: the cell and the distance band. They know
the grid and how bands are made. Every answer must be the same for every point of the cell, so that whatever is
computed from the answers leaves the whole cell open: half a cell and more.
"""

import random
from dataclasses import dataclass, replace
from math import cos, hypot, radians, sqrt
from typing import Any, cast

from backoffice.cases.model import Case, Origin
from backoffice.dispatch.model import Envoy
from backoffice.kernel import geodesy
from backoffice.kernel.geo import Datum, Fix, Point, RawPoint, Source
from backoffice.kernel.ids import CaseId, EnvoyId, PersonId
from backoffice.workflows import offers
from backoffice.workflows.work import Work
from tests.chaos.report import Figures, Plan, must
from tests.clocks import START

FAKES = 100
TWINS = 5
"""Other points of the same cell that must get the same answers."""
REACH_M = 40_000.0
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Answer:
    """What an offer says at a faked position."""

    at: Point
    cell: str
    band: str


async def run(plan: Plan, figures: Figures) -> None:
    """1,000 cases all over the inhabited latitudes, 100 in the short form."""
    chance = plan.chance()
    guesses, centres = [], []
    for _ in range(plan.some(100, 1_000)):
        guess_m, centre_m, least_m = attack(chance, _somewhere(chance))
        guesses.append(guess_m)
        centres.append(centre_m)
        must(least_m >= HALF * geodesy.SMALLEST_CELL_M, f"only {least_m:.0f} m of the cell are left open")
    figures["cases"] = len(guesses)
    figures["trilaterated_rms_m"] = rms(guesses)
    figures["middle_of_cell_rms_m"] = rms(centres)
    figures["half_cell_m"] = HALF * geodesy.SMALLEST_CELL_M
    must(rms(guesses) >= 0.95 * rms(centres), "the answers tell more than the cell")


def attack(chance: random.Random, hidden: Point) -> tuple[float, float, float]:
    """Metres: how far the trilaterated point and the middle of the cell are off; how much stays open at least."""
    fakes = [_around(chance, hidden) for _ in range(FAKES)]
    answers = read(hidden, fakes)
    cell = geodesy.cell(hidden.lat, hidden.lon)
    for _ in range(TWINS):
        must(read(_within(chance, cell, hidden), fakes) == answers, "two points of a cell were told apart")
    guess = trilaterated(answers)
    open_m = max(geodesy.distance_m(guess, corner) for corner in _corners(cell))
    off = geodesy.distance_m(guess, hidden)
    return off, geodesy.distance_m(cell.centre, hidden), open_m


def read(hidden: Point, fakes: list[Point]) -> list[Answer]:
    """What the service would offer at each position: the words an envoy sees before they accept."""
    case, work = _case(hidden), cast(Work, _Now())
    found = []
    for at in fakes:
        said = offers.offered(work, case, replace(_ENVOY, position=at))
        found.append(Answer(at, str(said["cell"]), str(said["band"])))
        must(set(said) == {"cell", "band", "languages", "place"}, f"an offer says more: {sorted(said)}")
        must(said["place"] == "", "an offer names the exact place")
    return found


def trilaterated(answers: list[Answer]) -> Point:
    """The least-squares point whose distances fit the bands best, by Gauss-Newton on a local plane."""
    origin = answers[0].at
    across = 111_320.0 * cos(radians(origin.lat))
    seen = [
        ((a.at.lon - origin.lon) * across, (a.at.lat - origin.lat) * 110_574.0, *_edges(a.band))
        for a in answers
    ]
    x = sum(s[0] for s in seen) / len(seen)
    y = sum(s[1] for s in seen) / len(seen)
    for _ in range(60):
        x, y = _closer(x, y, seen)
    return Point(origin.lat + y / 110_574.0, origin.lon + x / across)


def _closer(x: float, y: float, seen: list[tuple[float, float, float, float]]) -> tuple[float, float]:
    """One step: positions whose band is missed pull or push."""
    pull_x = pull_y = 0.0
    for px, py, low, high in seen:
        away = max(1.0, hypot(x - px, y - py))
        wanted = min(max(away, low), high)
        middle = (low + high) / 2
        target = wanted if wanted != away else away + 0.02 * (middle - away)
        pull_x += (x - px) / away * (target - away)
        pull_y += (y - py) / away * (target - away)
    return x + 2 * pull_x / len(seen), y + 2 * pull_y / len(seen)


def _edges(band: str) -> tuple[float, float]:
    """A band's limits in metres."""
    low, _, high = band.removesuffix(" km").partition("–")
    return float(low) * 1000, float(high) * 1000


def rms(metres: list[float]) -> float:
    return sqrt(sum(m * m for m in metres) / len(metres))


def _somewhere(chance: random.Random) -> Point:
    return Point(chance.uniform(-55, 65), chance.uniform(-179, 179))


def _around(chance: random.Random, hidden: Point) -> Point:
    """A faked position within the widest ring, evenly over its area."""
    while True:
        north, east = chance.uniform(-REACH_M, REACH_M), chance.uniform(-REACH_M, REACH_M)
        if hypot(north, east) <= REACH_M:
            lon = hidden.lon + east / (111_320.0 * cos(radians(hidden.lat)))
            return Point(hidden.lat + north / 110_574.0, geodesy.normalise_lon(lon))


def _within(chance: random.Random, cell: geodesy.Cell, hidden: Point) -> Point:
    """Another point of the same cell."""
    half = cell.size_m / 2
    while True:
        lat = cell.centre.lat + chance.uniform(-half, half) / 110_574.0
        lon = cell.centre.lon + chance.uniform(-half, half) / (111_320.0 * cos(radians(cell.centre.lat)))
        if geodesy.cell(lat, lon).code == cell.code:
            return Point(lat, lon)


def _corners(cell: geodesy.Cell) -> list[Point]:
    """Just inside the corners of a cell."""
    north = 0.49 * cell.size_m / 110_574.0
    east = 0.49 * cell.size_m / (111_320.0 * cos(radians(cell.centre.lat)))
    return [Point(cell.centre.lat + a * north, cell.centre.lon + b * east) for a in (-1, 1) for b in (-1, 1)]


class _Now:
    """All of a turn that an offer's words need."""

    now = START
    uow: Any = None


_ENVOY = Envoy(
    EnvoyId("fake"), PersonId("fake"), "fake", ["zh"], [], Point(1.0, 1.0), True, position_at=START
)


def _case(hidden: Point) -> Case:
    raw = RawPoint(hidden.lat, hidden.lon, Datum.WGS84)
    fix = Fix(hidden, raw, Source.TELEGRAM_PIN, START, 10.0)
    return Case(CaseId("c"), "7K3F", PersonId("p"), Origin.PIN, START, START, fix=fix)
