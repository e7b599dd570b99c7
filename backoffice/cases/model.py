"""A case: the whole matter from the first pin to the close, with its table of moves."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from backoffice.kernel import moves
from backoffice.kernel.geo import Fix
from backoffice.kernel.ids import CaseId, OperatorId, PersonId
from backoffice.kernel.messages import MapPoint, Media, PlaceWords, Role


class CaseStatus(StrEnum):
    COUNTDOWN = "countdown"
    CANCELLED = "cancelled"
    OPEN = "open"
    RESOLVED = "resolved"
    CLOSED = "closed"


CASE_MOVES: moves.Moves[CaseStatus] = {
    CaseStatus.COUNTDOWN: frozenset({CaseStatus.CANCELLED, CaseStatus.OPEN}),
    CaseStatus.OPEN: frozenset({CaseStatus.RESOLVED, CaseStatus.CLOSED}),
    CaseStatus.RESOLVED: frozenset({CaseStatus.OPEN, CaseStatus.CLOSED}),
    CaseStatus.CLOSED: frozenset({CaseStatus.OPEN}),
}
ACTIVE = frozenset({CaseStatus.COUNTDOWN, CaseStatus.OPEN, CaseStatus.RESOLVED})
FACE = "face"
"""In a case's notes: what the screen shows of it under duress, where it stood there already (`cases/face`)."""


class Origin(StrEnum):
    """How the SOS began."""

    PIN = "pin"
    PHRASE = "phrase"
    BUTTON = "button"
    OPERATOR = "operator"


class ForWhom(StrEnum):
    UNKNOWN = "unknown"
    SELF = "self"
    OTHER = "other"


class Hurt(StrEnum):
    UNKNOWN = "unknown"
    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class Kind(StrEnum):
    """What happened, as the traveller or the operator says."""

    UNKNOWN = "unknown"
    ACCIDENT = "accident"
    ILLNESS = "illness"
    CRIME = "crime"
    LOST = "lost"
    DISASTER = "disaster"
    OTHER = "other"


class Verified(StrEnum):
    """What came of the centre's call-back."""

    NOT_YET = "not_yet"
    VERIFIED = "verified"
    NO_ANSWER = "no_answer"
    NO_NUMBER = "no_number"
    FALSE_ALARM = "false_alarm"


class CloseReason(StrEnum):
    HELPED = "helped"
    SAFE = "safe"
    FALSE_ALARM = "false_alarm"
    DUPLICATE = "duplicate"
    DRILL = "drill"
    UNREACHABLE = "unreachable"
    IN_CARE = "in_care"
    HANDED_ON = "handed_on"
    DECLINED = "declined"
    DIED = "died"
    TEST = "test"


@dataclass
class Case:
    """One matter. Times are UTC; `fix` is the place of the person in trouble as last known.

    `due_at` ends the countdown. `rang_at` is the newest ring and `answered_at` the newest acknowledgement by a
    person: the case rings while the first is later. `ring` is the index of the search radius in use, `searching`
    whether envoys are being asked. `duress`: the screen shows a cancel while the centre works silently; `hidden`
    or `faced` says which cancel.
    """

    id: CaseId
    ref: str
    requester: PersonId
    origin: Origin
    opened_at: datetime
    due_at: datetime
    status: CaseStatus = CaseStatus.COUNTDOWN
    kind: Kind = Kind.UNKNOWN
    for_whom: ForWhom = ForWhom.UNKNOWN
    hurt: Hurt = Hurt.UNKNOWN
    verified: Verified = Verified.NOT_YET
    fix: Fix | None = None
    fix_is_last_known: bool = False
    place: PlaceWords | None = None
    dispatched_at: datetime | None = None
    rang_at: datetime | None = None
    answered_at: datetime | None = None
    owner: OperatorId | None = None
    owner_name: str = ""
    owned_at: datetime | None = None
    says_safe_at: datetime | None = None
    promised_at: datetime | None = None
    closed_at: datetime | None = None
    close_reason: CloseReason | None = None
    true_at: datetime | None = None
    late: bool = False
    duress: bool = False
    drill: bool = False
    searching: bool = False
    ring: int = 0
    wave: int = 0
    envoys_wanted: int = 1
    envoys_taken: int = 0
    place_of_patient: str = ""
    version: int = 0
    notes: dict[str, Any] = field(default_factory=dict)

    def move(self, to: CaseStatus) -> None:
        """The one door to `status`; raises `errors.IllegalMove`."""
        self.status = moves.check(CASE_MOVES, self.status, to)

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    @property
    def faced(self) -> bool:
        """Under duress, and the screen goes on showing a late cancel."""
        return self.duress and FACE in self.notes

    @property
    def hidden(self) -> bool:
        """Under duress, and the screen knows of no case: it shows a cancel in time."""
        return self.duress and FACE not in self.notes

    @property
    def ringing(self) -> bool:
        """Nobody has acknowledged the newest ring yet."""
        if self.rang_at is None or self.status is not CaseStatus.OPEN:
            return False
        return self.answered_at is None or self.answered_at < self.rang_at


class Audience(StrEnum):
    """Who may read an entry: the parties of the case, or staff alone."""

    PARTIES = "parties"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Entry:
    """One contribution to a case's conversation, in the order of `number` (1, 2, …; 0 before it is stored).

    `author` is a person or operator id, `channel` the one it came over
    (empty: from the centre). `text`, `media`, `place` are sealed under the case's key.
    """

    case: CaseId
    at: datetime
    role: Role
    author: str
    name: str = ""
    text: str = ""
    media: Media | None = None
    place: MapPoint | None = None
    audience: Audience = Audience.PARTIES
    number: int = 0
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a case's timeline: `what` is a code (`case.dispatched`), `params` facts about nobody."""

    case: CaseId
    at: datetime
    actor: str
    what: str
    params: dict[str, str | int | float | bool] = field(default_factory=dict)
