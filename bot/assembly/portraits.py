"""Where envoys' portraits come from: the photo that was sent, drawn anew in the confined process."""

from backoffice.enrolment import portrait
from backoffice.kernel import errors
from backoffice.kernel.ids import MediaId
from backoffice.ports.claims import Unreadable
from backoffice.workflows import portraits
from backoffice.workflows.acting import Acting
from bot.assembly.core import Core
from bot.channel import PermanentFailure, TemporaryFailure
from storage.fetches import Fetch

AGAIN_S = 1.0


class Portraits:
    """A source of files beside the channels (`bot.fetching.Source`)."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._acting = Acting(core.store, core.locks, core.world, core.clock)

    async def fetch(self, handle: str, limit: int) -> bytes:
        """A JPEG with nothing of the sent file but its colours. Raises `PermanentFailure` for what is no picture."""
        sent = MediaId(handle)
        try:
            return await self._core.photos.redraw(await self._core.media.get(sent))
        except Unreadable as unreadable:
            await self._never(await self._core.fetches.get(sent))
            raise PermanentFailure("no picture") from unreadable
        except errors.NotFound as missing:
            raise await self._why(sent) from missing

    async def _why(self, sent: MediaId) -> PermanentFailure | TemporaryFailure:
        """The photo may still be on its way; one that was withdrawn meanwhile never comes."""
        found = await self._core.fetches.get(sent)
        if found and found.state == "waiting":
            return TemporaryFailure("photo on its way", AGAIN_S)
        await self._never(found)
        return PermanentFailure("no photo")

    async def _never(self, found: Fetch | None) -> None:
        """Its envoy hears so once, before the file counts as failed: died between the two, nothing is left to tell."""
        if found and found.person:
            person, picture = found.person, portrait.drawn(found.id)
            await self._acting.under(person, lambda work: portraits.never_came(work, person, picture))
