"""One thread out of what people said and what the service told them, each line labelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backoffice import ports, queries
from backoffice.cases.model import Audience, CaseStatus, Event
from backoffice.console.texts import Catalogue
from backoffice.kernel.exchange import LetterState
from backoffice.kernel.messages import MapPoint, Media, MediaKind, Message, PlaceWords, Role

TOGETHER_S = 15.0
"""The same sentence to several envoys within this time is one line with a count."""


class Look(StrEnum):
    """How a line is set: theirs, ours, the service's, or a note for staff alone."""

    THEIRS = "theirs"
    OURS = "ours"
    SERVICE = "service"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the thread."""

    at: datetime
    look: Look
    role: Role
    name: str
    text: str
    sent: tuple[ports.SentState, ...]
    media: Media | None = None
    place: MapPoint | None = None
    to: Role | None = None
    number: int = 0
    sealed: bool = False
    """The case is closed and the words would name its exact place."""
    ref: str = ""
    """The case it was said in, where that is a part of the one shown."""
    translation: str = ""
    """A machine's, never without that word beside it."""
    channel: str = ""
    """Over which channel it came; empty for what the centre said."""

    @property
    def photo(self) -> bool:
        return self.media is not None and self.media.kind is MediaKind.PHOTO

    @property
    def voice(self) -> bool:
        return self.media is not None and self.media.kind is MediaKind.VOICE

    @property
    def trouble(self) -> bool:
        """Somebody has not got it and will not by itself."""
        return any(s.state in (LetterState.FAILED, LetterState.UNKNOWN) for s in self.sent)


def merge(found: queries.CaseView, words: ports.Words) -> list[Line]:
    """Everything said and told, oldest first."""
    sealed = found.case.status is CaseStatus.CLOSED
    return lines(Spoken(found.said, found.told, found.names), words, sealed=sealed)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A thread's entries, the service's own letters, and the names of those who speak."""

    said: Sequence[queries.Said]
    told: Sequence[queries.Told]
    names: Mapping[str, str]


def lines(spoken: Spoken, words: ports.Words, *, sealed: bool) -> list[Line]:
    """The thread of a case or of an order, oldest first; `sealed`: no words that name an exact place."""
    bundled = [_as_line(bundle, words, closed=sealed) for bundle in bundles(spoken.told)]
    found = [_said(s, spoken.names) for s in spoken.said] + bundled
    return sorted(found, key=lambda line: (line.at, line.number))


def _said(said: queries.Said, names: Mapping[str, str]) -> Line:
    e = said.entry
    name = e.name or names.get(e.author, "")
    return Line(
        e.at,
        _look(said),
        e.role,
        name,
        e.text,
        said.sent,
        e.media,
        e.place,
        number=e.number,
        channel=e.channel,
    )


def _look(said: queries.Said) -> Look:
    if said.entry.audience is Audience.STAFF:
        return Look.NOTE
    return {Role.OPERATOR: Look.OURS, Role.SYSTEM: Look.SERVICE}.get(said.entry.role, Look.THEIRS)


def bundles(told: Sequence[queries.Told]) -> list[list[queries.Told]]:
    """Letters to envoys with one key and about one time go together; the traveller's stand alone."""
    found: list[list[queries.Told]] = []
    for letter in sorted(told, key=lambda x: x.created_at):
        mate = next((b for b in reversed(found) if _belongs(b[0], letter)), None)
        if mate is None:
            found.append([letter])
        else:
            mate.append(letter)
    return found


def _belongs(first: queries.Told, letter: queries.Told) -> bool:
    close = (letter.created_at - first.created_at).total_seconds() <= TOGETHER_S
    return (
        close
        and first.role is Role.ENVOY
        and letter.role is Role.ENVOY
        and first.message.key == letter.message.key
    )


def _as_line(bundle: list[queries.Told], words: ports.Words, *, closed: bool) -> Line:
    first = bundle[0]
    sealed = closed and tells_a_place(first.message)
    text = "" if sealed else first.text or words.text(first.message, first.locale, first.zone)
    sent = tuple(ports.SentState(x.to, x.channel, x.state, x.error, x.at, x.left) for x in bundle)
    place = first.message.place
    head = (first.created_at, Look.SERVICE, Role.SYSTEM, "", text, sent, first.message.media, place)
    return Line(*head, to=first.role, sealed=sealed)


def tells_a_place(message: Message) -> bool:
    """Whether its words name an exact place: a point, or a distance and direction from a city's centre."""
    values = list(message.params.values()) + [v for s in message.more for v in s.params.values()]
    return message.place is not None or any(isinstance(v, PlaceWords) and v.distance for v in values)


def event_words(catalogue: Catalogue, event: Event) -> str:
    """A timeline line in the operator's language; a code nobody translated yet is shown with its facts."""
    params = {key: _fact(catalogue, value, _tables(event.what)) for key, value in event.params.items()}
    plain = " · ".join([event.what, *(f"{key} {value}" for key, value in params.items())])
    return catalogue.either(f"event.{event.what}", plain, **params)


FIELDS = ("kind", "hurt", "for_whom")
TABLES = ("value", "reason", "kind", "service_kind", "decision")


def _tables(what: str) -> tuple[str, ...]:
    """Where the codes of this event have their words: those of a field are first its own."""
    own = (
        "paper_kind"
        if what == "case.paper_marked"
        else what.removeprefix("case.field_").removeprefix("intake.")
    )
    own = "family_scope" if what.startswith("family.") else own
    return (own, *TABLES) if own in (*FIELDS, "family_scope", "paper_kind") else TABLES


def _fact(
    catalogue: Catalogue, value: str | int | float | bool, tables: tuple[str, ...]
) -> str | int | float | bool:
    """Codes inside a fact (`reason helped`, `now city,safe`) have words of their own."""
    if not isinstance(value, str):
        return value
    words = [_coded(catalogue, code, tables) for code in value.split(",")]
    return " · ".join(words) if all(words) else value


def _coded(catalogue: Catalogue, code: str, tables: tuple[str, ...]) -> str:
    return next((found for table in tables if (found := catalogue.either(f"{table}.{code}", ""))), "")


def actor_words(catalogue: Catalogue, event: Event, names: Mapping[str, str]) -> str:
    """Who did it: `operator:<id>`, `envoy:<id>`, `traveller`, `system`."""
    role, _, who = event.actor.partition(":")
    return names.get(who) or catalogue.either(f"who.{role}", role)
