"""From what happened to the figures of a report: pure, with the counts that stand behind every share."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from backoffice.cases.model import CloseReason, Verified
from backoffice.centre_queries import Asked, Course, Sent
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel.exchange import LetterState
from backoffice.kernel.geo import Point

STAGES: Mapping[str, tuple[str, ...]] = {
    "answered": ("centre.taken", "centre.taken_over"),
    "called_back": (
        "centre.called_verified", "centre.called_no_answer", "centre.called_no_number", "centre.called_false_alarm",
    ),
    "accepted": ("dispatch.accepted",),
    "arrived": ("job.arrived",),
}  # fmt: skip
"""Stage -> the timeline codes of which the first one ends it; all run from the dispatch."""
WAITED = ("provider", "family")
"""Stages that run from when they were wanted."""
CELL_DEG = 0.5
"""Degrees of a square of the coverage map: about 55 km, the size of a city with its surroundings."""
TAKEN = frozenset(
    {
        AssignmentStatus.ACCEPTED,
        AssignmentStatus.UNDER_WAY,
        AssignmentStatus.ARRIVED,
        AssignmentStatus.WITHDRAWN,
        AssignmentStatus.DONE,
    }
)


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took: how many times, and the seconds within which half and nine tenths of them were."""

    n: int
    p50: float | None
    p90: float | None


def spread(seconds: Iterable[float]) -> Spread:
    """Nearest rank: a figure that some case really had."""
    found = sorted(seconds)
    return Spread(len(found), _rank(found, 0.5), _rank(found, 0.9))


def _rank(found: Sequence[float], share: float) -> float | None:
    return found[math.ceil(share * len(found)) - 1] if found else None


def took(course: Course, stage: str) -> float | None:
    """Seconds to this stage; None when it was not reached."""
    if stage in WAITED:
        return course.waited.get(stage)
    times = [course.reached[code] for code in STAGES[stage] if code in course.reached]
    return (min(times) - course.dispatched_at).total_seconds() if times else None


def within(courses: Iterable[Course], stage: str) -> list[float]:
    return [seconds for c in courses if (seconds := took(c, stage)) is not None]


Key = Callable[[Course], str]


def by_day(zone: str) -> Key:
    return lambda c: _local(c.dispatched_at, zone).date().isoformat()


def by_hour(zone: str) -> Key:
    return lambda c: f"{_local(c.dispatched_at, zone).hour:02d}"


def by_centre(course: Course) -> str:
    return course.centre


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def grouped(courses: Iterable[Course], key: Key) -> dict[str, list[Course]]:
    """In the order of the keys."""
    found: dict[str, list[Course]] = {}
    for course in courses:
        found.setdefault(key(course), []).append(course)
    return dict(sorted(found.items()))


def false_alarm(course: Course) -> bool:
    return course.verified is Verified.FALSE_ALARM or course.close_reason is CloseReason.FALSE_ALARM


@dataclass(frozen=True, slots=True)
class Answers:
    """What envoys answered to what they were asked. `stood_down`: another was faster, which is no answer of theirs."""

    asked: int
    accepted: int
    declined: int
    stood_down: int
    waiting: int

    @property
    def share(self) -> float | None:
        """Of those who gave an answer, how many said yes."""
        answered = self.accepted + self.declined
        return self.accepted / answered if answered else None


def answers(asked: Iterable[Asked]) -> Answers:
    found = [a.status for a in asked]
    accepted = sum(s in TAKEN for s in found)
    declined, stood = found.count(AssignmentStatus.DECLINED), found.count(AssignmentStatus.STOOD_DOWN)
    return Answers(len(found), accepted, declined, stood, len(found) - accepted - declined - stood)


def answers_by_day(asked: Iterable[Asked], zone: str) -> dict[str, Answers]:
    found: dict[str, list[Asked]] = {}
    for one in asked:
        found.setdefault(_local(one.asked_at, zone).date().isoformat(), []).append(one)
    return {day: answers(them) for day, them in sorted(found.items())}


@dataclass(frozen=True, slots=True)
class Square:
    """A square of the map. `corner` is its south-west; `alone` counts cases in which no envoy came."""

    corner: Point
    cases: int
    alone: int


def coverage(courses: Iterable[Course]) -> list[Square]:
    """Where cases were, by square, those where nobody came first. To a false alarm nobody has to come."""
    found: dict[tuple[int, int], list[bool]] = {}
    for course in courses:
        if course.cell is not None and not false_alarm(course):
            key = (math.floor(course.cell.lat / CELL_DEG), math.floor(course.cell.lon / CELL_DEG))
            found.setdefault(key, []).append("job.arrived" not in course.reached)
    squares = [
        Square(Point(lat * CELL_DEG, lon * CELL_DEG), len(alone), sum(alone))
        for (lat, lon), alone in found.items()
    ]
    return sorted(squares, key=lambda s: (-s.alone, -s.cases, s.corner.lat, s.corner.lon))


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a channel's letters, and how long the delivered ones took."""

    channel: str
    delivered: int
    failed: int
    unknown: int
    other: int
    took: Spread


def deliveries(sent: Iterable[Sent]) -> list[Delivery]:
    """`other`: superseded by a newer one, or ended before they went."""
    by_channel: dict[str, dict[LetterState, tuple[float, ...]]] = {}
    for one in sent:
        by_channel.setdefault(one.channel, {})[one.state] = one.seconds
    return [_delivery(channel, states) for channel, states in sorted(by_channel.items())]


def _delivery(channel: str, states: Mapping[LetterState, tuple[float, ...]]) -> Delivery:
    named = (LetterState.DELIVERED, LetterState.FAILED, LetterState.UNKNOWN)
    delivered, failed, unknown = (len(states.get(state, ())) for state in named)
    other = sum(len(seconds) for state, seconds in states.items() if state not in named)
    took = spread(states.get(LetterState.DELIVERED, ()))
    return Delivery(channel, delivered, failed, unknown, other, took)


def days_between(first: date, last: date) -> list[str]:
    """Every day of a stretch, so that a day without cases is a gap one sees."""
    return [date.fromordinal(n).isoformat() for n in range(first.toordinal(), last.toordinal() + 1)]
