"""Without a location the countdown runs all the same; a place that comes later starts the search."""

from datetime import timedelta

from backoffice.cases.model import CaseStatus
from tests.house import BANGKOK, HANOI, House, texts
from tests.journeys import stories


async def test_the_centre_gets_the_case_and_the_place_is_asked_for(either_house: House) -> None:
    """On Telegram by its button; envoys are asked as soon as the pin is there, and the pin is no new alarm."""
    house = either_house
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", BANGKOK)
    await stories.says(house, phone, "help me", "1")
    case = await stories.now(house, phone)
    assert (case.status, case.fix, case.ringing) == (CaseStatus.OPEN, None, True)
    assert "sos.send_place" in await house.heard(phone)
    assert await house.heard(envoy) == []
    await phone.location(*BANGKOK)
    await house.settle()
    assert await house.heard(envoy) == ["offer.sos_from_base"]
    found = [one.message for one in await house.letters(phone)][-1]
    assert found.key == "sos.place_found"
    assert "sos.local_numbers" in [line.key for line in found.more]
    assert "case.rang_again" not in await house.timeline(case)
    await house.pass_time(8, step=1)
    assert any("location" in str(m.raw.get("buttons", "")) or m.labels for m in await phone.chat())


async def test_across_a_border_the_numbers_are_the_new_countrys(house: House) -> None:
    """Told with the numbers of Thailand, they are in Vietnam by now; the next step there is no news."""
    phone = await house.telegram()
    await stories.dispatched(house, phone)
    for north in (0.0, 0.01):
        await phone.location(HANOI[0] + north, HANOI[1])
        await house.pass_time(3, step=1)
    told = [line for line in await house.lines(phone) if line == "sos.local_numbers"]
    assert len(told) == 2
    assert "115" in "".join(await texts(phone))


async def test_on_wechat_they_read_how_to_send_one(house: House) -> None:
    phone = await house.wechat()
    await stories.says(house, phone, "救命", "1")
    await house.pass_time(3)
    how = house.core.speech.sentence("ask.location_how", {}, "zh_Hans", "UTC")
    assert any(how in text for text in await texts(phone))


async def test_a_place_known_for_less_than_half_an_hour_is_used_and_marked(house: House) -> None:
    """Marked in the countdown, in the message after it and in the brief; the location is asked for all the same."""
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", BANGKOK)
    await _known(house, phone)
    house.clock.advance(timedelta(minutes=20))
    await stories.says(house, phone, "help me")
    assert (await house.heard(phone))[-1] == "sos.countdown_last_known"
    await stories.says(house, phone, "1")
    case = await stories.now(house, phone)
    assert case.fix_is_last_known
    told = await house.lines(phone)
    assert "sos.using_last_known" in told
    assert "sos.send_place_now" in told
    await stories.says(house, envoy, "1")
    assert "job.last_known" in await house.lines(envoy)


async def test_an_older_place_is_not_used(house: House) -> None:
    """After half an hour nobody may say "here": the place is asked for."""
    phone = await house.telegram()
    await _known(house, phone)
    house.clock.advance(timedelta(minutes=31))
    await stories.says(house, phone, "help me", "1")
    case = await stories.now(house, phone)
    assert case.fix is None
    assert "sos.send_place" in await house.heard(phone)


async def test_the_place_of_now_replaces_the_last_known_one(house: House) -> None:
    """Far away from it, envoys near the real place are asked too; the pin was asked for and rings nothing."""
    phone = await house.telegram()
    there = await stories.envoy(house, "远", HANOI)
    await _known(house, phone)
    await stories.says(house, phone, "help me", "1")
    case = await stories.now(house, phone)
    await phone.location(*HANOI)
    await house.settle()
    now = await stories.now(house, phone)
    assert not now.fix_is_last_known
    assert await house.heard(there) == ["offer.sos_from_base"]
    assert "case.rang_again" not in await house.timeline(case)


async def test_a_typed_place_is_confirmed_by_the_person(either_house: House) -> None:
    """ "Grand Hotel, Hanoi": asked back, kept to the city's precision, envoys there are asked."""
    house = either_house
    phone, there = await house.telegram(), await stories.envoy(house, "远", HANOI)
    await stories.says(house, phone, "help me", "1")
    await stories.answers(house, phone, "Grand Hotel, Hanoi")
    assert (await house.asked(phone))[0].kind == "place"
    assert await house.heard(there) == []
    await stories.answers(house, phone, "yes")
    case = await stories.now(house, phone)
    assert case.fix is not None
    assert (case.fix.source, case.fix.accuracy_m) == ("typed", 10_000)
    assert await house.heard(there) == ["offer.sos_from_base"]
    assert "Grand Hotel, Hanoi" in await house.entries(case)


async def test_a_typed_place_denied_is_not_used(house: House) -> None:
    phone = await house.telegram()
    await stories.says(house, phone, "help me", "1")
    await stories.answers(house, phone, "Hanoi Street 4", "no")
    case = await stories.now(house, phone)
    assert case.fix is None
    assert (await house.heard(phone))[-1] == "place.then_send_it"


async def test_a_pin_in_the_countdown_places_the_case(house: House) -> None:
    phone = await house.telegram()
    await stories.says(house, phone, "help me")
    case = await stories.pin(house, phone)
    assert case.status is CaseStatus.COUNTDOWN
    assert case.place is not None
    assert case.place.country == "TH"
    assert (await house.heard(phone))[-1] == "sos.countdown"


async def _known(house: House, phone: stories.Phone) -> None:
    """Their place is known from an SOS they cancelled."""
    await stories.pin(house, phone)
    await stories.says(house, phone, "0")
    house.clock.advance(5)
