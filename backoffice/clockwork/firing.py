"""What happens when a deadline passes: one transaction, one winner."""

import logging
from dataclasses import dataclass

from backoffice import ports
from backoffice.cases.model import Case, CaseStatus
from backoffice.kernel.clock import Clock
from backoffice.kernel.errors import Stale
from backoffice.kernel.ids import CaseId
from backoffice.ports import Deadline, DeadlineKind
from backoffice.workflows import centre, dispatching, positions, sos
from backoffice.workflows.work import Work, World

log = logging.getLogger(__name__)
RETRIES = 2


@dataclass(frozen=True, slots=True)
class Page:
    """Somebody must be woken: the rung of the ladder and the case's reference."""

    level: int
    ref: str


class Firing:
    """Fires deadlines. The caller holds the lock of the deadline's person."""

    def __init__(self, store: ports.Store, world: World, clock: Clock, pager: ports.Pager) -> None:
        self._store = store
        self._world = world
        self._clock = clock
        self._pager = pager

    async def fire(self, deadline: Deadline) -> bool:
        """True when this call won: the deadline's effects are committed. Runs again when a row was stale."""
        for attempt in range(RETRIES + 1):
            try:
                return await self._once(deadline)
            except Stale:
                if attempt == RETRIES:
                    raise
        return False

    async def _once(self, deadline: Deadline) -> bool:
        now = self._clock.now()
        async with self._store.begin(now) as uow:
            if not await uow.deadlines.fire(deadline.id, now):
                return False
            page = await _act(Work(uow, now, self._world), deadline)
            await uow.commit()
        if page:
            await self._wake(page)
        return True

    async def _wake(self, page: Page) -> None:
        """Outside the transaction: the page itself. A pager that fails is an alert staff see."""
        try:
            await self._pager.page(page.level, page.ref, "unanswered")
        except ports.PageFailed as failure:
            log.warning("page for case %s failed: %s", page.ref, failure)
            await self._pager_failed(page)

    async def _pager_failed(self, page: Page) -> None:
        now = self._clock.now()
        async with self._store.begin(now) as uow:
            await uow.desk.alert(ports.Alert(0, now, "pager_failed", None, page.ref))
            uow.hint("queue")
            await uow.commit()


async def _act(work: Work, deadline: Deadline) -> Page | None:
    if deadline.kind is DeadlineKind.FORGOTTEN_CANCEL:
        return None
    case = await work.uow.cases.get(CaseId(deadline.subject))
    match deadline.kind:
        case DeadlineKind.COUNTDOWN:
            await _countdown_over(work, case)
        case DeadlineKind.WAVE:
            await dispatching.next_wave(work, case)
        case DeadlineKind.WIDEN:
            await dispatching.widen(work, case)
        case DeadlineKind.ACKNOWLEDGE:
            return await _unanswered(work, case, deadline)
        case DeadlineKind.PROMISE:
            await dispatching.promise_passed(work, case)
        case DeadlineKind.LIVE_QUIET:
            await positions.live_stopped(work, case)
        case DeadlineKind.SEAL:
            await work.uow.cases.seal(case.id)
            await work.note(case, "system", "case.sealed")
    return None


async def _countdown_over(work: Work, case: Case) -> None:
    if case.status is CaseStatus.COUNTDOWN:
        await sos.fire(work, case, await work.uow.people.get(case.requester))


async def _unanswered(work: Work, case: Case, deadline: Deadline) -> Page | None:
    level = int(deadline.payload["level"])
    return Page(level, case.ref) if await centre.louder(work, case, level) else None
