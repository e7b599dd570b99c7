"""The runner of papers: looks at each file of a claim as soon as it is fetched, outside of any transaction."""

import logging
from dataclasses import dataclass, replace

from backoffice import ports
from backoffice.claims.evidence import PaperState, Unfit
from backoffice.kernel import ids
from backoffice.kernel.clock import Clock
from backoffice.kernel.errors import NotFound
from backoffice.kernel.ids import CaseId, MediaId
from backoffice.ports.claims import Look, PaperQueue, PhotoDecoder, Unseen, WordReader
from backoffice.workflows import claim_papers
from backoffice.workflows.acting import Acting
from backoffice.workflows.work import Work, World

log = logging.getLogger(__name__)
AT_ONCE = 8
MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything the runner works with; `reader` is the optional reading of printed words."""

    store: ports.Store
    queue: PaperQueue
    locks: ports.Locks
    media: ports.MediaStore
    decoder: PhotoDecoder
    world: World
    clock: Clock
    reader: WordReader | None = None


class PaperRunner:
    """One per process that works; two that look at the same paper settle it once."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._acting = Acting(bench.store, bench.locks, bench.world, bench.clock)

    async def step(self) -> int:
        """Look at what has arrived; returns how many were settled."""
        found = await self._bench.queue.unseen(AT_ONCE)
        settled = 0
        for unseen in found:
            try:
                settled += await self._one(unseen)
            except Exception:
                log.exception("paper %s could not be looked at", unseen.paper)
        return settled

    async def _one(self, unseen: Unseen) -> int:
        if not unseen.ready:
            return await self._settle(unseen, claim_papers.LOST, None, b"")
        if unseen.tries >= MOST_TRIES:
            return await self._settle(unseen, Look("", unfit=Unfit.SLOW), None, b"")
        await self._bench.queue.begun(unseen.paper)
        try:
            body = await self._bench.media.get(unseen.media)
        except NotFound:
            return await self._settle(unseen, claim_papers.LOST, None, b"")
        look = await self._bench.decoder.look(body)
        view = await self._keep(unseen, look)
        return await self._settle(unseen, look, view, body)

    async def _keep(self, unseen: Unseen, look: Look) -> MediaId | None:
        """What staff will see, sealed under the claim's key before anything refers to it."""
        if look.unfit or not look.view:
            return None
        view = MediaId(ids.new_id(self._bench.world.bits))
        await self._bench.media.put(CaseId(unseen.claim), view, look.view)
        return view

    async def _settle(self, unseen: Unseen, look: Look, view: MediaId | None, body: bytes) -> int:
        words = await self._words(look)

        async def act(work: Work) -> int:
            paper = await work.uow.claims.paper(unseen.paper)
            if paper.state is not PaperState.WAITING:
                return 0
            paper.bytes, paper.read = len(body), words
            await claim_papers.looked(work, paper, replace(look, view=b""), view)
            return 1

        return await self._acting.under(unseen.person, act)

    async def _words(self, look: Look) -> str:
        if self._bench.reader is None or not look.view:
            return ""
        return await self._bench.reader.words(look.view)
