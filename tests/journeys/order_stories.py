"""The steps that journeys of service orders are told in."""

from datetime import date
from decimal import Decimal

from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money, Rate
from backoffice.money.model import Payment, Proof, Purpose
from backoffice.money.prices import Price
from backoffice.orders.model import Order
from backoffice.ports.money import PriceTable
from backoffice.workflows import payments, settlement
from backoffice.workflows.work import Work
from bot.sandbox.client import Phone
from tests.house import House

SINCE = date(2026, 1, 1)
TABLE = PriceTable(
    prices=[Price("interpret", "TH", "THB", 0, 600_00, 60, 50, 0, 80, SINCE)],
    rates=[Rate("THB", "CNY", Decimal("0.2"), SINCE)],
)
"""600 baht an hour, half as much again at once, four fifths of it the envoy's; a baht is 0.20 yuan."""


async def prices(house: House) -> None:
    async with house.core.store.begin(house.clock.now()) as uow:
        await uow.prices.put(TABLE)
        await uow.commit()


async def picks(house: House, phone: Phone, kind: str, value: str) -> None:
    """Reads the open question of this kind and types the digit that means this."""
    asked = [q for q in await house.asked(phone) if q.kind == kind and value in q.answers.values()]
    assert asked, f"{kind}/{value} is not open: {[(q.kind, q.answers) for q in await house.asked(phone)]}"
    house.clock.advance(2)
    digit = next(d for d, v in asked[0].answers.items() if v == value)
    await phone.text(digit)
    await house.settle()


async def does(house: House, phone: Phone, value: str) -> None:
    """One of the things that can be done with a live order."""
    await picks(house, phone, "order.do", value)


async def types(house: House, phone: Phone, *words: str) -> None:
    for text in words:
        house.clock.advance(2)
        await phone.text(text)
        await house.settle()


async def person_id(house: House, phone: Phone) -> PersonId:
    found = await house.person(phone)
    assert found is not None
    return found.id


async def order_of(house: House, phone: Phone) -> Order:
    """The newest order of this phone's person."""
    person = await person_id(house, phone)
    async with house.core.store.begin(house.clock.now()) as uow:
        found = await uow.orders.last_of(person)
    assert found is not None
    return found


async def orders_interpreting(house: House, phone: Phone, at: tuple[float, float], when: str) -> None:
    """From the word to the summary: interpreting, here, then, for two hours, in Thai."""
    await types(house, phone, "/order")
    if any(q.kind == "order.yours" for q in await house.asked(phone)):
        await picks(house, phone, "order.yours", "new")
    await picks(house, phone, "order.kind", "interpret")
    await types(house, phone, "陪我去看牙")
    await phone.location(*at)
    await house.settle()
    if when == "now":
        await picks(house, phone, "order.when", "now")
    else:
        await types(house, phone, when)
        await picks(house, phone, "order.time_ok", "yes")
    await picks(house, phone, "order.length", "2")
    asked = next(q for q in await house.asked(phone) if q.kind == "order.language")
    await picks(house, phone, "order.language", "th" if "th" in asked.answers.values() else "any")


async def places(house: House, traveller: Phone, at: tuple[float, float], when: str = "now") -> None:
    """Placed for whoever accepts first; those near are asked."""
    await orders_interpreting(house, traveller, at, when)
    await house.pass_time(3)
    await picks(house, traveller, "order.summary", "first")
    await house.pass_time(3)


async def books(
    house: House, pair: tuple[Phone, Phone], at: tuple[float, float], when: str = "now", paid: bool = True
) -> None:
    """Placed by the first phone, accepted by the second, paid."""
    traveller, envoy = pair
    await places(house, traveller, at, when)
    await picks(house, envoy, "order.offer", "accept")
    if paid:
        await pays(house, traveller)


async def pays(house: House, phone: Phone) -> None:
    """The price is paid, as an operator records it."""
    order = await order_of(house, phone)
    for payment in await _open(house, order):
        proof = Proof("recorded", f"slip-{payment.id}", payment.amount, house.clock.now())
        async with house.core.store.begin(house.clock.now()) as uow:
            work = Work(uow, house.clock.now(), house.core.world)
            await settlement.on_payment(work, await payments.authorised(work, payment.id, proof))
            await uow.commit()
    await house.settle()


async def _open(house: House, order: Order) -> list[Payment]:
    async with house.core.store.begin(house.clock.now()) as uow:
        found = [
            *await uow.payments.of(Purpose(settlement.ORDER, order.id)),
            *await uow.payments.of(Purpose(settlement.EXTENSION, order.id)),
        ]
    return [p for p in found if p.status == "requested"]


async def meets(house: House, traveller: Phone, envoy: Phone) -> None:
    """Each types the word the other says; time runs."""
    order = await order_of(house, traveller)
    await does(house, traveller, "start")
    await types(house, traveller, order.said["envoy"])
    await types(house, envoy, order.said["traveller"])


async def earned(house: House, phone: Phone) -> Money:
    """What an envoy is owed."""
    person = await person_id(house, phone)
    async with house.core.store.begin(house.clock.now()) as uow:
        owed = dict(await uow.ledger.owed())
    return owed.get(person, Money(0, "THB"))
