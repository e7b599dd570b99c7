"""From the pin to help: the way of an SOS, on both databases."""

from datetime import timedelta

from backoffice.cases.model import CaseStatus, CloseReason
from backoffice.workflows import centre
from tests.house import BANGKOK, House, last, texts


async def test_silence_dispatches_after_five_seconds(either_house: House) -> None:
    """A pin on WeChat counts down, silence calls for help, and everybody is told what is true."""
    house = either_house
    traveller, envoy = await house.wechat(), await house.telegram("陈静", "zh-hans")
    await house.envoy(envoy, (13.76, 100.51))
    await traveller.location(*BANGKOK)
    await house.settle()
    first = await last(traveller)
    assert "5" in first.text
    assert first.via == "passive"
    case = await house.case_of(traveller)
    assert case is not None
    assert case.status is CaseStatus.COUNTDOWN
    await house.pass_time(4)
    assert await texts(envoy) == []
    await house.pass_time(2)
    case = await house.case_of(traveller)
    assert case is not None
    assert case.status is CaseStatus.OPEN
    assert case.dispatched_at is not None
    assert case.dispatched_at - case.opened_at >= timedelta(seconds=5)
    said = "\n".join(await texts(traveller))
    assert case.ref in said
    assert "1669" in said
    assert "+861055550110" in said
    assert "12308" in said
    offers = await texts(envoy)
    assert len(offers) == 1
    assert "100.5" not in offers[0]


async def test_a_cancel_in_time_tells_nobody(either_house: House) -> None:
    """Cancelled in the countdown: no envoy and no operator ever hears of it."""
    house = either_house
    traveller, envoy = await house.telegram(), await house.telegram("陈静", "zh-hans")
    await house.envoy(envoy, BANGKOK)
    await traveller.location(*BANGKOK)
    await house.settle()
    await traveller.press(1)
    await house.pass_time(20)
    case = await house.case_of(traveller)
    assert case is not None
    assert case.status is CaseStatus.CANCELLED
    assert await texts(envoy) == []
    assert await house.alerts() == []
    assert house.pages == []


async def test_the_first_envoy_wins_and_the_others_are_stood_down(either_house: House) -> None:
    """One acceptance: the exact place, the code word on both sides, and the others are told at once."""
    house = either_house
    traveller = await house.wechat()
    first, second = await house.telegram("陈静", "zh-hans"), await house.wechat("李强")
    await house.envoy(first, (13.76, 100.51))
    await house.envoy(second, (13.74, 100.49), "李强")
    await second.text("在吗")
    await traveller.location(*BANGKOK)
    await house.settle()
    await traveller.text("1")
    await house.settle()
    await second.text("1")
    await house.settle()
    case = await house.case_of(traveller)
    assert case is not None
    exported = await house.exported(case.ref)
    assert sorted(a["status"] for a in exported["assignments"]) == ["accepted", "stood_down"]
    brief = "\n".join(await texts(second))
    told = "\n".join(await texts(traveller))
    assert case.ref in brief
    assert "李强" in told
    await first.press(0)
    await house.pass_time(3)
    assert (await house.exported(case.ref))["assignments"] == exported["assignments"]


async def test_words_go_both_ways_and_numbers_stay_out(either_house: House) -> None:
    """Traveller, envoy and operator talk inside the case, each labelled, numbers hidden from each other."""
    house = either_house
    traveller, envoy = await house.telegram("Anna", "en"), await house.telegram("陈静", "zh-hans")
    await house.envoy(envoy, BANGKOK)
    await traveller.location(*BANGKOK)
    await house.pass_time(6)
    await envoy.press(0)
    await house.pass_time(5)
    await traveller.text("my leg hurts, call +66 81 234 5678")
    await house.pass_time(5)
    heard = "\n".join(await texts(envoy))
    assert "my leg hurts" in heard
    assert "234 5678" not in heard
    await envoy.text("我十分钟到")
    await house.pass_time(5)
    assert any("我十分钟到" in t and "陈静" in t for t in await texts(traveller))
    case = await house.case_of(traveller)
    assert case is not None
    await house.do(centre.take, case.id)
    await house.do(centre.reply, case.id, "This is the centre. Stay where you are.")
    await house.pass_time(3)
    assert any("Stay where you are" in t and "王" in t for t in await texts(traveller))


async def test_a_closed_case_tells_the_envoy_nothing_more(either_house: House) -> None:
    """Close: the envoy is released at once and words after it go to the centre's queue."""
    house = either_house
    traveller, envoy = await house.telegram("Anna", "en"), await house.telegram("陈静", "zh-hans")
    await house.envoy(envoy, BANGKOK)
    await traveller.location(*BANGKOK)
    await house.pass_time(6)
    await envoy.press(0)
    await house.pass_time(4)
    case = await house.case_of(traveller)
    assert case is not None
    await house.do(centre.take, case.id)
    await house.do(centre.close, case.id, CloseReason.HELPED)
    await house.pass_time(5)
    before = len(await texts(envoy))
    await traveller.text("thank you all")
    await house.pass_time(5)
    assert len(await texts(envoy)) == before
    async with house.core.store.begin(house.clock.now()) as uow:
        queue = await uow.desk.waiting()
    assert [q.after_ref for q in queue] == [case.ref]
