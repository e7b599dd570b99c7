"""What came in, in the service's own words: every channel's update becomes one of these."""

from dataclasses import dataclass
from datetime import datetime

from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import RawPoint, Source
from backoffice.kernel.messages import MediaKind
from backoffice.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote. `name` is what the platform calls them, `language` its own code; both may be empty."""

    at: Address
    name: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Typed words; `edited` when the person changed an earlier message."""

    text: str
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Live:
    """Live sharing: seconds it runs from its start (0 = just ended); `key` names it, `first` is its start."""

    period_s: int
    key: str
    first: bool


@dataclass(frozen=True, slots=True)
class Located:
    """A point. `own` is false for a forwarded pin or a venue: somebody else's place. `automatic` is WeChat's
    unasked LOCATION event. Coordinates are as sent and may be impossible: the business checks them."""

    point: RawPoint
    source: Source
    accuracy_m: float | None = None
    label: str = ""
    own: bool = True
    automatic: bool = False
    live: Live | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A photo, voice, video or file. `handle` fetches it (MediaId, file_id). Size in bytes, 0 = unknown."""

    kind: MediaKind
    handle: str
    name: str = ""
    mime: str = ""
    size: int = 0
    caption: str = ""
    album: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button: an answer to a question (`question`, `digit`) or a menu key (`command`)."""

    question: str = ""
    digit: str = ""
    command: str = ""
    callback: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A telephone number handed over by the channel's button; `own` when the platform vouches it is the sender's."""

    phone: str
    own: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """The person opened the channel (WeChat follow, Telegram /start); `scene` is a link's or QR code's payload."""

    scene: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """The person unfollowed, blocked or deactivated: this address no longer reaches them."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's report on something we sent (`ref`), e.g. TEMPLATESENDJOBFINISH."""

    ref: str
    delivered: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat has a new address (Telegram group upgrade)."""

    to: str


@dataclass(frozen=True, slots=True)
class Paid:
    """The platform has taken money for one of our payments; `charge` is its own number."""

    payment: str
    amount: Money
    charge: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """An event that needs no answer and changes nothing (VIEW tap, reaction); `kind` for the log."""

    kind: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A kind we do not know: becomes a note on the case and a friendly question."""

    kind: str


Content = (
    Text | Located | File | Pressed | Contact | Followed | Left | Receipt | Moved | Paid | Nothing | Unknown
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update. `at` is the platform's time (UTC), `ref` its message id; `private` is false in groups."""

    sender: Sender
    at: datetime
    content: Content
    private: bool = True
    ref: str = ""


def unanswered(incoming: Incoming) -> bool:
    """WeChat's pushes whose webhook may answer nothing but `success`."""
    content = incoming.content
    automatic = isinstance(content, Located) and content.automatic
    unreadable = isinstance(content, Unknown) and content.kind == "unreadable"
    return automatic or unreadable or isinstance(content, Left)
