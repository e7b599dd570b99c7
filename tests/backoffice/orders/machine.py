"""Orders driven at random: two travellers, three envoys, every act at any time; what must always hold."""

import asyncio
import shutil
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from backoffice.cases.model import Origin
from backoffice.dispatch.model import Envoy
from backoffice.kernel.ids import OrderId
from backoffice.kernel.messages import Role
from backoffice.orders.model import HELD, OPEN_OFFERS, Meeting, Mode, Offer, OfferStatus, Order, OrderStatus
from backoffice.workflows import (
    order_ending,
    order_meeting,
    order_rating,
    order_running,
    order_talk,
    orders,
    sos,
)
from backoffice.workflows.relay import Said
from backoffice.workflows.sos import Cry
from backoffice.workflows.work import Work
from storage import migrate
from storage.engine import Database
from tests.backoffice.orders import shop as shops

TRAVELLERS, ENVOYS = ("周婷", "Anna"), ("a", "b", "c")
ROLES = st.sampled_from([Role.TRAVELLER, Role.ENVOY])
NUMBERS = st.integers(0, 5)
POINT = f"{shops.BANGKOK.lat}"
_TEMPLATE: list[Path] = []
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Thousands of small databases: a file system in memory spares the disk."""
_FOLDER = TemporaryDirectory(dir=_MEMORY)


def template() -> Path:
    """A migrated, empty file, made once."""
    if not _TEMPLATE:
        path = Path(_FOLDER.name) / "template.db"
        asyncio.run(migrate.upgrade(f"sqlite+aiosqlite:///{path}"))
        _TEMPLATE.append(path)
    return _TEMPLATE[0]


class OrdersMachine(RuleBasedStateMachine):
    """One shop; acts that the business refuses change nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.folder = TemporaryDirectory(dir=_MEMORY)
        self.placed: list[OrderId] = []
        self.shown: dict[str, int] = {}

    def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(doing)

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.loop.close()
        self.folder.cleanup()

    @initialize()
    def open(self) -> None:
        path = Path(self.folder.name) / "rescue.db"
        shutil.copyfile(template(), path)
        self.run(self._open(f"sqlite+aiosqlite:///{path}"))

    async def _open(self, url: str) -> None:
        database = await Database.open(url)
        self.stack.push_async_callback(database.close)
        self.shop = await self.stack.enter_async_context(shops.opened(database))
        await self.shop.person("Anna", "en")
        for n, name in enumerate(ENVOYS):
            await self.shop.envoy(name, 1 + n)

    def on(self, number: int, step: Callable[[Work, Order], Coroutine[Any, Any, Any]]) -> None:
        """An act on one of the orders; a refusal is an answer too."""
        if not self.placed:
            return
        order = self.placed[number % len(self.placed)]

        async def act(work: Work) -> None:
            await step(work, await work.uow.orders.get(order))

        self.run(self.shop.tries(act))

    @precondition(lambda self: len(self.placed) < 6)
    @rule(who=st.sampled_from(TRAVELLERS), mode=st.sampled_from(Mode), hours=st.integers(0, 30))
    def place(self, who: str, mode: Mode, hours: int) -> None:
        start = self.shop.clock.now() + timedelta(hours=hours) if hours else None
        self.placed.append(self.run(self.shop.place(who, mode=mode, start_at=start)))

    @rule(number=NUMBERS, name=st.sampled_from(ENVOYS), yes=st.sampled_from([True, True, True, False]))
    def answer(self, number: int, name: str, yes: bool) -> None:
        async def step(work: Work, order: Order) -> None:
            envoy = await work.uow.envoys.get(self.shop.envoys[name])
            for offer in await work.uow.order_offers.of_order(order.id):
                if offer.envoy == envoy.id:
                    await (orders.accept if yes else orders.decline)(work, offer, envoy)

        self.on(number, step)

    @rule(number=NUMBERS, pick=st.integers(0, 2))
    def choose(self, number: int, pick: int) -> None:
        async def step(work: Work, order: Order) -> None:
            offers = await work.uow.order_offers.of_order(order.id)
            if offers:
                await orders.choose(work, order, offers[pick % len(offers)].id)

        self.on(number, step)

    @rule(number=NUMBERS)
    def pay(self, number: int) -> None:
        if self.placed:
            self.run(self.shop.pay(self.placed[number % len(self.placed)]))

    @rule(number=NUMBERS, role=ROLES, right=st.sampled_from([True, True, True, False]))
    def code(self, number: int, role: Role, right: bool) -> None:
        async def step(work: Work, order: Order) -> None:
            word = order.said.get(Role.ENVOY if role is Role.TRAVELLER else Role.TRAVELLER, "")
            await order_meeting.say_code(work, order, role, word if right else "")

        self.on(number, step)

    @rule(number=NUMBERS, role=ROLES)
    def meeting(self, number: int, role: Role) -> None:
        self.on(number, lambda w, o: order_meeting.propose(w, o, role, Meeting("gate")))

    @rule(number=NUMBERS, role=ROLES, yes=st.booleans())
    def agree(self, number: int, role: Role, yes: bool) -> None:
        self.on(number, lambda w, o: order_meeting.agree(w, o, role, yes))

    @rule(number=NUMBERS)
    def arrive(self, number: int) -> None:
        self.on(number, order_meeting.arrived)

    @rule(number=NUMBERS, role=ROLES)
    def missing(self, number: int, role: Role) -> None:
        self.on(number, lambda w, o: order_ending.missing(w, o, role))

    @rule(number=NUMBERS)
    def cancel(self, number: int) -> None:
        self.on(number, order_ending.cancel)

    @rule(number=NUMBERS)
    def withdraw(self, number: int) -> None:
        self.on(number, order_ending.withdraw)

    @rule(number=NUMBERS, role=ROLES, minutes=st.sampled_from([30, 60, 120]))
    def extend(self, number: int, role: Role, minutes: int) -> None:
        self.on(number, lambda w, o: order_running.extend(w, o, role, minutes))

    @rule(number=NUMBERS, role=ROLES, yes=st.booleans())
    def extend_answer(self, number: int, role: Role, yes: bool) -> None:
        self.on(number, lambda w, o: order_running.extend_answer(w, o, role, yes))

    @rule(number=NUMBERS, role=ROLES)
    def end(self, number: int, role: Role) -> None:
        self.on(number, lambda w, o: order_running.end(w, o, role))

    @rule(number=NUMBERS, role=ROLES, stars=st.integers(1, 5))
    def rate(self, number: int, role: Role, stars: int) -> None:
        self.on(number, lambda w, o: order_rating.rate(w, o, role, stars))

    @rule(number=NUMBERS)
    def talk(self, number: int) -> None:
        async def step(work: Work, order: Order) -> None:
            if order.status in HELD:
                await order_talk.said(work, order, Role.TRAVELLER, Said(f"words for {order.envoy}"))

        self.on(number, step)

    @rule(name=st.sampled_from(ENVOYS), on=st.booleans())
    def duty(self, name: str, on: bool) -> None:
        async def step(work: Work) -> None:
            envoy: Envoy = await work.uow.envoys.get(self.shop.envoys[name])
            envoy.on_duty = on
            await work.uow.envoys.save(envoy)
            if not on:
                await orders.off_duty(work, envoy)

        self.run(self.shop.act(step))

    @rule(who=st.sampled_from(TRAVELLERS))
    def call_for_help(self, who: str) -> None:
        async def step(work: Work) -> None:
            person = await work.uow.people.get(self.shop.people[who])
            if await work.uow.cases.active_of(person.id) is None:
                case = await sos.start(work, person, Cry(Origin.BUTTON, work.now, work.now))
                await sos.confirm(work, case, person)

        self.run(self.shop.tries(step))

    @rule(minutes=st.sampled_from([1, 5, 11, 40, 200]))
    def wait(self, minutes: int) -> None:
        self.run(self.shop.wait(minutes=minutes))

    @invariant()
    def always(self) -> None:
        if self.placed:
            self.run(self._always())

    async def _always(self) -> None:
        await self.shop.look(self._holds)
        assert set((await self.shop.sums()).values()) <= {0}, "the ledger is balanced"

    async def _holds(self, work: Work) -> None:
        found = [await work.uow.orders.get(o) for o in self.placed]
        for order in found:
            offers = await work.uow.order_offers.of_order(order.id)
            self._one_envoy(order, offers)
            await self._nobody_off_duty(work, offers)
        self._never_twice(found)
        for name in ENVOYS:
            await self._no_place_for_others(work, name, {str(o.id): o for o in found})

    def _one_envoy(self, order: Order, offers: Sequence[Offer]) -> None:
        """One envoy at most, and exactly while it is booked or running."""
        chosen = [o for o in offers if o.status is OfferStatus.CHOSEN]
        assert len(chosen) == (1 if order.status in HELD else 0), (order.status, offers)
        if order.status in HELD:
            assert (chosen[0].envoy, chosen[0].id) == (order.envoy, order.offer)
        if order.status is OrderStatus.OFFERING:
            assert order.envoy is None
        if not order.live or order.status in HELD:
            assert not [o for o in offers if o.status in OPEN_OFFERS]

    def _never_twice(self, found: list[Order]) -> None:
        held = [o for o in found if o.status in HELD]
        for one in held:
            for other in held:
                if one.id < other.id and one.envoy == other.envoy:
                    assert one.until <= other.start_at or other.until <= one.start_at

    async def _nobody_off_duty(self, work: Work, offers: Sequence[Offer]) -> None:
        for offer in offers:
            if offer.status in OPEN_OFFERS:
                envoy = await work.uow.envoys.get(offer.envoy)
                assert envoy.on_duty, "nothing is offered off duty"

    async def _no_place_for_others(self, work: Work, name: str, thread: dict[str, Order]) -> None:
        """The point goes only to who has the order at that moment; nothing new to who had it before."""
        fresh = await self.shop.letters(name, self.shown.get(name, 0))
        self.shown[name] = self.shown.get(name, 0) + len(fresh)
        mine = self.shop.envoys[name]
        for letter in fresh:
            order = thread.get(str(letter.case))
            exact = letter.message.place is not None or POINT in str(letter.message)
            talk = letter.message.key == "relay.text"
            if order is None or not (exact or talk):
                continue
            booked = [e.actor for e in await work.uow.orders.events(order.id) if e.what == "order.booked"]
            assert f"envoy:{mine}" in booked, "no exact place before acceptance"
            if talk:
                assert letter.message.params["text"] == f"words for {mine}"
