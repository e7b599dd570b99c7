"""Where envoys' portraits come from: the photo that was sent, drawn anew in the confined process."""

from backoffice.kernel import errors
from backoffice.kernel.ids import MediaId
from backoffice.ports.claims import Unreadable
from bot.assembly.core import Core
from bot.channel import PermanentFailure, TemporaryFailure

AGAIN_S = 1.0


class Portraits:
    """A source of files beside the channels (`bot.fetching.Source`)."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def fetch(self, handle: str, limit: int) -> bytes:
        """A JPEG with nothing of the sent file but its colours. Raises `PermanentFailure` for what is no picture."""
        try:
            return await self._core.photos.redraw(await self._core.media.get(MediaId(handle)))
        except Unreadable as unreadable:
            raise PermanentFailure("no picture") from unreadable
        except errors.NotFound as missing:
            raise await self._why(MediaId(handle)) from missing

    async def _why(self, sent: MediaId) -> PermanentFailure | TemporaryFailure:
        """The photo may still be on its way; one that was withdrawn meanwhile never comes."""
        found = await self._core.fetches.get(sent)
        on_its_way = found is not None and found.state == "waiting"
        return TemporaryFailure("photo on its way", AGAIN_S) if on_its_way else PermanentFailure("no photo")
