"""Two envoys accept one order at the same moment, each through another channel: one has it, the other knows at once."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from backoffice.kernel.clock import SystemClock
from backoffice.kernel.geo import Datum, Fix, Point, RawPoint, Source
from backoffice.kernel.ids import OrderId, PersonId
from backoffice.orders.model import HELD, Mode, OfferStatus
from backoffice.people.model import Person
from backoffice.workflows import orders
from backoffice.workflows.orders import Wish
from backoffice.workflows.work import Work
from tests.backoffice.orders.shop import TABLE
from tests.chaos import databases, halves, patience, rig
from tests.chaos.pushes import Numbers, Pushes, Someone, telegram, wechat
from tests.chaos.report import Figures, Plan, must
from tests.chaos.rig import Rig, Setting
from tests.chaos.shuffled import ShuffledLoop
from tests.clocks import FakeClock

PLACE = Point(13.7563, 100.5018)
ONE, TWO, BUYER = telegram(9_000_001), wechat(9_000_002), telegram(5_000_001)
TOLD = {"offer.order_gone", "offer.order_taken", "offer.order_overlap"}
WITHIN_S = 1.0
PER_SHOP = 50
"""Races in one database. Later one of them is known to accept so surely that nobody else is asked."""


@dataclass
class Track:
    """The same two envoys, order after order; with two rigs each answer comes in at either."""

    rigs: Sequence[Rig]
    chance: random.Random
    pushes: Pushes

    async def open(self) -> None:
        """Two envoys on duty, a traveller, prices."""
        for number, who in enumerate((ONE, TWO)):
            await self.rigs[0].envoy(who, (PLACE.lat + number * 0.002, PLACE.lon))
        for each in self.rigs:
            await each.service.parts.feed.load()
        now = self.rigs[0].clock.now()
        async with self.rigs[0].core.store.begin(now) as uow:
            await uow.people.add(Person(PersonId("buyer"), "en", now), BUYER.at)
            await uow.prices.put(TABLE)
            await uow.commit()

    async def race(self, number: int, figures: Figures) -> None:
        """An order of its own day; both say yes at once, now and then each twice."""
        order = await self._order(number)
        await self._delivered()
        pushes = [
            push for who in (ONE, TWO) for push in [await self._yes(who)] * self.chance.choice([1, 1, 2])
        ]
        must(len(pushes) >= 2, "both were asked")
        self.chance.shuffle(pushes)
        started = self.rigs[0].clock.now()
        sending = [asyncio.create_task(self._send(raw)) for raw in pushes]
        await self._rest(sending)
        await self._judge(order, started, figures)
        figures.add("races")

    async def _order(self, number: int) -> OrderId:
        now = self.rigs[0].clock.now()
        fix = Fix(PLACE, RawPoint(PLACE.lat, PLACE.lon, Datum.WGS84), Source.TELEGRAM_PIN, now)
        start = now + timedelta(hours=5 + 3 * number)
        wish = Wish("interpret", "", fix, start, 60, mode=Mode.FIRST)
        async with self.rigs[0].core.store.begin(now) as uow:
            work = Work(uow, now, self.rigs[0].core.world)
            price, _ = await orders.quote(work, wish)
            made = await orders.place(work, await uow.people.get(PersonId("buyer")), wish, price)
            await uow.commit()
        return made.id

    async def _yes(self, who: Someone) -> Any:
        data = await self.rigs[0].question(who, "order.offer", "accept")
        must(data is not None, f"{who.at.lane} was not asked")
        now = self.rigs[0].clock.now()
        if who.channel == "telegram":
            return self.pushes.press(who, str(data), now)
        return self.pushes.text(who, str(data).rpartition(":")[2], now)

    async def _send(self, raw: Any) -> None:
        clock = self.rigs[0].clock
        if self.chance.random() < 0.5:
            await clock.sleep(self.chance.choice([0.0005, 0.002, 0.01]))
        await self.chance.choice(self.rigs).push(raw)

    async def _delivered(self) -> None:
        """Both have the question on their screens (WeChat's wait 2 s for others to travel with)."""

        async def left() -> int:
            if isinstance(self.rigs[0].clock, FakeClock):
                await self.rigs[0].pass_time(1)
            found = await self.rigs[0].rows(
                "SELECT count(*) AS n FROM letter WHERE state IN ('waiting', 'riding', 'sending', 'held')"
            )
            return int(found[0].n)

        simulated = isinstance(self.rigs[0].clock, FakeClock)
        await patience.until_nothing(left, "letters", 0.0 if simulated else 0.25)

    async def _rest(self, sending: Sequence[asyncio.Task[None]]) -> None:
        """Until everything was sent and every row is taken."""
        clock = self.rigs[0].clock
        for _ in range(400):
            if isinstance(clock, FakeClock):
                await clock.run(0.02)
            else:
                await asyncio.sleep(0.02)
            left = await self.rigs[0].rows("SELECT count(*) AS n FROM inbox WHERE state = 'new'")
            if all(task.done() for task in sending) and not left[0].n:
                await self.rigs[0].service.parts.gateway.settle()
                return
        must(False, "rows are left")

    async def _judge(self, order: OrderId, started: Any, figures: Figures) -> None:
        now = self.rigs[0].clock.now()
        async with self.rigs[0].core.store.begin(now) as uow:
            found = await uow.orders.get(order)
            offers = await uow.order_offers.of_order(order)
            losers = [o for o in offers if o.envoy != found.envoy]
            people = [(await uow.envoys.get(o.envoy)).person for o in losers]
        must(found.status in HELD, f"nobody has it: {found.status}")
        chosen = [o.envoy for o in offers if o.status is OfferStatus.CHOSEN]
        must(chosen == [found.envoy], f"{chosen} have an order of {found.envoy}")
        must(len(losers) == 1, f"{len(losers)} lost")
        told = [x for x in await self._letters(order) if x.to == people[0] and x.message.key in TOLD]
        must(bool(told), "the second was not told")
        late = (told[0].created_at - started).total_seconds()
        must(late < WITHIN_S, f"the second was told after {late} s")
        figures["slowest word"] = (
            f"{max(late, float(str(figures.values.get('slowest word', '0')).split()[0])):.3f} s"
        )

    async def _letters(self, order: OrderId) -> list[Any]:
        return [x for x in await self.rigs[0].letters() if x.case == order]


async def _races(track: Track, numbers: range, figures: Figures) -> None:
    await track.open()
    for number in numbers:
        await track.race(number, figures)
        if isinstance(track.rigs[0].clock, FakeClock):
            track.rigs[0].clock.advance(timedelta(hours=2))


async def on_sqlite(plan: Plan, figures: Figures, races: range, folder: Path) -> None:
    """These races; tasks in a seeded random order where the loop allows it."""
    loop = asyncio.get_running_loop()
    for first in range(races.start, races.stop, PER_SHOP):
        shop = first // PER_SHOP
        if isinstance(loop, ShuffledLoop):
            loop.reseed(plan.chance(-1 - shop))
        chance = plan.chance(shop)
        url = await rig.fresh_file(folder, f"orders{shop}")
        setting = Setting(url, folder / f"d{shop}", chance, FakeClock())
        async with rig.opened(setting) as one:
            pushes = Pushes(Numbers(count(900_000_001 + shop * 1_000_000)))
            numbers = range(min(PER_SHOP, races.stop - first))
            await _races(Track([one], chance, pushes), numbers, figures)


def share(seed: int, races: range) -> dict[str, object]:
    """Some of the long form's races, in a process of their own."""
    figures = Figures()

    async def run() -> None:
        async with halves.memory() as folder:
            await on_sqlite(Plan(False, seed), figures, races, folder)

    halves.shuffled(run(), seed)
    return figures.values


async def sqlite(plan: Plan, figures: Figures) -> None:
    """Which task runs first is what is tried, so the files lie in memory; the long form uses every core."""
    if plan.short:
        async with halves.memory() as folder:
            await on_sqlite(plan, figures, range(300), folder)
        return
    found = await halves.side_by_side(share, plan.seed, halves.shares(10_000, PER_SHOP))
    figures["slowest word"] = max(str(each["slowest word"]) for each in found)
    figures["races"] = sum(int(str(each["races"])) for each in found)


async def postgres(plan: Plan, figures: Figures) -> None:
    """Two instances of the service, real time."""
    async with databases.folder() as folder, databases.postgres() as url:
        if url is None:
            figures["postgresql"] = "not found"
            return
        setting = Setting(url, folder / "data", plan.chance(), SystemClock(), running=True)
        async with rig.opened(setting) as one, rig.opened(setting) as two:
            track = Track([one, two], plan.chance(), Pushes(Numbers(count(990_000_001))))
            await _races(track, range(plan.some(6, 6)), figures)
