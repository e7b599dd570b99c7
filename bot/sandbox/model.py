"""What the sandbox remembers: people with a phone, their chats, the calls received and the rules broken."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


class Platform(StrEnum):
    TELEGRAM = "telegram"
    WECHAT = "wechat"


class Role(StrEnum):
    TRAVELLER = "traveller"
    ENVOY = "envoy"
    FAMILY = "family"
    STAFF = "staff"


class Sender(StrEnum):
    PERSON = "person"
    BOT = "bot"
    SYSTEM = "system"


class Delivery(StrEnum):
    """How far a message got. SENDING: still on the phone; PUSHED: the platform tries; LOST: the platform gave up."""

    SENDING = "sending"
    PUSHED = "pushed"
    DELIVERED = "delivered"
    LOST = "lost"


class Connection(StrEnum):
    """The phone's own network. BAD: seconds of delay; NONE: nothing in or out until it is back."""

    GOOD = "good"
    BAD = "bad"
    NONE = "none"


@dataclass
class Point:
    """A place on a chat's map, in WGS-84 degrees; `wire_*` is what the platform was told, in its own datum."""

    lat: float
    lon: float
    accuracy: float | None = None
    heading: int | None = None
    live_period: int | None = None
    live_until: float | None = None
    title: str = ""
    address: str = ""
    datum: str = "wgs84"
    wire_lat: float | None = None
    wire_lon: float | None = None


@dataclass
class Media:
    """A file in a chat. `url` is relative to the page; `size` in bytes, `duration` in seconds."""

    id: str
    url: str
    name: str
    mime: str
    size: int
    duration: int = 0
    width: int = 0
    height: int = 0


@dataclass
class Button:
    """A button under or below a chat. `action` is callback, url, text, location, contact or menu."""

    label: str
    action: str
    data: str = ""


@dataclass
class ChatMessage:
    """One bubble. `number` is its place in the world's order, `changed` the event number of its last change."""

    number: int
    message_id: str
    sender: Sender
    kind: str
    at: float
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    buttons: list[list[Button]] = field(default_factory=list)
    point: Point | None = None
    media: Media | None = None
    title: str = ""
    url: str = ""
    fields: list[list[str]] = field(default_factory=list)
    reply_to: str = ""
    via: str = ""
    edited_at: float | None = None
    delivery: Delivery = Delivery.DELIVERED
    tries: int = 0
    error: str = ""
    changed: int = 0
    held: bool = False
    wire: Json = field(default_factory=dict)

    def public(self) -> Json:
        shown = asdict(self)
        del shown["wire"], shown["held"]
        return shown


@dataclass
class Press:
    """A tap on an inline button and what came back: the toast, and after how many seconds."""

    id: str
    message_id: str
    data: str
    at: float
    answered_at: float | None = None
    text: str = ""
    alert: bool = False


@dataclass
class Person:
    """Somebody with a phone, or (`group`) a Telegram group. `id`: Telegram's chat id or WeChat's openid.

    `reachable` is false once they blocked the bot or unfollowed the account; `started` is false on Telegram until
    they first write to the bot. `shown`: has a place on the page.
    """

    platform: Platform
    id: str
    name: str
    role: Role = Role.TRAVELLER
    language_code: str = ""
    phone_number: str = ""
    reachable: bool = True
    connection: Connection = Connection.GOOD
    chat: list[ChatMessage] = field(default_factory=list)
    keyboard: list[list[Button]] = field(default_factory=list)
    keyboard_once: bool = False
    placeholder: str = ""
    typing_until: float = 0.0
    presses: list[Press] = field(default_factory=list)
    group: bool = False
    migrated_to: str = ""
    started: bool = True
    shown: bool = True

    @property
    def key(self) -> str:
        return f"{self.platform.value}-{self.id}"

    def public(self) -> Json:
        shown = {
            name: getattr(self, name)
            for name in (
                "key",
                "platform",
                "id",
                "name",
                "role",
                "language_code",
                "phone_number",
                "reachable",
                "group",
            )
        }
        return shown | {
            "connection": self.connection,
            "keyboard": [[asdict(button) for button in row] for row in self.keyboard],
            "keyboard_once": self.keyboard_once,
            "started": self.started,
            "shown": self.shown,
            "placeholder": self.placeholder,
            "typing_until": self.typing_until,
            "presses": [asdict(press) for press in self.presses[-20:]],
        }

    def visible(self) -> list[ChatMessage]:
        return [message for message in self.chat if not message.held]


@dataclass
class ApiCall:
    """One request the service made to a platform. Secrets never appear in `params`."""

    number: int
    platform: Platform
    method: str
    params: Json
    at: float
    status: int = 0
    answer: Any = None
    fault: str = ""


@dataclass
class Violation:
    """Something the real platform would not expect of a correct client, with where it was seen."""

    number: int
    platform: Platform
    where: str
    what: str
    at: float
