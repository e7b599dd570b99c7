"""What can happen with an order, traveller and envoy on different platforms and in different languages."""

from collections.abc import Awaitable, Callable

import pytest

from backoffice.cases.model import CaseStatus
from backoffice.kernel.money import Money
from backoffice.orders.model import OrderStatus
from bot.sandbox.client import Phone
from tests.house import BANGKOK, House, texts
from tests.journeys.order_stories import (
    books,
    does,
    earned,
    meets,
    order_of,
    picks,
    prices,
    types,
)

NEAR = (13.76, 100.51)
GATE = (13.7570, 100.5020)
Pair = tuple[Phone, Phone]
Make = Callable[[House], Awaitable[Phone]]
MIXES: dict[str, tuple[Make, Make]] = {
    "wechat zh, telegram en": (lambda h: h.wechat(), lambda h: h.telegram("陈静", "en")),
    "telegram en, wechat zh": (lambda h: h.telegram("Anna", "en"), lambda h: h.wechat("陈静")),
}
mixes = pytest.mark.parametrize("mix", MIXES)


async def begun(house: House, mix: str, when: str = "now") -> Pair:
    """A price table, an envoy on duty, an order booked and paid."""
    await prices(house)
    traveller, envoy = [await make(house) for make in MIXES[mix]]
    await house.envoy(envoy, NEAR)
    await types(house, envoy, *(("English", "on duty") if "telegram en" in mix.split(", ")[1] else ("值班",)))
    await books(house, (traveller, envoy), BANGKOK, when)
    await house.pass_time(3)
    return traveller, envoy


async def said(house: House, phone: Phone) -> str:
    await house.pass_time(5, step=1)
    return "".join(await texts(phone))


@mixes
async def test_a_place_to_meet_is_agreed_refused_and_seen_by_both(house: House, mix: str) -> None:
    """By a pin from the traveller, by a name from the envoy; each has to say yes."""
    traveller, envoy = await begun(house, mix, "明天 10:00")
    await does(house, traveller, "meet")
    await traveller.location(*GATE)
    await house.settle()
    assert await house.case_of(traveller) is None
    await picks(house, envoy, "order.meet_ok", "no")
    assert "order.meet_refused" in await house.heard(traveller)
    await does(house, envoy, "meet")
    await types(house, envoy, "三号门")
    assert "三号门" in await said(house, traveller)
    await picks(house, traveller, "order.meet_ok", "yes")
    assert (await order_of(house, traveller)).meeting.name == "三号门"
    assert "order.meet_agreed" in await house.heard(envoy)


@mixes
async def test_longer_only_with_the_travellers_yes_to_the_price(house: House, mix: str) -> None:
    """Wanted by the envoy and refused, wanted by the traveller and agreed by both; report and photo on the way."""
    traveller, envoy = await begun(house, mix)
    await meets(house, traveller, envoy)
    await does(house, envoy, "extend")
    await picks(house, envoy, "order.extend", "30")
    assert "450" in await said(house, traveller), "half an hour at night's and hurry's price, before the yes"
    await picks(house, traveller, "order.extend_ok", "no")
    assert (await order_of(house, traveller)).minutes == 120
    await does(house, traveller, "extend")
    await picks(house, traveller, "order.extend", "60")
    await picks(house, traveller, "order.extend_ok", "yes")
    assert (await order_of(house, traveller)).minutes == 120
    await picks(house, envoy, "order.extend_ok", "yes")
    assert (await order_of(house, traveller)).minutes == 180
    await does(house, envoy, "report")
    await types(house, envoy, "医生开了药")
    assert "医生开了药" in await said(house, traveller)
    await does(house, traveller, "centre")
    assert "order_centre" in await house.told_staff()
    await does(house, envoy, "end")
    await picks(house, traveller, "order.end_ok", "yes")
    assert (await order_of(house, traveller)).status is OrderStatus.COMPLETED
    await picks(house, envoy, "order.rate", "1")
    await types(house, envoy, "迟到很久")
    assert "order_review" in await house.told_staff()


@mixes
async def test_cancelling_costs_what_was_shown_and_giving_back_costs_nothing(house: House, mix: str) -> None:
    """The envoy gives it back: others are asked. The traveller cancels: the table, said before the yes."""
    traveller, envoy = await begun(house, mix, "明天 10:00")
    second = await (house.telegram("李强", "en") if "zh" in mix[:9] else house.wechat("李强"))
    await house.envoy(second, NEAR, "李强")
    await types(house, second, "值班")
    await does(house, envoy, "withdraw")
    await picks(house, envoy, "order.withdraw_ok", "yes")
    await house.pass_time(3)
    assert "order.envoy_lost" in await house.heard(traveller)
    await picks(house, second, "order.offer", "accept")
    assert (await order_of(house, traveller)).paid
    await house.pass_time(11 * 60, step=60)
    await does(house, traveller, "cancel")
    assert "20%" in (await said(house, traveller)).replace(" ", "")
    await picks(house, traveller, "order.cancel_ok", "yes")
    order = await order_of(house, traveller)
    assert (order.status, order.charged) == (OrderStatus.CANCELLED, Money(240_00, "THB"))
    assert await earned(house, second) == Money(192_00, "THB")
    assert await earned(house, envoy) == Money(0, "THB")


@mixes
async def test_who_does_not_come_is_asked_first_and_then_the_table_decides(house: House, mix: str) -> None:
    """The envoy waits at the place, the traveller answers nothing: half the price, as it was shown."""
    traveller, envoy = await begun(house, mix)
    await does(house, envoy, "arrived")
    start = (await order_of(house, traveller)).start_at
    await house.pass_time((start - house.clock.now()).total_seconds() + 16 * 60, step=60)
    assert "order.not_begun" in await house.heard(traveller)
    await does(house, envoy, "missing")
    assert "order.missing" in await house.heard(traveller)
    await house.pass_time(11 * 60, step=60)
    order = await order_of(house, traveller)
    assert (order.status, order.charged) == (OrderStatus.NO_SHOW, Money(900_00, "THB"))
    assert await earned(house, envoy) == Money(720_00, "THB")


@mixes
async def test_an_order_becomes_an_sos_by_one_button(either_house: House, mix: str) -> None:
    """Nothing is typed again: five seconds, then place, words and envoy go over."""
    house = either_house
    traveller, envoy = await begun(house, mix)
    await meets(house, traveller, envoy)
    await does(house, traveller, "sos")
    case = await house.case_of(traveller)
    assert case is not None
    assert case.status is CaseStatus.COUNTDOWN
    assert "job.order_became_sos" not in await house.heard(envoy)
    await house.pass_time(6)
    case = await house.case_of(traveller)
    assert case is not None
    assert (case.status, case.envoys_taken) == (CaseStatus.OPEN, 1)
    assert "陪我去看牙" in "".join(await house.entries(case))
    assert "job.order_became_sos" in await house.heard(envoy)
    assert "sos.order_envoy_stays" in await house.heard(traveller)


OWN_QUESTIONS = {
    "telegram en": ("duty hours", "complain"),
    "wechat zh": ("值班时间", "投诉"),
}
"""What an envoy may have asked of the service some time before: both questions wait for any words."""


@mixes
async def test_words_to_the_traveller_are_no_answer_to_what_was_asked_long_before(
    house: House, mix: str
) -> None:
    """Duty hours or a complaint were begun and left: what is written in an order reaches the one they meet."""
    asked = OWN_QUESTIONS[mix.split(", ")[1]]
    await prices(house)
    traveller, envoy = [await make(house) for make in MIXES[mix]]
    await house.envoy(envoy, NEAR)
    await types(house, envoy, *(("English",) if "telegram en" in mix.split(", ")[1] else ()), *asked)
    await books(house, (traveller, envoy), BANGKOK)
    await types(house, envoy, "十五分钟后到")
    assert "十五分钟后到" in await said(house, traveller)
    assert [item.text for item in await house.queue()] == []
    await types(house, envoy, asked[1], "不想再接这种单")
    assert "不想再接这种单" not in await said(house, traveller), (
        "asked last, the words are the complaint and not for the one it is about"
    )
    assert "order_review" in await house.told_staff()


@mixes
async def test_a_length_typed_for_more_time_is_more_time_and_no_break(house: House, mix: str) -> None:
    """A break was asked for and left open; "30 minutes" answers what was asked last."""
    traveller, envoy = await begun(house, mix)
    await meets(house, traveller, envoy)
    english = mix.endswith("telegram en")
    await types(house, envoy, "break" if english else "小休")
    await does(house, envoy, "extend")
    await types(house, envoy, "30 minutes" if english else "半小时")
    assert "envoy.break_until" not in await house.heard(envoy)
    await picks(house, traveller, "order.extend_ok", "yes")
    assert (await order_of(house, traveller)).minutes == 150
    await types(house, envoy, "40 minutes" if english else "40分钟")
    assert "40" in await said(house, traveller), (
        "with a person, words that answer nothing asked last go to them"
    )


@mixes
async def test_one_digit_does_not_end_what_was_paid_for(house: House, mix: str) -> None:
    """The price stands before the end; back shows what else can be done, and only yes ends it."""
    traveller, envoy = await begun(house, mix)
    await meets(house, traveller, envoy)
    await house.pass_time(4000, step=1000)
    await does(house, traveller, "end")
    assert "1,350" in (await texts(traveller))[-1]
    assert (await order_of(house, traveller)).status is OrderStatus.RUNNING
    await picks(house, traveller, "order.end_now", "back")
    assert (await order_of(house, traveller)).status is OrderStatus.RUNNING
    await does(house, traveller, "end")
    await types(house, traveller, "done" if mix.startswith("telegram en") else "结束")
    order = await order_of(house, traveller)
    assert (order.status, order.charged) == (OrderStatus.COMPLETED, Money(1350_00, "THB"))
