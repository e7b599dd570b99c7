"""What the console reads: frozen pictures of the rows, and the questions it may ask for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from backoffice import ports
from backoffice.cases.model import Case, CaseStatus, Entry, Event, Hurt, Kind, Verified
from backoffice.dispatch.looks import Look
from backoffice.dispatch.model import Assignment
from backoffice.families.model import FamilyEntry, Follower
from backoffice.kernel.exchange import LetterState
from backoffice.kernel.geo import Fix, Point
from backoffice.kernel.ids import CaseId, EnvoyId, MediaId, OperatorId, OrderId, PersonId
from backoffice.kernel.messages import Message, PlaceWords, Role
from backoffice.oncall.model import OnCall
from backoffice.people.model import EmergencyContact, Reach


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case as the board shows it: the city in words, no name and no exact place."""

    id: CaseId
    ref: str
    status: CaseStatus
    kind: Kind
    hurt: Hurt
    verified: Verified
    place: PlaceWords | None
    located: bool
    opened_at: datetime
    dispatched_at: datetime | None
    rang_at: datetime | None
    answered_at: datetime | None
    owner: OperatorId | None
    owner_name: str
    owned_at: datetime | None
    says_safe_at: datetime | None
    promised_at: datetime | None
    true_at: datetime | None
    late: bool
    duress: bool
    drill: bool
    searching: bool
    asked: int
    working: int
    arrived: int
    wanted: int
    stages: Mapping[str, datetime] = field(default_factory=dict)
    """What the case waits for (`workflows.stages.Stage`), and since when."""
    part_of: str = ""
    """The reference of the case it is worked with."""

    @property
    def ringing(self) -> bool:
        """Nobody has acknowledged the newest ring yet."""
        if self.rang_at is None or self.status is not CaseStatus.OPEN:
            return False
        return self.answered_at is None or self.answered_at < self.rang_at


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """How a channel does: newest update in, newest letter delivered, what waits and what failed in the last hour."""

    channel: str
    in_at: datetime | None
    out_at: datetime | None
    waiting: int
    oldest_waiting_at: datetime | None
    failed: int


@dataclass(frozen=True, slots=True)
class Board:
    """The queue page. `countdowns` is a number and nothing more: nobody is told before dispatch."""

    countdowns: int
    lines: tuple[CaseLine, ...]
    duress: tuple[CaseLine, ...]
    queue: tuple[ports.QueueItem, ...]
    alerts: tuple[ports.Alert, ...]
    channels: tuple[ChannelHealth, ...]
    alert_refs: dict[CaseId, str]
    """References of the cases the alerts are about."""
    on_call: tuple[OnCall, ...] = ()
    """Whom the ladder can wake outside the console, in order."""
    alert_orders: Mapping[str, OrderId] = field(default_factory=dict)
    """Orders by the reference that an alert names as its text."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach a person. `left` is what WeChat still lets us send until `until` (None: no such limit)."""

    channel: str
    reach: Reach
    heard_at: datetime
    left: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonCard:
    """What staff may know about the person who asked. The duress word is not among it."""

    id: PersonId
    name: str
    call_me: str
    phone: str
    locale: str
    zone: str
    languages: tuple[str, ...]
    nationality: str
    contacts: tuple[EmergencyContact, ...]
    blood_group: str
    allergies: str
    medicines: str
    envoy_sex: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class EnvoyCard:
    """One envoy asked for this case. `at` is their newest own fix (None: the base counts)."""

    id: EnvoyId
    person: PersonId
    name: str
    languages: tuple[str, ...]
    phone: str
    assignment: Assignment
    base: Point
    at: Point | None
    at_time: datetime | None
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of the conversation and how each of its letters stands."""

    entry: Entry
    sent: tuple[ports.SentState, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A letter the service itself wrote about this case. `text` is what was sent; empty before that."""

    to: str
    role: Role
    message: Message
    locale: str
    zone: str
    text: str
    channel: str
    state: LetterState
    error: str
    created_at: datetime
    at: datetime | None
    left: int | None = None
    """For one that waits for WeChat's window: how many may still go to its reader."""


@dataclass(frozen=True, slots=True)
class FollowerCard:
    """One relative: what they may know, when their page was opened, and every letter written to them."""

    follower: Follower
    openings: tuple[datetime, ...]
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class FamilyFile:
    """Everybody who follows a case, and the families' own thread."""

    followers: tuple[FollowerCard, ...] = ()
    thread: tuple[FamilyEntry, ...] = ()

    @property
    def waiting(self) -> int:
        """Relatives whose newest question nobody has answered."""
        newest: dict[str, Role] = {}
        for entry in self.thread:
            if entry.follower:
                newest[entry.follower] = entry.role
        return sum(role is Role.FAMILY for role in newest.values())


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything the case page shows."""

    case: Case
    line: CaseLine
    cell: Point | None
    """Centre of the coarse cell of the last position; it stays when the exact place is sealed."""
    person: PersonCard
    track: tuple[Fix, ...]
    said: tuple[Said, ...]
    told: tuple[Told, ...]
    events: tuple[Event, ...]
    envoys: tuple[EnvoyCard, ...]
    looks: tuple[Look, ...]
    """Every look for envoys, oldest first."""
    names: dict[str, str]
    """Display names of the persons, envoys and operators whose ids appear in entries and events."""
    family: FamilyFile = FamilyFile()


@dataclass(frozen=True, slots=True)
class RingingCase:
    """One case that rings, and since when."""

    id: CaseId
    since: datetime


@dataclass(frozen=True, slots=True)
class Ringing:
    """How many cases ring, and since when the longest of them does.

    `calls` are the longest ringing; `loads` how many open cases each operator has in hand; `resting` who paused or
    went: their consoles come last.
    """

    count: int
    since: datetime | None
    calls: tuple[RingingCase, ...] = ()
    loads: Mapping[str, int] = field(default_factory=dict)
    resting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MediaCard:
    """Which case a stored file belongs to. Size in bytes."""

    case: CaseId
    size: int


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties one person of the staff to one case, beside their role.

    `organisations` answer for the requester, `centre` is the owner's, `placed` the case's own (empty: none),
    `written`: a message about the case waits in the general queue, `glass_until`: until when this person has it
    open with a reason.
    """

    organisations: frozenset[str] = frozenset()
    centre: str | None = None
    placed: str = ""
    written: bool = False
    glass_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class GuestLine:
    """A case as the organisation that answers for its person may know it: no words of the chat, no number.

    `point` is the exact place, given only where that is theirs to know; `place` the city.
    """

    id: CaseId
    ref: str
    name: str
    status: CaseStatus
    kind: Kind
    place: PlaceWords | None
    point: Point | None
    dispatched_at: datetime | None
    answered_at: datetime | None
    accepted: bool
    arrived: bool
    closed_at: datetime | None
    waiting: int
    """Questions put to the organisation in this case that nobody has answered."""


class Queries(Protocol):
    """Reads for the console. None of them takes the writer."""

    async def tie(self, operator: ports.Operator, case: Case) -> Tie: ...

    async def guest_cases(self, organisation: str) -> Sequence[GuestLine]:
        """What the organisation's people have open, then what was closed last; no duress, no drill."""
        ...

    async def sign_in(self, token_hash: str) -> ports.SignIn | None:
        """The session of an active operator; its limits are for the caller to judge."""
        ...

    async def operators(self) -> Sequence[ports.Operator]:
        """Active ones, by name."""
        ...

    async def board(self, now: datetime) -> Board: ...

    async def ringing(self) -> Ringing:
        """Open cases whose newest ring nobody has acknowledged, duress included."""
        ...

    async def head(self, case: CaseId) -> Case | None:
        """The case without its conversation, for deciding who may do what; None when there is none."""
        ...

    async def case(self, case: CaseId, now: datetime) -> CaseView:
        """`now` tells which WeChat windows are still open. Raises `errors.NotFound`."""
        ...

    async def media(self, media: MediaId) -> MediaCard | None: ...

    async def queue_item(self, item: int) -> ports.QueueItem | None:
        """One that still waits."""
        ...
