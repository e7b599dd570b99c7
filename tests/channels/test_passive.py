"""WeChat's passive replies: words that ride home in the webhook's answer, and what becomes of them when it is lost."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from backoffice.cases.model import CaseStatus
from backoffice.kernel.exchange import LetterState
from bot.handlers.wechat import webhook
from tests.bot.handlers.wechat import support
from tests.channels import observing, samples
from tests.channels.test_bad_input import OURS
from tests.house import BANGKOK, House, texts

PIN = "<Location_X>{}</Location_X><Location_Y>{}</Location_Y><Scale>15</Scale><Label></Label>".format(
    *BANGKOK
)


async def push(house: House, xml: str) -> str:
    """One push as the platform makes it: the words of the answer, "" for a bare `success`."""
    params, body = support.pushed(xml.encode(), OURS)
    async with house.http.post(f"{house.base}{webhook.PATH}", params=params, data=body) as answer:
        assert answer.status == 200
        said = await answer.text()
    return "" if said == "success" else support.opened(said, OURS).findtext("Content") or ""


async def sent(house: House) -> list[dict[str, Any]]:
    return await house.phones.calls("message/custom/send")


async def test_the_first_answer_rides_and_costs_nothing(house: House) -> None:
    phone = await house.wechat()
    await phone.location(*BANGKOK)
    await house.settle()
    assert [m.via for m in await phone.chat() if m.sender == "bot"] == ["passive"]
    assert await sent(house) == []
    person = await observing.owner(house, phone)
    assert [p.state for p in await observing.posted(house, person.id)] == [LetterState.DELIVERED]


async def test_a_repeated_push_is_answered_from_the_state_now(house: House) -> None:
    """The same pin again: no second case, and never the old promise of five seconds once help is called."""
    phone = await house.wechat()
    xml = samples.message(phone.id, "location", PIN, 4711).replace("1767225600", "1772344800")
    first = await push(house, xml)
    assert "5" in first
    await house.pass_time(3, 1)
    again = await push(house, xml)
    assert "2" in again
    await house.pass_time(4, 1)
    case = await house.case_of(phone)
    assert case is not None
    late = await push(house, xml)
    assert case.ref in late
    assert "秒" not in late
    assert len(await house.cases(phone)) == 1
    assert (await house.case_of(phone)).status is CaseStatus.OPEN


async def test_a_repeat_after_a_cancel_never_promises_help_again(house: House) -> None:
    phone = await house.wechat()
    xml = samples.message(phone.id, "location", PIN, 4712).replace("1767225600", "1772344800")
    await push(house, xml)
    await phone.text("0")
    await house.settle()
    assert await push(house, xml) == ""
    assert (await house.case_of(phone)).status is CaseStatus.CANCELLED


async def test_words_outside_a_case_are_said_again_to_a_repeat(house: House) -> None:
    """The answer to "help" was lost on the way: the repeated push gets it, with no second effect."""
    phone = await house.wechat()
    await house.phones.fault("push_unheard", platform="wechat", times=1)
    await phone.text("帮助")
    await house.settle()
    assert len(await texts(phone)) == 1
    person = await observing.owner(house, phone)
    assert len(await observing.posted(house, person.id)) == 1
    assert await sent(house) == []


async def test_an_answer_the_platform_did_not_wait_for_rides_on_its_next_try(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice the line breaks before the answer is written; the third push brings it, and no API message is spent."""
    left = cut_lines(monkeypatch, 2)
    phone = await house.wechat()
    await phone.text("帮助")
    await pushed_again(house, left)
    await house.service.parts.delivery.upkeep()
    await house.settle()
    assert left == []
    assert [m.via for m in await phone.chat() if m.sender == "bot"] == ["passive"]
    assert await sent(house) == []


async def test_unwritten_after_the_third_try_it_goes_by_api(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = cut_lines(monkeypatch, 3)
    phone = await house.wechat()
    await phone.text("帮助")
    await pushed_again(house, left)
    await house.pass_time(10, 1)
    assert [m.via for m in await phone.chat() if m.sender == "bot"] == ["custom/send"]
    assert len(await sent(house)) == 1


async def pushed_again(house: House, left: list[int]) -> None:
    """Five seconds on after each broken line, until the platform has got through or given up."""
    async with asyncio.timeout(20):
        while await pending(house):
            before = len(left)
            for _ in range(5):
                await asyncio.sleep(0.01)
                if len(left) < before or not await pending(house):
                    break
            await asyncio.sleep(0.02)
            house.clock.advance(1)


async def pending(house: House) -> bool:
    try:
        await house.phones.idle(0.001)
    except TimeoutError:
        return True
    return False


def cut_lines(monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """The platform hangs up just before the answer is written, so many times."""
    left, write = list(range(times)), webhook._written

    async def cut(request: web.Request, response: web.Response) -> bool:
        if not left:
            return await write(request, response)
        left.pop()
        assert request.transport is not None
        request.transport.abort()
        return False

    monkeypatch.setattr(webhook, "_written", cut)
    return left


async def test_a_slow_turn_is_answered_success_and_its_words_go_by_api(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The turn waits for the person's lock longer than the platform waits for us: said once, later."""
    monkeypatch.setattr(webhook, "ANSWER_S", 0.2)
    phone = await house.wechat()
    await phone.text("你好")
    await house.settle()
    person = await observing.owner(house, phone)
    async with house.core.locks.hold(person.id):
        xml = samples.message(phone.id, "location", PIN, 4713).replace("1767225600", "1772344800")
        assert await push(house, xml) == ""
        assert await house.case_of(phone) is None
    await house.settle()
    assert (await house.case_of(phone)).status is CaseStatus.COUNTDOWN
    assert [m.via for m in await phone.chat() if "5" in m.text] == ["custom/send"]


async def test_an_event_that_must_not_be_answered_gets_no_seat(house: House) -> None:
    """LOCATION and the like answer nothing but success, so no letter waits for a seat there."""
    phone = await house.wechat()
    await house.phones.push(
        phone, samples.event(phone.id, "LOCATION", "<Latitude>1</Latitude><Longitude>2</Longitude>")
    )
    await house.phones.push(phone, "<xml>")
    await house.settle()
    letters = await observing.posted(house)
    assert all(p.state is not LetterState.RIDING for p in letters)


async def test_the_order_of_words_to_one_person_holds_through_refusals(house: House) -> None:
    """A refused letter keeps its place: what was said later does not arrive before it."""
    phone = await house.telegram("Anna", "en")
    await phone.location(*BANGKOK)
    await house.pass_time(2, 1)
    await house.phones.fault("too_many", method="sendMessage", times=2, params={"retry_after": 3})
    await house.pass_time(25, 1)
    person = await observing.owner(house, phone)
    sos = [p for p in await observing.posted(house, person.id) if p.state is LetterState.DELIVERED]
    said = await texts(phone)
    assert len(said) >= len(sos) >= 3
    exported = (await house.exported((await house.case_of(phone)).ref))["messages"]
    ours = [m["text"] for m in exported if m["from"] == "service" and m["state"] == "delivered"]
    assert [t for t in said if t in ours] == [t for t in ours if t in said]
