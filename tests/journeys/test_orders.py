"""A service order from the wish to the ratings, on both channels and mixed."""

from collections.abc import Awaitable, Callable

import pytest

from backoffice.kernel.money import Money
from backoffice.orders.model import OrderStatus
from bot.sandbox.client import Phone
from tests.house import BANGKOK, House, texts
from tests.journeys.order_stories import (
    does,
    earned,
    meets,
    order_of,
    orders_interpreting,
    pays,
    picks,
    prices,
    types,
)

NEAR = (13.76, 100.51)
Who = Callable[[House], Awaitable[Phone]]
MIXES: dict[str, tuple[Who, Who]] = {
    "wechat and telegram": (lambda h: h.wechat(), lambda h: h.telegram("陈静", "zh-hans")),
    "telegram and wechat": (lambda h: h.telegram("Anna", "en"), lambda h: h.wechat("陈静")),
}


@pytest.fixture
async def shop(house: House) -> House:
    """A house with a price table."""
    await prices(house)
    return house


@pytest.mark.parametrize("mix", MIXES)
async def test_an_order_is_chosen_paid_met_served_and_rated(shop: House, mix: str) -> None:
    """Every step on every mix of channels: what is promised is said before, and kept."""
    house = shop
    traveller, envoy = [await make(house) for make in MIXES[mix]]
    await house.envoy(envoy, NEAR)
    await types(house, envoy, "值班")
    await orders_interpreting(house, traveller, BANGKOK, "明天 14:30")
    await house.pass_time(3)
    shown = (await texts(traveller))[-1]
    assert "1,200" in shown or "1200" in shown
    assert "240" in shown, "the price in yuan too"
    assert "50%" in shown.replace(" ", ""), "the rules of cancelling before the yes"
    assert "offer.order" not in await house.heard(envoy)
    await picks(house, traveller, "order.summary", "choose")
    await house.pass_time(3)
    offer = [t for t in await texts(envoy) if "【订单】" in t][-1]
    assert "13.7" not in offer
    assert "960" in offer, "the envoy's pay"
    await picks(house, envoy, "order.offer", "accept")
    await house.pass_time(5)
    assert "order.choose" in await house.heard(traveller)
    chosen = next(q for q in await house.asked(traveller) if q.kind == "order.choose")
    assert "陈静" not in "".join(await texts(traveller)), "no name before one is chosen"
    await picks(house, traveller, "order.choose", next(iter(chosen.answers.values())))
    order = await order_of(house, traveller)
    assert order.status is OrderStatus.BOOKED
    assert "job.order_booked" in await house.heard(envoy)
    await pays(house, traveller)
    assert "job.order_paid" in await house.heard(envoy)
    await meets(house, traveller, envoy)
    assert (await order_of(house, traveller)).status is OrderStatus.RUNNING
    await types(house, envoy, "医生说要拍片")
    await house.pass_time(5)
    assert any("医生说要拍片" in t for t in await texts(traveller))
    await house.pass_time(4000, step=500)
    await does(house, traveller, "end")
    await picks(house, traveller, "order.end_now", "yes")
    order = await order_of(house, traveller)
    assert order.status is OrderStatus.COMPLETED
    assert order.charged == Money(900_00, "THB"), "an hour and a begun half hour"
    assert await earned(house, envoy) == Money(720_00, "THB")
    await picks(house, traveller, "order.rate", "5")
    assert "job.order_rating_shown" not in await house.heard(envoy), "blind until both have rated"
    await picks(house, envoy, "order.rate", "4")
    await house.pass_time(5)
    assert "job.order_rating_shown" in await house.heard(envoy)
    assert "order.rating_shown" in await house.heard(traveller)
    assert await house.case_of(traveller) is None, "no pin of an order called for help"
