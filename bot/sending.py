"""One letter on the wire: its parts one by one, the moving map, and the parcel that others travel in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from backoffice.kernel.clock import Clock
from backoffice.kernel.exchange import Address, Letter
from backoffice.kernel.ids import CaseId, LetterId
from backoffice.kernel.messages import Message, Urgency
from bot.channel import (
    Channel,
    Envelope,
    GonePart,
    MediaPart,
    Part,
    PermanentFailure,
    PointPart,
    Sent,
    TextPart,
    Unreachable,
)
from bot.enclosures import Enclosures, NotYet, shown
from bot.rendering import LIVE_S, PLACE_GONE, PORTRAIT, PORTRAIT_GONE, Enclosure, Rendering
from bot.splitting import measure

TASK = "job.task"
"""The sentence with an operator's own words to one envoy: an address as often as not."""

FACE_KEPT = timedelta(hours=48)
"""Platforms let a bot delete what it sent no longer than this."""
PARCEL = 4
"""At most so many letters travel with one."""
JOINED_AFTER = timedelta(seconds=2)
"""Where messages are counted, words that are no SOS wait this long for others to travel with."""
CRITICAL = (
    "sos.dispatched",
    "sos.envoy_coming",
    "sos.envoy_arrived",
    "sos.envoy_lost",
    "sos.nobody_near",
    "case.closed",
    "case.reopened",
    "centre.taken",
    "offer.sos",
    "job.accepted",
    "job.over",
)
"""What the last message of a window is kept back for: the beginnings of the keys of turning points."""


class NoLongerWanted(Exception):
    """Its reader may no longer know it: nothing more of it is sent."""


class Letters(Protocol):
    """The outbox while a letter is being sent."""

    async def part_sent(self, letter: LetterId, parts_sent: int, refs: Sequence[str]) -> None: ...
    async def still_wanted(self, letter: LetterId, attempt: int) -> bool: ...
    async def put_live_map(self, name: str, address: Address, ref: str, until: datetime) -> None: ...
    async def drop_live_map(self, name: str, address: Address) -> None: ...
    async def put_pin(self, letter: Letter, ref: str) -> None: ...
    async def drop_points(self, case: CaseId, address: Address) -> None: ...
    async def waiting_at(self, address: Address, limit: int) -> list[Letter]: ...
    async def join(self, head: LetterId, others: Sequence[LetterId]) -> list[Letter]: ...


@dataclass(frozen=True, slots=True)
class Parcel:
    """A letter made ready: its parts, its own words, and the letters that travel along with theirs."""

    letter: Letter
    parts: tuple[Part, ...] = ()
    text: str = ""
    joined: tuple[tuple[Letter, str], ...] = ()


class Sending:
    """Makes letters ready and sends them over their channels."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        letters: Letters,
        rendering: Rendering,
        enclosures: Enclosures,
        clock: Clock,
    ) -> None:
        self._channels = channels
        self._letters = letters
        self._rendering = rendering
        self._enclosures = enclosures
        self._clock = clock

    async def packed(self, letter: Letter) -> Parcel:
        """The parcel; those that travel along are claimed with it. Raises `NotYet` for what must still wait."""
        channel = self._channels[letter.address.channel]
        self._gather(letter, channel)
        parts = await self._parts(letter, channel)
        text = "\n".join(p.text for p in parts if isinstance(p, TextPart))
        joined = tuple(await self._companions(letter, channel, parts))
        return Parcel(letter, _together(parts, joined), text, joined)

    async def send(self, parcel: Parcel) -> None:
        """Raises the failures of `bot.channel` and `NoLongerWanted`."""
        letter = parcel.letter
        channel = self._channels[letter.address.channel]
        for number, part in enumerate(parcel.parts[letter.parts_sent :], letter.parts_sent):
            if number and not await self._letters.still_wanted(letter.id, letter.attempts):
                raise NoLongerWanted
            sent = await self._part(parcel, channel, (number, part))
            await self._letters.part_sent(letter.id, number + 1, [sent.ref] if sent.ref else [])
        if letter.message.key == PLACE_GONE and letter.case:
            await self._letters.drop_points(letter.case, letter.address)
        if letter.message.key == PORTRAIT_GONE:
            await self._letters.drop_live_map(str(letter.message.params["shown"]), letter.address)

    def brief(self, letter: Letter) -> str:
        """What a notice can say of a letter that must wait; empty for most."""
        return self._rendering.brief(letter)

    def _gather(self, letter: Letter, channel: Channel) -> None:
        age = self._clock.now() - letter.created_at
        if channel.features.joins and letter.urgency is not Urgency.SOS and age < JOINED_AFTER:
            raise NotYet((JOINED_AFTER - age).total_seconds(), "paced")

    async def _parts(self, letter: Letter, channel: Channel) -> tuple[Part, ...]:
        enclosure = await self._enclosures.of(letter, channel.features)
        return self._rendering.parts(letter, shown(channel, letter, enclosure), enclosure)

    async def _companions(
        self, letter: Letter, channel: Channel, parts: Sequence[Part]
    ) -> list[tuple[Letter, str]]:
        """Where messages are counted, waiting plain words travel together under the limit."""
        if not channel.features.joins or len(parts) != 1 or not isinstance(parts[0], TextPart):
            return []
        fitting, size = [], measure(parts[0].text, channel.features.text_unit)
        for other in await self._letters.waiting_at(letter.address, PARCEL):
            text = await self._plain(other, channel)
            size += measure(text or "", channel.features.text_unit) + 2
            if text is None or size > channel.features.text_limit:
                break
            fitting.append((other, text))
        return await self._claimed(letter, fitting)

    async def _claimed(self, letter: Letter, fitting: list[tuple[Letter, str]]) -> list[tuple[Letter, str]]:
        if not fitting:
            return []
        found = await self._letters.join(letter.id, [other.id for other, _ in fitting])
        texts = {other.id: text for other, text in fitting}
        return [(won, texts[won.id]) for won in found]

    async def _plain(self, other: Letter, channel: Channel) -> str | None:
        """The words of a letter that is nothing but words, else None."""
        if other.urgency is Urgency.BULK or other.parts_sent:
            return None
        try:
            parts = await self._parts(other, channel)
        except NotYet:
            return None
        return parts[0].text if len(parts) == 1 and isinstance(parts[0], TextPart) else None

    async def _part(self, parcel: Parcel, channel: Channel, numbered: tuple[int, Part]) -> Sent:
        number, part = numbered
        letter = parcel.letter
        envelope = Envelope(letter.address, letter.urgency, f"{letter.id}:{number}", _critical(parcel))
        try:
            sent = await channel.send(envelope, part)
        except PermanentFailure as failure:
            sent = await self._instead(letter, channel, (envelope, part, failure))
        if sent.ref and (_tells_place(letter, part, channel) or _shows_face(letter, part, channel)):
            await self._note_shown(letter, part, sent.ref)
            await self._take_back(letter, channel, (envelope, sent.ref))
        return sent

    async def _instead(
        self, letter: Letter, channel: Channel, what: tuple[Envelope, Part, PermanentFailure]
    ) -> Sent:
        """What is gone need not go; a map gone from their screen is sent anew; a file's reader is told where it is."""
        envelope, part, failure = what
        if isinstance(part, GonePart):
            return Sent()
        if isinstance(failure, Unreachable) or isinstance(part, TextPart):
            raise failure
        if isinstance(part, MediaPart) and letter.message.key == PORTRAIT:
            return Sent()
        if isinstance(part, MediaPart):
            elsewhere = replace(letter, message=Message("relay.file_elsewhere", drill=letter.message.drill))
            words = self._rendering.text(elsewhere, channel.features, Enclosure())
            return await channel.send(envelope, TextPart(words))
        return await self._new_map(letter, channel, (envelope, part, failure))

    async def _new_map(
        self, letter: Letter, channel: Channel, what: tuple[Envelope, PointPart, PermanentFailure]
    ) -> Sent:
        envelope, part, failure = what
        if not part.editing:
            raise failure
        if not await self._letters.still_wanted(letter.id, letter.attempts):
            raise NoLongerWanted
        place = letter.message.place
        if place is not None:
            await self._letters.drop_live_map(place.live, letter.address)
        return await channel.send(envelope, PointPart(part.point, part.accuracy_m, LIVE_S))

    async def _note_shown(self, letter: Letter, part: Part, ref: str) -> None:
        """What stands on the screen: to move it, and to take it away when its reader may see it no longer."""
        if letter.message.key == PORTRAIT:
            until = self._clock.now() + FACE_KEPT
            await self._letters.put_live_map(letter.tag, letter.address, ref, until)
            return
        place = letter.message.place
        if place is None or not place.live or isinstance(part, TextPart):
            await self._letters.put_pin(letter, ref)
            return
        until = self._clock.now() + timedelta(seconds=LIVE_S)
        await self._letters.put_live_map(place.live, letter.address, ref, until)

    async def _take_back(self, letter: Letter, channel: Channel, what: tuple[Envelope, str]) -> None:
        """Recalled while the point was on its way: nobody who looked for it before has seen it."""
        if await self._letters.still_wanted(letter.id, letter.attempts):
            return
        envelope, ref = what
        await channel.send(replace(envelope, key=f"{envelope.key}:gone"), GonePart(ref))
        raise NoLongerWanted


def _tells_place(letter: Letter, part: Part, channel: Channel) -> bool:
    """A point, the words it comes with ("2 km east of the centre", an address), and a task an operator wrote.

    Where maps are links in the words, nothing that was sent can be taken back.
    """
    if isinstance(part, PointPart):
        return True
    task = any(line.key == TASK for line in letter.message.more)
    words = isinstance(part, TextPart) and (letter.message.place is not None or task)
    return words and channel.features.native_map


def _shows_face(letter: Letter, part: Part, channel: Channel) -> bool:
    """An envoy's portrait, where what was sent can be taken back."""
    return letter.message.key == PORTRAIT and isinstance(part, MediaPart) and channel.features.native_map


def _together(parts: tuple[Part, ...], joined: Sequence[tuple[Letter, str]]) -> tuple[Part, ...]:
    if not joined or not isinstance(parts[0], TextPart):
        return parts
    return (TextPart("\n\n".join([parts[0].text, *(text for _, text in joined)])),)


def _critical(parcel: Parcel) -> bool:
    letters = (parcel.letter, *(other for other, _ in parcel.joined))
    return any(each.message.key.startswith(CRITICAL) for each in letters)
