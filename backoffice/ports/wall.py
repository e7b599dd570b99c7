"""What the big screen reads: numbers, stages and cities. Nobody's name, number, words or exact place is among it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backoffice.cases.model import CaseStatus, Kind
from backoffice.kernel.geo import Point


@dataclass(frozen=True, slots=True)
class WallCase:
    """A running case. `cell` is the centre of its coarse cell; what is shown of it is the city alone."""

    number: int
    """Tells it from the others within one reading; it is no reference."""
    status: CaseStatus
    kind: Kind
    cell: Point | None
    dispatched_at: datetime
    rang_at: datetime | None
    answered_at: datetime | None
    working: int
    arrived: int


@dataclass(frozen=True, slots=True)
class WallEvent:
    """A case came to another stage: a code of the timeline and the coarse cell."""

    number: int
    at: datetime
    what: str
    cell: Point | None


@dataclass(frozen=True, slots=True)
class WallSpan:
    """One call for help of today: when it reached us, when a person took it, when somebody stood there.

    `over`: the case is closed, so what has not happened will not.
    """

    dispatched_at: datetime
    answered_at: datetime | None
    beside_at: datetime | None
    over: bool


@dataclass(frozen=True, slots=True)
class WallAlert:
    """Alerts of one kind that nobody has seen yet."""

    kind: str
    count: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class WallChannel:
    """A channel: newest update in, letters waiting and since when, failures of the last hour."""

    name: str
    in_at: datetime | None
    waiting: int
    oldest_waiting_at: datetime | None
    failed: int


@dataclass(frozen=True, slots=True)
class WallMajor:
    """A major case: how many persons stand in which state. Its title is typed by people and stays off the wall."""

    cell: Point | None
    opened_at: datetime
    states: dict[str, int]


@dataclass(frozen=True, slots=True)
class WallFacts:
    """One reading."""

    countdowns: int
    cases: tuple[WallCase, ...]
    spans: tuple[WallSpan, ...]
    events: tuple[WallEvent, ...]
    alerts: tuple[WallAlert, ...]
    channels: tuple[WallChannel, ...]
    majors: tuple[WallMajor, ...] = ()


@dataclass(frozen=True, slots=True)
class EnvoyCell:
    """Envoys on duty around one whole degree of latitude and longitude."""

    lat: float
    lon: float
    free: int
    busy: int


class WallReads(Protocol):
    """Reads for the wall: bounded, whatever the number of rows; none takes the writer."""

    async def facts(self, since: datetime, now: datetime, most_events: int) -> WallFacts:
        """Drills and cases under duress are left out; of the spans duress counts, since a number is nobody."""
        ...

    async def envoys(self) -> Sequence[EnvoyCell]: ...
