"""An envoy's duty: on and off by word and by the clock, breaks, stale positions, silence on a job, their day."""

from datetime import timedelta

import pytest

from backoffice.dispatch import travel
from backoffice.dispatch.model import Envoy
from backoffice.dispatch.travel import Transport
from backoffice.kernel.money import Money
from backoffice.money.model import Purpose
from backoffice.orders.model import OrderStatus
from backoffice.workflows import payments
from backoffice.workflows.work import Work
from bot.sandbox.client import Phone
from tests.house import BANGKOK, House, last
from tests.storage.test_orders import order

NEAR = (13.76, 100.51)


async def say(house: House, phone: Phone, words: str) -> str:
    """Type, and read the newest answer."""
    await phone.text(words)
    await house.pass_time(3, step=3)
    return (await last(phone)).text


async def envoy_of(house: House, phone: Phone) -> Envoy:
    person = await house.person(phone)
    assert person is not None
    async with house.core.store.begin(house.clock.now()) as uow:
        found = await uow.envoys.of_person(person.id)
    assert found is not None
    return found


async def envoy(house: House, channel: str = "telegram", **more: object) -> Phone:
    phone = await (house.wechat("陈静") if channel == "wechat" else house.telegram("陈静", "zh-hans"))
    if channel == "wechat":
        await phone.text("你好")
        await house.settle()
    await house.envoy(phone, NEAR, **more)
    return phone


async def cry(house: House, name: str = "周婷") -> Phone:
    """Somebody in Bangkok calls for help, and the countdown is over."""
    traveller = await house.wechat(name)
    await traveller.location(*BANGKOK)
    await house.pass_time(6, step=3)
    return traveller


async def pass_days(house: House, hours: float) -> None:
    await house.pass_time(hours * 3600, step=3600)


@pytest.mark.parametrize("channel", ["wechat", "telegram"])
async def test_off_duty_no_offer_reaches_anybody_ever(house: House, channel: str) -> None:
    """By word; whoever goes on duty again is asked again."""
    phone = await envoy(house, channel)
    assert "收工" in await say(house, phone, "下岗")
    await cry(house)
    await house.pass_time(130, step=10)
    assert not [key for key in await house.heard(phone) if key.startswith("offer.")]
    assert "值班" in await say(house, phone, "值班")
    await cry(house, "李雷")
    assert [key for key in await house.heard(phone) if key.startswith("offer.")]


async def test_an_offer_still_open_is_taken_back_when_duty_ends(house: House) -> None:
    phone = await envoy(house)
    await cry(house)
    await say(house, phone, "下岗")
    assert await house.asked(phone) == []
    await say(house, phone, "1")
    assert (await envoy_of(house, phone)).busy_with is None


@pytest.mark.parametrize("language", ["zh-hans", "en"])
async def test_hours_begin_and_end_duty_by_the_envoys_own_clock(house: House, language: str) -> None:
    """Sunday 13:00 in Bangkok: off until Monday 9:00, off again at 18:00, each time told."""
    phone = await house.telegram("陈静", language)
    await house.envoy(phone, NEAR)
    await say(house, phone, "值班时间" if language == "zh-hans" else "duty hours")
    kept = await say(house, phone, "周一至周五 9:00-18:00" if language == "zh-hans" else "mon-fri 9-18")
    assert "09:00–18:00" in kept
    assert "13:00" in kept
    assert not (await envoy_of(house, phone)).on_duty
    await pass_days(house, 19)
    assert not (await envoy_of(house, phone)).on_duty
    await pass_days(house, 1)
    assert (await envoy_of(house, phone)).on_duty
    assert "envoy.hours_begin" in await house.heard(phone)
    await pass_days(house, 9)
    assert not (await envoy_of(house, phone)).on_duty
    assert "envoy.hours_end" in await house.heard(phone)


async def test_hours_that_are_not_understood_change_nothing(house: House) -> None:
    phone = await envoy(house)
    await say(house, phone, "值班时间")
    assert "没看懂" in await say(house, phone, "看情况吧")
    assert (await envoy_of(house, phone)).on_duty


async def test_on_duty_out_of_hours_lasts_until_they_next_end(house: House) -> None:
    """The envoy's word counts at once; the hours take over again at their next change."""
    phone = await envoy(house)
    await say(house, phone, "值班时间")
    await say(house, phone, "周一 9:00-18:00")
    assert not (await envoy_of(house, phone)).on_duty
    await say(house, phone, "值班")
    assert (await envoy_of(house, phone)).on_duty
    await pass_days(house, 30)
    assert not (await envoy_of(house, phone)).on_duty


@pytest.mark.parametrize("channel", ["wechat", "telegram"])
async def test_a_break_is_quiet_and_ends_by_itself(house: House, channel: str) -> None:
    phone = await envoy(house, channel)
    await say(house, phone, "小休")
    assert "休息到" in await say(house, phone, "2")
    await cry(house)
    assert not [key for key in await house.heard(phone) if key.startswith("offer.")]
    await house.pass_time(31 * 60, step=120)
    assert "envoy.break_over" in await house.heard(phone)
    assert (await envoy_of(house, phone)).on_duty


async def test_a_break_of_ones_own_length(house: House) -> None:
    phone = await envoy(house)
    await say(house, phone, "小休")
    await say(house, phone, "40 分钟")
    await house.pass_time(39 * 60, step=300)
    assert not (await envoy_of(house, phone)).on_duty
    await house.pass_time(3 * 60, step=60)
    assert (await envoy_of(house, phone)).on_duty


@pytest.mark.parametrize("channel", ["wechat", "telegram"])
async def test_a_stale_position_is_asked_for_once_and_never_silently_used(house: House, channel: str) -> None:
    """Half an hour old it counts no more: the base does, offers say so, and the envoy is asked."""
    phone = await envoy(house, channel)
    await phone.location(13.9, 100.6)
    await house.pass_time(31 * 60, step=120)
    where = [m for m in await house.letters(phone) if m.message.key == "envoy.where"]
    assert len(where) == 1
    found = await envoy_of(house, phone)
    assert not found.has_fresh_fix(house.clock.now())
    assert found.where(house.clock.now()) == found.base
    await house.pass_time(3600, step=600)
    assert len([m for m in await house.letters(phone) if m.message.key == "envoy.where"]) == 1
    await say(house, phone, "7")
    found = await envoy_of(house, phone)
    assert found.has_fresh_fix(house.clock.now())
    assert found.where(house.clock.now()) != found.base


async def test_no_position_is_asked_for_at_night(house: House) -> None:
    """Bangkok, 22:00 to 8:00: nobody is woken for it; in the morning they are asked."""
    phone = await envoy(house)
    await pass_days(house, 9)
    await phone.location(13.9, 100.6)
    await pass_days(house, 10)
    assert "envoy.where" not in await house.heard(phone)
    await pass_days(house, 1.2)
    assert "envoy.where" in await house.heard(phone)


async def on_a_job(house: House, phone: Phone) -> None:
    await cry(house)
    await say(house, phone, "1")
    assert (await envoy_of(house, phone)).busy_with is not None


async def test_silence_on_a_job_is_asked_about_and_then_alarms_the_centre(either_house: House) -> None:
    """No word and no position for ten minutes: asked; for fifteen: the centre hears of it, once."""
    house = either_house
    phone = await envoy(house)
    await on_a_job(house, phone)
    await house.pass_time(10 * 60, step=60)
    assert "job.still_there" in await house.heard(phone)
    assert "envoy_silent" not in await house.told_staff()
    await house.pass_time(6 * 60, step=60)
    assert (await house.told_staff()).count("envoy_silent") == 1
    await house.pass_time(30 * 60, step=120)
    assert (await house.told_staff()).count("envoy_silent") == 1


async def test_a_word_or_a_position_is_a_sign_of_life(house: House) -> None:
    phone = await envoy(house)
    await on_a_job(house, phone)
    for _ in range(3):
        await house.pass_time(8 * 60, step=120)
        await phone.location(13.75, 100.51)
        await house.settle()
    assert "job.still_there" not in await house.heard(phone)
    await house.pass_time(16 * 60, step=120)
    assert "envoy_silent" in await house.told_staff()


async def test_a_job_that_is_over_is_watched_no_more(house: House) -> None:
    phone = await envoy(house)
    await on_a_job(house, phone)
    await say(house, phone, "去不了了")
    await house.pass_time(40 * 60, step=300)
    assert "envoy_silent" not in await house.told_staff()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
async def test_envoys_see_their_own_day(house: House, language: str) -> None:
    """Duty, the open job without anything that is not theirs to know, earnings, rating."""
    phone = await house.telegram("陈静", language)
    await house.envoy(phone, NEAR)
    words = "我的一天" if language == "zh-hans" else "my day"
    await phone.text(words)
    await house.settle()
    assert {"envoy.now_on_duty", "envoy.day_no_job", "envoy.day_unrated"} <= set(await house.lines(phone))
    traveller = await cry(house)
    await say(house, phone, "1")
    said = await say(house, phone, words)
    case = await house.case_of(traveller)
    assert case is not None
    assert case.ref in said
    assert "周婷" not in said


async def test_the_day_tells_the_next_order_and_what_was_earned(house: House) -> None:
    """An order booked for tomorrow, and this week's pay in its own currency."""
    phone = await envoy(house)
    me = await envoy_of(house, phone)
    traveller = await house.wechat("周婷")
    await say(house, traveller, "你好")
    customer = await house.person(traveller)
    assert customer is not None
    async with house.core.store.begin(house.clock.now()) as uow:
        start = house.clock.now() + timedelta(days=1)
        held = {"status": OrderStatus.BOOKED, "envoy": me.id, "start_at": start}
        await uow.orders.add(order(customer.id, **held, end_at=start + timedelta(hours=2)))
        work = Work(uow, house.clock.now(), house.core.world)
        await payments.owe(work, me.person, Money(12_300, "THB"), Purpose("sos", "case-1"), "k1")
        await uow.commit()
    said = await say(house, phone, "我的一天")
    assert "现场翻译" in said
    assert "河内" in said
    assert "123.00" in said


@pytest.mark.parametrize("channel", ["wechat", "telegram"])
async def test_an_envoy_says_how_they_travel_and_arrives_accordingly(house: House, channel: str) -> None:
    """Ten kilometres away: by car sooner than on foot; the day shows which counts."""
    phone = await envoy(house, channel)
    me = await envoy_of(house, phone)
    seconds = {}
    for digit, by in (("1", Transport.FOOT), ("3", Transport.CAR)):
        await say(house, phone, "交通方式")
        await say(house, phone, digit)
        async with house.core.store.begin(house.clock.now()) as uow:
            standing = (await uow.standings.of([me.id]))[me.id]
        assert standing.transport is by
        seconds[by] = travel.arrival_s(standing.transport, 10_000, night=False)
    assert seconds[Transport.CAR] < seconds[Transport.FOOT]
    assert "自己的车" in await say(house, phone, "我的一天")


async def test_a_complaint_goes_to_the_desk_with_its_job(house: House) -> None:
    """A person reads it, under the reference of the job it is about."""
    phone = await envoy(house)
    traveller = await cry(house)
    await say(house, phone, "1")
    case = await house.case_of(traveller)
    assert case is not None
    await house.close(case)
    await house.pass_time(3, step=1)
    assert case.ref in await say(house, phone, "投诉")
    await say(house, phone, "1")
    assert "指挥中心" in await say(house, phone, "等了两个小时没有人")
    (item,) = await house.queue()
    assert item.after_ref == case.ref
    assert "等了两个小时没有人" in item.text
    assert "陈静" in item.text


async def test_who_is_no_envoy_is_not_told_of_these_flows(house: House) -> None:
    """A traveller's "complain" goes to the centre like everything they write."""
    traveller = await house.telegram("Anna", "en")
    await say(house, traveller, "my day")
    assert [item.text for item in await house.queue()] == ["my day"]


async def test_an_envoy_may_leave(house: House) -> None:
    """Off duty at once; the centre knows."""
    phone = await envoy(house)
    await say(house, phone, "不做星使了")
    await say(house, phone, "1")
    assert not (await envoy_of(house, phone)).on_duty
    assert "envoy_left" in await house.told_staff()
