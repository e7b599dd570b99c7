"""Service orders as rows: kept whole, sealed, and booked by one envoy at most, at no two places at once."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from backoffice.cases.model import Entry, Event
from backoffice.kernel import errors
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import CaseId, EnvoyId, OfferId, OrderId, PersonId
from backoffice.kernel.messages import MapPoint, Role
from backoffice.kernel.money import Money
from backoffice.orders.model import (
    Decision,
    Meeting,
    Mode,
    Offer,
    OfferStatus,
    Order,
    OrderStatus,
    Price,
    Rating,
    Review,
    Verdict,
)
from backoffice.ports import Alert, Booking
from storage.engine import Database
from storage.order_tables import order_entry, order_offer, service_order
from storage.unit_of_work import SqlStore, SqlUnitOfWork
from tests.clocks import START
from tests.storage import samples

GAP = timedelta(minutes=30)
HOUR = timedelta(hours=1)
_numbers = count(1)


def order(customer: PersonId, **changes: Any) -> Order:
    """Two hours of interpreting in Hanoi from START + 1 day."""
    number = next(_numbers)
    start = changes.pop("start_at", START + timedelta(days=1))
    made: dict[str, Any] = {
        "id": OrderId(f"order-{number}"),
        "ref": f"Q{number}",
        "customer": customer,
        "kind": "interpret",
        "language": "vi",
        "fix": samples.fix(),
        "place": samples.place(),
        "created_at": START,
        "start_at": start,
        "minutes": 120,
        "price": Price(Money(600_000, "VND"), Money(480_000, "VND"), Money(17000, "CNY")),
        "details": "陪我去医院看牙",
    }
    return Order(**(made | changes))


def offer(of: OrderId, envoy: EnvoyId, **changes: Any) -> Offer:
    made: dict[str, Any] = {
        "id": OfferId(f"offer-{next(_numbers)}"),
        "order": of,
        "envoy": envoy,
        "asked_at": START,
        "until": START + timedelta(minutes=10),
        "wave": 1,
        "distance_m": 1234.5,
        "from_base": True,
        "reasons": {"arrival_s": 420.0},
    }
    return Offer(**(made | changes))


async def people(uow: SqlUnitOfWork) -> tuple[PersonId, EnvoyId]:
    customer, helper = samples.person(), samples.person()
    await uow.people.add(customer, samples.address())
    await uow.people.add(helper, samples.address())
    envoy = samples.envoy(helper.id)
    await uow.envoys.add(envoy)
    return customer.id, envoy.id


def booking(of: Order, asked: Offer, **changes: Any) -> Booking:
    made = {"start_at": of.start_at, "end_at": of.until} | changes
    return Booking(of.id, asked.id, asked.envoy, gap=GAP, **made)


async def test_an_order_comes_back_as_it_was(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        customer, envoy = await people(uow)
        kept = order(customer, mode=Mode.FIRST, asap=True, said={"traveller": "jade"}, wrong={"envoy": 2})
        kept.end_at = kept.until
        kept.meeting = Meeting("gate 3", MapPoint(Point(21.0, 105.8), "gate 3"), Role.ENVOY, True)
        kept.proposal = Meeting("gate 4", None, Role.TRAVELLER, False)
        await uow.orders.add(kept)
        asked = offer(kept.id, envoy)
        await uow.order_offers.add(asked)
        await uow.commit()
    async with store.begin(START) as uow:
        assert await uow.orders.get(kept.id) == kept
        assert await uow.orders.by_ref(kept.ref) == kept
        assert not await uow.orders.ref_free(kept.ref)
        assert await uow.order_offers.of_order(kept.id) == [asked]
        assert [o.id for o in await uow.orders.live_of(customer)] == [kept.id]


async def test_a_stale_order_is_not_saved(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        customer, _ = await people(uow)
        kept = order(customer)
        await uow.orders.add(kept)
        kept.version = 7
        with pytest.raises(errors.Stale):
            await uow.orders.save(kept)


async def test_the_second_envoy_does_not_get_a_booked_order(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        customer, first = await people(uow)
        _, second = await people(uow)
        kept = order(customer)
        await uow.orders.add(kept)
        one, two = offer(kept.id, first), offer(kept.id, second)
        assert await uow.orders.book(booking(kept, one))
        assert not await uow.orders.book(booking(kept, two))
        await uow.orders.save(kept)
        await uow.commit()
    assert (kept.status, kept.envoy, kept.offer) == (OrderStatus.BOOKED, first, one.id)
    async with store.begin(START) as uow:
        assert (await uow.orders.get(kept.id)).envoy == first
        assert [o.id for o in await uow.orders.held_by(first)] == [kept.id]


@pytest.mark.parametrize(
    ("later", "free"), [(timedelta(0), False), (2 * HOUR, False), (2 * HOUR + GAP, True), (-2 * HOUR, False)]
)
async def test_an_envoy_is_never_at_two_orders_at_once(store: SqlStore, later: timedelta, free: bool) -> None:
    """The time between two orders is kept free as well."""
    async with store.begin(START) as uow:
        customer, envoy = await people(uow)
        first = order(customer)
        second = order(customer, start_at=first.start_at + later)
        for each in (first, second):
            await uow.orders.add(each)
        assert await uow.orders.book(booking(first, offer(first.id, envoy)))
        assert await uow.orders.book(booking(second, offer(second.id, envoy))) is free


async def test_an_order_that_runs_over_still_holds_its_envoy(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        customer, envoy = await people(uow)
        over = order(customer, start_at=START - 5 * HOUR)
        now = order(customer, start_at=START)
        for each in (over, now):
            await uow.orders.add(each)
        assert await uow.orders.book(booking(over, offer(over.id, envoy)))
        over.move(OrderStatus.RUNNING)
        await uow.orders.save(over)
        assert not await uow.orders.book(booking(now, offer(now.id, envoy)))
        assert await uow.orders.taken([envoy], START, START + HOUR) == {envoy}


async def test_nobody_off_duty_is_booked(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        customer, envoy_id = await people(uow)
        envoy = await uow.envoys.get(envoy_id)
        envoy.on_duty = False
        await uow.envoys.save(envoy)
        kept = order(customer)
        await uow.orders.add(kept)
        assert not await uow.orders.book(booking(kept, offer(kept.id, envoy_id)))


async def test_time_is_held_longer_only_while_it_is_free(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        customer, envoy = await people(uow)
        first = order(customer)
        second = order(customer, start_at=first.start_at + 4 * HOUR)
        for each in (first, second):
            await uow.orders.add(each)
            assert await uow.orders.book(booking(each, offer(each.id, envoy)))
        assert await uow.orders.hold_until(first.id, first.start_at + 3 * HOUR, GAP)
        assert not await uow.orders.hold_until(first.id, first.start_at + 4 * HOUR, GAP)
        assert first.end_at == first.start_at + 3 * HOUR


async def test_entries_are_numbered_and_events_kept(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        customer, _ = await people(uow)
        kept = order(customer)
        await uow.orders.add(kept)
        thread = CaseId(kept.id)
        said = [Entry(thread, START, Role.TRAVELLER, customer, "周", text) for text in ("你好", "在吗")]
        assert [await uow.orders.add_entry(e) for e in said] == [1, 2]
        await uow.orders.add_event(Event(thread, START, "traveller", "order.placed", {"minutes": 120}))
        await uow.commit()
    async with store.begin(START) as uow:
        assert [e.text for e in await uow.orders.entries(kept.id)] == ["你好", "在吗"]
        assert [e.what for e in await uow.orders.events(kept.id)] == ["order.placed"]


async def test_a_sealed_order_shows_no_point(store: SqlStore, database: Database) -> None:
    async with store.begin(START) as uow:
        customer, envoy = await people(uow)
        kept = order(customer, meeting=Meeting("gate", MapPoint(Point(21.0285, 105.8542))))
        await uow.orders.add(kept)
        place = MapPoint(Point(21.0285, 105.8542), "here")
        await uow.orders.add_entry(
            Entry(CaseId(kept.id), START, Role.ENVOY, envoy, "阮", "here", place=place)
        )
        await uow.orders.seal(kept.id)
        await uow.commit()
    async with store.begin(START) as uow:
        found = await uow.orders.get(kept.id)
        assert found.fix is None
        assert found.meeting.point is None
        assert found.place.distance is None
        assert [e.place for e in await uow.orders.entries(kept.id)] == [None]
    async with database.reading() as conn:
        assert (await conn.execute(sa.select(service_order.c.sealed_place))).scalar_one()


async def test_ratings_count_once_and_only_when_shown(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        customer, envoy = await people(uow)
        kept = order(customer)
        await uow.orders.add(kept)
        mine = Rating(kept.id, Role.TRAVELLER, envoy, 4, START)
        assert await uow.order_ratings.add(mine)
        assert not await uow.order_ratings.add(mine)
        assert await uow.order_ratings.shown_about(envoy) == []
        await uow.order_ratings.show(kept.id, START)
        assert await uow.order_ratings.shown_about(envoy) == [4]
        number = await uow.order_ratings.open_review(Review(0, kept.id, "bad_rating", START, "迟到"))
        assert [r.text for r in await uow.order_ratings.open_reviews()] == ["迟到"]
        verdict = Verdict(Decision.TALKED, "双方都已谈过", "op1", "林晓")
        assert await uow.order_ratings.decide_review(number, verdict, START)
        assert not await uow.order_ratings.decide_review(number, verdict, START), "decided once"
        assert await uow.order_ratings.open_reviews() == []
        (decided,) = await uow.order_ratings.reviews_of(kept.id)
        assert (decided.decision, decided.why, decided.decided_name) == (
            Decision.TALKED,
            "双方都已谈过",
            "林晓",
        )
        assert await uow.order_ratings.decided_reviews(5) == [decided]


async def test_what_was_said_and_where_is_sealed(store: SqlStore, database: Database) -> None:
    """Neither words nor points nor distances stand in plain."""
    async with store.begin(START) as uow:
        customer, envoy = await people(uow)
        kept = order(customer)
        await uow.orders.add(kept)
        await uow.order_offers.add(offer(kept.id, envoy, status=OfferStatus.ASKED))
        await uow.orders.add_entry(Entry(CaseId(kept.id), START, Role.ENVOY, envoy, "阮", "陪我去医院"))
        await uow.commit()
    async with database.reading() as conn:
        rows = [
            *(await conn.execute(sa.select(service_order))).all(),
            *(await conn.execute(sa.select(order_entry))).all(),
            *(await conn.execute(sa.select(order_offer))).all(),
        ]
    plain = b"".join(
        bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for r in rows for v in r
    )
    assert "医院".encode() not in plain
    assert b"21.0285" not in plain
    assert b"1234.5" not in plain


async def test_an_alert_about_a_letter_of_an_order_names_no_case(store: SqlStore) -> None:
    """Letters of an order carry its id where a case's stands; an alert about one is kept all the same."""
    async with store.begin(START) as uow:
        customer, _ = await people(uow)
        kept = order(customer)
        await uow.orders.add(kept)
        await uow.desk.alert(Alert(0, START, "letter_failed", CaseId(kept.id), "x"))
        await uow.commit()
    async with store.begin(START) as uow:
        assert [a.case for a in await uow.desk.alerts()] == [None]
