"""What is said around an order: before anybody has it, with a number in it, and about paying once more."""

import pytest

from backoffice.orders.model import OrderStatus
from bot.sandbox.client import Phone
from tests.house import BANGKOK, House, texts
from tests.journeys import order_stories as stories
from tests.journeys.order_stories import does, order_of, picks, types

NEAR = (13.76, 100.51)


@pytest.fixture
async def shop(house: House) -> House:
    await stories.prices(house)
    return house


async def zh_and_en(shop: House) -> tuple[Phone, Phone]:
    """A traveller on WeChat, an envoy on duty on Telegram."""
    traveller, envoy = await shop.wechat(), await shop.telegram("陈静", "en")
    await shop.envoy(envoy, NEAR)
    return traveller, envoy


async def heard_last(shop: House, phone: Phone) -> str:
    return (await shop.heard(phone))[-1]


async def test_words_before_anybody_has_the_order_reach_whoever_takes_it(shop: House) -> None:
    """Kept and said so; nothing is told to those who are only asked."""
    traveller, envoy = await zh_and_en(shop)
    await stories.places(shop, traveller, BANGKOK)
    await types(shop, traveller, "我穿红衣服")
    await shop.pass_time(3)
    assert "order.kept_for_envoy" in await shop.heard(traveller)
    assert not any("红衣服" in text for text in await texts(envoy))
    await picks(shop, envoy, "order.offer", "accept")
    await shop.pass_time(3)
    assert any("红衣服" in text for text in await texts(envoy))
    assert await shop.case_of(traveller) is None


async def test_a_hidden_number_is_not_believed_to_have_arrived(shop: House) -> None:
    """The sender hears that it was not passed on, and how to get direct contact."""
    traveller, envoy = await shop.telegram("Anna", "en"), await shop.wechat("陈静")
    await shop.envoy(envoy, NEAR)
    await types(shop, envoy, "值班")
    await stories.books(shop, (traveller, envoy), BANGKOK, paid=False)
    await types(shop, envoy, "我的微信 liqiang888，马上到")
    await shop.pass_time(3)
    assert "job.order_number_hidden" in await shop.heard(envoy)
    said = "".join(await texts(traveller))
    assert "马上到" in said
    assert "liqiang888" not in said


async def test_how_to_pay_is_really_sent_again(shop: House) -> None:
    """One question in the centre's queue, however often it is asked; gone once it is paid."""
    traveller, envoy = await zh_and_en(shop)
    await stories.books(shop, (traveller, envoy), BANGKOK, paid=False)
    await shop.pass_time(5)
    before = (await shop.heard(traveller)).count("payment.by_centre")
    await does(shop, traveller, "pay")
    await shop.pass_time(5)
    assert (await shop.heard(traveller)).count("payment.by_centre") == before + 1
    assert len(await shop.queue()) == 1
    await stories.pays(shop, traveller)
    assert await shop.queue() == []


async def test_an_arrival_days_too_early_is_not_noted(shop: House) -> None:
    """A digit of another order typed in a hurry: the traveller is not told of an arrival that is none."""
    traveller, envoy = await zh_and_en(shop)
    await stories.books(shop, (traveller, envoy), BANGKOK, "next Wed 3pm", paid=False)
    await does(shop, envoy, "arrived")
    assert await heard_last(shop, envoy) == "job.order_arrived_early"
    assert (await order_of(shop, traveller)).arrived_at is None
    assert "order.envoy_arrived" not in await shop.heard(traveller)


async def test_the_others_word_starts_and_ones_own_is_not_passed_on(shop: House) -> None:
    """Typed without a button in a hurry: the other's word counts at once, one's own reaches nobody."""
    traveller, envoy = await zh_and_en(shop)
    await stories.books(shop, (traveller, envoy), BANGKOK)
    order = await order_of(shop, traveller)
    await types(shop, envoy, order.said["envoy"])
    await shop.pass_time(3)
    assert await heard_last(shop, envoy) == "job.order_own_word"
    assert "relay.text" not in await shop.heard(traveller)
    await types(shop, envoy, order.said["traveller"])
    await types(shop, traveller, order.said["envoy"])
    assert (await order_of(shop, traveller)).status is OrderStatus.RUNNING
    await types(shop, traveller, "医院门口见")
    await shop.pass_time(3)
    assert any("【用户】医院门口见" in text for text in await texts(envoy)), await texts(envoy)


async def test_every_answer_of_an_order_can_be_typed_where_there_are_no_buttons(shop: House) -> None:
    """On WeChat every digit shown has one or two figures, and none is that of something else that can be done."""
    traveller, envoy = await shop.wechat(), await shop.wechat("陈静")
    await shop.envoy(envoy, NEAR)
    await types(shop, envoy, "值班")
    await stories.books(shop, (traveller, envoy), BANGKOK)
    await does(shop, envoy, "meet")
    await types(shop, envoy, "正门")
    shown = {q.kind: set(q.answers) for q in await shop.asked(traveller)}
    assert shown["order.meet_ok"] == {"3", "4"}
    await picks(shop, traveller, "order.meet_ok", "yes")
    await stories.meets(shop, traveller, envoy)
    await does(shop, envoy, "extend")
    shown = {q.kind: set(q.answers) for q in await shop.asked(envoy)}
    assert shown["order.extend"] == {"1", "2", "6", "0"}
    await picks(shop, envoy, "order.extend", "120")
    await picks(shop, traveller, "order.extend_ok", "yes")
    assert (await order_of(shop, traveller)).minutes == 240
