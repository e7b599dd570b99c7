"""What the service says before it has a language or a channel: key + parameters + choices + place.

Parameters are plain strings and numbers or one of the small values below, which `bot/i18n` formats
for the reader's language and time zone. Everything here survives a trip through JSON (`codec`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from backoffice.kernel.geo import Point
from backoffice.kernel.money import Money


@dataclass(frozen=True, slots=True)
class When:
    """A moment, said with its place: formatted in `zone` (IANA name)."""

    at: datetime
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar, with its year and without a time or a place."""

    on: date


@dataclass(frozen=True, slots=True)
class Distance:
    """Metres; `bearing_deg` (0 = north, clockwise) when a direction is said too."""

    metres: float
    bearing_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time in seconds, said in words ("18 min")."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase that has a catalogue key of its own, e.g. `Term("kind.accident")`."""

    key: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Several values, joined as the language joins them."""

    items: tuple["Param", ...]


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """A place in words. `country` is ISO 3166-1 alpha-2 or empty at sea; `city` maps locale -> name ("" = Latin).

    `distance` runs from the city's centre to the point, with its bearing.
    """

    country: str
    city: Mapping[str, str]
    distance: Distance | None = None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value with a catalogue word before it: `Labelled("service.ambulance", "1669")`."""

    label: str
    value: str


Param = str | int | float | When | Day | Distance | Span | Term | Listing | PlaceWords | Labelled | Money


@dataclass(frozen=True, slots=True)
class Sentence:
    """One more line of a message, said only when it is true."""

    key: str
    params: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question. `value` is what it means (`confirm`, `cancel`, `accept` …);
    `label` the catalogue key of its button; `digit` is given out when the question is put."""

    value: str
    label: str
    digit: str = ""


class Ask(StrEnum):
    """What a channel may offer a special button for."""

    LOCATION = "location"
    CONTACT = "contact"


class MediaKind(StrEnum):
    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Media:
    """A file on a message. `id` names it in the media store; size in bytes (0 = unknown)."""

    id: str
    kind: MediaKind
    name: str = ""
    mime: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A point to show with a message. `live` names a moving map: a later point with the same name moves it."""

    point: Point
    title: str = ""
    accuracy_m: float | None = None
    live: str = ""


class Role(StrEnum):
    """Who speaks inside a case."""

    TRAVELLER = "traveller"
    ENVOY = "envoy"
    OPERATOR = "operator"
    FAMILY = "family"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who a relayed message is from; `name` is what the reader may know (surname or first name).

    `called`: another word for them than their role (`customer` for the traveller of an order).
    """

    role: Role
    name: str = ""
    called: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell one person: `key` and the sentences of `more`, each on its own line.

    `drill` marks it as an exercise wherever it is shown.
    """

    key: str
    params: Mapping[str, Param] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    question: str = ""
    ask: Ask | None = None
    place: MapPoint | None = None
    media: Media | None = None
    speaker: Speaker | None = None
    more: tuple[Sentence, ...] = ()
    drill: bool = False

    def with_question(self, question: str, choices: tuple[Choice, ...]) -> "Message":
        """The same message once its question has an id and its choices their digits."""
        return replace(self, question=question, choices=choices)


class Urgency(StrEnum):
    """Lanes of the outbox, most urgent first."""

    SOS = "sos"
    NORMAL = "normal"
    BULK = "bulk"


URGENCY_ORDER: tuple[Urgency, ...] = (Urgency.SOS, Urgency.NORMAL, Urgency.BULK)

Json = Any
