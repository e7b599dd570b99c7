"""The parties of a case meet through the service, until an operator lets them exchange numbers."""

import pytest

from backoffice.kernel.errors import Refusal
from backoffice.workflows import relay, unmasking
from bot.sandbox.client import Phone
from tests.house import BANGKOK, House, last
from tests.journeys import stories

NUMBERS = ("138 1234 5678", "一三八一二三四五六七八", "1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣")


async def met(house: House) -> tuple[Phone, Phone]:
    """A traveller on WeChat and the envoy on Telegram who took their case."""
    traveller = await house.wechat()
    envoy = await stories.envoy(house, "陈静", (13.76, 100.51))
    await stories.dispatched(house, traveller, BANGKOK)
    await stories.says(house, envoy, "1")
    await stories.answered_all(house, traveller)
    return traveller, envoy


async def test_a_number_reaches_neither_side_but_the_centre(house: House) -> None:
    """Each reads the sentence with the number hidden; the case keeps what was written."""
    traveller, envoy = await met(house)
    for number in NUMBERS:
        await stories.says(house, traveller, f"我在大门口，手机{number}")
        heard = (await last(envoy)).text
        assert "我在大门口，手机•••" in heard
        assert number not in heard
    await stories.says(house, envoy, f"加V：chenjing_th 或 {NUMBERS[0]}")
    assert "加V：••• 或 •••" in (await last(traveller)).text
    assert f"我在大门口，手机{NUMBERS[1]}" in await house.entries(await stories.now(house, traveller))


async def test_who_wrote_a_number_is_told_that_it_was_hidden(house: House) -> None:
    """Nobody waits for a call from somebody who read dots; with the numbers let through nothing is said."""
    traveller, envoy = await met(house)
    await stories.says(house, traveller, "在大门口等")
    assert "relay.number_hidden" not in await house.heard(traveller)
    await stories.says(house, traveller, f"请打 {NUMBERS[0]}")
    await stories.says(house, envoy, f"我的电话 {NUMBERS[0]}")
    assert "relay.number_hidden" in await house.heard(traveller)
    assert "job.number_hidden" in await house.heard(envoy)
    case = await stories.now(house, traveller)
    await house.close_bell(case)
    await house.do(unmasking.lift, case.id, "他们在人群里找不到彼此")
    told = (await house.heard(traveller)).count("relay.number_hidden")
    await stories.says(house, traveller, f"请打 {NUMBERS[0]}")
    assert (await house.heard(traveller)).count("relay.number_hidden") == told


async def test_an_operator_lets_them_exchange_numbers_and_takes_it_back(either_house: House) -> None:
    """Both are told; from then on numbers pass; the step and its taking back stand in the timeline."""
    house = either_house
    traveller, envoy = await met(house)
    case = await stories.now(house, traveller)
    await house.close_bell(case)
    await house.do(unmasking.lift, case.id, "他们在人群里找不到彼此")
    assert "case.unmasked" in await house.heard(traveller)
    assert "job.unmasked" in await house.heard(envoy)
    await stories.says(house, traveller, "我手机 138 1234 5678")
    assert "138 1234 5678" in (await last(envoy)).text
    await house.do(unmasking.restore, case.id)
    await stories.says(house, traveller, "我手机 138 1234 5678")
    assert "5678" not in (await last(envoy)).text
    timeline = await house.timeline(case)
    assert timeline.index("centre.unmasked") < timeline.index("centre.masked")


async def test_no_reason_no_direct_contact(house: House) -> None:
    """A blank reason changes nothing."""
    traveller, _ = await met(house)
    case = await stories.now(house, traveller)
    await house.close_bell(case)
    with pytest.raises(Refusal):
        await house.do(unmasking.lift, case.id, "  ")
    assert not relay.lifted(await stories.now(house, traveller))
