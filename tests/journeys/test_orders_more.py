"""Orders in chat where something else happens: pins, cries, the second to accept, wrong words, a language's name."""

from dataclasses import replace

import pytest

from backoffice.cases.model import CaseStatus
from backoffice.kernel import gcj02, geodesy
from backoffice.kernel.geo import Point
from backoffice.orders.model import OrderStatus
from bot.sandbox.client import Phone
from tests.house import BANGKOK, BEIJING, House, texts
from tests.journeys.order_stories import (
    TABLE,
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


async def booked(house: House, traveller: Phone, envoy: Phone, at: tuple[float, float] = BANGKOK) -> None:
    """Ordered for now, taken by the first, paid."""
    await house.envoy(envoy, (at[0] + 0.005, at[1]), services=["interpret"], languages=["zh", "th", "en"])
    await types(house, envoy, "在")
    await orders_interpreting(house, traveller, at, "now")
    await picks(house, traveller, "order.summary", "first")
    await picks(house, envoy, "order.offer", "accept")
    await pays(house, traveller)


async def test_the_second_to_accept_is_told_within_the_same_second(shop: House) -> None:
    """Two envoys on two channels press at once: one has it."""
    house = shop
    traveller, one, two = (
        await house.wechat(),
        await house.telegram("陈静", "zh-hans"),
        await house.wechat("李强"),
    )
    await house.envoy(one, NEAR)
    await house.envoy(two, NEAR, "李强")
    await types(house, two, "在")
    await orders_interpreting(house, traveller, BANGKOK, "now")
    await picks(house, traveller, "order.summary", "first")
    await house.pass_time(3)
    at = house.clock.now()
    await one.press(0)
    await two.text("1")
    await house.settle()
    order = await order_of(house, traveller)
    assert order.status is OrderStatus.BOOKED
    keys = [await house.heard(phone) for phone in (one, two)]
    assert sum("job.order_booked" in k for k in keys) == 1
    loser = two if "job.order_booked" in keys[0] else one
    told = [
        m for m in await house.letters(loser) if m.message.key in ("offer.order_gone", "offer.order_taken")
    ]
    assert told
    assert (told[0].created_at - at).total_seconds() < 1


async def test_a_pin_that_was_not_asked_for_still_calls_for_help(shop: House) -> None:
    """With an order booked, a new pin out of nowhere is a cry, and the order's envoy stays."""
    house = shop
    traveller, envoy = await house.wechat(), await house.telegram("陈静", "zh-hans")
    await booked(house, traveller, envoy)
    assert await house.case_of(traveller) is None
    await traveller.location(*BANGKOK)
    await house.settle()
    case = await house.case_of(traveller)
    assert case is not None
    assert case.status is CaseStatus.COUNTDOWN
    before = await house.heard(envoy)
    await house.pass_time(6)
    assert (await order_of(house, traveller)).status is OrderStatus.HANDED_OVER
    assert "job.order_became_sos" in await house.heard(envoy)
    assert "job.order_became_sos" not in before
    assert "陪我去看牙" in "".join(await house.entries(case))


async def test_help_may_be_called_in_the_middle_of_ordering(shop: House) -> None:
    """Distress wins over every question; the half order waits."""
    house = shop
    traveller = await house.telegram("Anna", "en")
    await types(house, traveller, "/order")
    await picks(house, traveller, "order.kind", "interpret")
    await types(house, traveller, "救命")
    case = await house.case_of(traveller)
    assert case is not None
    assert case.status is CaseStatus.COUNTDOWN
    await types(house, traveller, "取消")
    assert (await house.case_of(traveller)).status is CaseStatus.CANCELLED
    await types(house, traveller, "/order")
    assert (await house.heard(traveller))[-1] == "order.details", "what was said is not asked again"


async def test_cancel_ends_the_ordering_and_tells_nobody(shop: House) -> None:
    house = shop
    traveller, envoy = await house.wechat(), await house.telegram("陈静", "zh-hans")
    await house.envoy(envoy, NEAR)
    await orders_interpreting(house, traveller, BANGKOK, "now")
    await types(house, traveller, "取消")
    await house.pass_time(3)
    assert (await house.heard(traveller))[-1] == "order.stopped"
    assert await house.heard(envoy) == []


async def test_a_languages_name_answers_the_order_and_not_the_chat(shop: House) -> None:
    house = shop
    traveller = await house.wechat()
    await types(house, traveller, "找星使")
    await picks(house, traveller, "order.kind", "interpret")
    await types(house, traveller, "看牙", "曼谷")
    await picks(house, traveller, "order.which_place", "0")
    await types(house, traveller, "后天下午两点")
    await picks(house, traveller, "order.time_ok", "yes")
    await types(house, traveller, "3", "英语")
    await house.pass_time(3)
    assert (await house.person(traveller)).locale == "zh_Hans"
    said = (await texts(traveller))[-1]
    assert "英语" in said
    assert "3小时" in said.replace(" ", "")
    assert "14:00" in said
    assert "曼谷时间" in said


async def test_a_wrong_word_three_times_stops_both(shop: House) -> None:
    house = shop
    traveller, envoy = await house.telegram("Anna", "en"), await house.wechat("陈静")
    await booked(house, traveller, envoy)
    order = await order_of(house, traveller)
    await does(house, traveller, "start")
    wrong = next(w for w in ("jade", "pine", "moon") if w not in order.said.values())
    await types(house, traveller, wrong, "苹果", wrong)
    await house.pass_time(3)
    assert "order_wrong_word" in await house.told_staff()
    assert "order.blocked" in await house.heard(traveller)
    assert "job.order_blocked" in await house.heard(envoy)


async def test_a_meeting_pin_from_wechat_is_the_same_point_on_telegram(shop: House) -> None:
    """In mainland China WeChat's pin is in GCJ-02; the other phone shows the true point."""
    house = shop
    await _price_in_china(house)
    traveller, envoy = await house.wechat(), await house.telegram("陈静", "zh-hans")
    await booked(house, traveller, envoy, BEIJING)
    await does(house, traveller, "meet")
    await traveller.location(*BEIJING)
    await house.settle()
    assert await house.case_of(traveller) is None, "a pin that was asked for calls nobody"
    await picks(house, envoy, "order.meet_ok", "yes")
    await house.pass_time(3)
    order = await order_of(house, traveller)
    shown = next(m.message.place for m in reversed(await house.letters(envoy)) if m.message.place)
    assert order.meeting.point is not None
    assert shown.point == order.meeting.point.point
    assert geodesy.distance_m(shown.point, Point(*BEIJING)) < 1, "the true point, not what WeChat's map draws"
    links = [t for t in await texts(traveller) if "apis.map.qq.com" in t]
    drawn = gcj02.from_wgs84(*BEIJING)
    assert f"{drawn[0]:.4f}" in links[-1], "WeChat's map draws it where the pin was set"


async def _price_in_china(house: House) -> None:
    here = replace(TABLE.prices[0], country="CN", currency="CNY")
    async with house.core.store.begin(house.clock.now()) as uow:
        await uow.prices.put(replace(TABLE, prices=[here], rates=[]))
        await uow.commit()


async def test_photos_and_the_report_reach_the_traveller(shop: House) -> None:
    house = shop
    traveller, envoy = await house.telegram("Anna", "en"), await house.telegram("陈静", "zh-hans")
    await booked(house, traveller, envoy)
    await meets(house, traveller, envoy)
    await does(house, envoy, "report")
    await types(house, envoy, "医生 3 点才来，电话 +66 81 234 5678")
    await envoy.photo()
    await house.pass_time(10)
    said = await house.heard(traveller)
    assert "order.report_from_scene" in said
    assert "relay.media" in said
    assert "234 5678" not in "".join(await texts(traveller))


async def test_an_envoys_report_of_an_emergency_is_not_their_own_cry(shop: House) -> None:
    house = shop
    traveller, envoy = await house.wechat(), await house.telegram("陈静", "zh-hans")
    await booked(house, traveller, envoy)
    await meets(house, traveller, envoy)
    await types(house, envoy, "她摔断腿了，流了很多血")
    assert await house.case_of(envoy) is None
    assert "order_danger" in await house.told_staff()
