"""WeChat counts what may be sent: five in 48 hours, one of them kept back, and what to do when none is left."""

import pytest

from backoffice.kernel.exchange import LetterState, NewLetter
from backoffice.kernel.messages import Message, Urgency
from tests.channels import observing, samples
from tests.house import BANGKOK, House, texts

LONG = 40 * "说"


def note(number: int) -> str:
    """A text too long for two of it to share one message."""
    return f"{number} " + 340 * "说"


async def follower(house: House) -> tuple:
    phone = await house.wechat()
    await phone.text("你好")
    await house.pass_time(3, 1)
    return phone, await observing.owner(house, phone)


async def say(house: House, to, words: str, urgency: Urgency = Urgency.NORMAL, tag: str = "") -> None:
    await observing.put(house, NewLetter(to.id, Message("relay.text", {"text": words}), urgency, tag=tag))
    await house.pass_time(3, 1)


async def by_api(phone) -> list[str]:
    return [m.text for m in await phone.chat() if m.via == "custom/send"]


async def notices(phone) -> list[str]:
    return [m.text for m in await phone.chat() if m.kind == "template"]


async def test_four_may_go_and_the_fifth_is_kept_back_for_a_turning_point(house: House) -> None:
    """Everyday words stop at four; that an envoy is coming still gets through."""
    phone, person = await follower(house)
    for number in range(6):
        await say(house, person, note(number))
    assert [t[0] for t in await by_api(phone)] == ["0", "1", "2", "3"]
    assert len(await notices(phone)) == 1
    assert "1条新消息" in (await notices(phone))[0]
    ending = Message("case.closed", {"ref": "7K3F"})
    await observing.put(house, NewLetter(person.id, ending, Urgency.SOS))
    await house.pass_time(3, 1)
    assert "7K3F" in (await by_api(phone))[-1]
    assert (await observing.window(house, phone.id)).left == 0
    assert await house.phones.violations() == []


async def test_held_words_go_with_the_next_message_in_their_newest_form(house: House) -> None:
    """One notice for all; when they write, the newest of each kind comes, what it replaced does not."""
    phone, person = await follower(house)
    for number in range(4):
        await say(house, person, note(number))
    await say(house, person, "old position", tag="where")
    await say(house, person, "second", tag="")
    await say(house, person, "new position", tag="where")
    states = [p.state for p in await observing.posted(house, person.id)][-3:]
    assert states == [LetterState.HELD] * 3
    assert len(await notices(phone)) == 1
    await phone.text("在")
    await house.pass_time(4, 1)
    said = "\n".join(await by_api(phone))
    assert "new position" in said
    assert "second" in said
    assert "old position" not in said
    states = [p.state for p in await observing.posted(house, person.id)][-4:-1]
    assert states[0] is LetterState.SUPERSEDED
    assert len(await notices(phone)) == 1


@pytest.mark.parametrize("code", [45015, 45047])
async def test_the_platforms_own_count_is_believed(house: House, code: int) -> None:
    """Refused for the window although our ledger had room: held, one notice, nothing tried again until they write."""
    phone, person = await follower(house)
    params = {"errcode": code, "description": "out of response count limit rid: 1"}
    await house.phones.fault("error", platform="wechat", method="message/custom/send", times=1, params=params)
    for number in range(3):
        await say(house, person, note(number))
    assert await by_api(phone) == []
    assert len(await notices(phone)) == 1
    asked = len(await house.phones.calls("message/custom/send"))
    await house.pass_time(120, 30)
    assert len(await house.phones.calls("message/custom/send")) == asked == 1
    await phone.text("在")
    await house.pass_time(8, 1)
    assert [t[0] for t in await by_api(phone)] == ["0", "1", "2"]


async def test_the_notices_own_receipt_is_nobodys_word(house: House) -> None:
    """The platform reports that the notice arrived; what is held stays held until the person writes."""
    phone, person = await follower(house)
    for number in range(5):
        await say(house, person, note(number))
    await house.pass_time(1_300, 325)
    assert len(await notices(phone)) == 1
    assert len(await house.phones.calls("message/template/send")) == 1
    assert [p.state for p in await observing.posted(house, person.id)][-1] is LetterState.HELD


async def test_a_place_told_by_the_app_itself_is_nobodys_word(house: House) -> None:
    """WeChat's automatic LOCATION event opens no window: what is held stays held, and nobody is nudged again."""
    phone, person = await follower(house)
    for number in range(5):
        await say(house, person, note(number))
    sends = len(await house.phones.calls("message/custom/send"))
    await phone.report_location(*BANGKOK)
    await house.pass_time(5, 1)
    assert [p.state for p in await observing.posted(house, person.id)][-1] is LetterState.HELD
    assert len(await house.phones.calls("message/custom/send")) == sends
    assert len(await notices(phone)) == 1
    await phone.text("在")
    await house.pass_time(8, 1)
    assert [p.state for p in await observing.posted(house, person.id)][-1] is LetterState.DELIVERED


async def test_an_sos_that_no_notice_can_announce_is_an_alert(house: House) -> None:
    """No window and no usable template: an operator must know that this traveller cannot be told."""
    phone, person = await follower(house)
    for number in range(4):
        await say(house, person, note(number))
    await house.phones.fault(
        "error", platform="wechat", method="message/template/send", params={"errcode": 40037}
    )
    await say(house, person, note(4), Urgency.SOS)
    await say(house, person, note(5), Urgency.SOS)
    assert await notices(phone) == []
    assert await observing.alerts(house) == ["cannot_be_reached", "cannot_be_reached"]
    assert [p.state for p in await observing.posted(house, person.id)][-1] is LetterState.HELD


async def test_a_notice_refused_for_now_is_given_later(house: House) -> None:
    phone, person = await follower(house)
    for number in range(4):
        await say(house, person, note(number))
    await house.phones.fault(
        "error", platform="wechat", method="message/template/send", times=2, params={"errcode": -1}
    )
    await say(house, person, note(4))
    await house.pass_time(10, 1)
    assert len(await notices(phone)) == 1
    assert [p.state for p in await observing.posted(house, person.id)][-1] is LetterState.HELD


async def test_a_tap_allows_three_for_a_minute(house: House) -> None:
    """CLICK gives 3 in 60 s; with one kept back two everyday texts go, and a minute later none."""
    phone = await house.wechat()
    now = int(house.clock.now().timestamp())
    await house.phones.push(phone, samples.event(phone.id, "CLICK", "<EventKey>help</EventKey>", now))
    await house.settle()
    person = await observing.owner(house, phone)
    assert (await observing.window(house, phone.id)).left == 3
    await house.pass_time(61, 30)
    await say(house, person, note(1))
    assert await by_api(phone) == []


async def test_waiting_words_share_one_message_below_the_limit(house: House) -> None:
    """Messages are counted, so what waits for one follower travels together, under 2,000 bytes and in order."""
    phone, person = await follower(house)
    for number in range(4):
        words = Message("relay.text", {"text": f"{number} " + LONG})
        await observing.put(house, NewLetter(person.id, words))
    await house.pass_time(4, 1)
    parcels = await by_api(phone)
    assert len(parcels) == 1
    assert [line[0] for line in parcels[0].split("\n") if line] == ["0", "1", "2", "3"]
    assert all(len(text.encode()) <= 2_000 for text in parcels)
    assert {p.state for p in await observing.posted(house, person.id)} == {LetterState.DELIVERED}


async def test_a_parcel_that_fails_leaves_nobody_behind(house: House) -> None:
    """The head was refused for now: those that travelled along wait with it and arrive once each."""
    phone, person = await follower(house)
    await house.phones.fault(
        "error", platform="wechat", method="message/custom/send", times=1, params={"errcode": -1}
    )
    for number in range(3):
        await observing.put(house, NewLetter(person.id, Message("relay.text", {"text": f"{number}号"})))
    await house.pass_time(12, 1)
    said = "\n".join(await by_api(phone))
    assert [said.count(f"{n}号") for n in range(3)] == [1, 1, 1]
    assert {p.state for p in await observing.posted(house, person.id)} == {LetterState.DELIVERED}


async def test_an_sos_travels_at_once(house: House) -> None:
    """Everyday words wait two seconds for company; those of an SOS do not wait."""
    phone, person = await follower(house)
    await observing.put(house, NewLetter(person.id, Message("relay.text", {"text": "later"})))
    await house.settle()
    assert await by_api(phone) == []
    await observing.put(house, NewLetter(person.id, Message("sos.nothing_to_cancel"), Urgency.SOS))
    await house.settle()
    assert len(await by_api(phone)) == 1


async def test_the_ledger_knows_what_the_platform_knows(house: House) -> None:
    """After a whole SOS the ledger and the platform count the same."""
    phone, envoy = await house.wechat(), await house.telegram("陈静", "zh-hans")
    await house.envoy(envoy, BANGKOK)
    await phone.location(*BANGKOK)
    await house.pass_time(6, 1)
    await envoy.press(0)
    await house.pass_time(3, 1)
    ours = await observing.window(house, phone.id)
    assert ours.left == (await phone.info())["window"]["left"]
    assert "1669" in "\n".join(await texts(phone))
