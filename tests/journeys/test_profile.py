"""The profile: any time, every field optional, with consent, shown and erasable by its owner."""

import pytest

from bot.conversations import profile
from tests.house import House, texts
from tests.journeys import stories

GOOD = {
    "call_me": "Annie",
    "phone": "+49 30 901820",
    "languages": "English, Deutsch",
    "nationality": "Germany",
    "contacts": "Mum +49 30 901821",
    "blood_group": "A+",
    "allergies": "penicillin",
    "medicines": "insulin 10 units",
    "document_digits": "C01X 0006",
    "duress_word": "blue umbrella",
    "envoy_sex": "a woman",
    "birth": "1990-05-01",
}
BAD = {
    "phone": "my phone",
    "contacts": "Mum",
    "document_digits": "12",
    "duress_word": "ab",
    "envoy_sex": "tall",
    "birth": "soon",
}


async def _opened(house: House) -> stories.Phone:
    phone = await house.telegram()
    await stories.answers(house, phone, "/profile", "1")
    return phone


async def test_nothing_is_kept_without_consent(either_house: House) -> None:
    """Asked before the first field; no is no, and yes can be said as a word."""
    house = either_house
    phone = await house.telegram()
    await stories.answers(house, phone, "/profile")
    assert await house.heard(phone) == ["profile.consent"]
    await stories.answers(house, phone, "no")
    assert (await house.heard(phone))[-1] == "profile.no_consent"
    await stories.answers(house, phone, "/profile", "yes")
    assert (await house.heard(phone))[-1] == "profile.shown"
    person = await house.person(phone)
    assert person is not None
    assert "profile" in person.profile.consents


async def test_every_field_can_be_filled_shown_and_cleared(house: House) -> None:
    """By its number; what is secret is shown as kept, numbers by their last digits."""
    phone = await _opened(house)
    assert list(GOOD) == list(profile.FIELDS)
    for number, (_, value) in enumerate(GOOD.items(), 1):
        await stories.answers(house, phone, str(number), value, "/profile")
    person = await house.person(phone)
    assert person is not None
    kept = person.profile
    assert (kept.call_me, kept.phone, kept.languages) == ("Annie", "+4930901820", ["English", "Deutsch"])
    assert [(c.name, c.phone) for c in kept.contacts] == [("Mum", "+4930901821")]
    assert (kept.document_digits, kept.duress_word) == ("0006", "blue umbrella")
    await house.pass_time(30, step=2)
    shown = (await texts(phone))[-1]
    assert "penicillin" in shown
    assert kept.envoy_sex == "female"
    assert "a woman" in shown
    assert "1820" in shown
    assert "901820" not in shown
    assert "umbrella" not in shown
    await stories.answers(house, phone, "7", "9")
    person = await house.person(phone)
    assert person is not None
    assert person.profile.allergies == ""


@pytest.mark.parametrize("field", BAD)
async def test_what_does_not_fit_is_said_and_asked_again(house: House, field: str) -> None:
    """The question stays open, and the right value then is taken."""
    phone = await _opened(house)
    await stories.answers(house, phone, str(profile.FIELDS.index(field) + 1), BAD[field])
    assert (await house.heard(phone))[-1] == f"profile.bad_{field}"
    await stories.answers(house, phone, GOOD[field])
    assert (await house.heard(phone))[-1] == "profile.saved"


async def test_erased_by_its_owner(either_house: House) -> None:
    """Asked once more, then all is gone; consent has to be given anew, and the chat goes on working."""
    house = either_house
    phone = await _opened(house)
    await stories.answers(house, phone, "1", "Annie", "delete my data", "no")
    assert (await house.heard(phone))[-1] == "profile.kept_all"
    await stories.answers(house, phone, "/profile", "99", "yes")
    await house.pass_time(12, step=1)
    assert (await texts(phone))[-1] == house.core.speech.sentence("profile.erased", {}, "en", "UTC")
    assert await house.person(phone) is None
    await stories.answers(house, phone, "/profile", "1", "1", "Bea")
    person = await house.person(phone)
    assert person is not None
    assert person.profile.call_me == "Bea"


async def test_the_name_given_is_the_name_the_envoy_reads(house: House) -> None:
    phone = await _opened(house)
    await stories.answers(house, phone, "1", "Annie")
    envoy = await stories.envoy(house, "陈静", (13.76, 100.51))
    await stories.dispatched(house, phone)
    await stories.says(house, envoy, "1")
    brief = next(m.message for m in await house.letters(envoy) if m.message.key == "job.accepted")
    assert brief.params["name"] == "Annie"
