"""Once a minute: cases whose centre has closed go to the open one, and supervisors hear who is not there."""

import logging

from backoffice.kernel.ids import CaseId
from backoffice.workflows import centring, ringing, shifts
from backoffice.workflows.work import Work
from bot.assembly.core import Core
from bot.assembly.service import CaseActions

log = logging.getLogger(__name__)


class CentreWatch:
    """One per process that works; two of them find nothing left to do."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._actions = CaseActions(core)

    async def step(self) -> None:
        now = self._core.clock.now()
        async with self._core.store.begin(now) as uow:
            work = Work(uow, now, self._core.world)
            left = await centring.closing(work)
            if await shifts.report_absent(work):
                await uow.commit()
        for case in left:
            await self._safely(case)

    async def _safely(self, case: CaseId) -> None:
        """One that cannot be moved keeps those behind it in no closed centre."""
        try:
            await self._move(case)
        except Exception:
            log.exception("case %s cannot go to another centre", case)

    async def _move(self, case: CaseId) -> None:
        async def step(work: Work) -> None:
            await ringing.centre_closed(work, case)

        await self._actions(step, case)
