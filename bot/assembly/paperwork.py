"""Where papers come from: facts from the database, photos from the store, drawn in a thread, fetched like files."""

import asyncio
import logging

from backoffice import ports
from backoffice.kernel import errors
from backoffice.papers.model import Observed, Receipt, SceneReport, WeekStatement
from backoffice.ports.claims import Unreadable
from backoffice.workflows import case_files, case_papers, papers
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
        """For a letter. Raises `PermanentFailure` when it can never be drawn."""
        try:
            body = await (self._file if case_files.ours(handle) else self.drawn)(handle)
        except errors.NotFound as gone:
            raise PermanentFailure("paper without facts") from gone
        except ports.MissingGlyph as hole:
            log.error("no font writes %s: a paper could not be drawn", hole)
            raise PermanentFailure("missing glyph") from hole
        if len(body) > limit:
            raise PermanentFailure("paper too large")
        return body

    async def _file(self, handle: str) -> bytes:
        """A file of a case as it is, to be sealed anew for whom it was given to."""
        return await self._core.media.get(case_files.media_of(handle))

    async def drawn(self, handle: str) -> bytes:
        """The PDF of a handle of `workflows.papers`. Raises `NotFound`, `MissingGlyph`."""
        return await asyncio.to_thread(self._draw, await self._model(await self._facts(handle)))

    async def _facts(self, handle: str) -> papers.Facts:
        now = self._core.clock.now()
        async with self._core.store.begin(now) as uow:
            work = Work(uow, now, self._core.world)
            if case_papers.ours(handle):
                return await case_papers.facts(work, handle)
            return await papers.facts(work, handle)

    async def _model(self, facts: papers.Facts) -> Receipt | WeekStatement | SceneReport:
        if not isinstance(facts, papers.SceneFacts):
            return facts
        seen = tuple([Observed(s.at, s.text, await self._photo(s)) for s in facts.seen])
        return SceneReport(
            facts.reader, facts.ref, facts.envoy, facts.place, facts.made_at, facts.arrived, seen, facts.drill
        )

    async def _photo(self, sight: papers.Sight) -> bytes | None:
        """The report stands without a photo that cannot be had or opened any more."""
        if sight.photo is None:
            return None
        try:
            return await self._core.photos.redraw(await self._core.media.get(sight.photo))
        except (errors.NotFound, Unreadable):
            log.warning("a report is drawn without one of its photos")
            return None

    def _draw(self, model: Receipt | WeekStatement | SceneReport) -> bytes:
        match model:
            case Receipt():
                return self._papers.receipt(model)
            case SceneReport():
                return self._papers.report(model)
            case _:
                return self._papers.statement(model)
