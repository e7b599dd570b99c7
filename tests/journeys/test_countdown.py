"""The five seconds: everything is kept, nothing but an answer changes them, and one side wins."""

from datetime import timedelta

import pytest

from backoffice.cases.model import CaseStatus
from backoffice.kernel.errors import NotFound
from backoffice.workflows import centre
from tests.house import BANGKOK, House, last, texts
from tests.journeys import stories


async def test_whatever_is_sent_is_kept_and_neither_cancels_nor_restarts(either_house: House) -> None:
    """Words, a photo, a voice, a venue and a newer pin go on the case; the end of the countdown stays where it was."""
    house = either_house
    phone = await house.telegram()
    case = await stories.pin(house, phone)
    await stories.says(house, phone, "my leg")
    await phone.photo()
    await phone.voice()
    await phone.venue(13.75, 100.49, "Wat Pho", "Bangkok")
    await phone.location(13.80, 100.55)
    await house.settle()
    now = await stories.now(house, phone)
    assert (now.status, now.due_at) == (CaseStatus.COUNTDOWN, case.due_at)
    assert now.fix is not None
    assert round(now.fix.point.lat, 2) == 13.80
    assert (await house.entries(now))[:3] == ["my leg", "[photo]", "[voice]"]
    assert "Wat Pho" in (await house.entries(now))[3]
    await house.pass_time(5.5)
    assert (await stories.now(house, phone)).status is CaseStatus.OPEN


async def test_the_countdown_said_again_can_still_be_answered(house: House) -> None:
    """After a newer pin and after "my case" the newest message has working buttons and digits."""
    phone = await house.telegram()
    await stories.pin(house, phone)
    await phone.location(13.80, 100.55)
    await house.settle()
    await stories.says(house, phone, "/case")
    shown = await last(phone)
    assert len(shown.labels) == 2
    await phone.press(1, shown)
    await house.settle()
    assert (await stories.now(house, phone)).status is CaseStatus.CANCELLED
    assert (await house.heard(phone))[-1] == "sos.cancelled"


NOW = ("1", "１", "1。", "确认", "發送", "yes", "はい", "네", "立即呼救")
NEVER_MIND = ("0", "０", "取消", "取消求助", "cancel", "キャンセル", "취소", "点错了")


@pytest.mark.parametrize("channel", ["telegram", "wechat"])
async def test_send_now_in_every_language(house: House, channel: str) -> None:
    """Digits and words confirm on every channel, whatever language the chat is in."""
    phone = await (house.wechat() if channel == "wechat" else house.telegram())
    for word in NOW:
        await stories.pin(house, phone)
        await stories.says(house, phone, word)
        case = await stories.now(house, phone)
        assert case.status is CaseStatus.OPEN, word
        await house.close(case)
        house.clock.advance(10)


@pytest.mark.parametrize("channel", ["telegram", "wechat"])
async def test_cancel_in_every_language(house: House, channel: str) -> None:
    phone = await (house.wechat() if channel == "wechat" else house.telegram())
    for word in NEVER_MIND:
        await stories.pin(house, phone)
        await stories.says(house, phone, word)
        assert (await stories.now(house, phone)).status is CaseStatus.CANCELLED, word
        assert (await house.heard(phone))[-1] == "sos.cancelled"
        house.clock.advance(10)


async def test_a_sentence_with_cancel_in_it_cancels_nothing(house: House) -> None:
    phone = await house.telegram()
    await stories.pin(house, phone)
    await stories.says(house, phone, "don't cancel my booking, the driver hit me", "no")
    assert (await stories.now(house, phone)).status is CaseStatus.COUNTDOWN


async def test_a_cancel_stored_in_time_wins_although_it_is_handled_late(either_house: House) -> None:
    """Between cancel and expiry the time of storing decides; the traveller is told that the cancel has won."""
    house = either_house
    phone = await house.telegram()
    case = await stories.pin(house, phone)
    async with house.core.locks.hold(case.requester):
        house.clock.advance(4)
        await phone.text("0")
        await house.phones.idle()
        house.clock.advance(3)
    await house.settle()
    assert (await stories.now(house, phone)).status is CaseStatus.CANCELLED
    assert "sos.dispatched" not in await house.heard(phone)


async def test_a_cancel_stored_too_late_loses_although_nobody_has_fired(either_house: House) -> None:
    """Help is called, the case stays open, and the traveller is told so instead of "cancelled"."""
    house = either_house
    phone = await house.telegram()
    await stories.pin(house, phone)
    house.clock.advance(5.2)
    await phone.text("0")
    await house.settle()
    case = await stories.now(house, phone)
    assert case.status is CaseStatus.OPEN
    assert case.says_safe_at is not None
    heard = await house.heard(phone)
    assert "sos.cancelled" not in heard
    assert "sos.says_safe" in heard


async def test_a_one_typed_as_the_countdown_ends_is_not_for_me(house: House) -> None:
    """ "Send now" that comes a moment after the dispatch answers no question that nobody has read yet."""
    phone = await house.telegram()
    await phone.contact("+66812345678")
    await house.settle()
    await stories.pin(house, phone)
    house.clock.advance(5.3)
    await stories.says(house, phone, "1")
    case = await stories.now(house, phone)
    assert (case.status, str(case.for_whom)) == (CaseStatus.OPEN, "unknown")
    assert (await house.heard(phone))[-1] == "case.status"
    house.clock.advance(5)
    await stories.says(house, phone, "1")
    assert str((await stories.now(house, phone)).for_whom) == "self"


async def test_a_button_pressed_after_the_end_says_who_won(house: House) -> None:
    """After a cancel "send now" shows the cancel; after a close it shows the close; nothing is started."""
    phone = await house.telegram()
    await stories.pin(house, phone)
    countdown = await last(phone)
    await phone.press(1, countdown)
    await house.settle()
    await phone.press(0, countdown)
    await house.settle()
    assert (await house.heard(phone))[-2:] == ["sos.cancelled", "sos.cancelled"]
    case = await stories.dispatched(house, phone)
    await house.close(case)
    await phone.press(1, [m for m in await phone.chat() if len(m.labels) == 2][-1])
    await house.settle()
    assert (await house.heard(phone))[-1] == "case.closed"
    assert len(await house.cases(phone)) == 2


async def test_the_language_changed_in_the_countdown_says_it_again(house: House) -> None:
    """Who cannot read the countdown asks for a language and gets it in that one, with the seconds that are left."""
    phone = await house.wechat()
    await stories.pin(house, phone)
    house.clock.advance(2)
    await stories.says(house, phone, "English")
    assert (await house.heard(phone))[-2:] == ["menu.language_set", "sos.countdown"]
    assert "3 seconds" in (await texts(phone))[-1]
    assert (await stories.now(house, phone)).status is CaseStatus.COUNTDOWN


async def test_nobody_of_the_centre_can_act_on_a_countdown(house: House) -> None:
    """During the countdown nobody is told: for the centre the case does not exist."""
    phone = await house.telegram()
    case = await stories.pin(house, phone)
    for step in (centre.take, centre.ask_again, centre.end_duress):
        with pytest.raises(NotFound):
            await house.do(step, case.id)
    with pytest.raises(NotFound):
        await house.do(centre.note, case.id, "who is this")
    assert await house.alerts() == []


async def test_a_cancel_that_overtook_its_pin_waits_for_it(either_house: House) -> None:
    """Callbacks overtake messages: a cancel with nothing to cancel stands the pin written before it down at once."""
    house = either_house
    phone = await house.telegram()
    written = house.clock.now() - timedelta(seconds=3)
    await stories.says(house, phone, "0")
    assert (await house.heard(phone))[-1] == "menu.not_understood"
    await stories.says(house, phone, "cancel")
    assert (await house.heard(phone))[-1] == "sos.nothing_to_cancel"
    await stories.late_pin(house, phone, written)
    assert (await stories.now(house, phone)).status is CaseStatus.CANCELLED
    await stories.pin(house, phone, BANGKOK)
    assert (await stories.now(house, phone)).status is CaseStatus.COUNTDOWN


async def test_a_forgotten_cancel_is_forgotten_after_a_minute(house: House) -> None:
    phone = await house.telegram()
    written = house.clock.now()
    await stories.says(house, phone, "cancel")
    await house.pass_time(61, step=30)
    await stories.late_pin(house, phone, written)
    assert (await stories.now(house, phone)).status is CaseStatus.COUNTDOWN
