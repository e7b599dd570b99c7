"""Duress: the screen of an ordinary cancel, and a centre that hears everything."""

import pytest

from backoffice.cases.model import CaseStatus, CloseReason, Verified
from backoffice.kernel.errors import Refusal
from backoffice.workflows import centre
from bot.sandbox.client import Phone
from tests.house import BANGKOK, House, texts
from tests.journeys import stories

WORD = "blue umbrella"


async def _with_word(house: House, name: str) -> Phone:
    phone = await house.telegram(name)
    await stories.says(house, phone, "/profile", "1", "10", WORD)
    await house.pass_time(8, step=1)
    return phone


async def _screen(house: House, phone: Phone, word: str, *, dispatch: bool) -> list[str]:
    """What the phone shows from the pin on, when this word is typed in the countdown or after the dispatch."""
    before = len(await texts(phone))
    await (stories.dispatched(house, phone) if dispatch else stories.pin(house, phone))
    await house.pass_time(4 if not dispatch else 8)
    await stories.says(house, phone, word)
    await house.pass_time(20, step=2)
    ref = (await stories.now(house, phone)).ref
    return [text.replace(ref, "REF") for text in (await texts(phone))[before:]]


@pytest.mark.parametrize("dispatch", [False, True])
async def test_the_screen_is_the_one_of_an_ordinary_cancel(house: House, dispatch: bool) -> None:
    """Word for word the same, before the dispatch and after it."""
    forced, free = await _with_word(house, "Anna"), await _with_word(house, "Bea")
    shown = await _screen(house, forced, f"ok {WORD}", dispatch=dispatch)
    assert shown == await _screen(house, free, "cancel", dispatch=dispatch)
    assert WORD not in "".join(shown)


async def test_the_centre_gets_a_silent_case(either_house: House) -> None:
    """In the countdown: for the screen cancelled, for the centre open and ringing; no envoy is asked."""
    house = either_house
    phone, envoy = await _with_word(house, "Anna"), await stories.envoy(house, "陈静", BANGKOK)
    await stories.pin(house, phone)
    await stories.says(house, phone, WORD)
    case = await stories.now(house, phone)
    assert (case.status, case.duress, case.ringing) == (CaseStatus.OPEN, True, True)
    await house.pass_time(20, step=5)
    assert [level for level, _ in house.pages] == [1]
    assert await texts(envoy) == []
    assert WORD in "".join(await house.entries(case))


async def test_a_word_with_no_case_open_opens_a_silent_one(house: House) -> None:
    phone = await _with_word(house, "Anna")
    await stories.says(house, phone, WORD)
    case = await stories.now(house, phone)
    assert (case.status, case.duress) == (CaseStatus.OPEN, True)
    assert (await house.heard(phone))[-1] == "sos.cancelled"
    await stories.says(house, phone, WORD)
    assert len(await house.cases(phone)) == 1


async def test_the_silent_case_hears_everything(house: House) -> None:
    """Words, digits, photos, contacts and places reach it; a new sign of need rings it again."""
    phone = await _with_word(house, "Anna")
    await stories.says(house, phone, WORD)
    case = await stories.now(house, phone)
    await house.do(centre.take, case.id)
    await stories.says(house, phone, "what is the weather", "1", "/case")
    await phone.photo()
    await phone.venue(13.75, 100.49, "Wat Pho", "Bangkok")
    await house.settle()
    kept = await house.entries(case)
    assert {"what is the weather", "1", "[photo]", "Wat Pho, Bangkok"} <= set(kept)
    assert not (await house.silent(phone)).ringing
    house.clock.advance(1)
    await stories.says(house, phone, "he is bleeding heavily")
    assert (await house.silent(phone)).ringing


async def test_the_next_pin_shows_the_ordinary_countdown(house: House) -> None:
    """And moves the silent case, which rings."""
    phone = await _with_word(house, "Anna")
    await stories.says(house, phone, WORD)
    await house.do(centre.take, (await house.silent(phone)).id)
    house.clock.advance(1)
    case = await stories.pin(house, phone)
    assert (case.status, case.duress) == (CaseStatus.COUNTDOWN, False)
    assert (await house.heard(phone))[-1] == "sos.countdown"
    silent = await house.silent(phone)
    assert silent.ringing
    assert silent.fix is not None


OF_ITSELF = {"sos.nobody_near", "sos.promise_moved", "centre.taken"}
"""What an ordinary late cancel is told by the service itself (`test_duress_screen` compares it word for word)."""


async def test_nobody_speaks_into_the_chat(house: House) -> None:
    """Accepted too late, replied, called: nothing of it reaches the screen; the reply and the call-back are refused."""
    phone, envoy = await _with_word(house, "Anna"), await stories.envoy(house, "陈静", BANGKOK)
    case = await stories.dispatched(house, phone)
    await stories.says(house, phone, WORD)
    await house.pass_time(6, step=1)
    shown = await house.heard(phone)
    await stories.says(house, envoy, "1", "我在门口")
    assert await house.heard(phone) == shown
    await house.do(centre.take, case.id)
    for step, given in ((centre.reply, "are you all right?"), (centre.called, Verified.NO_ANSWER)):
        with pytest.raises(Refusal):
            await house.do(step, case.id, given)
    await house.pass_time(700, step=60)
    assert set((await house.heard(phone))[len(shown) :]) == OF_ITSELF
    assert await house.assignments(case) == {"陈静": "stood_down"}


async def test_words_to_an_envoy_at_work_stay_with_the_centre(house: House) -> None:
    """The envoy is told to hold; neither the word nor what is typed later reaches their phone."""
    phone, envoy = await _with_word(house, "Anna"), await stories.envoy(house, "陈静", BANGKOK)
    await stories.dispatched(house, phone)
    await stories.says(house, envoy, "1")
    await stories.says(house, phone, WORD, "tell nobody")
    await stories.says(house, envoy, "我在门口")
    await house.pass_time(5)
    heard = "\n".join(await texts(envoy))
    assert "job.hold" in await house.heard(envoy)
    assert WORD not in heard
    assert "tell nobody" not in heard
    assert "我在门口" not in "\n".join(await texts(phone))


async def test_an_operator_ends_it(house: House) -> None:
    """From then on the case is an ordinary one, and the chat speaks of it again."""
    phone = await _with_word(house, "Anna")
    case = await stories.dispatched(house, phone)
    await stories.says(house, phone, WORD)
    await house.do(centre.take, case.id)
    await house.do(centre.end_duress, case.id)
    await house.do(centre.reply, case.id, "You can speak now")
    await house.pass_time(3)
    assert "You can speak now" in (await texts(phone))[-1]


async def test_a_silent_case_closed_is_not_named_afterwards(house: House) -> None:
    """Closing it does not tell the phone, and later words are answered as if there had been no case."""
    phone = await _with_word(house, "Anna")
    await stories.says(house, phone, WORD)
    case = await house.silent(phone)
    await house.close(case, CloseReason.SAFE)
    await stories.says(house, phone, "hello?")
    await house.pass_time(3)
    assert case.ref not in "\n".join(await texts(phone))
    assert (await house.heard(phone))[-1] == "menu.not_understood"
    assert [item.after_ref for item in await house.queue()] == [case.ref]
