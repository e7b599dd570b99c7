"""An envoy's part: the first acceptance wins, each step is told, and what was given back is searched for again."""

import pytest

from backoffice.cases.model import CaseStatus
from backoffice.workflows import centre
from bot.sandbox.client import Phone
from tests.house import House, last, texts
from tests.journeys import stories

NEAR = (13.76, 100.51)


async def _working(house: House, *, sex: str = "") -> tuple[Phone, Phone]:
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", NEAR, sex=sex)
    await stories.dispatched(house, phone)
    await stories.says(house, envoy, "1")
    return phone, envoy


async def test_the_winner_gets_everything_they_need(either_house: House) -> None:
    """The exact point on a map, the name, the code word; the traveller gets name, languages, time and the same word."""
    house = either_house
    phone, envoy = await _working(house, sex="female")
    await house.pass_time(8, step=1)
    brief = next(m.message for m in await house.letters(envoy) if m.message.key == "job.accepted")
    coming = next(
        m.message for m in await house.letters(phone) if m.message.key.startswith("sos.envoy_coming")
    )
    assert coming.key == "sos.envoy_coming_female"
    assert brief.params["code_word"] == coming.params["code_word"]
    assert brief.params["name"] == "Anna"
    assert coming.params["name"] == "陈静"
    assert [m.point for m in await envoy.chat() if m.point]
    word = house.core.speech.sentence(coming.params["code_word"].key, {}, "en", "UTC")  # type: ignore[union-attr]
    assert any(word in text for text in await texts(phone))


async def test_two_accept_in_the_same_moment(either_house: House) -> None:
    """Over two channels: one wins, the other is told at once that the offer is over."""
    house = either_house
    phone = await house.telegram()
    one, other = await stories.envoy(house, "陈静", NEAR), await house.wechat("李强")
    await house.envoy(other, NEAR, "李强")
    await other.text("在")
    case = await stories.dispatched(house, phone)
    await one.text("1")
    await other.text("1")
    await house.settle()
    assert sorted((await house.assignments(case)).values()) == ["accepted", "stood_down"]
    loser = one if (await house.assignments(case))["陈静"] == "stood_down" else other
    assert (await house.heard(loser))[-1] in ("offer.gone", "offer.stood_down")
    assert (await stories.now(house, phone)).envoys_taken == 1


async def test_each_step_is_told(house: House) -> None:
    """On my way and arrived: by digit or word; on meeting the code word is shown again."""
    phone, envoy = await _working(house)
    await stories.answers(house, envoy, "出发了")
    assert (await house.heard(phone))[-1] == "sos.envoy_on_way"
    await stories.answers(house, envoy, "2")
    arrived = (await house.letters(phone))[-1].message
    assert arrived.key == "sos.envoy_arrived"
    assert "code_word" in arrived.params
    assert (await house.asked(envoy))[0].answers == {"3": "need_help", "4": "cannot_go_on"}
    assert (await house.assignments(await stories.now(house, phone))) == {"陈静": "arrived"}


async def test_my_case_says_where_the_envoy_is(house: House) -> None:
    """Taken, on the way, there: never less than the traveller has been told already."""
    phone, envoy = await _working(house)
    said = []
    for step in ("", "1", "2"):
        if step:
            await stories.says(house, envoy, step)
        await stories.says(house, phone, "/case")
        said.append([k for k in await house.lines(phone) if k.startswith("case.status_")][-1])
    assert said == ["case.status_envoy", "case.status_under_way", "case.status_arrived"]


async def test_i_need_support_rings_the_centre(house: House) -> None:
    """It is no SOS of the envoy's own; the case's bell rings until somebody acknowledges."""
    phone, envoy = await _working(house)
    case = await stories.now(house, phone)
    await house.close_bell(case)
    house.clock.advance(1)
    await stories.answers(house, envoy, "3")
    assert "envoy_needs_help" in await house.told_staff()
    assert (await stories.now(house, phone)).ringing
    assert await house.cases(envoy) == []
    assert "job.help_noted" in await house.heard(envoy)


async def test_news_of_the_patient_rings_the_centre_and_starts_nothing(house: House) -> None:
    """ "The patient is unconscious" from an envoy at work is a report, not a cry of their own."""
    phone, envoy = await _working(house)
    await house.close_bell(await stories.now(house, phone))
    house.clock.advance(1)
    await stories.says(house, envoy, "患者昏迷，没有呼吸了")
    assert await house.cases(envoy) == []
    assert (await stories.now(house, phone)).ringing
    assert "患者昏迷，没有呼吸了" in await house.entries(await stories.now(house, phone))


async def test_grave_news_of_somebody_elses_patient_goes_through_a_person(house: House) -> None:
    """Who asked for help from afar reads it from no machine: the centre rings, the envoy is told who tells it."""
    phone, envoy = await _working(house)
    await stories.answers(house, phone, "9", "2", "1")
    case = await stories.now(house, phone)
    await house.close_bell(case)
    house.clock.advance(1)
    await stories.says(house, envoy, "我在她身边", "患者昏迷，没有呼吸了")
    said = "\n".join(await texts(phone))
    assert "我在她身边" in said
    assert "昏迷" not in said
    assert "患者昏迷，没有呼吸了" in await house.entries(case)
    assert (await stories.now(house, phone)).ringing
    assert "job.grave_kept" in await house.heard(envoy)


async def test_who_comes_instead_has_another_code_word(house: House) -> None:
    """The one who gave the job back still knows theirs; with nobody else near, nobody is said to be asked."""
    phone, words = await house.telegram(), list[object]()
    envoy = await stories.envoy(house, "陈静", NEAR)
    await stories.dispatched(house, phone)
    case = await stories.now(house, phone)
    await house.do(centre.take, case.id)
    for name in ("李强", "王芳", "赵敏", "孙立"):
        await stories.says(house, envoy, "1")
        told = [one.message.params.get("code_word") for one in await house.letters(envoy)]
        words += [word for word in told if word]
        await stories.answers(house, envoy, "4")
        lost = [one.message for one in await house.letters(phone) if one.message.key == "sos.envoy_lost"]
        assert lost[-1].more == ()
        envoy = await stories.envoy(house, name, NEAR)
        await house.do(centre.ask_again, case.id)
    assert len(words) == len(set(words)) == 4


async def test_i_cannot_go_on_reopens_the_search(either_house: House) -> None:
    """The traveller is told, staff too; who was stood down is asked again and told that it is for the same case."""
    house = either_house
    phone = await house.telegram()
    first, second = await stories.envoy(house, "陈静", NEAR), await stories.envoy(house, "李强", NEAR)
    third = await stories.envoy(house, "王芳", NEAR)
    case = await stories.dispatched(house, phone)
    await stories.says(house, third, "0")
    await stories.says(house, first, "1")
    assert (await house.heard(second))[-1] == "offer.stood_down"
    await stories.answers(house, first, "4")
    assert await house.assignments(case) == {"陈静": "withdrawn", "李强": "asked", "王芳": "declined"}
    assert (await house.heard(second))[-1] == "offer.sos_again_from_base"
    assert (await house.heard(third))[-1] == "offer.declined"
    assert "sos.envoy_lost" in await house.heard(phone)
    assert "envoy_withdrew" in await house.told_staff()
    before = len(await texts(first))
    await stories.says(house, phone, "are you there?")
    await house.pass_time(4)
    assert "are you there?" not in "\n".join((await texts(first))[before:])


async def test_two_offers_have_digits_of_their_own(either_house: House) -> None:
    """An unclear word is asked back with what each offer is about; a digit takes one and takes the other back."""
    house = either_house
    one, other = await house.telegram("Anna"), await house.telegram("Bea")
    envoy = await stories.envoy(house, "陈静", NEAR)
    first = await stories.dispatched(house, one)
    second = await stories.dispatched(house, other, (13.70, 100.55))
    assert [q.answers for q in await house.asked(envoy)] == [
        {"11": "accept", "10": "decline"}, {"1": "accept", "0": "decline"},
    ]  # fmt: skip
    await stories.says(house, envoy, "好的")
    back = (await house.letters(envoy))[-1].message
    assert back.key == "question.which"
    digits = [line.params["digit"] for line in back.more if line.key == "question.offer_accept"]
    cells = {line.params["cell"] for line in back.more if line.key == "offer.sos"}
    assert (digits, len(cells)) == (["11", "1"], 2)
    await stories.says(house, envoy, "11")
    assert await house.assignments(second) == {"陈静": "accepted"}
    assert await house.assignments(first) == {"陈静": "stood_down"}
    assert "sos.nobody_near" in await house.heard(one)


async def test_an_offer_and_an_own_countdown(house: House) -> None:
    """One's own countdown wins over everything a word could mean; its digits are its own."""
    one, envoy = await house.telegram("Anna"), await stories.envoy(house, "陈静", NEAR)
    case = await stories.dispatched(house, one)
    await stories.says(house, envoy, "救命")
    assert (await house.asked(envoy))[0].answers == {"11": "confirm", "10": "cancel"}
    await stories.says(house, envoy, "确认")
    assert (await stories.now(house, envoy)).status is CaseStatus.OPEN
    assert await house.assignments(case) == {"陈静": "stood_down"}


async def test_an_envoy_in_danger_is_helped_and_replaced(house: House) -> None:
    """Their own SOS hands their job on; they are asked for nothing while it runs, and again when it is over."""
    phone, envoy = await _working(house)
    second = await stories.envoy(house, "李强", NEAR)
    await stories.answers(house, envoy, "救命", "确认")
    own = await stories.now(house, envoy)
    assert own.status is CaseStatus.OPEN
    case = await stories.now(house, phone)
    assert (await house.assignments(case))["陈静"] == "withdrawn"
    assert (await house.assignments(case))["李强"] == "asked"
    assert (await house.heard(second))[-1] == "offer.sos_from_base"
    await house.close(own)
    third = await house.telegram("Cleo")
    later = await stories.dispatched(house, third)
    assert "陈静" in await house.assignments(later)


async def test_decline_by_button_and_never_again(house: House) -> None:
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", NEAR)
    case = await stories.dispatched(house, phone)
    await envoy.press(1)
    await house.settle()
    await stories.says(house, phone, "help me")
    await house.pass_time(130, step=10)
    assert await house.assignments(case) == {"陈静": "declined"}
    assert [k for k in await house.heard(envoy) if k.startswith("offer.sos")] == ["offer.sos_from_base"]


async def test_accepting_after_it_is_over(house: House) -> None:
    """A button pressed hours later changes nothing and says so."""
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", NEAR)
    case = await stories.dispatched(house, phone)
    await house.pass_time(2)
    offer = await last(envoy)
    await house.close(case)
    await envoy.press(0, offer)
    await house.settle()
    assert (await house.heard(envoy))[-1] == "offer.gone"
    assert await house.assignments(case) == {"陈静": "stood_down"}


@pytest.mark.parametrize("on", ["上班", "/on"])
async def test_on_and_off_duty_by_a_word(house: House, on: str) -> None:
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", NEAR, on_duty=False)
    await stories.says(house, envoy, on)
    case = await stories.dispatched(house, phone)
    assert await house.assignments(case) == {"陈静": "asked"}
