"""What is said around an order: before anybody has it, with a number in it, and about paying once more."""

import pytest

from backoffice.orders.model import OrderStatus
from tests.house import BANGKOK, House, texts
from tests.journeys.order_stories import (
    does,
    meets,
    order_of,
    orders_interpreting,
    pays,
    picks,
    prices,
    types,
)

NEAR = (13.76, 100.51)


@pytest.fixture
async def shop(house: House) -> House:
    await prices(house)
    return house


async def test_words_before_anybody_has_the_order_reach_whoever_takes_it(shop: House) -> None:
    """Kept and said so; nothing is told to those who are only asked."""
    house = shop
    traveller, envoy = await house.wechat(), await house.telegram("陈静", "en")
    await house.envoy(envoy, NEAR)
    await orders_interpreting(house, traveller, BANGKOK, "now")
    await house.pass_time(3)
    await picks(house, traveller, "order.summary", "first")
    await types(house, traveller, "我穿红衣服")
    await house.pass_time(3)
    assert "order.kept_for_envoy" in await house.heard(traveller)
    assert not any("红衣服" in text for text in await texts(envoy))
    await picks(house, envoy, "order.offer", "accept")
    await house.pass_time(3)
    assert any("红衣服" in text for text in await texts(envoy))
    assert await house.case_of(traveller) is None


async def test_a_hidden_number_is_not_believed_to_have_arrived(shop: House) -> None:
    """The sender hears that it was not passed on, and how to get direct contact."""
    house = shop
    traveller, envoy = await house.telegram("Anna", "en"), await house.wechat("陈静")
    await house.envoy(envoy, NEAR)
    await types(house, envoy, "值班")
    await orders_interpreting(house, traveller, BANGKOK, "now")
    await house.pass_time(3)
    await picks(house, traveller, "order.summary", "first")
    await picks(house, envoy, "order.offer", "accept")
    await types(house, envoy, "我的微信 liqiang888，马上到")
    await house.pass_time(3)
    assert "job.order_number_hidden" in await house.heard(envoy)
    said = "".join(await texts(traveller))
    assert "马上到" in said
    assert "liqiang888" not in said


async def test_how_to_pay_is_really_sent_again(shop: House) -> None:
    """One question in the centre's queue, however often it is asked; gone once it is paid."""
    house = shop
    traveller, envoy = await house.wechat(), await house.telegram("陈静", "en")
    await house.envoy(envoy, NEAR)
    await orders_interpreting(house, traveller, BANGKOK, "now")
    await house.pass_time(3)
    await picks(house, traveller, "order.summary", "first")
    await picks(house, envoy, "order.offer", "accept")
    await house.pass_time(5)
    before = (await house.heard(traveller)).count("payment.by_centre")
    await does(house, traveller, "pay")
    await house.pass_time(5)
    assert (await house.heard(traveller)).count("payment.by_centre") == before + 1
    assert len(await house.queue()) == 1
    await pays(house, traveller)
    assert await house.queue() == []


async def test_an_arrival_days_too_early_is_not_noted(shop: House) -> None:
    """A digit of another order typed in a hurry: the traveller is not told of an arrival that is none."""
    house = shop
    traveller, envoy = await house.wechat(), await house.telegram("陈静", "en")
    await house.envoy(envoy, NEAR)
    await orders_interpreting(house, traveller, BANGKOK, "next Wed 3pm")
    await house.pass_time(3)
    await picks(house, traveller, "order.summary", "first")
    await picks(house, envoy, "order.offer", "accept")
    await does(house, envoy, "arrived")
    assert (await house.heard(envoy))[-1] == "job.order_arrived_early"
    assert (await order_of(house, traveller)).arrived_at is None
    assert "order.envoy_arrived" not in await house.heard(traveller)


async def test_the_others_word_starts_and_ones_own_is_not_passed_on(shop: House) -> None:
    """Typed without a button in a hurry: the other's word counts at once, one's own reaches nobody."""
    house = shop
    traveller, envoy = await house.wechat(), await house.telegram("陈静", "en")
    await house.envoy(envoy, NEAR)
    await orders_interpreting(house, traveller, BANGKOK, "now")
    await house.pass_time(3)
    await picks(house, traveller, "order.summary", "first")
    await picks(house, envoy, "order.offer", "accept")
    await pays(house, traveller)
    order = await order_of(house, traveller)
    await types(house, envoy, order.said["envoy"])
    await house.pass_time(3)
    assert (await house.heard(envoy))[-1] == "job.order_own_word"
    assert "relay.text" not in await house.heard(traveller)
    await types(house, envoy, order.said["traveller"])
    await types(house, traveller, order.said["envoy"])
    assert (await order_of(house, traveller)).status is OrderStatus.RUNNING
    await types(house, traveller, "医院门口见")
    await house.pass_time(3)
    assert any("【用户】医院门口见" in text for text in await texts(envoy)), await texts(envoy)


async def test_every_answer_of_an_order_can_be_typed_where_there_are_no_buttons(shop: House) -> None:
    """On WeChat every digit shown has one or two figures, and none is that of something else that can be done."""
    house = shop
    traveller, envoy = await house.wechat(), await house.wechat("陈静")
    await house.envoy(envoy, NEAR)
    await types(house, envoy, "值班")
    await orders_interpreting(house, traveller, BANGKOK, "now")
    await house.pass_time(3)
    await picks(house, traveller, "order.summary", "first")
    await picks(house, envoy, "order.offer", "accept")
    await pays(house, traveller)
    await does(house, envoy, "meet")
    await types(house, envoy, "正门")
    shown = {q.kind: set(q.answers) for q in await house.asked(traveller)}
    assert shown["order.meet_ok"] == {"3", "4"}
    await picks(house, traveller, "order.meet_ok", "yes")
    await meets(house, traveller, envoy)
    await does(house, envoy, "extend")
    shown = {q.kind: set(q.answers) for q in await house.asked(envoy)}
    assert shown["order.extend"] == {"1", "2", "6", "0"}
    await picks(house, envoy, "order.extend", "120")
    await picks(house, traveller, "order.extend_ok", "yes")
    assert (await order_of(house, traveller)).minutes == 240
