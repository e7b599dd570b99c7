"""What goes with a letter beside its words: the file it waits for, the moving map it edits."""

from datetime import timedelta
from typing import Protocol

from backoffice import ports
from backoffice.kernel.clock import Clock
from backoffice.kernel.exchange import Address, Letter
from backoffice.kernel.ids import MediaId
from backoffice.kernel.messages import Media
from bot.channel import Features
from bot.rendering import Enclosure

WAIT_FOR_FILE = timedelta(seconds=20)
"""A letter waits this long for its file, then goes without and says so."""
LOOK_AGAIN_S = 0.5


class NotYet(Exception):
    """The file is still on its way: try again after `delay_s`."""

    def __init__(self, delay_s: float) -> None:
        super().__init__("file not fetched yet")
        self.delay_s = delay_s


class FetchState(Protocol):
    @property
    def state(self) -> str: ...
    @property
    def mime(self) -> str: ...


class Fetches(Protocol):
    async def get(self, media: MediaId) -> FetchState | None: ...


class LiveMaps(Protocol):
    async def live_map(self, name: str, address: Address) -> str | None: ...


class Enclosures:
    """Finds them."""

    def __init__(self, fetches: Fetches, store: ports.MediaStore, maps: LiveMaps, clock: Clock) -> None:
        self._fetches = fetches
        self._store = store
        self._maps = maps
        self._clock = clock

    async def of(self, letter: Letter, features: Features) -> Enclosure:
        """Raises `NotYet` while the file may still come."""
        editing = await self._editing(letter, features)
        media = letter.message.media
        if media is None:
            return Enclosure(editing=editing)
        return await self._file(letter, media)

    async def _editing(self, letter: Letter, features: Features) -> str:
        place = letter.message.place
        if place is None or not place.live or not features.moving_map or letter.message.key != MOVED:
            return ""
        return await self._maps.live_map(place.live, letter.address) or ""

    async def _file(self, letter: Letter, media: Media) -> Enclosure:
        found = await self._fetches.get(MediaId(media.id))
        if found is not None and found.state == "ready":
            return Enclosure(await self._store.get(MediaId(media.id)), found.mime)
        waiting = found is not None and found.state == "waiting"
        if waiting and self._clock.now() - letter.created_at < WAIT_FOR_FILE:
            raise NotYet(LOOK_AGAIN_S)
        return Enclosure(missing=True)


MOVED = "job.moved"
"""The message that only moves a map already shown."""
