"""A follower of a case: invited, following, over; and the links and words that belong to them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from backoffice.families.scopes import NOTHING, Scopes
from backoffice.kernel import moves
from backoffice.kernel.ids import Bits, CaseId, PersonId
from backoffice.kernel.messages import Media, MediaKind, Role

FollowerId = NewType("FollowerId", str)
AFTER_CASE = timedelta(hours=24)
"""A link outlives its case by this (business.md, Families and consent)."""
QR_LIVES = timedelta(days=30)
"""WeChat's limit for a temporary QR code (qrcode/create: expire_seconds at most 2,592,000)."""
QR_RENEWED_AFTER = timedelta(days=25)
"""A code nobody has scanned is renewed before it ends."""
NAME_LIMIT, TEXT_LIMIT = 40, 1000
MOST_FOLLOWERS = 12


class FollowerStatus(StrEnum):
    INVITED = "invited"
    FOLLOWING = "following"
    REVOKED = "revoked"
    LEFT = "left"
    OVER = "over"


FOLLOWER_MOVES: moves.Moves[FollowerStatus] = {
    FollowerStatus.INVITED: frozenset(
        {FollowerStatus.FOLLOWING, FollowerStatus.REVOKED, FollowerStatus.LEFT, FollowerStatus.OVER}
    ),
    FollowerStatus.FOLLOWING: frozenset({FollowerStatus.REVOKED, FollowerStatus.LEFT, FollowerStatus.OVER}),
}
"""Nobody comes back by the old door: whoever was taken off is invited anew."""
LIVE = frozenset({FollowerStatus.INVITED, FollowerStatus.FOLLOWING})


class Part(StrEnum):
    """Whose part they have: a relative who reads, or the patient, for whom somebody else asked for help."""

    RELATIVE = "relative"
    PATIENT = "patient"


class Decider(StrEnum):
    """Who has set what this follower may know."""

    NOBODY = "nobody"
    TRAVELLER = "traveller"
    OPERATOR = "operator"


class Reached(StrEnum):
    """How somebody with neither app is reached."""

    NONE = ""
    SMS = "sms"
    EMAIL = "email"
    CALL = "call"


@dataclass
class Follower:
    """Somebody who follows a case. Times are UTC; `name` is what the inviter calls them.

    `person` is who they are in a chat, once they came. `contact` is an E.164 number or an e-mail address.
    `told_upto` is how many lines of the timeline they have been told of, `told_at` when last. `call_since`: an
    operator has to call them with news since then. `invited_by` and `opened_why`: who and why, for the record.
    """

    id: FollowerId
    case: CaseId
    name: str
    invited_by: str
    invited_at: datetime
    status: FollowerStatus = FollowerStatus.INVITED
    part: Part = Part.RELATIVE
    named: bool = False
    person: PersonId | None = None
    locale: str = "zh_Hans"
    zone: str = "Asia/Shanghai"
    scopes: Scopes = NOTHING
    decided_by: Decider = Decider.NOBODY
    reached: Reached = Reached.NONE
    contact: str = ""
    opened_why: str = ""
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    heard_at: datetime | None = None
    told_upto: int = 0
    told_at: datetime | None = None
    call_since: datetime | None = None
    version: int = 0

    def move(self, to: FollowerStatus, now: datetime) -> None:
        """The one door to `status`; raises `errors.IllegalMove`."""
        self.status = moves.check(FOLLOWER_MOVES, self.status, to)
        if to is FollowerStatus.FOLLOWING:
            self.accepted_at = now
        else:
            self.ended_at = now

    @property
    def live(self) -> bool:
        return self.status in LIVE

    @property
    def reads(self) -> bool:
        """Follows, as a relative."""
        return self.status is FollowerStatus.FOLLOWING and self.part is Part.RELATIVE


class LinkKind(StrEnum):
    """Which door a token opens: a chat (Telegram, WeChat's QR) or the page."""

    TELEGRAM = "telegram"
    QR = "qr"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class FollowLink:
    """One token's row; only its hash is kept. `opened_at`: a person pressed the button behind it."""

    token_hash: str
    follower: FollowerId
    kind: LinkKind
    made_at: datetime
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FamilyEntry:
    """One contribution to the families' thread. `follower` empty: to everybody with `scope`.

    `role` FAMILY is a relative asking, OPERATOR the centre answering or telling. `number` grows; 0 before storing.
    """

    case: CaseId
    at: datetime
    role: Role
    author: str
    name: str
    text: str
    follower: FollowerId | None = None
    scope: str = ""
    media: Media | None = None
    number: int = 0

    @property
    def photo(self) -> bool:
        return self.media is not None and self.media.kind is MediaKind.PHOTO


def alive(live: bool, closed_at: datetime | None, now: datetime) -> bool:
    """Whether a follower's links open anything: theirs run, and their case until 24 h after its close."""
    return live and (closed_at is None or now < closed_at + AFTER_CASE)


def decider_of(for_other: bool, patient: PersonId | None, requester: PersonId) -> PersonId | None:
    """Who says what relatives may know: the person in trouble. Nobody while the patient cannot be asked."""
    if for_other:
        return patient
    return requester


def fresh_token(bits: Bits) -> str:
    """256 random bits as 43 characters of A-Za-z0-9_-: fits Telegram's start payload and WeChat's scene (64)."""
    number = bits(256)
    return "".join(_ALPHABET[number >> shift & 63] for shift in range(252, -1, -6))


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
TOKEN_LENGTH = 43
PREFIX = "f_"
"""Before a token in a start payload or a QR scene, so that other scenes can have other meanings."""


def payload_token(scene: str) -> str | None:
    """The token in a start payload or scene; None when it is no invitation."""
    token = scene.removeprefix(PREFIX)
    return token if scene.startswith(PREFIX) and is_token(token) else None


def is_token(text: str) -> bool:
    """Whether it can be a token at all: what cannot is never looked up."""
    return len(text) == TOKEN_LENGTH and all(c in _ALPHABET for c in text)
