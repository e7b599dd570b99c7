"""What storage keeps for the edges: raw updates, letters, sessions, windows, tokens. Frozen, without behaviour."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from backoffice.kernel.ids import CaseId, LetterId, PersonId, QuestionId
from backoffice.kernel.messages import Message, Urgency
from backoffice.kernel.moves import Moves


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person can be written to: `channel` is `telegram`, `wechat` or `loopback` (drills)."""

    channel: str
    address: str

    @property
    def lane(self) -> str:
        """The key under which one address's traffic keeps its order."""
        return f"{self.channel}:{self.address}"


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """An update as it came, before anybody understood it.

    `key` is the platform's own key for duplicates (Telegram: update_id; WeChat: openid + MsgId, events:
    openid + CreateTime + Event + EventKey). `sender` is whose order it keeps. `body` is JSON or decrypted XML.
    """

    key: str
    sender: Address
    body: bytes
    arrived_at: datetime


class RowState(StrEnum):
    """An inbox row: untaken, handled, or parked after it crashed the worker three times."""

    NEW = "new"
    DONE = "done"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class StoredUpdate:
    """A row of the inbox. `seq` grows in the order of storing; `stored_at` is when the commit was asked for."""

    seq: int
    raw: RawUpdate
    stored_at: datetime
    attempts: int
    state: RowState = RowState.NEW


@dataclass(frozen=True, slots=True)
class Accepted:
    """What intake answers: the row's number and whether the platform had sent it before."""

    seq: int
    duplicate: bool
    sender: Address
    stored_at: datetime


class LetterState(StrEnum):
    """Where a letter stands. The last five are final; every letter ends in one of them."""

    WAITING = "waiting"
    RIDING = "riding"
    SENDING = "sending"
    HELD = "held"
    DELIVERED = "delivered"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


FINAL = frozenset(
    {
        LetterState.DELIVERED,
        LetterState.FAILED,
        LetterState.SUPERSEDED,
        LetterState.UNKNOWN,
        LetterState.DROPPED,
    }
)
"""`dropped`: its reader may no longer know it (stood down, closed, duress begun)."""

_OPEN_MOVES = FINAL | {LetterState.WAITING, LetterState.SENDING, LetterState.HELD}
LETTER_MOVES: Moves[LetterState] = {
    LetterState.WAITING: _OPEN_MOVES,
    LetterState.RIDING: _OPEN_MOVES,
    LetterState.SENDING: _OPEN_MOVES,
    LetterState.HELD: _OPEN_MOVES,
}


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A letter to be put in the outbox.

    `tag`: a later waiting letter with the same person and tag supersedes this one ("" = never).
    `riding` is the inbox row whose webhook answer may carry it. `entry` is the number of the case's
    conversation entry it carries (0 = none), so that staff see each entry's delivery.
    `not_before` is for scheduled words.
    """

    to: PersonId
    message: Message
    urgency: Urgency = Urgency.NORMAL
    case: CaseId | None = None
    entry: int = 0
    tag: str = ""
    riding: int = 0
    only: Address | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter claimed for delivery. `parts_sent` counts parts already with the platform."""

    id: LetterId
    to: PersonId
    address: Address
    message: Message
    urgency: Urgency
    state: LetterState
    attempts: int
    created_at: datetime
    locale: str
    zone: str = "UTC"
    case: CaseId | None = None
    entry: int = 0
    tag: str = ""
    parts_sent: int = 0
    tried: tuple[str, ...] = ()
    doubts: int = 0
    """How often nobody knew whether it arrived: it is said once more at most."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt to deliver a letter. `refs` are the platform's message ids, `text` what was sent.

    `doubtful`: it may have arrived. `attempt` is the letter's `attempts` when it was claimed (0 = nobody's claim):
    of an attempt whose lease has ended meanwhile only "delivered" is still believed.
    """

    state: LetterState
    at: datetime
    retry_at: datetime | None = None
    error: str = ""
    refs: tuple[str, ...] = ()
    text: str = ""
    parts_sent: int = 0
    moved_to: Address | None = None
    doubtful: bool = False
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """What a conversation remembers between two messages: which flow has asked something, and its notes."""

    person: PersonId
    flow: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """A question put to a person, open until answered, closed or `until`.

    `answers` maps digit -> value. `subject` is what it is about (a case or assignment id).
    """

    id: QuestionId
    person: PersonId
    kind: str
    subject: str
    answers: dict[str, str]
    asked_at: datetime
    until: datetime | None = None
    open: bool = True


@dataclass(frozen=True, slots=True)
class Window:
    """WeChat's ledger for one follower: `granted` messages until `expires_at`, `used` of them."""

    address: str
    granted: int
    used: int
    expires_at: datetime | None

    @property
    def left(self) -> int:
        return max(0, self.granted - self.used)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A platform access token shared by all processes."""

    value: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LiveMap:
    """A moving map already on somebody's screen: edit `ref` instead of sending a new one."""

    name: str
    address: Address
    ref: str
    until: datetime
