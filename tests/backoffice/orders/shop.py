"""Orders without channels: the real workflows over a real database, time that moves only when told."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

import sqlalchemy as sa

from backoffice.adapters.envoy_index import CsrEnvoyIndex
from backoffice.clockwork.firing import Firing
from backoffice.dispatch.model import Envoy
from backoffice.kernel.errors import Refusal
from backoffice.kernel.exchange import Address, Letter, Question
from backoffice.kernel.geo import Datum, Fix, Point, RawPoint, Source
from backoffice.kernel.ids import EnvoyId, OrderId, PersonId
from backoffice.kernel.messages import Role
from backoffice.kernel.money import Money, Rate
from backoffice.money.model import PaymentStatus, Proof, Purpose
from backoffice.money.prices import Price
from backoffice.orders.model import Mode, Offer, Order
from backoffice.people.model import Person
from backoffice.ports.money import PriceTable
from backoffice.workflows import order_meeting, orders, payments, settlement
from backoffice.workflows.orders import Wish
from backoffice.workflows.work import Work, World
from bot.assembly import core
from config.settings import Sos
from storage import letter_row
from storage.bus import LocalBus
from storage.deadlines import DeadlineQueue
from storage.engine import Database
from storage.exchange_tables import letter
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from tests import house
from tests.clocks import FakeClock

T = TypeVar("T")
BANGKOK = Point(13.7563, 100.5018)
SINCE = date(2026, 1, 1)
TABLE = PriceTable(
    prices=[Price("interpret", "TH", "THB", 0, 600_00, 60, 50, 0, 80, SINCE)],
    rates=[Rate("THB", "CNY", Decimal("0.2"), SINCE)],
)
"""600 baht an hour, half as much again at once, four fifths of it the envoy's."""


def fix(point: Point, at: datetime) -> Fix:
    return Fix(point, RawPoint(point.lat, point.lon, Datum.WGS84), Source.TELEGRAM_PIN, at, 20.0)


class NoPager:
    async def page(self, level: int, ref: str, what: str) -> None:
        """Nobody to wake."""


@dataclass
class Shop:
    """People, envoys and orders, and what they were told."""

    store: SqlStore
    database: Database
    vault: Vault
    clock: FakeClock
    world: World
    people: dict[str, PersonId] = field(default_factory=dict)
    envoys: dict[str, EnvoyId] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: count(1))

    async def act(self, step: Callable[[Work], Awaitable[T]]) -> T:
        """One action, committed; a refusal undoes it and is raised."""
        async with self.store.begin(self.clock.now()) as uow:
            done = await step(Work(uow, self.clock.now(), self.world))
            await uow.commit()
        return done

    async def look(self, step: Callable[[Work], Awaitable[T]]) -> T:
        """Only looks: nothing is kept."""
        async with self.store.begin(self.clock.now()) as uow:
            return await step(Work(uow, self.clock.now(), self.world))

    async def tries(self, step: Callable[[Work], Awaitable[T]]) -> T | Refusal:
        """The same for a step that the business may refuse."""
        try:
            return await self.act(step)
        except Refusal as refusal:
            return refusal

    async def person(self, name: str, locale: str = "zh_Hans") -> PersonId:
        number = next(self.numbers)
        new = Person(PersonId(f"p{number:03}"), locale, self.clock.now())
        new.profile.call_me = name
        await self.act(lambda work: work.uow.people.add(new, Address("telegram", str(number))))
        self.people[name] = new.id
        return new.id

    async def envoy(self, name: str, north_km: float = 1.0, **changes: Any) -> EnvoyId:
        """An envoy on duty, so far north of the place."""
        person = await self.person(name)
        made: dict[str, Any] = {
            "id": EnvoyId(f"e{next(self.numbers):03}"),
            "person": person,
            "name": name,
            "languages": ["zh", "th"],
            "services": ["interpret"],
            "base": Point(BANGKOK.lat + north_km / 111, BANGKOK.lon),
            "on_duty": True,
        }
        envoy = Envoy(**(made | changes))
        await self.act(lambda work: work.uow.envoys.add(envoy))
        self.world.index.upsert(envoy.id, envoy.base.lat, envoy.base.lon, self.clock.now().timestamp())
        self.envoys[name] = envoy.id
        return envoy.id

    def wish(self, **changes: Any) -> Wish:
        made: dict[str, Any] = {
            "kind": "interpret",
            "language": "th",
            "fix": fix(BANGKOK, self.clock.now()),
            "start_at": self.clock.now() + timedelta(days=1),
            "minutes": 120,
            "details": "看牙",
        }
        return Wish(**(made | changes))

    async def place(self, name: str, **changes: Any) -> OrderId:
        wish = self.wish(**changes)

        async def step(work: Work) -> OrderId:
            price, _ = await orders.quote(work, wish)
            person = await work.uow.people.get(self.people[name])
            return (await orders.place(work, person, wish, price)).id

        return await self.act(step)

    async def order(self, order: OrderId) -> Order:
        return await self.look(lambda work: work.uow.orders.get(order))

    async def offers(self, order: OrderId) -> dict[str, Offer]:
        """By the envoy's name."""
        found = await self.look(lambda work: work.uow.order_offers.of_order(order))
        names = {envoy: name for name, envoy in self.envoys.items()}
        return {names[o.envoy]: o for o in found}

    async def says(self, name: str, order: OrderId, accept: bool = True) -> None:
        """An envoy answers the offer."""
        offer = (await self.offers(order))[name]

        async def step(work: Work) -> None:
            mine = await work.uow.order_offers.get(offer.id)
            envoy = await work.uow.envoys.get(self.envoys[name])
            await (orders.accept if accept else orders.decline)(work, mine, envoy)

        await self.act(step)

    async def chooses(self, order: OrderId, name: str) -> None:
        offer = (await self.offers(order))[name]
        await self.on(order, lambda work, found: orders.choose(work, found, offer.id))

    async def on(self, order: OrderId, step: Callable[[Work, Order], Awaitable[Any]]) -> None:
        """One action on an order."""

        async def act(work: Work) -> None:
            await step(work, await work.uow.orders.get(order))

        await self.act(act)

    async def booked(self, customer: str, name: str, **changes: Any) -> OrderId:
        """Placed, taken by the first, paid."""
        order = await self.place(customer, mode=Mode.FIRST, **changes)
        await self.says(name, order)
        await self.pay(order)
        return order

    async def running(self, customer: str, name: str, **changes: Any) -> OrderId:
        """Booked, both at the place, both code words right."""
        order = await self.booked(customer, name, **changes)
        await self.until((await self.order(order)).start_at)
        await self.meet(order)
        return order

    async def meet(self, order: OrderId) -> None:
        for role, other in ((Role.TRAVELLER, Role.ENVOY), (Role.ENVOY, Role.TRAVELLER)):
            word = (await self.order(order)).said[other]
            await self.on(order, lambda w, o, r=role, x=word: order_meeting.say_code(w, o, r, x))

    async def pay(self, order: OrderId) -> None:
        """Everything that is asked for is paid."""

        async def step(work: Work) -> None:
            for kind in (settlement.ORDER, settlement.EXTENSION):
                for payment in await work.uow.payments.of(Purpose(kind, order)):
                    if payment.status is PaymentStatus.REQUESTED:
                        proof = Proof("recorded", f"slip-{payment.id}", payment.amount, work.now)
                        await settlement.on_payment(work, await payments.authorised(work, payment.id, proof))

        await self.act(step)

    async def until(self, moment: datetime) -> None:
        """Time passes, every deadline fired at its own time."""
        queue, firing = DeadlineQueue(self.database), Firing(self.store, self.world, self.clock, NoPager())
        while True:
            following = await queue.next_due()
            if following is None or following > moment:
                break
            if following > self.clock.now():
                self.clock.advance(following - self.clock.now())
            for deadline in await queue.due(self.clock.now(), 50):
                await firing.fire(deadline)
        if moment > self.clock.now():
            self.clock.advance(moment - self.clock.now())

    async def wait(self, **span: float) -> None:
        await self.until(self.clock.now() + timedelta(**span))

    async def letters(self, name: str, after: int = 0) -> list[Letter]:
        """Letters to somebody, oldest first, in whatever state; `after` so many."""
        mine = letter_row.WITH_READER.where(letter.c.person == self.people[name]).order_by(letter.c.seq)
        async with self.database.reading() as conn:
            rows = (await conn.execute(mine.offset(after).limit(10_000))).all()
            return [await letter_row.read(conn, self.vault, row) for row in rows]

    async def told(self, name: str) -> list[str]:
        return [one.message.key for one in await self.letters(name)]

    async def asked(self, name: str) -> list[Question]:
        return list(await self.act(lambda work: work.uow.talk.open_questions(self.people[name])))

    async def alerts(self) -> list[str]:
        return [a.kind for a in await self.act(lambda work: work.uow.desk.alerts())]

    async def owed(self, name: str) -> Money:
        owed = dict(await self.act(lambda work: work.uow.ledger.owed()))
        return owed.get(self.people[name], Money(0, "THB"))

    async def refunded(self, order: OrderId) -> int:
        found = await self.act(lambda work: work.uow.payments.of(Purpose(settlement.ORDER, order)))
        return sum(p.refunded for p in found)

    async def sums(self) -> dict[str, int]:
        """Of every currency, debits less credits over the whole ledger: zero when it is balanced."""
        async with self.database.reading() as conn:
            rows = await conn.execute(
                sa.text("SELECT currency, sum(minor) AS s FROM ledger_posting GROUP BY currency")
            )
            return {row.currency: int(row.s) for row in rows}


@asynccontextmanager
async def opened(database: Database, seed: int = 7) -> AsyncIterator[Shop]:
    """A shop on an empty, migrated database."""
    chance, clock, vault = (
        random.Random(seed),
        FakeClock(),
        Vault(bytes(range(32)), random.Random(seed).randbytes),
    )
    world = World(core.rules(Sos()), house.gazetteer(), CsrEnvoyIndex(), chance.getrandbits, {})
    shop = Shop(SqlStore(database, vault, LocalBus()), database, vault, clock, world)
    await shop.act(lambda work: work.uow.prices.put(TABLE))
    await shop.person("周婷")
    yield shop
