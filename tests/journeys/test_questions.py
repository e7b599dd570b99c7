"""After the dispatch: one question at a time, by button, digit or word; none of it delays help, nothing is lost."""

import pytest

from backoffice.cases.model import Verified
from backoffice.workflows import centre
from tests.house import BANGKOK, HANOI, House, last, texts
from tests.journeys import stories


async def _asked(house: House, phone: stories.Phone) -> list[str]:
    return [question.kind for question in await house.asked(phone)]


async def test_all_questions_by_digits_on_wechat(either_house: House) -> None:
    """Telephone, for whom, what happened, hurt: one is open at any time, and thanks end them."""
    house = either_house
    phone = await house.wechat()
    await stories.dispatched(house, phone)
    for kind, digit in (("phone", "9"), ("for_whom", "1"), ("kind", "2"), ("hurt", "3")):
        assert await _asked(house, phone) == [f"intake.{kind}"]
        await stories.answers(house, phone, digit)
    case = await stories.now(house, phone)
    assert (str(case.for_whom), str(case.kind), str(case.hurt)) == ("self", "illness", "unsure")
    assert case.verified is Verified.NO_NUMBER
    assert (await house.heard(phone))[-1] == "intake.thanks"
    assert await _asked(house, phone) == []


@pytest.mark.parametrize(
    "words",
    [
        ("没有号码", "本人", "事故", "受伤"),
        ("skip", "me", "an accident", "injured"),
        ("スキップ", "自分", "事故", "けが"),
    ],
)
async def test_all_questions_by_words(house: House, words: tuple[str, ...]) -> None:
    phone = await house.wechat()
    await stories.dispatched(house, phone)
    await stories.answers(house, phone, *words)
    case = await stories.now(house, phone)
    assert (str(case.for_whom), str(case.kind), str(case.hurt)) == ("self", "accident", "yes")


async def test_the_contact_button_of_telegram(house: House) -> None:
    """Their own number, handed over by the button; the centre sees it and the next question comes."""
    phone = await house.telegram()
    await stories.dispatched(house, phone)
    await house.pass_time(8)
    assert "contact" in str((await phone.info())["keyboard"])
    await phone.contact("+66812345678")
    await house.settle()
    person = await house.person(phone)
    assert person is not None
    assert person.profile.phone == "+66812345678"
    assert await _asked(house, phone) == ["intake.for_whom"]
    await house.pass_time(3)
    assert any("5678" in text for text in await texts(phone))


@pytest.mark.parametrize("typed", ["+66 81 234 5678", "my number is +66812345678", "081 234 5678"])
async def test_a_typed_number(house: House, typed: str) -> None:
    """Also in the form of the country they are in; words around it are kept on the case."""
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    await stories.answers(house, phone, typed)
    person = await house.person(phone)
    assert person is not None
    assert person.profile.phone == "+66812345678"
    assert ("my number is +66812345678" in await house.entries(case)) == typed.startswith("my")


async def test_somebody_elses_contact_is_no_number_of_theirs(house: House) -> None:
    """A card of somebody else goes to the centre as a note."""
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    await phone.contact("+66899999999", "Mum")
    await house.settle()
    person = await house.person(phone)
    assert person is not None
    assert person.profile.phone == ""
    assert "+66899999999" in await house.entries(case)


async def test_words_in_place_of_an_answer_are_never_lost(house: House) -> None:
    """They go on the case and to the envoy, and the question stays open."""
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", BANGKOK)
    case = await stories.dispatched(house, phone)
    await stories.answers(house, envoy, "1")
    await stories.answers(house, phone, "9", "1")
    await stories.answers(house, phone, "we are on the third floor", "35 people")
    await house.pass_time(4)
    assert await house.entries(case) == ["we are on the third floor", "35 people"]
    assert "third floor" in "\n".join(await texts(envoy))
    assert await _asked(house, phone) == ["intake.kind"]


async def test_help_does_not_wait_for_answers(house: House) -> None:
    """The envoy is asked in the same moment in which the first question is put."""
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", BANGKOK)
    await stories.dispatched(house, phone)
    assert await house.heard(envoy) == ["offer.sos_from_base"]


async def test_for_somebody_else_in_another_city(either_house: House) -> None:
    """The search at the requester's pin stops; confirmed, envoys there are asked, and the case stays there."""
    house = either_house
    phone = await house.telegram()
    near, there = await stories.envoy(house, "近", BANGKOK), await stories.envoy(house, "远", HANOI)
    await stories.dispatched(house, phone)
    await stories.answers(house, phone, "9", "2", "she is in Hanoi, Old Quarter")
    assert (await house.heard(near))[-1] == "offer.stood_down"
    assert await _asked(house, phone) == ["patient_place"]
    await stories.answers(house, phone, "1")
    case = await stories.now(house, phone)
    assert case.place is not None
    assert case.place.country == "VN"
    assert "sos.numbers_there" in await house.lines(phone)
    assert await house.heard(there) == ["offer.sos_from_base"]
    assert await _asked(house, phone) == ["intake.kind"]
    await phone.location(13.77, 100.55)
    await house.settle()
    moved = await stories.now(house, phone)
    assert moved.fix == case.fix


async def test_a_city_named_before_anybody_asked(house: House) -> None:
    """ "My mother in Hanoi" in the cry itself: as soon as it is for somebody else, it is asked about."""
    phone = await house.telegram()
    await stories.envoy(house, "近", BANGKOK)
    await phone.location(*BANGKOK)
    await house.settle()
    await stories.says(house, phone, "my mother in Hanoi cannot breathe", "1")
    await stories.answers(house, phone, "9", "2")
    assert await _asked(house, phone) == ["patient_place"]
    assert await house.assignments(await stories.now(house, phone)) == {"近": "stood_down"}


async def test_not_that_city_after_all(house: House) -> None:
    """A hotel called after a city: no, and envoys near the pin are asked again and told so."""
    phone, near = await house.telegram(), await stories.envoy(house, "近", BANGKOK)
    await stories.dispatched(house, phone)
    await stories.answers(house, phone, "9", "2", "Hotel Hanoi, second floor", "2")
    assert (await house.heard(near))[-1] == "offer.sos_again_from_base"
    assert await _asked(house, phone) == ["intake.kind"]


async def test_the_patient_is_where_the_pin_on_the_map_is(house: House) -> None:
    """A place chosen on the map while we ask where the patient is, is the patient's."""
    phone, there = await house.telegram(), await stories.envoy(house, "远", HANOI)
    await stories.dispatched(house, phone)
    await stories.answers(house, phone, "9", "2")
    await phone.venue(*HANOI, "Grand Hotel", "Hanoi")
    await house.settle()
    case = await stories.now(house, phone)
    assert case.fix is not None
    assert round(case.fix.point.lat, 3) == round(HANOI[0], 3)
    assert await house.heard(there) == ["offer.sos_from_base"]
    assert await _asked(house, phone) == ["intake.kind"]


async def test_with_me_changes_nothing(house: House) -> None:
    phone = await house.telegram()
    before = await stories.dispatched(house, phone)
    await stories.answers(house, phone, "9", "2", "1")
    case = await stories.now(house, phone)
    assert (case.fix, str(case.for_whom)) == (before.fix, "other")
    assert await _asked(house, phone) == ["intake.kind"]


async def test_no_number_yet_is_asked_again_by_the_centre(house: House) -> None:
    """The operator finds no number: the telephone is the question now, the open one comes after it."""
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    await stories.answers(house, phone, "9", "1")
    await house.do(centre.take, case.id)
    await house.do(centre.called, case.id, Verified.NO_NUMBER)
    assert await _asked(house, phone) == ["intake.phone"]
    await stories.answers(house, phone, "+66 81 234 5678")
    assert await _asked(house, phone) == ["intake.kind"]
    assert (await stories.now(house, phone)).verified is Verified.NOT_YET


async def test_another_number_is_just_sent(house: House) -> None:
    """ "To use another number, just send it": a bare number in an open case is theirs, whatever is asked."""
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    await stories.answers(house, phone, "+66 81 234 5678", "1")
    await house.do(centre.take, case.id)
    await house.do(centre.called, case.id, Verified.NO_ANSWER)
    await stories.answers(house, phone, "+66 89 876 5432")
    person = await house.person(phone)
    assert person is not None
    assert person.profile.phone == "+66898765432"
    assert await _asked(house, phone) == ["intake.kind"]


async def test_a_telephone_known_before_is_not_asked_for(house: House) -> None:
    phone = await house.telegram()
    await phone.contact("+66812345678")
    await house.settle()
    await stories.dispatched(house, phone)
    assert await _asked(house, phone) == ["intake.for_whom"]
    await house.pass_time(8)
    assert (await last(phone)).labels


async def test_a_number_that_cannot_be_one_is_asked_again_and_only_staff_see_it(house: House) -> None:
    """Too short for a telephone: a clear word, the question stays open, no envoy hears the digits."""
    phone = await house.telegram()
    await stories.dispatched(house, phone)
    await stories.answers(house, phone, "+44 7700 9")
    assert (await house.heard(phone))[-1] == "intake.phone_unclear"
    assert await _asked(house, phone) == ["intake.phone"]


async def test_a_number_no_table_knows_is_kept_and_looked_at_again(house: House) -> None:
    """Numbering plans change before their tables do: refusing a true number would leave nobody to call."""
    phone = await house.telegram()
    await stories.dispatched(house, phone)
    await stories.answers(house, phone, "+44 7700 900123")
    assert "intake.phone_kept_unusual" in await house.heard(phone)
    person = await house.person(phone)
    assert person is not None
    assert person.profile.phone == "+447700900123"
