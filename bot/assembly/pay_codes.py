"""Where the pictures of payment codes come from: drawn from the payment when the letter needs them."""

from backoffice.adapters import qr
from backoffice.kernel import errors
from backoffice.workflows import pay_codes
from backoffice.workflows.work import Work
from bot.assembly.core import Core
from bot.channel import PermanentFailure


class PayCodes:
    """A source of files beside the channels (`bot.fetching.Source`)."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def fetch(self, handle: str, limit: int) -> bytes:
        """The PNG of a payment's code. Raises `PermanentFailure` when there is nothing to scan."""
        now = self._core.clock.now()
        try:
            async with self._core.store.begin(now) as uow:
                said = await pay_codes.words(Work(uow, now, self._core.world), handle)
        except errors.NotFound as gone:
            raise PermanentFailure("no code to scan") from gone
        return qr.png(said)
