"""Several orders at once: everybody knows in which one they write, on both channels."""

import pytest

from backoffice.orders.model import Order
from bot.sandbox.client import Phone
from tests.house import BANGKOK, House, texts
from tests.journeys.order_stories import order_of, orders_interpreting, pays, picks, prices, types

NEAR = (13.76, 100.51)


@pytest.fixture
async def shop(house: House) -> House:
    await prices(house)
    return house


async def booked(house: House, traveller: Phone, envoy: Phone, when: str) -> Order:
    await orders_interpreting(house, traveller, BANGKOK, when)
    await house.pass_time(3)
    await picks(house, traveller, "order.summary", "first")
    await house.pass_time(3)
    await picks(house, envoy, "order.offer", "accept")
    order = await order_of(house, traveller)
    await pays(house, traveller)
    return order


@pytest.mark.parametrize("mix", ["wechat", "telegram"])
async def test_an_envoy_with_two_orders_writes_in_the_one_they_name(shop: House, mix: str) -> None:
    """The first words go to the next order and say so; a reference changes it; nobody else reads them."""
    house = shop
    envoy = await (house.wechat("陈静") if mix == "wechat" else house.telegram("陈静", "en"))
    await house.envoy(envoy, NEAR)
    await types(house, envoy, "值班")
    other = house.telegram if mix == "wechat" else house.wechat
    one, two = await other("Anna"), await other("Berta")
    first = await booked(house, one, envoy, "明天 10:00")
    second = await booked(house, two, envoy, "后天 10:00")
    await types(house, envoy, "第一单的话")
    await house.pass_time(3)
    assert "job.order_thread_sent" in await house.heard(envoy)
    assert any(first.ref in text and second.ref in text for text in (await texts(envoy))[-2:])
    await types(house, envoy, f"#{second.ref.lower()}")
    assert "job.order_thread_now" in await house.heard(envoy)
    await types(house, envoy, "第二单的话")
    await types(house, envoy, f"{first.ref}：只说这一句")
    await house.pass_time(3)
    anna, berta = "".join(await texts(one)), "".join(await texts(two))
    assert "第一单的话" in anna
    assert "只说这一句" in anna
    assert "第二单的话" not in anna
    assert "第二单的话" in berta
    assert "第一单的话" not in berta
    assert "只说这一句" not in berta


async def test_a_traveller_with_two_orders_picks_one_from_the_list(shop: House) -> None:
    """The list by the word for orders; what is picked is where they write."""
    house = shop
    traveller = await house.wechat()
    one, two = await house.telegram("陈静", "zh-hans"), await house.telegram("李强", "en")
    await house.envoy(one, NEAR)
    first = await booked(house, traveller, one, "明天 10:00")
    await types(house, one, "下岗")
    await house.envoy(two, NEAR, "李强")
    second = await booked(house, traveller, two, "下周三上午10点")
    await types(house, traveller, "我的订单")
    await picks(house, traveller, "order.yours", second.id)
    assert "order.thread_now" in await house.heard(traveller)
    await types(house, traveller, "下周见")
    await house.pass_time(3)
    assert any("下周见" in text for text in await texts(two))
    assert not any("下周见" in text for text in await texts(one))
    assert first.ref != second.ref


async def test_a_strangers_reference_is_just_words(shop: House) -> None:
    """Nobody reaches an order that is not theirs by its reference."""
    house = shop
    traveller, envoy = await house.wechat(), await house.telegram("陈静", "en")
    await house.envoy(envoy, NEAR)
    order = await booked(house, traveller, envoy, "明天 10:00")
    stranger = await house.telegram("Eve")
    await types(house, stranger, f"{order.ref} hello")
    assert [item.text for item in await house.queue()] == [f"{order.ref} hello"]
    assert not any("hello" in text for text in await texts(envoy))
