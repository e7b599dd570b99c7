"""Where certificates come from: facts from the database, drawn in a thread, fetched like any other file."""

import asyncio
import logging
from collections.abc import Mapping

from backoffice import ports
from backoffice.adapters.papers import draw
from backoffice.kernel import errors
from backoffice.kernel.messages import Message, Param
from backoffice.papers import certificate
from backoffice.workflows import certificates
from backoffice.workflows.work import Work
from bot.assembly.core import Core
from bot.assembly.words import PlainWords
from bot.channel import PermanentFailure

log = logging.getLogger(__name__)


class Certificates:
    """A source of files beside the channels (`bot.fetching.Source`)."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._words = PlainWords(core.speech)

    async def fetch(self, handle: str, limit: int) -> bytes:
        """The PDF of a handle of `workflows.certificates`. Raises `PermanentFailure` when it can never be drawn."""
        try:
            body = await asyncio.to_thread(self._draw, await self._facts(handle))
        except errors.NotFound as gone:
            raise PermanentFailure("no such certificate") from gone
        except ports.MissingGlyph as hole:
            log.error("no font writes %s: a certificate could not be drawn", hole)
            raise PermanentFailure("missing glyph") from hole
        if len(body) > limit:
            raise PermanentFailure("certificate too large")
        return body

    async def _facts(self, handle: str) -> certificate.Certificate:
        now = self._core.clock.now()
        async with self._core.store.begin(now) as uow:
            return await certificates.facts(Work(uow, now, self._core.world), handle)

    def _draw(self, facts: certificate.Certificate) -> bytes:
        def say(key: str, params: Mapping[str, Param]) -> str:
            return self._words.text(Message(key, params), facts.reader.locale, facts.reader.zone)

        return draw(certificate.compose(facts, say))
