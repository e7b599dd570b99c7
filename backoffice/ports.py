"""What the business asks of the world: storage, places, the envoy index, paging, media."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from backoffice.cases.model import Case, Entry, Event
from backoffice.dispatch.model import Assignment, AssignmentStatus, Envoy
from backoffice.kernel.exchange import Address, LetterState, NewLetter, Question, Session
from backoffice.kernel.geo import Fix, Point, RawPoint
from backoffice.kernel.ids import (
    AssignmentId,
    CaseId,
    DeadlineId,
    EnvoyId,
    MediaId,
    OperatorId,
    PersonId,
    QuestionId,
)
from backoffice.kernel.messages import Message, PlaceWords
from backoffice.people.model import Identity, Person, Reach


class DeadlineKind(StrEnum):
    """What happens when a deadline passes."""

    COUNTDOWN = "countdown"
    WAVE = "wave"
    WIDEN = "widen"
    ACKNOWLEDGE = "acknowledge"
    PROMISE = "promise"
    LIVE_QUIET = "live_quiet"
    SEAL = "seal"
    FORGOTTEN_CANCEL = "forgotten_cancel"


class DeadlineState(StrEnum):
    ARMED = "armed"
    FIRED = "fired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A promise to act at `due`. `person` is whose lock it fires under, `subject` what it is about (a case id)."""

    id: DeadlineId
    kind: DeadlineKind
    person: PersonId
    subject: str
    due: datetime
    payload: dict[str, Any] = field(default_factory=dict)
    state: DeadlineState = DeadlineState.ARMED


class People(Protocol):
    """Persons and their chat identities."""

    async def at(self, address: Address) -> Person | None: ...
    async def get(self, person: PersonId) -> Person: ...
    async def add(self, person: Person, at: Address) -> None: ...
    async def save(self, person: Person) -> None:
        """Conditional on `version`; raises `errors.Stale`."""
        ...

    async def identities(self, person: PersonId) -> Sequence[Identity]:
        """Reachable first, then the one heard from last."""
        ...

    async def heard(self, at: Address, now: datetime) -> None:
        """The address wrote: it reaches its person again."""
        ...

    async def set_reach(self, at: Address, reach: Reach) -> None: ...
    async def erase(self, person: PersonId) -> None:
        """Destroy the person's key and profile; the identity row stays for open cases only."""
        ...

    async def last_fix(self, person: PersonId) -> Fix | None: ...
    async def put_fix(self, person: PersonId, fix: Fix) -> None: ...


class Cases(Protocol):
    """Cases, their conversation and their timeline. Positions and words are sealed under the case's key."""

    async def add(self, case: Case) -> None:
        """Raises `errors.Stale` when the requester already has an active case that is not under duress."""
        ...

    async def get(self, case: CaseId) -> Case: ...
    async def by_ref(self, ref: str) -> Case | None: ...
    async def ref_free(self, ref: str) -> bool: ...
    async def save(self, case: Case) -> None:
        """Conditional on `version`, which it raises by one on success; raises `errors.Stale`."""
        ...

    async def active_of(self, person: PersonId) -> Case | None:
        """The requester's active case that is not under duress."""
        ...

    async def duress_of(self, person: PersonId) -> Case | None:
        """The requester's active case under duress."""
        ...

    async def last_closed_of(self, person: PersonId) -> Case | None: ...
    async def add_fix(self, case: CaseId, fix: Fix) -> None:
        """One more point of the track."""
        ...

    async def track(self, case: CaseId) -> Sequence[Fix]: ...
    async def add_entry(self, entry: Entry) -> int:
        """Returns the entry's number (1, 2, … within the case)."""
        ...

    async def entries(self, case: CaseId) -> Sequence[Entry]: ...
    async def add_event(self, event: Event) -> None: ...
    async def events(self, case: CaseId) -> Sequence[Event]: ...
    async def take_envoy_place(self, case: CaseId) -> bool:
        """Conditional UPDATE: one more envoy while the case is open and fewer are taken than wanted."""
        ...

    async def give_envoy_place_back(self, case: CaseId) -> None: ...
    async def seal(self, case: CaseId) -> None:
        """Move exact positions behind the two-person seal."""
        ...


class Envoys(Protocol):
    """Envoys and their positions."""

    async def get(self, envoy: EnvoyId) -> Envoy: ...
    async def of_person(self, person: PersonId) -> Envoy | None: ...
    async def many(self, ids: Sequence[EnvoyId]) -> Sequence[Envoy]: ...
    async def on_duty(self) -> Sequence[Envoy]:
        """For loading the index."""
        ...

    async def add(self, envoy: Envoy) -> None: ...
    async def save(self, envoy: Envoy) -> None: ...
    async def take(self, envoy: EnvoyId, case: CaseId) -> bool:
        """Conditional UPDATE: busy with `case` while on duty and not busy."""
        ...

    async def release(self, envoy: EnvoyId, case: CaseId) -> None: ...


class Assignments(Protocol):
    """Who was asked for what."""

    async def add(self, assignment: Assignment) -> None: ...
    async def get(self, assignment: AssignmentId) -> Assignment: ...
    async def save(self, assignment: Assignment) -> None: ...
    async def of_case(self, case: CaseId) -> Sequence[Assignment]: ...
    async def of_envoy(self, envoy: EnvoyId, statuses: frozenset[AssignmentStatus]) -> Sequence[Assignment]:
        """Newest first."""
        ...


class Talk(Protocol):
    """Sessions and questions of conversations."""

    async def session(self, person: PersonId) -> Session: ...
    async def save_session(self, session: Session) -> None: ...
    async def open_questions(self, person: PersonId) -> Sequence[Question]:
        """Newest first, those past `until` left out (needs `now` of the unit of work)."""
        ...

    async def question(self, question: QuestionId) -> Question | None: ...
    async def ask(self, question: Question) -> None: ...
    async def close_question(self, question: QuestionId) -> None: ...
    async def close_about(self, subject: str, kind: str = "") -> None:
        """Close every open question about `subject` (of one kind, or all)."""
        ...


class Outbox(Protocol):
    """Letters, put on the same transaction as what they tell."""

    async def put(self, letter: NewLetter) -> str:
        """Returns the letter's id. Supersedes waiting letters with the same person and tag."""
        ...

    async def drop_about(self, person: PersonId, case: CaseId) -> int:
        """Drop this person's letters of this case that are not yet sent; returns how many."""
        ...

    async def release_held(self, at: Address) -> None:
        """The person wrote: held letters to this address wait again."""
        ...


class Deadlines(Protocol):
    """Deadlines as rows."""

    async def arm(self, deadline: Deadline) -> None: ...
    async def cancel(self, kind: DeadlineKind, subject: str) -> int:
        """Conditional UPDATE armed -> cancelled; returns how many it stopped."""
        ...

    async def fire(self, deadline: DeadlineId, now: datetime) -> bool:
        """Conditional UPDATE armed and due -> fired; True for the one winner."""
        ...

    async def armed(self, kind: DeadlineKind, subject: str) -> Deadline | None: ...


class OperatorRole(StrEnum):
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    DOCTOR = "doctor"
    CLAIMS = "claims"
    FINANCE = "finance"
    ADMIN = "admin"
    GUEST = "guest"
    WALL = "wall"


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who signs in to the console."""

    id: OperatorId
    name: str
    role: OperatorRole
    centre: str = ""
    organisation: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class SignIn:
    """A console session; only the hash of its token is stored."""

    operator: Operator
    csrf: str
    started_at: datetime
    seen_at: datetime


class Staff(Protocol):
    """Operators, their one-time links and their sessions. Tokens arrive here already hashed (SHA-256 hex)."""

    async def add(self, operator: Operator) -> None: ...
    async def get(self, operator: OperatorId) -> Operator | None: ...
    async def add_link(self, token_hash: str, operator: OperatorId, until: datetime) -> None: ...
    async def use_link(self, token_hash: str, now: datetime) -> Operator | None:
        """Conditional UPDATE: works once, before its end."""
        ...

    async def open_session(self, token_hash: str, operator: OperatorId, csrf: str, now: datetime) -> None: ...
    async def session(self, token_hash: str) -> SignIn | None: ...
    async def touch_session(self, token_hash: str, now: datetime) -> None: ...
    async def end_session(self, token_hash: str) -> None: ...
    async def audit(self, at: datetime, actor: str, action: str, object_: str) -> None:
        """Append one row to the trail of views and changes."""
        ...


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A message that belongs to no open case, for the centre's general queue. `after_ref` is the closed case's reference."""

    id: int
    person: PersonId
    at: datetime
    text: str
    after_ref: str = ""
    case: CaseId | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a person of the staff must see: a parked update, an unreachable person, a channel down."""

    id: int
    at: datetime
    kind: str
    case: CaseId | None
    text: str
    seen_at: datetime | None = None


class Desk(Protocol):
    """The centre's general queue and its alerts."""

    async def queue(self, item: QueueItem) -> int: ...
    async def finish(self, item: int, now: datetime) -> None: ...
    async def waiting(self) -> Sequence[QueueItem]: ...
    async def alert(self, alert: Alert) -> int: ...
    async def alerts(self) -> Sequence[Alert]:
        """Not yet seen, newest first."""
        ...

    async def seen(self, alert: int, now: datetime) -> None: ...


class UnitOfWork(Protocol):
    """One transaction. Left without `commit` it undoes everything.

    `hint(topic)` is published on the bus after the commit (`case:<id>`, `letters`, `deadlines`, `envoy:<id>`, `queue`).
    """

    @property
    def people(self) -> People: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def envoys(self) -> Envoys: ...
    @property
    def assignments(self) -> Assignments: ...
    @property
    def talk(self) -> Talk: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def deadlines(self) -> Deadlines: ...
    @property
    def staff(self) -> Staff: ...
    @property
    def desk(self) -> Desk: ...

    def hint(self, topic: str) -> None: ...
    async def commit(self) -> None: ...


class Store(Protocol):
    """Where units of work come from. `now` is given so that repositories know the turn's time."""

    def begin(self, now: datetime) -> AbstractAsyncContextManager[UnitOfWork]: ...


class Locks(Protocol):
    """One holder per key at a time, over all processes. Waiting holds no pooled connection."""

    def hold(self, key: str) -> AbstractAsyncContextManager[None]: ...


class Bus(Protocol):
    """Hints with rows behind them. A lost hint costs a moment, never data."""

    async def publish(self, topics: Sequence[str]) -> None: ...
    def subscribe(self) -> AbstractAsyncContextManager[AsyncIterator[str]]: ...


@dataclass(frozen=True, slots=True)
class EmergencyNumber:
    """`service` is `police`, `ambulance`, `fire` … or empty where nobody may guess."""

    number: str
    service: str = ""


@dataclass(frozen=True, slots=True)
class NearCentre:
    """A contracted emergency centre; its place is known to the city only."""

    name: str
    city: str


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A city named in a text: its centre and its words."""

    point: Point
    words: PlaceWords


class Places(Protocol):
    """Offline knowledge of places."""

    def find(self, text: str) -> Sequence[FoundPlace]:
        """Cities named in `text`, in any of the five languages, the likeliest first."""
        ...

    def fix(self, raw: RawPoint) -> tuple[Point, bool, Point | None]:
        """WGS-84 point, whether two readings fit, and the other reading."""
        ...

    def describe(self, point: Point) -> PlaceWords: ...
    def emergency_numbers(self, country: str) -> Sequence[EmergencyNumber]: ...
    def near_centre(self, point: Point) -> NearCentre | None: ...
    def in_mainland_china(self, point: Point) -> bool: ...
    def to_gcj(self, point: Point) -> Point:
        """For maps of mainland China; the same point elsewhere."""
        ...


class EnvoyIndex(Protocol):
    """Where the envoys on duty are; derived from rows, never the truth. Metres."""

    def upsert(self, envoy: EnvoyId, lat: float, lon: float, at: float) -> None: ...
    def remove(self, envoy: EnvoyId) -> None: ...
    def within(self, lat: float, lon: float, radius_m: float) -> Sequence[tuple[str, float]]:
        """Nearest first, ties by id."""
        ...

    def nearest(self, lat: float, lon: float, n: int, radius_m: float) -> Sequence[tuple[str, float]]: ...


class Pager(Protocol):
    """Wakes people when the console is not enough. Raises `bot.channel`-free `PageFailed`."""

    async def page(self, level: int, ref: str, what: str) -> None: ...


class PageFailed(Exception):
    """Nobody could be paged over this way; the ladder goes on."""


class Words(Protocol):
    """Message and locale to plain text (implemented by `bot/i18n`)."""

    def text(self, message: Message, locale: str, zone: str = "UTC") -> str: ...


class MediaStore(Protocol):
    """Files of cases, sealed."""

    async def put(self, case: CaseId | None, media: MediaId, body: bytes) -> None: ...
    async def get(self, media: MediaId) -> bytes: ...


@dataclass(frozen=True, slots=True)
class SentState:
    """How one letter of an entry stands, for staff: to whom, over which channel, in which state and why."""

    to: str
    channel: str
    state: LetterState
    error: str
    at: datetime | None
