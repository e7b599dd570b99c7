"""What starts an SOS, and what does not (business.md)."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import pytest

from backoffice.cases.model import CaseStatus, Origin
from bot.assembly import setup
from bot.sandbox.client import Phone
from tests.house import BANGKOK, HANOI, House, last, texts
from tests.journeys import stories

Start = Callable[[Phone], Awaitable[object]]


async def test_a_distress_phrase_on_wechat_counts_down(house: House) -> None:
    """Words of distress start an SOS, with a place or without; the first answer rides home in the webhook's reply."""
    for words in ("救命", "有人抢劫，快救我", "我被绑架了", "🆘"):
        phone = await house.wechat(words)
        await stories.says(house, phone, words)
        case = await stories.now(house, phone)
        assert (case.status, case.origin) == (CaseStatus.COUNTDOWN, Origin.PHRASE), words
        assert (await last(phone)).via == "passive"
        assert await house.entries(case) == [words]


async def test_words_and_the_button_on_telegram_count_down(house: House) -> None:
    for words in ("help me", "Help! I am being followed", "/sos", "SOS", "/sos my leg is broken"):
        phone = await house.telegram(words)
        await stories.says(house, phone, words)
        assert (await stories.now(house, phone)).status is CaseStatus.COUNTDOWN, words
        assert (await house.heard(phone)) == ["sos.countdown_no_place"]
        assert len((await last(phone)).labels) == 2


async def test_the_menu_of_wechat_has_the_button(either_house: House) -> None:
    """一键救命 is the first key of the custom menu."""
    house = either_house
    phone = await house.wechat()
    assert await setup.register(house.core, house.channels) == 0
    await phone.menu("sos")
    await house.settle()
    case = await stories.now(house, phone)
    assert (case.status, case.origin) == (CaseStatus.COUNTDOWN, Origin.BUTTON)
    await house.pass_time(6)
    assert (await stories.now(house, phone)).status is CaseStatus.OPEN


async def test_an_sos_sticker_is_a_cry(house: House) -> None:
    """A sticker says what its emoji says."""
    phone = await house.telegram()
    await phone.sticker()
    await house.settle()
    assert (await stories.now(house, phone)).status is CaseStatus.COUNTDOWN


EVERYDAY: Mapping[str, Start] = {
    "a forwarded pin": lambda p: p.forward_location(*HANOI),
    "a venue": lambda p: p.venue(*HANOI, "Grand Hotel", "Hanoi"),
    "/help": lambda p: p.text("/help"),
    "/start": lambda p: p.text("/start"),
    "insurance": lambda p: p.text("help me choose insurance"),
    "a pharmacy": lambda p: p.text("where is the nearest pharmacy?"),
    "last year": lambda p: p.text("I was robbed last year, what should I claim?"),
    "a photo": lambda p: p.photo(),
    "a pin in a group": lambda p: p.location(*BANGKOK, group="-1001"),
    "a cry in a group": lambda p: p.text("help me", group="-1001"),
}
EVERYDAY_WECHAT: Mapping[str, Start] = {
    "the automatic event": lambda p: p.report_location(*BANGKOK),
    "a scan": lambda p: p.scan("hotel"),
    "保险": lambda p: p.text("帮我选一份保险"),
    "你好": lambda p: p.text("你好"),
    "a photo": lambda p: p.photo(),
}


async def test_what_does_not_start_on_telegram(house: House) -> None:
    """A forwarded pin, a venue, a group, a command, an everyday sentence: no countdown."""
    await house.phones.group(-1001, "Reise")
    phones = {name: await house.telegram(name) for name in EVERYDAY}
    for name, start in EVERYDAY.items():
        await start(phones[name])
    await house.pass_time(6, step=3)
    assert [name for name, phone in phones.items() if await house.cases(phone)] == []


async def test_what_does_not_start_on_wechat(house: House) -> None:
    """The automatic LOCATION event least of all: it is no sign of anything."""
    phones = {name: await house.wechat(name) for name in EVERYDAY_WECHAT}
    for name, start in EVERYDAY_WECHAT.items():
        await start(phones[name])
    await house.pass_time(6, step=3)
    assert [name for name, phone in phones.items() if await house.cases(phone)] == []


@pytest.mark.parametrize("end", ["0", "close"])
async def test_a_live_location_goes_on_after_the_end_without_a_new_sos(house: House, end: str) -> None:
    """An edit of a live location after cancel or close starts nothing."""
    phone = await house.telegram()
    await phone.live(*BANGKOK)
    await house.settle()
    await stories.says(house, phone, "0" if end == "0" else "1")
    if end == "close":
        await house.close(await stories.now(house, phone))
    await phone.move(13.77, 100.52)
    await house.pass_time(6, step=3)
    assert len(await house.cases(phone)) == 1
    assert not (await stories.now(house, phone)).active


async def test_a_forwarded_place_is_answered_with_how_to_call(house: House) -> None:
    phone = await house.telegram()
    await phone.venue(*HANOI, "Grand Hotel", "Hanoi")
    await house.settle()
    assert await house.heard(phone) == ["place.not_own"]


async def test_distress_wins_over_an_open_flow(house: House) -> None:
    """In the middle of the profile a cry is a cry, and later words go to the case, not into the profile."""
    phone = await house.telegram()
    await stories.says(house, phone, "/profile", "1", "7")
    assert (await house.asked(phone))[0].kind == "profile.allergies"
    await stories.says(house, phone, "help me!", "there is blood on the floor")
    case = await stories.now(house, phone)
    person = await house.person(phone)
    assert person is not None
    assert person.profile.allergies == ""
    assert await house.entries(case) == ["help me!", "there is blood on the floor"]


async def test_an_old_profile_question_does_not_swallow_words(house: House) -> None:
    """A question about the profile is good for a quarter of an hour; what is written later goes to the centre."""
    phone = await house.telegram()
    await stories.says(house, phone, "/profile", "1", "7")
    house.clock.advance(timedelta(minutes=20))
    await stories.says(house, phone, "my hotel has lost my booking")
    person = await house.person(phone)
    assert person is not None
    assert person.profile.allergies == ""
    assert [item.text for item in await house.queue()] == ["my hotel has lost my booking"]


async def test_nobody_can_stand_at_zero_zero(house: House) -> None:
    """Impossible coordinates of one's own start the SOS all the same, without a place, and are kept as words."""
    phone = await house.telegram()
    await phone.location(0.0, 0.0)
    await house.settle()
    case = await stories.now(house, phone)
    assert case.fix is None
    assert "0.0, 0.0" in (await house.entries(case))[0]
    assert await house.heard(phone) == ["sos.countdown_no_place"]
    assert "100.5" not in "".join(await texts(phone))
