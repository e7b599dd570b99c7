"""The same person on WeChat and Telegram: a code from one chat, typed in the other, makes them one."""

import re

import pytest

from backoffice.cases.model import CaseStatus
from bot.sandbox.client import Phone
from tests.house import BANGKOK, House, last, texts

NEAR = (13.76, 100.51)


async def say(house: House, phone: Phone, words: str) -> str:
    """Type, and read the newest answer."""
    await phone.text(words)
    await house.pass_time(3, step=3)
    return (await last(phone)).text


async def code_of(house: House, phone: Phone) -> str:
    said = await say(house, phone, "绑定" if phone.key.startswith("wechat") else "link")
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", said)
    assert found is not None
    return found[0]


async def linked(house: House, shown: Phone, typing: Phone) -> None:
    await say(house, typing, await code_of(house, shown))
    await say(house, typing, "1")


async def same(house: House, one: Phone, two: Phone) -> bool:
    first, second = await house.person(one), await house.person(two)
    assert first is not None
    assert second is not None
    return first.id == second.id


@pytest.mark.parametrize("shown_on", ["wechat", "telegram"])
async def test_two_chats_become_one_person(either_house: House, shown_on: str) -> None:
    """Whichever chat shows the code: asked once more, then both are told, and what was known is kept."""
    house = either_house
    wechat, telegram = await house.wechat("周婷"), await house.telegram("Ting", "en")
    await say(house, wechat, "你好")
    await say(house, telegram, "hello")
    shown, typing = (wechat, telegram) if shown_on == "wechat" else (telegram, wechat)
    code = await code_of(house, shown)
    sure = await say(house, typing, code.lower())
    assert ("WeChat" if shown_on == "wechat" else "Telegram") in sure
    assert not await same(house, wechat, telegram)
    await say(house, typing, "1")
    assert await same(house, wechat, telegram)
    for phone in (wechat, telegram):
        said = (await texts(phone))[-1]
        assert "已连接" in said or "Connected" in said


async def test_a_case_of_one_chat_is_followed_in_the_other(house: House) -> None:
    """After linking, an SOS from WeChat can be cancelled in Telegram: it is the same person's."""
    wechat, telegram = await house.wechat("周婷"), await house.telegram("Ting", "en")
    await linked(house, wechat, telegram)
    await wechat.location(*BANGKOK)
    await house.settle()
    await telegram.text("cancel")
    await house.settle()
    case = await house.case_of(wechat)
    assert case is not None
    assert case.status is CaseStatus.CANCELLED


async def test_a_code_works_once_and_for_ten_minutes_and_not_where_it_was_shown(house: House) -> None:
    wechat, telegram = await house.wechat("周婷"), await house.telegram("Ting", "en")
    other = await house.telegram("Somebody", "en")
    code = await code_of(house, wechat)
    assert "另一个应用" in await say(house, wechat, code)
    await say(house, telegram, code)
    await say(house, telegram, "1")
    assert "wrong, used or too old" in await say(house, other, f"link {code}")
    late = await code_of(house, other)
    await house.pass_time(601, step=300)
    third = await house.wechat("李雷")
    assert "过期" in await say(house, third, f"绑定 {late}")
    assert not await same(house, other, third)


async def test_no_leaves_both_as_they_were(house: House) -> None:
    wechat, telegram = await house.wechat("周婷"), await house.telegram("Ting", "en")
    await say(house, telegram, await code_of(house, wechat))
    await say(house, telegram, "0")
    assert not await same(house, wechat, telegram)


async def test_words_that_only_look_like_a_code_reach_the_centre(house: House) -> None:
    """Eight letters that are no living code are words like any others."""
    phone = await house.telegram("Ting", "en")
    await say(house, phone, "EASY PASS")
    assert [item.text for item in await house.queue()] == ["EASY PASS"]


async def test_with_something_under_way_on_both_sides_nothing_is_merged(house: House) -> None:
    """An own SOS in one chat, a job in the other: refused plainly, and both go on."""
    shown, typing = await house.wechat("周婷"), await house.telegram("陈静", "zh-hans")
    await house.envoy(typing, NEAR)
    code = await code_of(house, shown)
    await shown.location(*BANGKOK)
    await house.pass_time(6, step=3)
    await say(house, typing, "1")
    await say(house, typing, code)
    assert "link.not_now" in await house.heard(typing)
    assert not await same(house, shown, typing)
    case = await house.case_of(shown)
    assert case is not None
    assert (case.status, case.envoys_taken) == (CaseStatus.OPEN, 1)


async def test_whoever_has_the_open_case_stays(house: House) -> None:
    """An SOS begun after the code was shown goes on, now followed in both chats."""
    busy, idle = await house.wechat("周婷"), await house.telegram("Ting", "en")
    code = await code_of(house, busy)
    before = await house.person(busy)
    await busy.location(*BANGKOK)
    await house.pass_time(6, step=3)
    await say(house, idle, code)
    await say(house, idle, "1")
    after = await house.person(idle)
    assert before is not None
    assert after is not None
    assert after.id == before.id
    case = await house.case_of(idle)
    assert case is not None
    assert case.status is CaseStatus.OPEN


async def test_a_cry_closes_the_question_of_linking(house: House) -> None:
    """After a pin a 1 confirms the call for help and joins nothing."""
    wechat, telegram = await house.wechat("周婷"), await house.telegram("Ting", "en")
    await say(house, telegram, await code_of(house, wechat))
    await telegram.location(*BANGKOK)
    await house.settle()
    await say(house, telegram, "1")
    case = await house.case_of(telegram)
    assert case is not None
    assert case.status is CaseStatus.OPEN
    assert not await same(house, wechat, telegram)


async def test_an_envoy_stays_an_envoy_whichever_chat_shows_the_code(house: House) -> None:
    """The code shown in the new chat, typed by the envoy: the new chat joins the envoy, under its own lock."""
    new, known = await house.wechat("陈静"), await house.telegram("陈静", "zh-hans")
    await house.envoy(known, NEAR)
    before = await house.person(known)
    await linked(house, new, known)
    assert await same(house, new, known)
    after = await house.person(new)
    assert before is not None
    assert after is not None
    assert after.id == before.id
    assert "已连接" in (await texts(new))[-1]
    await say(house, new, "小休")
    assert (await house.asked(new))[0].kind == "break"


async def test_an_offer_goes_where_the_envoy_last_wrote_then_to_the_other(house: House) -> None:
    """Telegram while it was used last; blocked there, the same offer comes on WeChat."""
    wechat, telegram = await house.wechat("陈静"), await house.telegram("陈静", "zh-hans")
    await house.envoy(telegram, NEAR)
    await linked(house, telegram, wechat)
    await say(house, wechat, "在")
    await say(house, telegram, "在")
    traveller = await house.wechat("周婷")
    await traveller.location(*BANGKOK)
    await house.pass_time(6, step=3)
    assert any("SOS" in text and "接单" in text for text in await texts(telegram))
    assert not any("有人求助" in text for text in await texts(wechat))
    await telegram.press(1)
    await house.pass_time(3, step=3)
    await say(house, wechat, "我在微信上")
    await say(house, telegram, "在")
    await telegram.block()
    second = await house.wechat("李雷")
    await second.location(*BANGKOK)
    await house.pass_time(8, step=2)
    assert any("有人求助" in text for text in await texts(wechat))


async def test_two_envoys_are_not_made_one_by_a_machine(house: House) -> None:
    """Work and money hang on both: the centre decides."""
    wechat, telegram = await house.wechat("陈静"), await house.telegram("陈静", "zh-hans")
    await house.envoy(telegram, NEAR)
    await house.envoy(wechat, NEAR, "陈静二")
    code = await code_of(house, telegram)
    await say(house, wechat, code)
    assert "link.not_now" in await house.heard(wechat)
    assert not await same(house, wechat, telegram)
