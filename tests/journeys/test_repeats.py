"""One open SOS per person: a repeat is never refused and rings until somebody acknowledges it; late ones say so."""

from datetime import timedelta

import pytest

from backoffice.cases.model import CaseStatus
from backoffice.workflows import centre
from tests.house import BANGKOK, House
from tests.journeys import stories


@pytest.mark.parametrize("days", [0, 20])
async def test_a_repeat_rings_again_until_acknowledged(either_house: House, days: int) -> None:
    """A pin, a phrase and the button, on day 20 as on day 1, on the same case."""
    house = either_house
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    await house.do(centre.take, case.id)
    house.clock.advance(timedelta(days=days, seconds=5))
    await house.settle()
    for again in ("pin", "help me", "/sos"):
        house.clock.advance(5)
        await (phone.location(*BANGKOK) if again == "pin" else phone.text(again))
        await house.settle()
        now = await stories.now(house, phone)
        assert now.id == case.id
        assert now.ringing
        assert (await house.heard(phone))[-1] == "sos.rang_again"
        house.clock.advance(1)
        await house.do(centre.take, case.id)
        assert not (await stories.now(house, phone)).ringing
    assert len(await house.cases(phone)) == 1


async def test_twenty_repeats_are_twenty_rings(house: House) -> None:
    """Never rate-limited: each one is on the timeline."""
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    for number in range(20):
        await phone.text(f"help me {number}")
    await house.settle()
    assert (await house.timeline(case)).count("case.rang_again") == 20
    assert len(await house.entries(case)) == 20


@pytest.mark.parametrize("words", ["he is not breathing", "他没有呼吸了", "出血が止まらない"])
async def test_a_red_flag_on_an_open_case_rings(house: House, words: str) -> None:
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    await house.do(centre.take, case.id)
    house.clock.advance(5)
    await stories.says(house, phone, words)
    assert (await stories.now(house, phone)).ringing
    assert words in await house.entries(case)


async def test_a_red_flag_under_a_photo_rings(house: House) -> None:
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    await house.do(centre.take, case.id)
    house.clock.advance(5)
    await phone.photo(text="she is not breathing")
    await house.settle()
    assert (await stories.now(house, phone)).ringing


async def test_a_repeat_asks_envoys_when_nobody_is_coming(house: House) -> None:
    """The search that ended with nobody begins again with whoever is near now."""
    phone = await house.telegram()
    await stories.dispatched(house, phone)
    await house.pass_time(130, step=10)
    envoy = await stories.envoy(house, "陈静", BANGKOK)
    await stories.says(house, phone, "help me")
    assert (await house.heard(envoy)) == ["offer.sos_from_base"]


async def test_an_sos_that_was_held_up_rings_at_once(either_house: House) -> None:
    """Older than ten minutes: late with its true time, and asked first whether help is still needed."""
    house = either_house
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", BANGKOK)
    written = house.clock.now() - timedelta(minutes=15)
    await stories.late_pin(house, phone, written)
    case = await stories.now(house, phone)
    assert (case.status, case.late, case.true_at) == (CaseStatus.OPEN, True, written)
    assert case.ringing
    assert await house.heard(envoy) == ["offer.sos_from_base"]
    assert [q.kind for q in await house.asked(phone)] == ["late"]
    await stories.answers(house, phone, "still need help")
    assert [q.kind for q in await house.asked(phone)] == ["intake.phone"]


async def test_no_longer_needed_is_verified_all_the_same(house: House) -> None:
    phone = await house.wechat()
    written = house.clock.now() - timedelta(minutes=15)
    await stories.push(house, phone, written, "text", {"Content": "救命"})
    await stories.answers(house, phone, "不用了")
    case = await stories.now(house, phone)
    assert (case.status, case.says_safe_at is not None) == (CaseStatus.OPEN, True)


async def test_nine_minutes_are_not_late(house: House) -> None:
    phone = await house.telegram()
    await stories.late_pin(house, phone, house.clock.now() - timedelta(minutes=9))
    assert (await stories.now(house, phone)).status is CaseStatus.COUNTDOWN


async def test_a_late_pin_whose_cancel_came_first_is_cancelled(house: House) -> None:
    """After an outage both come at once, the cancel first: nobody is woken."""
    phone = await house.telegram()
    written = house.clock.now() - timedelta(minutes=15)
    await stories.update(house, phone, house.clock.now() - timedelta(minutes=14), {"text": "cancel"})
    await stories.late_pin(house, phone, written)
    assert (await stories.now(house, phone)).status is CaseStatus.CANCELLED
    assert await house.told_staff() == []
