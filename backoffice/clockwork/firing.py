"""What happens when a deadline passes: one transaction, one winner."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from backoffice import ports
from backoffice.cases.model import Case, CaseStatus
from backoffice.clockwork import claim_life, envoy_life, family_life
from backoffice.kernel import again
from backoffice.kernel.clock import Clock
from backoffice.kernel.errors import Unavailable
from backoffice.kernel.ids import CaseId
from backoffice.places.model import Candidate
from backoffice.ports import Deadline, DeadlineKind
from backoffice.workflows import (
    case_tasks,
    dispatching,
    geocoding,
    order_clock,
    positions,
    promises,
    ringing,
    sos,
)
from backoffice.workflows.work import Work, World

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Page:
    """Somebody must be woken: the rung of the ladder, the case's reference and what for. Drills wake nobody."""

    level: int
    ref: str
    what: str
    repeated: bool = False


class Firing:
    """Fires deadlines. The caller holds the lock of the deadline's person."""

    def __init__(
        self,
        store: ports.Store,
        world: World,
        clock: Clock,
        pager: ports.Pager,
        geocoder: ports.Geocoder | None = None,
    ) -> None:
        self._store = store
        self._geocoder = geocoder
        self._world = world
        self._clock = clock
        self._pager = pager
        self._pages: list[Page] = []

    async def fire(self, deadline: Deadline) -> bool:
        """True when this call won: the deadline's effects are committed. Runs again when a row was stale."""
        return await again.when_stale(lambda: self._once(deadline))

    async def _once(self, deadline: Deadline) -> bool:
        found = await self._looked_up(deadline) if deadline.kind is DeadlineKind.GEOCODE else ()
        now = self._clock.now()
        async with self._store.begin(now) as uow:
            if not await uow.deadlines.fire(deadline.id, now):
                return False
            work = Work(uow, now, self._world)
            if deadline.kind is DeadlineKind.GEOCODE:
                case = await uow.cases.get(CaseId(deadline.subject))
                await geocoding.settle(work, case, found, deadline.payload["what"])
            page = None if deadline.kind is DeadlineKind.GEOCODE else await _act(work, deadline)
            await uow.commit()
        if page:
            self._pages.append(page)
        return True

    async def _looked_up(self, deadline: Deadline) -> Sequence[ports.FoundAddress]:
        """Ask the geocoder before the transaction; no answer is an empty one."""
        if self._geocoder is None:
            return ()
        now = self._clock.now()
        async with self._store.begin(now) as uow:
            case = await uow.cases.get(CaseId(deadline.subject))
            asked = await geocoding.question(Work(uow, now, self._world), case, deadline.payload["what"])
        if asked.point is not None:
            address = await self._geocoder.address(asked.point, asked.locale)
            return (Candidate(address, asked.point),) if address else ()
        return await self._geocoder.search(asked.words, asked.locale) if asked.words else ()

    async def wake(self) -> None:
        """Page for what has been fired. Not under anybody's lock: a slow pager may keep nobody's words waiting.

        Raises `errors.Unavailable` when those on call cannot be read; the page waits for the next deadline's.
        """
        while self._pages:
            page = self._pages.pop(0)
            try:
                await self._wake(page)
            except Unavailable:
                self._pages.append(page)
                raise

    async def _wake(self, page: Page) -> None:
        """A pager that fails is an alert staff see."""
        try:
            await self._pager.page(page.level, page.ref, page.what)
        except ports.PageFailed as failure:
            log.warning("page for case %s failed: %s", page.ref, failure)
            if not page.repeated:
                await self._pager_failed(page)

    async def _pager_failed(self, page: Page) -> None:
        now = self._clock.now()
        async with self._store.begin(now) as uow:
            await uow.desk.alert(ports.Alert(0, now, "pager_failed", None, page.ref))
            uow.hint("queue")
            await uow.commit()

    async def failing(self, deadline: Deadline) -> None:
        """It fails again and again: staff see it, and for an SOS that is not dispatched somebody is woken."""
        now = self._clock.now()
        sos = deadline.kind is DeadlineKind.COUNTDOWN
        async with self._store.begin(now) as uow:
            case = CaseId(deadline.subject) if sos else None
            await uow.desk.alert(ports.Alert(0, now, "deadline_failing", case, str(deadline.kind)))
            uow.hint("queue")
            await uow.commit()
        if sos:
            self._pages.append(Page(len(self._world.rules.acknowledge), deadline.subject, "deadline_failing"))


async def _act(work: Work, deadline: Deadline) -> Page | None:
    if deadline.kind is DeadlineKind.FORGOTTEN_CANCEL:
        return None
    if deadline.kind is DeadlineKind.TASK:
        await case_tasks.fire(work, deadline)
        return None
    if deadline.kind in order_clock.KINDS:
        await order_clock.fire(work, deadline)
        return None
    if deadline.kind in family_life.ACTS:
        await family_life.ACTS[deadline.kind](work, deadline)
        return None
    if deadline.kind in claim_life.ACTS:
        await claim_life.ACTS[deadline.kind](work, deadline)
        return None
    if deadline.kind in envoy_life.ACTS:
        await envoy_life.ACTS[deadline.kind](work, deadline)
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
            return await _promise_passed(work, case)
        case DeadlineKind.LIVE_QUIET:
            await positions.live_stopped(work, case)
        case DeadlineKind.SEAL:
            await work.uow.cases.seal(case.id)
            await work.uow.assignments.coarsen(case.id)
            await work.uow.considerations.coarsen(case.id)
            await work.note(case, "system", "case.sealed")
    return None


async def _countdown_over(work: Work, case: Case) -> None:
    if case.status is CaseStatus.COUNTDOWN:
        await sos.fire(work, case, await work.uow.people.get(case.requester))


async def _unanswered(work: Work, case: Case, deadline: Deadline) -> Page | None:
    level, times = int(deadline.payload["level"]), int(deadline.payload.get("times", 0))
    rung = await ringing.louder(work, case, level, times)
    return Page(rung, case.ref, "unanswered", repeated=times > 0) if rung and not case.drill else None


async def _promise_passed(work: Work, case: Case) -> Page | None:
    """A promise that was not kept wakes people as loudly as a ring nobody heard."""
    if not await promises.passed(work, case):
        return None
    await dispatching.ask_newcomers(work, case)
    if case.drill or case.duress:
        return None
    return Page(len(work.rules.acknowledge), case.ref, "promise_passed")
