"""A major case: one accident with many persons, their places, the orders given and the reports written about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from backoffice.kernel import moves
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import AssignmentId, CaseId, OperatorId

MajorId = NewType("MajorId", str)
MOST_PERSONS = 500
"""A large aircraft; a longer list is a list of something else."""
TITLE_LIMIT, NAME_LIMIT, WORDS_LIMIT, REPORT_LIMIT = 80, 60, 500, 4000


class MajorStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


MAJOR_MOVES: moves.Moves[MajorStatus] = {
    MajorStatus.OPEN: frozenset({MajorStatus.CLOSED}),
    MajorStatus.CLOSED: frozenset({MajorStatus.OPEN}),
}


class PersonState(StrEnum):
    """What is known of a person on the roster, the most worrying first."""

    MISSING = "missing"
    TRAPPED = "trapped"
    HOSPITAL = "hospital"
    SAFE = "safe"
    HOME = "home"
    DEAD = "dead"


GRAVE = frozenset({PersonState.DEAD})
"""Set and taken back by whoever leads, with a reason: a wrong word here cannot be unsaid to a family."""


class PlaceKind(StrEnum):
    SCENE = "scene"
    HOSPITAL = "hospital"
    SHELTER = "shelter"
    AIRPORT = "airport"
    OTHER = "other"


class OrderStatus(StrEnum):
    GIVEN = "given"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    DROPPED = "dropped"


ORDER_MOVES: moves.Moves[OrderStatus] = {
    OrderStatus.GIVEN: frozenset({OrderStatus.ACKNOWLEDGED, OrderStatus.DONE, OrderStatus.DROPPED}),
    OrderStatus.ACKNOWLEDGED: frozenset({OrderStatus.DONE, OrderStatus.DROPPED}),
}
"""Whoever reports an order done has heard it."""


@dataclass
class Major:
    """`leader` answers for it: only they, or a supervisor, give orders and speak to families and organisations."""

    id: MajorId
    title: str
    opened_at: datetime
    leader: OperatorId
    leader_name: str
    scene: Point | None = None
    status: MajorStatus = MajorStatus.OPEN
    closed_at: datetime | None = None
    version: int = 0

    def move(self, to: MajorStatus, now: datetime) -> None:
        """The one door to `status`; raises `errors.IllegalMove`."""
        self.status = moves.check(MAJOR_MOVES, self.status, to)
        self.closed_at = now if to is MajorStatus.CLOSED else None


@dataclass
class Person:
    """One line of the roster. `document` are the last characters of a document; `contact` a family's, as typed."""

    id: str
    major: MajorId
    number: int
    name: str
    changed_at: datetime
    phone: str = ""
    born: str = ""
    document: str = ""
    contact: str = ""
    note: str = ""
    state: PersonState = PersonState.MISSING
    place: str | None = None
    case: CaseId | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A hospital, a hotel, the scene itself."""

    id: str
    major: MajorId
    kind: PlaceKind
    name: str
    phone: str = ""
    point: Point | None = None


@dataclass
class Order:
    """Something somebody was told to do. `to` is a person or a post, as it is said aloud."""

    id: str
    major: MajorId
    number: int
    text: str
    to: str
    given_by: str
    given_at: datetime
    status: OrderStatus = OrderStatus.GIVEN
    heard_by: str = ""
    heard_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    version: int = 0

    def move(self, to: OrderStatus, by: str, now: datetime) -> None:
        """The one door to `status`; raises `errors.IllegalMove`."""
        self.status = moves.check(ORDER_MOVES, self.status, to)
        if to is not OrderStatus.DROPPED and self.heard_at is None:
            self.heard_by, self.heard_at = by, now
        if to is not OrderStatus.ACKNOWLEDGED:
            self.ended_at = now

    @property
    def running(self) -> bool:
        return self.status in ORDER_MOVES


@dataclass(frozen=True, slots=True)
class Report:
    """One version of a situation report; an edit is another version. `facts` are those it was written from."""

    major: MajorId
    number: int
    author: str
    at: datetime
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sending:
    """What was sent about a major case: `ways` are the counts per way, `organisations` the guests who may read it.

    `report` is the version that was sent, 0 for other words.
    """

    id: str
    major: MajorId
    at: datetime
    by: str
    text: str
    scope: str
    ways: Mapping[str, int]
    unreached: int
    report: int = 0
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """An envoy's post: the place of a major case they work at."""

    assignment: AssignmentId
    major: MajorId
    place: str
