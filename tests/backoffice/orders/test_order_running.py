"""While the time runs: what is charged, what is longer, who is silent."""

from datetime import timedelta

import pytest

from backoffice.kernel.errors import Refusal
from backoffice.kernel.messages import Role, Span
from backoffice.kernel.money import Money
from backoffice.orders.model import OrderStatus
from backoffice.workflows import (
    order_running,
)
from tests.backoffice.orders.shop import Shop

THB = "THB"


async def test_the_charge_is_for_begun_half_hours_and_the_rest_goes_back(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    await shop.wait(minutes=61)
    await shop.on(order, lambda w, o: order_running.end(w, o, Role.TRAVELLER))
    found = await shop.order(order)
    assert found.charged == Money(900_00, THB)
    assert await shop.owed("a") == Money(720_00, THB)
    assert await shop.refunded(order) == 300_00
    assert set((await shop.sums()).values()) == {0}
    assert "order.receipt" in await shop.told("周婷")


async def test_the_envoys_end_waits_for_the_traveller_and_then_ends_by_itself(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    await shop.wait(minutes=90)
    await shop.on(order, lambda w, o: order_running.end(w, o, Role.ENVOY))
    assert (await shop.asked("周婷"))[0].kind == "order.end_ok"
    await shop.wait(hours=2, minutes=1)
    found = await shop.order(order)
    assert found.status is OrderStatus.COMPLETED
    assert found.charged == Money(1200_00, THB), "never more than was ordered"


async def test_longer_only_with_the_travellers_yes_to_the_price(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    end = (await shop.order(order)).until
    await shop.on(order, lambda w, o: order_running.extend(w, o, Role.ENVOY, 60))
    assert (await shop.order(order)).until == end
    asked = [m.message for m in await shop.letters("周婷") if m.message.key == "order.extend_ok"]
    assert asked[0].params["extra"] == Money(600_00, THB)
    await shop.on(order, lambda w, o: order_running.extend_answer(w, o, Role.TRAVELLER, True))
    found = await shop.order(order)
    assert found.until == end + timedelta(hours=1)
    assert found.price.total == Money(1800_00, THB)
    await shop.pay(order)
    await shop.wait(hours=3)
    await shop.on(order, lambda w, o: order_running.end(w, o, Role.TRAVELLER))
    assert await shop.owed("a") == Money(1440_00, THB)
    assert set((await shop.sums()).values()) == {0}


async def test_the_travellers_own_wish_for_more_asks_the_envoy_too(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    await shop.on(order, lambda w, o: order_running.extend(w, o, Role.TRAVELLER, 30))
    await shop.on(order, lambda w, o: order_running.extend_answer(w, o, Role.TRAVELLER, True))
    assert (await shop.order(order)).minutes == 120
    await shop.on(order, lambda w, o: order_running.extend_answer(w, o, Role.ENVOY, False))
    assert (await shop.told("周婷"))[-1] == "order.not_longer"
    with pytest.raises(Refusal):
        await shop.on(order, lambda w, o: order_running.extend_answer(w, o, Role.ENVOY, True))


async def test_no_extension_into_the_envoys_next_order(shop: Shop) -> None:
    await shop.envoy("a")
    await shop.person("Anna", "en")
    start = shop.clock.now() + timedelta(hours=4)
    await shop.booked("Anna", "a", start_at=start + timedelta(hours=2, minutes=40))
    order = await shop.running("周婷", "a", start_at=start)
    await shop.on(order, lambda w, o: order_running.extend(w, o, Role.ENVOY, 60))
    await shop.on(order, lambda w, o: order_running.extend_answer(w, o, Role.TRAVELLER, True))
    assert (await shop.order(order)).minutes == 120
    assert (await shop.told("周婷"))[-1] == "order.no_time_left"


async def test_an_unpaid_extension_is_shown_to_finance_and_the_envoy_still_earns(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    await shop.on(order, lambda w, o: order_running.extend(w, o, Role.ENVOY, 60))
    await shop.on(order, lambda w, o: order_running.extend_answer(w, o, Role.TRAVELLER, True))
    await shop.wait(hours=3)
    await shop.on(order, lambda w, o: order_running.end(w, o, Role.TRAVELLER))
    assert "order_unpaid" in await shop.alerts()
    assert await shop.owed("a") == Money(1440_00, THB)


async def test_an_envoy_silent_on_an_order_is_asked_and_then_the_centre_is_alarmed_once(shop: Shop) -> None:
    """After an hour without a word: asked; after an hour and a half: the centre hears of it, once per silence."""
    await shop.envoy("a")
    await shop.running("周婷", "a", minutes=8 * 60)
    await shop.wait(minutes=61)
    assert "job.order_quiet" in await shop.told("a")
    assert "order_silent" not in await shop.alerts()
    await shop.wait(minutes=30)
    assert (await shop.alerts()).count("order_silent") == 1
    await shop.wait(minutes=120)
    assert (await shop.alerts()).count("order_silent") == 1
    assert "relay.text" not in await shop.told("周婷")


async def test_a_word_of_the_envoy_quiets_the_watch_and_the_end_stops_it(shop: Shop) -> None:
    """Every sign of life starts the time anew; an order that is over is watched no more."""
    await shop.envoy("a")
    order = await shop.running("周婷", "a", minutes=8 * 60)
    await shop.wait(minutes=61)
    (mine,) = await shop.look(lambda work: work.uow.people.identities(shop.people["a"]))
    await shop.act(lambda work: work.uow.people.heard(mine.at, work.now))
    await shop.wait(minutes=59)
    assert "order_silent" not in await shop.alerts()
    await shop.on(order, lambda w, o: order_running.end(w, o, Role.TRAVELLER))
    await shop.wait(minutes=300)
    assert "order_silent" not in await shop.alerts()


async def test_a_receipt_names_the_time_that_is_charged(shop: Shop) -> None:
    """Ended after three minutes the table's least hour is charged: that is what both are told, not three minutes."""
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    await shop.wait(minutes=3)
    await shop.on(order, lambda w, o: order_running.end(w, o, Role.TRAVELLER))
    assert (await shop.order(order)).charged == Money(600_00, THB)
    for name, key in (("周婷", "order.receipt"), ("a", "job.order_done")):
        (told,) = [m.message for m in await shop.letters(name) if m.message.key == key]
        assert told.params["length"] == Span(3600)
