"""Envoys and their part in a case: who may be asked, who was, what they said."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from backoffice.kernel import moves
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import AssignmentId, CaseId, EnvoyId, PersonId

FRESH = timedelta(minutes=30)
"""An envoy's own fix older than this no longer counts: their base does (business.md, Place and time)."""


class AssignmentStatus(StrEnum):
    ASKED = "asked"
    DECLINED = "declined"
    STOOD_DOWN = "stood_down"
    ACCEPTED = "accepted"
    UNDER_WAY = "under_way"
    ARRIVED = "arrived"
    WITHDRAWN = "withdrawn"
    DONE = "done"


ASSIGNMENT_MOVES: moves.Moves[AssignmentStatus] = {
    AssignmentStatus.ASKED: frozenset(
        {AssignmentStatus.DECLINED, AssignmentStatus.STOOD_DOWN, AssignmentStatus.ACCEPTED}
    ),
    AssignmentStatus.STOOD_DOWN: frozenset({AssignmentStatus.ASKED}),
    AssignmentStatus.ACCEPTED: frozenset(
        {
            AssignmentStatus.UNDER_WAY,
            AssignmentStatus.ARRIVED,
            AssignmentStatus.WITHDRAWN,
            AssignmentStatus.STOOD_DOWN,
            AssignmentStatus.DONE,
        }
    ),
    AssignmentStatus.UNDER_WAY: frozenset(
        {
            AssignmentStatus.ARRIVED,
            AssignmentStatus.WITHDRAWN,
            AssignmentStatus.STOOD_DOWN,
            AssignmentStatus.DONE,
        }
    ),
    AssignmentStatus.ARRIVED: frozenset(
        {AssignmentStatus.WITHDRAWN, AssignmentStatus.STOOD_DOWN, AssignmentStatus.DONE}
    ),
}
WORKING = frozenset({AssignmentStatus.ACCEPTED, AssignmentStatus.UNDER_WAY, AssignmentStatus.ARRIVED})


@dataclass
class Envoy:
    """A vetted local helper. `position` is the newest own fix while fresh, else None: then `base` counts, marked so.

    `busy_with` is the case they hold now. `synthetic` envoys exist for drills only.
    """

    id: EnvoyId
    person: PersonId
    name: str
    languages: list[str]
    services: list[str]
    base: Point
    on_duty: bool
    phone: str = ""
    sex: str = ""
    position: Point | None = None
    position_at: datetime | None = None
    busy_with: CaseId | None = None
    synthetic: bool = False
    rating: float = 0.0
    version: int = 0

    def has_fresh_fix(self, now: datetime) -> bool:
        """Their own newest fix still counts."""
        return self.position is not None and self.position_at is not None and now - self.position_at < FRESH

    def where(self, now: datetime) -> Point:
        """The newest own fix while fresh, else the base."""
        return self.position if self.position and self.has_fresh_fix(now) else self.base


@dataclass
class Assignment:
    """One envoy's part in one case. `distance_m` is geodesic, `from_base` says that no fresh fix was known.

    `reasons` are the terms of the ranking, kept for the explanation. `task` is their own part in words and `place`
    their own place, when an operator gave them one; `by_hand`: an operator asked them, over and above the search.
    """

    id: AssignmentId
    case: CaseId
    envoy: EnvoyId
    asked_at: datetime
    wave: int
    ring_km: float
    distance_m: float
    from_base: bool
    status: AssignmentStatus = AssignmentStatus.ASKED
    answered_at: datetime | None = None
    code_word: str = ""
    reasons: dict[str, Any] = field(default_factory=dict)
    task: str = ""
    place: Point | None = None
    by_hand: bool = False
    version: int = 0

    def move(self, to: AssignmentStatus) -> None:
        """The one door to `status`; raises `errors.IllegalMove`."""
        self.status = moves.check(ASSIGNMENT_MOVES, self.status, to)

    @property
    def working(self) -> bool:
        return self.status in WORKING
