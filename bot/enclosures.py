"""What goes with a letter beside its words: the file it waits for, the moving map it edits."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Protocol, runtime_checkable

from backoffice import ports
from backoffice.kernel import errors
from backoffice.kernel.clock import Clock
from backoffice.kernel.exchange import Address, Letter
from backoffice.kernel.ids import CaseId, MediaId
from backoffice.kernel.messages import Media, MediaKind
from backoffice.papers.model import OURS
from bot.channel import Channel, Features
from bot.rendering import PLACE_GONE, PORTRAIT_GONE, Enclosure

WAIT_FOR_FILE = timedelta(seconds=20)
"""A letter waits this long for its file, then goes without and says so."""
LOOK_AGAIN_S = 0.5
MOVED = "job.moved"
"""The message that only moves a map already shown."""


class NotYet(Exception):
    """Something it waits for is still on its way: try again after `delay_s`. `why` is a code for staff."""

    def __init__(self, delay_s: float, why: str = "media") -> None:
        super().__init__(why)
        self.delay_s = delay_s
        self.why = why


class FetchState(Protocol):
    @property
    def state(self) -> str: ...
    @property
    def mime(self) -> str: ...


class Fetches(Protocol):
    async def get(self, media: MediaId) -> FetchState | None: ...


class LiveMaps(Protocol):
    async def live_map(self, name: str, address: Address) -> str | None: ...
    async def points(self, case: CaseId, address: Address) -> list[str]: ...


@runtime_checkable
class Selective(Protocol):
    """A channel that shows only some files of the kinds it knows (WeChat plays no Ogg)."""

    def takes(self, kind: MediaKind, mime: str, size: int) -> bool: ...


Picture = Callable[[bytes], bytes]
"""A paper of ours (PDF) as PNG."""


class Enclosures:
    """Finds them. `picture` shows our own papers where no files are taken."""

    def __init__(
        self,
        fetches: Fetches,
        store: ports.MediaStore,
        maps: LiveMaps,
        clock: Clock,
        picture: Picture | None = None,
    ) -> None:
        self._picture = picture
        self._fetches = fetches
        self._store = store
        self._maps = maps
        self._clock = clock

    async def of(self, letter: Letter, features: Features) -> Enclosure:
        """Raises `NotYet` while the file may still come."""
        if letter.message.key == PLACE_GONE:
            return Enclosure(
                gone=tuple(await self._maps.points(letter.case, letter.address)) if letter.case else ()
            )
        if letter.message.key == PORTRAIT_GONE:
            shown_as = await self._maps.live_map(str(letter.message.params["shown"]), letter.address)
            return Enclosure(gone=(shown_as,) if shown_as else ())
        editing = await self._editing(letter, features)
        media = letter.message.media
        if media is None:
            return Enclosure(editing=editing)
        found = await self._file(letter, media)
        return found if media.kind in features.media else await self._pictured(found, media)

    async def _pictured(self, found: Enclosure, media: Media) -> Enclosure:
        """Only what we drew ourselves is opened here: a stranger's PDF is not."""
        if found.body is None or self._picture is None or not media.id.startswith(OURS):
            return found
        body = await asyncio.to_thread(self._picture, found.body)
        return Enclosure(body, "image/png", kind=MediaKind.PHOTO)

    async def _editing(self, letter: Letter, features: Features) -> str:
        place = letter.message.place
        if place is None or not place.live or not features.moving_map or letter.message.key != MOVED:
            return ""
        return await self._maps.live_map(place.live, letter.address) or ""

    async def _file(self, letter: Letter, media: Media) -> Enclosure:
        found = await self._fetches.get(MediaId(media.id))
        if found is None or found.state == "ready":
            return await self._stored(media, found.mime if found else media.mime)
        if found.state == "waiting" and self._clock.now() - letter.created_at < WAIT_FOR_FILE:
            raise NotYet(LOOK_AGAIN_S)
        return Enclosure(missing=True)

    async def _stored(self, media: Media, mime: str) -> Enclosure:
        """The media type is what the first bytes betray, for platforms name none or a wrong one."""
        try:
            body = await self._store.get(MediaId(media.id))
        except errors.NotFound:
            return Enclosure(missing=True)
        return Enclosure(body, sniffed(body) or mime or media.mime)


def shown(channel: Channel, letter: Letter, enclosure: Enclosure) -> Features:
    """What the channel can show of this letter: a kind whose file it would refuse is as good as unknown there."""
    features, media = channel.features, letter.message.media
    if media is None or enclosure.body is None or not isinstance(channel, Selective):
        return features
    kind = enclosure.kind or media.kind
    if channel.takes(kind, enclosure.mime, len(enclosure.body)):
        return features
    return replace(features, media=features.media - {kind})


_MARKS = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftyphei", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp3g", "video/3gpp"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"%PDF", "application/pdf"),
)
"""Where the first bytes of a file say what it is; the first that fits."""


def sniffed(body: bytes) -> str:
    """The media type by the first bytes, "" when they say nothing."""
    head = body[:16]
    return next((mime for at, mark, mime in _MARKS if head[at : at + len(mark)] == mark), "")
