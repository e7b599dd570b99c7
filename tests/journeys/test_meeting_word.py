"""Code words typed at an SOS meeting, and envoys who are told to go on."""

from backoffice.dispatch.code_words import CODE_WORDS
from bot.sandbox.client import Phone
from tests.house import BANGKOK, House
from tests.journeys import stories


async def _met(house: House) -> tuple[Phone, Phone, str]:
    """The traveller's phone, that of the envoy who is on the way, and their code word."""
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", BANGKOK)
    case = await stories.dispatched(house, phone)
    await stories.says(house, envoy, "1")
    async with house.core.store.begin(house.clock.now()) as uow:
        (assignment,) = [a for a in await uow.assignments.of_case(case.id) if a.working]
    return phone, envoy, assignment.code_word


def _another(word: str) -> str:
    return next(each for each in CODE_WORDS if each != word)


async def test_a_wrong_word_three_times_alarms(either_house: House) -> None:
    """The case rings, both are told to keep apart, and the envoy hears nothing of the first two."""
    house = either_house
    phone, envoy, word = await _met(house)
    case = await stories.now(house, phone)
    await stories.answered_all(house, phone)
    await house.close_bell(case)
    for _ in range(2):
        await stories.says(house, phone, _another(word))
        assert (await house.heard(phone))[-1] == "sos.wrong_word"
    assert "wrong_code_word" not in await house.told_staff()
    before = await house.heard(envoy)
    house.clock.advance(1)
    await stories.says(house, phone, _another(word))
    assert (await house.heard(phone))[-1] == "sos.wrong_words"
    assert (await house.heard(envoy))[len(before) :] == ["job.wrong_words"]
    assert "wrong_code_word" in await house.told_staff()
    assert (await stories.now(house, phone)).ringing
    assert (await house.entries(case))[-3:] == [_another(word)] * 3


async def test_the_right_word_ends_the_count(house: House) -> None:
    """Both sides type what they are told; a wrong one before a right one alarms nobody."""
    phone, envoy, word = await _met(house)
    await stories.says(house, envoy, _another(word), _another(word), word, _another(word))
    assert (await house.heard(envoy))[-4:] == ["job.wrong_word"] * 2 + ["job.right_word", "job.wrong_word"]
    await stories.says(house, phone, "9")
    await stories.says(house, phone, word)
    assert (await house.heard(phone))[-1] == "sos.right_word"
    assert "wrong_code_word" not in await house.told_staff()


async def test_a_code_word_is_plain_talk_where_nobody_is_to_meet(house: House) -> None:
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    await stories.says(house, phone, "9", "bamboo")
    assert "sos.wrong_word" not in await house.heard(phone)
    assert "bamboo" in await house.entries(case)


async def test_envoys_who_hold_are_told_to_go_on(house: House) -> None:
    """Safe, and then not: without a word the envoy would wait for ever."""
    phone, envoy, _ = await _met(house)
    await stories.says(house, phone, "我安全了")
    assert (await house.heard(envoy))[-1] == "job.hold"
    await phone.location(*BANGKOK)
    await house.settle()
    assert (await house.heard(envoy))[-1] == "job.go_on"
