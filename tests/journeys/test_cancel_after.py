"""A cancel after the dispatch closes nothing: it says that they are safe."""

from backoffice.cases.model import CaseStatus, Verified
from backoffice.workflows import centre
from tests.house import BANGKOK, House
from tests.journeys import stories


async def test_the_case_stays_open_and_envoys_hold(either_house: House) -> None:
    """They are told that the centre checks; the envoy under way is told to stand by, and nobody is released."""
    house = either_house
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", BANGKOK)
    await stories.dispatched(house, phone)
    await stories.says(house, envoy, "1", "1")
    await house.pass_time(5)
    await stories.says(house, phone, "cancel")
    case = await stories.now(house, phone)
    assert (case.status, case.says_safe_at) == (CaseStatus.OPEN, house.clock.now())
    assert (await house.heard(phone))[-1] == "sos.says_safe"
    assert (await house.heard(envoy))[-1] == "job.hold"
    assert await house.assignments(case) == {"陈静": "under_way"}


async def test_an_envoy_is_told_to_hold_once(house: House) -> None:
    """Whoever cancels three times is answered three times; the envoy reads it once, until it is taken back."""
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", BANGKOK)
    await stories.dispatched(house, phone)
    await stories.says(house, envoy, "1", "1")
    for word in ("cancel", "cancel", "I'm safe"):
        await stories.says(house, phone, word)
        await house.pass_time(3)
    assert (await house.heard(envoy)).count("job.hold") == 1
    await stories.says(house, phone, "SOS", "cancel")
    await house.pass_time(5)
    assert (await house.heard(envoy)).count("job.hold") == 2


async def test_i_am_safe_means_the_same(house: House) -> None:
    """ "I'm safe" in a sentence of its own is a cancel after the dispatch."""
    phone = await house.telegram()
    await stories.dispatched(house, phone)
    await stories.says(house, phone, "I'm safe")
    assert (await stories.now(house, phone)).says_safe_at is not None


async def test_cancel_is_no_answer_to_another_question(house: House) -> None:
    """With "is anybody hurt" open, "cancel" says nothing about being hurt."""
    phone = await house.telegram()
    await stories.dispatched(house, phone)
    await stories.answers(house, phone, "9", "1", "1")
    assert (await house.asked(phone))[0].kind == "intake.hurt"
    await stories.says(house, phone, "cancel")
    case = await stories.now(house, phone)
    assert (str(case.hurt), case.says_safe_at is not None) == ("unknown", True)


async def test_an_envoy_who_accepts_afterwards_reads_it(house: House) -> None:
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", BANGKOK)
    await stories.dispatched(house, phone)
    await stories.says(house, phone, "cancel")
    await stories.says(house, envoy, "1")
    assert "job.says_safe" in await house.lines(envoy)


async def test_a_new_cry_takes_it_back_and_the_envoy_hears_it(house: House) -> None:
    """Whoever was holding learns by the sign of all languages that help is wanted again; the centre rings again."""
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", BANGKOK)
    case = await stories.dispatched(house, phone)
    await stories.says(house, envoy, "1")
    await stories.says(house, phone, "cancel")
    await house.do(centre.take, case.id)
    house.clock.advance(1)
    await phone.location(*BANGKOK)
    await house.pass_time(4)
    case = await stories.now(house, phone)
    assert case.says_safe_at is None
    assert case.ringing
    told = [letter.message for letter in (await house.letters(envoy))[-2:]]
    assert {message.key for message in told} == {"relay.text", "job.go_on"}
    assert "SOS" in {message.params.get("text") for message in told}


async def test_the_centre_closes_after_hearing_their_voice(either_house: House) -> None:
    """Verified by voice, then closed: only now is the envoy released."""
    house = either_house
    phone, envoy = await house.wechat(), await stories.envoy(house, "陈静", BANGKOK)
    case = await stories.dispatched(house, phone)
    await stories.says(house, envoy, "1")
    await stories.says(house, phone, "取消")
    await house.do(centre.take, case.id)
    await house.do(centre.called, case.id, Verified.VERIFIED)
    assert await house.assignments(case) == {"陈静": "accepted"}
    await house.close(case)
    assert await house.assignments(case) == {"陈静": "done"}
    assert (await house.heard(envoy))[-1] == "job.over"
    assert (await house.heard(phone))[-1] == "case.closed"
