"""Somebody under age: the guardian is asked, the centre stays on it, and help waits for neither."""

import pytest

from backoffice.orders.model import OrderStatus
from backoffice.workflows import order_minors
from bot.sandbox.client import Phone
from tests.house import BANGKOK, House, texts
from tests.journeys import stories
from tests.journeys.order_stories import does, order_of, pays, picks, prices, types

NEAR = (13.76, 100.51)


@pytest.fixture
async def shop(house: House) -> House:
    """A house with a price table."""
    await prices(house)
    return house


async def orders_for_a_child(house: House, phone: Phone, details: str) -> None:
    """Up to the question about the guardian."""
    await types(house, phone, "/order")
    await picks(house, phone, "order.kind", "interpret")
    await types(house, phone, details)


async def goes_on(house: House, phone: Phone) -> None:
    """From the place to the confirmed order, as soon as possible, taken by the first."""
    await phone.location(*BANGKOK)
    await house.settle()
    await picks(house, phone, "order.when", "now")
    await picks(house, phone, "order.length", "2")
    await picks(house, phone, "order.language", "any")
    await house.pass_time(3)
    await picks(house, phone, "order.summary", "first")


async def test_a_service_for_a_child_begins_only_with_the_guardians_yes(shop: House) -> None:
    """WeChat and Telegram: the number goes to the centre alone, the start waits, then both are told."""
    house = shop
    traveller, envoy = await house.wechat(), await house.telegram("陈静", "en")
    await house.envoy(envoy, NEAR)
    await orders_for_a_child(house, traveller, "陪我15岁的同学去看牙")
    assert (await house.asked(traveller))[0].kind == "order.guardian"
    await types(house, traveller, "她妈妈", "王女士 +86 138 0013 8000")
    await goes_on(house, traveller)
    assert any("监护人同意后才能开始" in text for text in await texts(traveller))
    assert "order_minor" in await house.told_staff()
    assert any("138 0013 8000" in item.text for item in await house.queue())
    await picks(house, envoy, "order.offer", "accept")
    await pays(house, traveller)
    await house.pass_time(3)
    assert "138" not in "".join(await texts(envoy)), "the envoy gets no number"
    assert "job.order_minor" in await house.lines(envoy)
    await does(house, traveller, "start")
    assert (await house.heard(traveller))[-1] == "order.guardian_first"
    order = await order_of(house, traveller)
    thread = order.id

    async def yes(work: object) -> None:
        await order_minors.agreed(work, await work.uow.orders.get(thread), house.operator)  # type: ignore[attr-defined,arg-type]

    await house.actions(yes, None)
    await house.settle()
    assert "job.order_guardian_agreed" in await house.heard(envoy)
    await does(house, traveller, "start")
    await types(house, traveller, order.said["envoy"])
    await types(house, envoy, order.said["traveller"])
    assert (await order_of(house, traveller)).status is OrderStatus.RUNNING


async def test_a_parent_orders_for_their_own_child(shop: House) -> None:
    """One tap says so; the centre reads along, the start waits for nobody."""
    house = shop
    traveller, envoy = await house.telegram("Anna", "en"), await house.wechat("陈静")
    await house.envoy(envoy, NEAR)
    await types(house, envoy, "值班")
    await orders_for_a_child(house, traveller, "my daughter is 7, she has a toothache")
    await picks(house, traveller, "order.guardian", "own")
    await goes_on(house, traveller)
    order = await order_of(house, traveller)
    assert not order_minors.waits(order)
    await picks(house, envoy, "order.offer", "accept")
    await types(house, traveller, "We are at the gate")
    assert any("We are at the gate" in item.text for item in await house.queue()), "the centre reads along"


async def test_a_minor_by_their_own_profile_cannot_vouch_for_themselves(shop: House) -> None:
    """Born 15 years ago: only a guardian's number goes on."""
    house = shop
    traveller = await house.telegram("Mia", "en")
    await stories.answers(house, traveller, "/profile", "1", "12", "2011-01-01")
    await orders_for_a_child(house, traveller, "interpreting at school")
    (asked,) = [q for q in await house.asked(traveller) if q.kind == "order.guardian"]
    assert set(asked.answers.values()) == {"cancel"}


@pytest.mark.parametrize(
    ("channel", "cry", "digits"), [("wechat", "我14岁，迷路了", "2"), ("telegram", "I'm 14, lost", "2")]
)
async def test_in_an_sos_the_guardian_is_asked_for_and_nobody_waits(
    house: House, channel: str, cry: str, digits: str
) -> None:
    """Help is called first; the age told later is heard, staff see it, the number is theirs alone."""
    envoy = await stories.envoy(house, "陈静", NEAR)
    phone = await (house.wechat() if channel == "wechat" else house.telegram())
    case = await stories.dispatched(house, phone)
    await stories.answers(house, phone, cry)
    assert "minor" in await house.told_staff()
    await picks(house, phone, "intake.phone", "skip")
    assert "intake.guardian" in await house.heard(phone)
    await stories.answers(house, phone, "妈妈 +86 139 0013 9000")
    assert "intake.guardian_kept" in await house.heard(phone)
    assert any("139 0013 9000" in entry for entry in await house.entries(case))
    await house.pass_time(3)
    await types(house, envoy, "1")
    assert "job.minor" in await house.lines(envoy)
    assert "139 0013" not in "".join(await texts(envoy))
