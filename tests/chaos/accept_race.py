"""Envoys accepting at one moment: one wins, all others are told, nobody is left busy without a job."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from backoffice.cases.model import CloseReason
from backoffice.kernel.clock import SystemClock
from backoffice.kernel.exchange import Letter
from backoffice.kernel.ids import CaseId
from backoffice.workflows import centre
from tests.chaos import databases, rig
from tests.chaos.pushes import Numbers, Pushes, Someone, telegram, wechat
from tests.chaos.report import Figures, Plan, must
from tests.chaos.rig import Rig, Setting
from tests.chaos.shuffled import ShuffledLoop
from tests.clocks import FakeClock

PLACE = (21.0285, 105.8542)
ENVOYS = 8
PATIENCE = 200


@dataclass
class Field:
    """The same envoys, case after case; with two rigs each answer comes in at either."""

    rigs: Sequence[Rig]
    chance: random.Random
    pushes: Pushes
    envoys: list[Someone]

    def door(self) -> Rig:
        return self.chance.choice(self.rigs)

    async def round(self, number: int, figures: Figures) -> None:
        """A cry, everybody accepts at once, the winner may give up and all race again; then the case is closed."""
        traveller = telegram(5_000_000 + number)
        case = await self._cry(traveller)
        await self._race(case, figures)
        if self.chance.random() < 0.3:
            await self._give_up(case)
            await self._race(case, figures)
        await self.rigs[0].actions(lambda work: centre.take(work, case, self.rigs[0].operator), case)
        await self.rigs[0].actions(
            lambda work: centre.close(work, case, self.rigs[0].operator, CloseReason.HELPED), case
        )
        await self._rest()
        busy = await self.rigs[0].rows("SELECT count(*) AS n FROM envoy WHERE busy_with IS NOT NULL")
        must(busy[0].n == 0, f"round {number}: {busy[0].n} envoys are busy with a closed case")

    async def _cry(self, traveller: Someone) -> CaseId:
        now = self.rigs[0].clock.now
        await self.door().accept(self.pushes.pin(traveller, *PLACE, now()))
        await self._rest()
        await self.door().accept(self.pushes.text(traveller, "send now", now()))
        await self._until("SELECT 1 FROM cases WHERE status = 'open'")
        found = await self.rigs[0].rows("SELECT id FROM cases WHERE status = 'open'")
        return CaseId(found[0].id)

    async def _race(self, case: CaseId, figures: Figures) -> None:
        await self._until(
            "SELECT 1 FROM assignment WHERE status = 'asked'"
            f" AND \"case\" = '{case}' GROUP BY status HAVING count(*) >= 3"
        )
        presses = [await self._answer(envoy) for envoy in self.envoys]
        self.chance.shuffle(presses)
        await asyncio.gather(*(self.door().accept(raw) for raw in presses if raw))
        await self._rest()
        await self._judge(case)
        figures.add("races")
        figures.add("answers", sum(raw is not None for raw in presses))

    async def _answer(self, envoy: Someone) -> Any:
        """Mostly yes, now and then no; by button, or by digit on WeChat."""
        value = "decline" if self.chance.random() < 0.1 else "accept"
        data = await self.rigs[0].question(envoy, "offer", value)
        if data is None:
            return None
        now = self.rigs[0].clock.now()
        if envoy.channel == "telegram":
            return self.pushes.press(envoy, data, now)
        return self.pushes.text(envoy, data.rpartition(":")[2], now)

    async def _give_up(self, case: CaseId) -> None:
        working = await self._assignments(case, "'accepted'")
        lane = await self.rigs[0].rows(
            f"SELECT i.channel, i.address FROM identity i JOIN envoy e ON e.person = i.person WHERE e.id = '{working[0].envoy}'"  # noqa: S608, E501
        )
        winner = Someone(lane[0].channel, lane[0].address)
        data = await self.rigs[0].question(winner, "job", "cannot_go_on")
        must(data is not None, "the winner was not asked how it goes")
        digits = str(data).rpartition(":")[2]
        await self.door().accept(self.pushes.text(winner, digits, self.rigs[0].clock.now()))
        await self._rest()

    async def _assignments(self, case: CaseId, status: str) -> list[Any]:
        return await self.rigs[0].rows(
            f"SELECT envoy, status FROM assignment WHERE \"case\" = '{case}' AND status IN ({status})"  # noqa: S608
        )

    async def _judge(self, case: CaseId) -> None:
        won = await self._assignments(case, "'accepted'")
        must(len(won) == 1, f"{len(won)} winners")
        asked = await self._assignments(case, "'asked'")
        must(not asked, f"{len(asked)} are still asked after somebody has won")
        busy = await self.rigs[0].rows("SELECT id, busy_with FROM envoy WHERE busy_with IS NOT NULL")
        must([(b.id, b.busy_with) for b in busy] == [(won[0].envoy, case)], f"busy are {busy}, won has {won}")
        people = await self.rigs[0].rows("SELECT id, person FROM envoy")
        reader = {row.id: row.person for row in people}
        letters = [one for one in await self.rigs[0].letters() if one.case == case]
        for each in await self._assignments(case, "'stood_down'"):
            _was_told(reader[each.envoy], letters)
        self._exact_places(reader, won[0].envoy, letters)

    def _exact_places(self, reader: dict[str, str], winner: str, letters: list[Letter]) -> None:
        told = {one.to for one in letters if one.message.place is not None}
        gave_up = {one.to for one in letters if one.message.key == "job.withdrawn"}
        must(reader[winner] in told, "the winner was not told the place")
        others = told & set(reader.values()) - {reader[winner]} - gave_up
        must(not others, f"{len(others)} envoys without the job were told the exact place")

    async def _rest(self) -> None:
        """Until every row is taken."""
        await self._until("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM inbox WHERE state = 'new')")

    async def _until(self, query: str) -> None:
        clock = self.rigs[0].clock
        for _ in range(PATIENCE):
            if isinstance(clock, FakeClock):
                await clock.run(0.05)
            else:
                await asyncio.sleep(0.05)
            if await self.rigs[0].rows(query):
                return
        must(False, f"never true: {query}")


async def _field(rigs: Sequence[Rig], chance: random.Random) -> Field:
    envoys = [(wechat if i % 3 == 0 else telegram)(9_000_000 + i) for i in range(ENVOYS)]
    for number, envoy in enumerate(envoys):
        await rigs[0].envoy(envoy, (PLACE[0] + number * 0.002, PLACE[1]))
    for one in rigs:
        await one.service.parts.feed.load()
    return Field(rigs, chance, Pushes(Numbers(count(800_000_001))), envoys)


async def sqlite(plan: Plan, figures: Figures) -> None:
    """Tasks in a seeded random order."""
    chance = plan.chance()
    loop = asyncio.get_running_loop()
    if isinstance(loop, ShuffledLoop):
        loop.reseed(plan.chance(1))
    async with databases.folder() as folder:
        url = await rig.fresh_file(folder, "accept")
        setting = Setting(url, folder / "data", chance, FakeClock(), running=True)
        async with rig.opened(setting) as one:
            field = await _field([one], chance)
            for number in range(plan.some(15, 300)):
                await field.round(number, figures)


async def postgres(plan: Plan, figures: Figures) -> None:
    """Two instances of the service, real time."""
    chance = plan.chance()
    async with databases.folder() as folder, databases.postgres() as url:
        if url is None:
            figures["postgresql"] = "not found"
            return
        setting = Setting(url, folder / "data", chance, SystemClock(), running=True)
        async with rig.opened(setting) as one, rig.opened(setting) as two:
            field = await _field([one, two], chance)
            for number in range(plan.some(6, 60)):
                await field.round(number, figures)


def _was_told(person: str, letters: list[Letter]) -> None:
    """Asked and too late: said so, or the offer never left."""
    mine = [one for one in letters if one.to == person]
    keys = {one.message.key for one in mine}
    unsent = all(
        str(one.state) in ("dropped", "superseded") for one in mine if one.message.key.startswith("offer.sos")
    )
    must(bool(keys & {"offer.gone", "offer.stood_down"}) or unsent, f"an envoy who lost was told only {keys}")
