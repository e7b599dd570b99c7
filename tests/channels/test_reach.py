"""Who can be reached how: blocked bots, moved and closed doors, forged buttons, groups, dead tokens."""

import json
from typing import Any

import pytest

from backoffice.kernel.exchange import LetterState, NewLetter
from backoffice.kernel.messages import Message, Urgency
from backoffice.workflows import centre
from tests.channels import observing, samples
from tests.house import BANGKOK, House, last, texts


async def in_need(house: House, phone: Any) -> Any:
    await phone.location(*BANGKOK)
    await house.pass_time(6, 1)
    case = await house.case_of(phone)
    assert case is not None
    return case


async def test_a_traveller_who_blocked_the_bot_is_told_over_their_other_chat(house: House) -> None:
    """Both chats are the same person's: what Telegram refuses arrives on WeChat."""
    telegram, wechat = await house.telegram("周婷", "zh-hans"), await house.wechat()
    case = await in_need(house, telegram)
    owner = await observing.owner(house, telegram)
    async with house.core.store.begin(house.clock.now()) as uow:
        await uow.people.link(owner.id, observing.address(wechat))
        await uow.commit()
    await wechat.text("你好")
    await house.settle()
    forbidden = {"code": 403, "description": "Forbidden: bot was blocked by the user"}
    await house.phones.fault("error", platform="telegram", method="sendMessage", params=forbidden)
    await telegram.text("一个人在路边")
    await house.settle()
    await house.do(centre.take, case.id)
    await house.do(centre.reply, case.id, "请别动，人马上到")
    await house.pass_time(3, 1)
    assert any("请别动" in text for text in await texts(wechat))
    assert await observing.reach(house, observing.address(telegram)) == "unreachable"
    assert "cannot_be_reached" not in await observing.alerts(house)


async def test_somebody_with_no_other_chat_is_an_alert(house: House) -> None:
    """Blocked, and nowhere else to write: staff are told that they cannot be reached, nothing is tried for ever."""
    phone = await house.telegram("Anna", "en")
    case = await in_need(house, phone)
    forbidden = {"code": 403, "description": "Forbidden: user is deactivated"}
    await house.phones.fault("error", platform="telegram", method="sendMessage", params=forbidden)
    await house.do(centre.take, case.id)
    await house.do(centre.reply, case.id, "Stay where you are")
    await house.pass_time(5, 1)
    assert "cannot_be_reached" in await observing.alerts(house)
    states = {p.state for p in await observing.posted(house, (await observing.owner(house, phone)).id)}
    assert states <= {LetterState.DELIVERED, LetterState.FAILED, LetterState.SUPERSEDED}


async def test_blocking_and_coming_back(house: House) -> None:
    """my_chat_member tells us of both; after the return words arrive again."""
    phone = await house.telegram("Anna", "en")
    case = await in_need(house, phone)
    await phone.block()
    await house.settle()
    assert await observing.reach(house, observing.address(phone)) == "unreachable"
    assert "person_left" in await observing.alerts(house)
    await phone.unblock()
    await phone.text("here again")
    await house.settle()
    await house.do(centre.take, case.id)
    await house.do(centre.reply, case.id, "Good to hear you")
    await house.pass_time(4, 1)
    assert any("Good to hear you" in text for text in await texts(phone))


async def test_a_dead_wechat_token_is_fetched_anew_once(house: House) -> None:
    """Refused with 40001: one new token, the words go, nobody is alarmed."""
    phone = await house.wechat()
    await in_need(house, phone)
    before = len(await house.phones.calls("stable_token"))
    await house.phones.invalidate_token()
    person = await observing.owner(house, phone)
    for number in range(3):
        words = Message("relay.text", {"text": f"{number}" + "好" * 400})
        await observing.put(house, NewLetter(person.id, words, Urgency.SOS))
    await house.pass_time(4, 1)
    assert len(await house.phones.calls("stable_token")) == before + 1
    assert {p.state for p in await observing.posted(house, person.id)} == {LetterState.DELIVERED}
    assert "channel_down" not in await observing.alerts(house)


@pytest.mark.parametrize(
    ("platform", "params"),
    [
        ("wechat", {"errcode": 40164, "description": "invalid ip, not in whitelist"}),
        ("telegram", {"code": 401, "description": "Unauthorized"}),
    ],
)
async def test_a_channel_that_refuses_everything_rings_once_and_heals(
    house: House, platform: str, params: dict[str, Any]
) -> None:
    """Credentials refused: one alert however many letters wait, and all of them go once it works again."""
    phones = [await (house.wechat if platform == "wechat" else house.telegram)(f"P{n}") for n in range(3)]
    for phone in phones:
        await phone.text("你好")
    await house.settle()
    await house.phones.fault("error", platform=platform, params=params)
    for phone in phones:
        person = await observing.owner(house, phone)
        await observing.put(house, NewLetter(person.id, Message("sos.nothing_to_cancel"), Urgency.SOS))
    await house.pass_time(700, 100)
    assert await observing.alerts(house) == ["channel_down"]
    health = (await ready(house))["channels"][platform]
    assert health["error"] in ("40164", "token_refused")
    await house.phones.heal()
    await house.pass_time(600, 100)
    assert {p.state for p in await observing.posted(house)} == {LetterState.DELIVERED}
    health = (await ready(house))["channels"][platform]
    assert health["last_ok"] > health["last_error"]


async def ready(house: House) -> dict[str, Any]:
    async with house.http.get(f"{house.base}/health/ready") as answer:
        return dict(await answer.json())


async def test_a_press_is_acknowledged_in_the_webhooks_own_answer(house: House) -> None:
    """The spinner stops without a call of ours; an answer in time, on the same connection."""
    phone = await house.telegram("Anna", "en")
    await phone.location(*BANGKOK)
    await house.settle()
    await phone.press(1)
    await house.settle()
    calls = await house.phones.calls("answerCallbackQuery")
    assert [c["params"].get("via") for c in calls] == ["webhook answer"]
    press = (await phone.info())["presses"][-1]
    assert press["answered_at"] is not None
    assert press["answered_at"] - press["at"] <= 1


async def test_a_forged_press_does_nothing(house: House) -> None:
    """Somebody else sends the envoy's button data: the offer stays open, the job is nobody's."""
    traveller, envoy, thief = (
        await house.wechat(),
        await house.telegram("陈静", "zh-hans"),
        await house.telegram("Eve", "en"),
    )
    await house.envoy(envoy, BANGKOK)
    case = await in_need(house, traveller)
    offer = await last(envoy)
    data = offer.raw["buttons"][0][0]["data"]
    assert data.startswith("q:")
    forged = samples.update("callback_button", 0)
    query = forged["callback_query"]
    query["from"]["id"] = query["message"]["chat"]["id"] = int(thief.id)
    query["data"] = data
    status, answer = await samples.post(house, forged)
    assert (status, json.loads(answer)["method"]) == (200, "answerCallbackQuery")
    await house.pass_time(2, 1)
    assert [a["status"] for a in (await house.exported(case.ref))["assignments"]] == ["asked"]
    assert case.ref not in "\n".join(await texts(thief))
    await envoy.press(0)
    await house.settle()
    assert [a["status"] for a in (await house.exported(case.ref))["assignments"]] == ["accepted"]


async def test_talk_in_a_group_is_not_ours(house: House) -> None:
    """A location, a cry and a photo in a group: no case, no person, no file kept, no word said there."""
    group = await house.phones.group(-1_001, "Hikers")
    phone = await house.telegram("Anna", "en")
    await phone.text("help me, I am dying", group=group.id)
    await phone.location(*BANGKOK, group=group.id)
    await phone.act("photo", sample="road", group=group.id)
    await house.settle()
    assert await observing.person_at(house, observing.address(phone)) is None
    assert await observing.fetches(house) == []
    assert await texts(group) == []
    assert await house.phones.calls(platform="telegram") == []
    await phone.text("hello")
    await house.settle()
    assert len(await texts(phone)) == 1


async def test_a_group_that_moved_is_followed(house: House) -> None:
    """A letter to a chat that became a supergroup goes to the new one."""
    group = await house.phones.group(-1_002, "Old", migrated_to=-100_200)
    await house.phones.group(-100_200, "New")
    phone = await house.telegram("Anna", "en")
    await phone.text("hello")
    await house.settle()
    person = await observing.owner(house, phone)
    there = observing.address(group)
    await observing.put(house, NewLetter(person.id, Message("menu.no_case"), only=there))
    await house.pass_time(3, 1)
    (posted,) = [p for p in await observing.posted(house, person.id) if p.key == "menu.no_case"]
    assert (posted.state, posted.letter.address.address) == (LetterState.DELIVERED, "-100200")
