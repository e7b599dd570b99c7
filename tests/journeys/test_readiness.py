"""Drills for envoys: offers that are none, answers kept apart from real figures, a list of who did not answer."""

from datetime import timedelta

import pytest

from backoffice.dispatch.model import AssignmentStatus
from backoffice.enrolment.readiness import DrillAnswer, DrillOffer
from backoffice.kernel.errors import Refusal
from backoffice.kernel.geo import Point
from backoffice.workflows import readiness
from bot.sandbox.client import Phone
from tests.house import BANGKOK, House, last, texts

NEAR, FAR = (13.76, 100.51), (18.79, 98.98)


async def say(house: House, phone: Phone, words: str) -> str:
    await phone.text(words)
    await house.pass_time(3, step=3)
    return (await last(phone)).text


async def drill(house: House, radius_m: float = 20_000, weekly: bool = False) -> None:
    """An operator orders an exercise in Bangkok."""
    order = readiness.Order(Point(*BANGKOK), radius_m, weekly)

    async def begin(work: readiness.Work) -> None:
        await readiness.begin(work, house.operator.id, order)

    await house.actions(begin, None)
    await house.pass_time(3, step=3)


async def offers(house: House) -> dict[str, DrillOffer]:
    """Envoy's name -> the newest drill's offer."""
    async with house.core.store.begin(house.clock.now()) as uow:
        newest = (await uow.drills.newest(1))[0]
        found = await uow.drills.offers(newest.id)
        return {(await uow.envoys.get(o.envoy)).name: o for o in found}


@pytest.mark.parametrize("channel", ["wechat", "telegram"])
async def test_a_drill_is_named_as_one_and_its_answer_stands_apart(house: House, channel: str) -> None:
    """Marked as an exercise; answered in time it has a latency, and no assignment comes of it."""
    phone = await (house.wechat("陈静") if channel == "wechat" else house.telegram("陈静", "zh-hans"))
    await say(house, phone, "你好")
    await house.envoy(phone, NEAR)
    await drill(house)
    assert "演练" in (await last(phone)).text
    await house.pass_time(20, step=10)
    if channel == "wechat":
        await say(house, phone, "91")
    else:
        await phone.press(0)
        await house.pass_time(3, step=3)
    await house.pass_time(600, step=300)
    made = (await offers(house))["陈静"]
    assert made.answer is DrillAnswer.ACCEPTED
    assert made.latency is not None
    assert timedelta(seconds=15) < made.latency < timedelta(seconds=40)
    async with house.core.store.begin(house.clock.now()) as uow:
        assert await uow.assignments.of_envoy(made.envoy, frozenset(AssignmentStatus)) == []
    assert "drill_over" in await house.told_staff()


async def test_only_envoys_on_duty_and_near_are_asked(house: House) -> None:
    """As with a real offer: off duty or far away nobody is troubled."""
    near, off, far = [await house.telegram(name, "zh-hans") for name in ("近", "休", "远")]
    await house.envoy(near, NEAR, "近")
    await house.envoy(off, NEAR, "休", on_duty=False)
    await house.envoy(far, FAR, "远")
    await drill(house)
    assert set(await offers(house)) == {"近"}
    assert await texts(off) == await texts(far) == []


async def test_silence_is_told_from_what_was_never_delivered(house: House) -> None:
    silent, gone = await house.telegram("静", "zh-hans"), await house.telegram("失", "zh-hans")
    for phone, name in ((silent, "静"), (gone, "失")):
        await say(house, phone, "你好")
        await house.envoy(phone, NEAR, name)
    await gone.block()
    await drill(house)
    await house.pass_time(620, step=310)
    found = await offers(house)
    assert found["静"].answer is DrillAnswer.SILENT
    assert found["失"].answer is DrillAnswer.UNREACHED


async def test_a_late_answer_changes_nothing_and_says_so(house: House) -> None:
    phone = await house.telegram("静", "zh-hans")
    await house.envoy(phone, NEAR, "静")
    await drill(house)
    await house.pass_time(620, step=310)
    await phone.press(0)
    await house.pass_time(3, step=3)
    assert "已经结束" in (await last(phone)).text
    assert (await offers(house))["静"].answer is DrillAnswer.SILENT


async def test_a_real_offer_during_a_drill_keeps_its_digits(house: House) -> None:
    """1 accepts the real one, whatever exercise is still open."""
    phone = await house.telegram("静", "zh-hans")
    await house.envoy(phone, NEAR, "静")
    await drill(house)
    traveller = await house.wechat("周婷")
    await traveller.location(*BANGKOK)
    await house.pass_time(6, step=3)
    await say(house, phone, "1")
    case = await house.case_of(traveller)
    assert case is not None
    assert (await house.assignments(case)) == {"静": "accepted"}
    assert (await offers(house))["静"].answer is DrillAnswer.WAITING


async def test_the_weekly_list_names_who_did_not_answer(house: House) -> None:
    """Monday morning at the centre; and a weekly drill asks again by itself."""
    phone = await house.telegram("静", "zh-hans")
    await house.envoy(phone, NEAR, "静")
    await drill(house, weekly=True)
    await house.pass_time(620, step=310)
    await house.pass_time(24 * 3600, step=12 * 3600)
    (listed,) = [a for a in await house.alerts() if a.kind == "readiness"]
    assert "静" in listed.text
    await house.pass_time(6 * 24 * 3600, step=24 * 3600)
    assert (await house.heard(phone)).count("envoy.drill_offer") == 2


async def test_a_drill_nowhere_is_refused(house: House) -> None:
    with pytest.raises(Refusal):
        await drill(house, radius_m=0)
