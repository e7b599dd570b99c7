"""What the pages about the centre's own work read: whose case, what is found, what happened, how the service does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from backoffice.cases.model import Case, CloseReason, Kind, Verified
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel.exchange import LetterState
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import CaseId
from backoffice.queries import ChannelHealth


@dataclass(frozen=True, slots=True)
class Labels:
    """What stands on open and resolved cases besides themselves: their centre and their tags."""

    centres: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Why(StrEnum):
    """By what a case was found."""

    REF = "ref"
    NAME = "name"
    PHONE = "phone"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Found:
    """A case that fits a search. `name` is the requester's; whether the searcher may see it is for the caller."""

    case: Case
    why: Why
    name: str


@dataclass(frozen=True, slots=True)
class Finding:
    """`mark` is the keyed hash of what was looked for: the trail knows the same search again and not its words."""

    found: tuple[Found, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class Course:
    """How one case went. `reached`: the first time of each timeline code; `waited`: stage -> seconds from wanted to
    there. `cell` is the coarse cell of its last place (at least 2 km). Drills and tests are none of these."""

    case: CaseId
    dispatched_at: datetime
    kind: Kind
    verified: Verified
    close_reason: CloseReason | None
    cell: Point | None
    place: str
    centre: str
    reached: Mapping[str, datetime]
    waited: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question put to an envoy."""

    case: CaseId
    asked_at: datetime
    status: AssignmentStatus
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sent:
    """Letters of one channel that ended in one state: how many, and the seconds from written to ended, each."""

    channel: str
    state: LetterState
    seconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class History:
    """What happened in a stretch of time."""

    courses: tuple[Course, ...]
    asked: tuple[Asked, ...]
    sent: tuple[Sent, ...]


@dataclass(frozen=True, slots=True)
class SyntheticCall:
    """One synthetic SOS. `missing` is the first stage not seen in time, empty when all were; seconds by stage."""

    at: datetime
    channel: str
    missing: str
    latency: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Vitals:
    """How the service does. Seconds and bytes; None where there is nothing to tell of."""

    channels: tuple[ChannelHealth, ...]
    untaken: int
    untaken_since: datetime | None
    parked: int
    lag_p95_s: float | None
    outbox: int
    outbox_since: datetime | None
    late: int
    late_since: datetime | None
    database_bytes: int
    calls: tuple[SyntheticCall, ...]


class CentreQueries(Protocol):
    """Reads. None of them takes the writer."""

    async def labels(self) -> Labels: ...

    async def search(self, text: str) -> Finding:
        """By case number, name, telephone number and words said; the newest first, at most 200."""
        ...

    async def history(self, since: datetime, until: datetime) -> History: ...

    async def vitals(self, now: datetime) -> Vitals: ...
