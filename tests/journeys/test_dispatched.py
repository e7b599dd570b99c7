"""What the traveller is told when help has been called: only what is true, and whom to ring oneself."""

from datetime import timedelta

import pytest

from backoffice.kernel.messages import Labelled, Listing
from bot.sandbox.client import Phone
from tests.house import BANGKOK, BEIJING, HANOI, House, texts
from tests.journeys import stories

NAURU = (-0.5477, 166.9209)
HONG_KONG = (22.2793, 114.1628)
MID_ATLANTIC = (30.0, -40.0)


async def _told(house: House, phone: Phone, at: tuple[float, float]) -> dict[str, dict[str, object]]:
    """The sentences of the message after the dispatch, with what they say."""
    await stories.dispatched(house, phone, at)
    message = next(one.message for one in await house.letters(phone) if one.message.key == "sos.dispatched")
    return {"sos.dispatched": dict(message.params)} | {line.key: dict(line.params) for line in message.more}


async def test_a_chinese_traveller_abroad(either_house: House) -> None:
    """The number of the case, who was asked, local numbers with their services, the consulate's and our own line."""
    house = either_house
    phone = await house.wechat()
    await stories.envoy(house, "陈静", (13.76, 100.51))
    told = await _told(house, phone, BANGKOK)
    assert set(told) == {
        "sos.dispatched", "sos.envoys_asked", "sos.local_numbers", "sos.consular", "sos.own_line",
        "sos.keep_writing",
    }  # fmt: skip
    assert told["sos.envoys_asked"]["count"] == 1
    assert told["sos.own_line"]["number"] == "+861055550110"
    shown = "\n".join(await texts(phone))
    assert (await stories.now(house, phone)).ref in shown
    assert all(number in shown for number in ("1669", "191", "199", "12308"))
    assert "100.5" not in shown


async def test_a_foreigner_in_china(house: House) -> None:
    """The nearest contracted centre by its city, no consular hotline, our line in their language."""
    phone = await house.telegram()
    told = await _told(house, phone, BEIJING)
    assert "北京" in str(told["sos.near_centre"]["city"])
    assert "sos.consular" not in told
    assert told["sos.own_line"]["number"] == "+861055550119"
    assert {"110", "120", "119"} <= {n.value for n in _numbers(told) if isinstance(n, Labelled)}


async def test_a_chinese_traveller_at_home(house: House) -> None:
    told = await _told(house, await house.wechat(), BEIJING)
    assert "sos.near_centre" in told
    assert "sos.consular" not in told


@pytest.mark.parametrize("at", [HONG_KONG, BANGKOK])
async def test_no_contracted_centre_outside_mainland_china(house: House, at: tuple[float, float]) -> None:
    assert "sos.near_centre" not in await _told(house, await house.wechat(), at)


@pytest.mark.parametrize(("nationality", "hotline"), [("中国", True), ("Germany", False), ("", False)])
async def test_the_consular_hotline_is_for_chinese_citizens(
    house: House, nationality: str, hotline: bool
) -> None:
    """An English-speaking Chinese citizen is told it, another English speaker is not."""
    phone = await house.telegram()
    if nationality:
        await stories.answers(house, phone, "/profile", "1", "4", nationality)
    assert ("sos.consular" in await _told(house, phone, HANOI)) is hotline


async def test_a_german_who_writes_chinese_is_told_no_consular_line(house: House) -> None:
    phone = await house.wechat()
    await stories.answers(house, phone, "我的资料", "1", "4", "德国")
    assert "sos.consular" not in await _told(house, phone, HANOI)


async def test_numbers_nobody_may_guess_have_no_label(house: House) -> None:
    """Where no reviewed table exists all numbers are given, without saying which is which."""
    told = await _told(house, await house.telegram(), NAURU)
    numbers = _numbers(told)
    assert numbers
    assert all(isinstance(number, str) for number in numbers)


async def test_at_sea_no_number_is_invented(house: House) -> None:
    told = await _told(house, await house.telegram(), MID_ATLANTIC)
    assert "sos.local_numbers" not in told
    assert "sos.own_line" in told


async def test_times_are_said_with_their_place(house: House) -> None:
    """Nobody near: the promised time is Bangkok's for somebody in Bangkok."""
    phone = await house.telegram()
    await stories.dispatched(house, phone)
    await house.pass_time(5)
    promised = (await stories.now(house, phone)).promised_at
    assert promised is not None
    local = (promised + timedelta(hours=7)).strftime("%H:%M")
    assert any(local in text and "Bangkok" in text for text in await texts(phone))
    person = await house.person(phone)
    assert person is not None
    assert person.zone == "Asia/Bangkok"


def _numbers(told: dict[str, dict[str, object]]) -> tuple[object, ...]:
    listing = told["sos.local_numbers"]["numbers"]
    assert isinstance(listing, Listing)
    return listing.items
