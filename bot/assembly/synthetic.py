"""Once a minute the service calls for help as a traveller would; what does not come back wakes a person."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from backoffice import ports
from backoffice.centre_queries import SyntheticCall
from backoffice.kernel import ids
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import PersonId
from backoffice.oncall import ladder
from backoffice.people.model import Person
from backoffice.ports import Alert, PageFailed
from bot.assembly import deeds, drill
from bot.assembly.core import Core
from bot.assembly.drill import Drill
from storage.synthetic import PREFIX, SyntheticRows

log = logging.getLogger(__name__)
ALERT = "synthetic_failed"
POLL_S = 0.25
"""Seconds between two looks: each takes the writer for a moment, and this runs beside real calls."""
AGAIN_EVERY = 5
"""While it goes on failing people are paged at the first, and then at every fifth."""
TIDY_EVERY = timedelta(hours=1)
TIMEOUT = aiohttp.ClientTimeout(total=6)


class Synthetic:
    """The calls of one process that serves webhooks."""

    def __init__(self, core: Core, pager: ports.Pager) -> None:
        self._core, self._pager = core, pager
        self._rows = SyntheticRows(core.database)
        self._next_tidy = core.clock.now()

    async def step(self) -> None:
        """One call on every channel that is on, now and then what is left of old ones goes."""
        async with aiohttp.ClientSession(timeout=TIMEOUT) as http:
            for name in drill.channels_on(self._core.settings):
                await self._call(drill.made(self._core.settings, http, self._perform, name))
        await self._tidy(self._core.clock.now())

    async def _tidy(self, now: datetime) -> None:
        """What is left of calls of long ago goes, once in a while: it is looked for through whole tables."""
        if now < self._next_tidy:
            return
        kept = timedelta(minutes=self._core.settings.synthetic.keep_minutes)
        while await self._rows.prune(now - kept):
            pass
        self._next_tidy = now + TIDY_EVERY

    async def _perform(self, deed: str, given: dict[str, Any]) -> Any:
        return await deeds.do(self._core, deed, given)

    async def _call(self, one: Drill) -> None:
        at = self._core.clock.now()
        one.poll_s = POLL_S
        await self._people(one)
        try:
            await drill.through(one)
        except (aiohttp.ClientError, TimeoutError) as trouble:
            log.warning("the synthetic call on %s was not taken: %s", one.channel, trouble)
        await drill.end(one)
        await self.record(SyntheticCall(at, one.channel, drill.missing(one), _rounded(one.latency)))

    async def _people(self, one: Drill) -> None:
        """Both sides under ids of their own kind, so that what they leave can be told from everything else."""
        now = self._core.clock.now()
        async with self._core.store.begin(now) as uow:
            for address in (one.address, one.envoy):
                at = Address(one.channel, address)
                if await uow.people.at(at) is None:
                    new = PersonId(f"{PREFIX}{ids.new_id(self._core.world.bits)}")
                    await uow.people.add(Person(new, "zh_Hans", now, drill=True), at)
            await uow.commit()

    async def record(self, call: SyntheticCall) -> None:
        """On record; a failure is an alert, and wakes somebody."""
        await self._rows.record(call)
        if not call.missing:
            return
        log.error("the synthetic call on %s lacks %s", call.channel, call.missing)
        await self._alert(f"{call.channel}: {call.missing}")
        failed = await self._rows.failures(call.channel)
        if failed % AGAIN_EVERY == 1:
            await self._page(ladder.NEXT if failed == 1 else ladder.EVERYBODY)

    async def _alert(self, words: str) -> None:
        now = self._core.clock.now()
        async with self._core.store.begin(now) as uow:
            if words in {alert.text for alert in await uow.desk.alerts() if alert.kind == ALERT}:
                return
            await uow.desk.alert(Alert(0, now, ALERT, None, words))
            uow.hint("queue")
            await uow.commit()

    async def _page(self, level: int) -> None:
        try:
            await self._pager.page(level, "", ALERT)
        except PageFailed as failure:
            log.warning("nobody could be woken for the synthetic call: %s", failure)
            await self._alert(f"pager: {failure}"[:200])


def _rounded(latency: Mapping[str, float]) -> dict[str, float]:
    return {stage: round(seconds, 3) for stage, seconds in latency.items()}
