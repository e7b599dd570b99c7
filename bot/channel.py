"""What a channel is to the rest: what it can show, how it is sent to, and how it fails."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backoffice.kernel.exchange import Address, RawUpdate
from backoffice.kernel.geo import Point
from backoffice.kernel.messages import Ask, MediaKind, Urgency
from bot.incoming import Incoming


@dataclass(frozen=True, slots=True)
class Features:
    """What a channel can show. `text_limit` counts in `text_unit` (`bytes` of UTF-8 or `utf16` code units).

    `joins`: messages are counted there, so waiting words to one address travel together.
    """

    buttons: bool
    ask_buttons: bool
    native_map: bool
    moving_map: bool
    text_limit: int
    text_unit: str
    caption_limit: int
    media: frozenset[MediaKind]
    joins: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: `data` is `q:<question>:<digit>`."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class TextPart:
    """Words with buttons below; `ask` wants the channel's own button for a location or a telephone number."""

    text: str
    buttons: tuple[Button, ...] = ()
    ask: Ask | None = None
    ask_label: str = ""


@dataclass(frozen=True, slots=True)
class PointPart:
    """A point on a native map. `live`: a moving map, edited when `editing` names the one already sent."""

    point: Point
    accuracy_m: float | None = None
    live_s: int = 0
    editing: str = ""


@dataclass(frozen=True, slots=True)
class MediaPart:
    """A file from the media store."""

    kind: MediaKind
    body: bytes
    name: str
    mime: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class GonePart:
    """A message of ours, by its id, that is taken off the screen again."""

    ref: str


Part = TextPart | PointPart | MediaPart | GonePart


@dataclass(frozen=True, slots=True)
class Envelope:
    """Everything a channel needs to send one part: to whom, how urgent, and a key that is the same on a retry.

    `brief`: what a notice says in place of "messages wait".
    """

    to: Address
    urgency: Urgency
    key: str
    critical: bool = False
    brief: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took it; `ref` is its message id (empty when it gives none)."""

    ref: str = ""


class SendFailure(Exception):
    """Anything that kept a part from being taken; `code` is short and safe to show to staff and to log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TemporaryFailure(SendFailure):
    """Not now. `delay_s` is what the platform named, or our own pause. The platform did certainly NOT take it."""

    def __init__(self, code: str, delay_s: float) -> None:
        super().__init__(code)
        self.delay_s = delay_s


class UnknownOutcome(SendFailure):
    """The platform may or may not have taken it (time-out after writing, 5xx, HTML instead of JSON)."""


class PermanentFailure(SendFailure):
    """This part can never be sent like this (too long, bad media): the letter fails on this address."""


class Unreachable(PermanentFailure):
    """This address does not reach the person any more (blocked, unfollowed, deactivated): try the next one."""


class AddressMoved(SendFailure):
    """The chat has a new address: send there."""

    def __init__(self, to: str) -> None:
        super().__init__("moved")
        self.to = to


class WindowClosed(SendFailure):
    """The platform lets nothing more through until the person writes again (WeChat 48 h / 5): hold the letter."""


class ChannelDown(TemporaryFailure):
    """The whole channel is out (token refused, IP not allowed, daily quota): pause all, alert staff."""


class Channel(Protocol):
    """One platform, outward. Exactly one API call per `send`."""

    @property
    def name(self) -> str: ...

    @property
    def features(self) -> Features: ...

    async def send(self, envelope: Envelope, part: Part) -> Sent:
        """Send one part. Raises only the failures above."""
        ...

    async def nudge(self, envelope: Envelope, waiting: int, locale: str) -> Sent:
        """Say by the platform's paid-for notice that `waiting` messages wait (WeChat template); else `WindowClosed`."""
        ...

    async def fetch(self, handle: str, limit: int) -> bytes:
        """A file somebody sent, never more than `limit` bytes. Raises the failures above."""
        ...


class Reader(Protocol):
    """One platform, inward: pure."""

    def read(self, raw: RawUpdate) -> Incoming:
        """Understand a stored update. Never raises for anything a platform may send: the rest is `Unknown`."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """Words to ride in a webhook's own answer: rendered text; `letter` is the outbox row it stands for ("" = none)."""

    text: str
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """A channel's last success and last trouble, for `/health/ready` and the console."""

    last_ok: datetime | None
    last_error: datetime | None
    error: str
