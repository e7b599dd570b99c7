"""Where papers come from: facts from the database, drawn in a thread, fetched like any other file."""

import asyncio
import logging

from backoffice import ports
from backoffice.kernel import errors
from backoffice.papers.model import Receipt
from backoffice.workflows import papers
from backoffice.workflows.work import Work
from bot.assembly.core import Core
from bot.channel import PermanentFailure

log = logging.getLogger(__name__)


class Paperwork:
    """A source of files beside the channels (`bot.fetching.Source`)."""

    def __init__(self, core: Core, drawn: ports.Papers) -> None:
        self._core = core
        self._papers = drawn

    async def fetch(self, handle: str, limit: int) -> bytes:
        """The PDF of a handle of `workflows.papers`. Raises `PermanentFailure` when it can never be drawn."""
        try:
            facts = await self._facts(handle)
            body = await asyncio.to_thread(self._draw, facts)
        except errors.NotFound as gone:
            raise PermanentFailure("paper without facts") from gone
        except ports.MissingGlyph as hole:
            log.error("no font writes %s: a paper could not be drawn", hole)
            raise PermanentFailure("missing glyph") from hole
        if len(body) > limit:
            raise PermanentFailure("paper too large")
        return body

    async def _facts(self, handle: str) -> papers.Facts:
        now = self._core.clock.now()
        async with self._core.store.begin(now) as uow:
            return await papers.facts(Work(uow, now, self._core.world), handle)

    def _draw(self, facts: papers.Facts) -> bytes:
        return self._papers.receipt(facts) if isinstance(facts, Receipt) else self._papers.statement(facts)
