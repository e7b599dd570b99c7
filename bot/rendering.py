"""Message + language + what the channel can show -> the parts that are sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from backoffice.kernel.exchange import Letter
from backoffice.kernel.messages import Ask, Choice, MapPoint, MediaKind, Message, Param, Term
from bot.channel import Button, Features, GonePart, MediaPart, Part, PointPart, TextPart
from bot.splitting import split

LIVE_S = 8 * 3600
"""A moving map runs this long; platforms allow up to a day."""
PLACE_GONE = "job.place_gone"
"""The message that says nothing: it takes maps and pins off a screen."""
PORTRAIT = "portrait.envoy"
"""The message that shows whom they meet: without its picture it says nothing."""
PORTRAIT_GONE = "portrait.gone"
"""The message that says nothing: it takes that picture off a screen."""
INLINE_CHOICES = 4
"""More choices than this stand on lines of their own."""


class Speech(Protocol):
    """One sentence in one language (`bot/i18n`)."""

    def sentence(self, key: str, params: Mapping[str, Param], locale: str, zone: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Enclosure:
    """What goes with a letter beside its words: the fetched file, and the moving map already on the screen.

    `kind`: what the file has become on its way, when it is no longer what the letter names.
    `gone`: messages on the screen that this letter takes away.
    """

    body: bytes | None = None
    mime: str = ""
    missing: bool = False
    editing: str = ""
    kind: MediaKind | None = None
    gone: tuple[str, ...] = ()


class Rendering:
    """Renders letters. `map_link` gives a link to a map in the datum its maps use."""

    def __init__(self, speech: Speech, map_link: Callable[[MapPoint], str]) -> None:
        self._speech = speech
        self._map_link = map_link

    def parts(self, letter: Letter, features: Features, enclosure: Enclosure) -> tuple[Part, ...]:
        """Everything to send for a letter, in order."""
        message = letter.message
        if message.key in (PLACE_GONE, PORTRAIT_GONE):
            return tuple(GonePart(ref) for ref in enclosure.gone)
        if message.key == PORTRAIT:
            return self._portrait(letter, features, enclosure)
        if enclosure.editing and message.place:
            return (_point(message.place, enclosure.editing),)
        text = self.text(letter, features, enclosure)
        parts: list[Part] = [*self._texts(text, letter, features)]
        if message.place and features.native_map:
            parts.append(_point(message.place, "", features.moving_map))
        media = message.media
        if enclosure.body is not None and media and (kind := enclosure.kind or media.kind) in features.media:
            parts.append(MediaPart(kind, enclosure.body, media.name, enclosure.mime or media.mime))
        return tuple(parts)

    def _portrait(self, letter: Letter, features: Features, enclosure: Enclosure) -> tuple[Part, ...]:
        """Where messages are counted the picture alone: the name has just been told."""
        media = letter.message.media
        if enclosure.body is None or media is None or media.kind not in features.media:
            return ()
        words = (
            () if features.joins else self._texts(self.text(letter, features, enclosure), letter, features)
        )
        return (*words, MediaPart(media.kind, enclosure.body, media.name, enclosure.mime or media.mime))

    def text(self, letter: Letter, features: Features, enclosure: Enclosure) -> str:
        """The whole text of a letter: mark of a drill, who speaks, the sentences, the choices."""
        message = letter.message
        lines = [self._say(letter, message.key, message.params)]
        lines += [self._say(letter, s.key, s.params) for s in message.more]
        lines += self._place_line(letter, features)
        lines += self._missing_line(letter, features, enclosure)
        lines += self._how(letter, features)
        lines += self._choices(letter)
        head = self._head(letter)
        return head + "\n".join(line for line in lines if line)

    def brief(self, letter: Letter) -> str:
        """The newest step of news to a family in a notice's few characters; empty for every other letter."""
        more = letter.message.more
        if letter.message.key != "family.news" or not more:
            return ""
        stage = more[-1].key.rpartition("stage_")[2].removesuffix("_at")
        return self._say(letter, f"family.brief_{stage}", {})

    def _say(self, letter: Letter, key: str, params: Mapping[str, Param]) -> str:
        return self._speech.sentence(key, params, letter.locale, letter.zone)

    def _head(self, letter: Letter) -> str:
        head = self._say(letter, "label.drill", {}) if letter.message.drill else ""
        speaker = letter.message.speaker
        if speaker:
            who = speaker.called or speaker.role
            key = f"label.{who}" if speaker.name else f"label.{who}_unnamed"
            head += self._say(letter, key, {"name": speaker.name})
        return head

    def _place_line(self, letter: Letter, features: Features) -> list[str]:
        place = letter.message.place
        if place is None or features.native_map:
            return []
        return [self._say(letter, "place.map", {"link": self._map_link(place)})]

    def _missing_line(self, letter: Letter, features: Features, enclosure: Enclosure) -> list[str]:
        media = letter.message.media
        if media is None:
            return []
        if enclosure.missing:
            return [self._say(letter, "relay.file_missing", {})]
        return (
            []
            if (enclosure.kind or media.kind) in features.media
            else [self._say(letter, "relay.file_elsewhere", {})]
        )

    def _how(self, letter: Letter, features: Features) -> list[str]:
        ask = letter.message.ask
        if ask is None:
            return []
        return [self._say(letter, f"ask.{ask}_{'button' if features.ask_buttons else 'how'}", {})]

    def _choices(self, letter: Letter) -> list[str]:
        offered = [self._choice(letter, c) for c in letter.message.choices]
        if not offered:
            return []
        if len(offered) > INLINE_CHOICES:
            return offered
        return [self._say(letter, "choices.inline", {"choices": "   ".join(offered)})]

    def _choice(self, letter: Letter, choice: Choice) -> str:
        return f"{choice.digit} {self._label(letter, choice)}"

    def _label(self, letter: Letter, choice: Choice) -> str:
        """The words of a choice; a language is named as its reader's language names it."""
        if choice.label.startswith("language."):
            return self._say(letter, "choices.term", {"term": Term(choice.label)})
        return self._say(letter, choice.label, {})

    def _texts(self, text: str, letter: Letter, features: Features) -> list[TextPart]:
        pieces = split(text, features.text_limit, features.text_unit)
        buttons = self._buttons(letter) if features.buttons else ()
        ask, label = self._ask(letter, features)
        last = TextPart(pieces[-1], () if ask else buttons, ask, label)
        return [*(TextPart(piece) for piece in pieces[:-1]), last]

    def _buttons(self, letter: Letter) -> tuple[Button, ...]:
        message = letter.message
        return tuple(
            Button(self._label(letter, c), f"q:{message.question}:{c.digit}") for c in message.choices
        )

    def _ask(self, letter: Letter, features: Features) -> tuple[Ask | None, str]:
        ask = letter.message.ask
        if ask is None or not features.ask_buttons:
            return None, ""
        return ask, self._say(letter, f"ask.{ask}_label", {})


def _point(place: MapPoint, editing: str, moving: bool = True) -> PointPart:
    live = LIVE_S if place.live and moving else 0
    return PointPart(place.point, place.accuracy_m, live, editing)


def rides(message: Message) -> bool:
    """Words alone can ride in a webhook's answer."""
    return message.place is None and message.media is None and message.ask is None
