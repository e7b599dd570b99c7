"""What is typed beside a relative's name, and what is no name at all."""

import pytest

from backoffice.families import contacts
from backoffice.families.contacts import Named
from backoffice.families.model import Reached


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("妈妈", Named("妈妈")),
        ("妈妈 +86 138 0013 8000", Named("妈妈", Reached.SMS, "+8613800138000")),
        ("Dad, dad@example.org", Named("Dad", Reached.EMAIL, "dad@example.org")),
        ("+44 7400 123456", Named("", Reached.SMS, "+447400123456")),
    ],
)
def test_a_name_perhaps_with_a_way_to_reach_them(words: str, found: Named) -> None:
    assert contacts.read(words) == found
    assert contacts.like_a_name(found)


@pytest.mark.parametrize(
    "words", ["我妈妈王秀英", "my sister Mary Ann Smith", "엄마 김영희", "J. R. Smith", "おばあちゃん"]
)
def test_names_of_every_shape(words: str) -> None:
    assert contacts.like_a_name(contacts.read(words))


@pytest.mark.parametrize(
    "words",
    [
        "我在酒店大堂等你们过来",
        "please hurry they are coming back",
        "他们走了。",
        "Where is the envoy?",
        "지금 호텔 로비에서 혼자 기다리고 있어요",
        "",
    ],
)
def test_a_sentence_is_no_name(words: str) -> None:
    """Somebody in trouble goes on telling; it must reach the centre and not become a relative."""
    assert not contacts.like_a_name(contacts.read(words))


def test_a_number_without_a_country_is_from_home_before_abroad() -> None:
    """A Chinese traveller in Bangkok types her father's number as she dials it at home."""
    regions = contacts.regions("zh_Hans", "+447400123456", "TH")
    assert regions == ["CN", "GB", "TH"]
    assert contacts.read("爸爸 13900001111", regions) == Named("爸爸", Reached.SMS, "+8613900001111")
    assert contacts.read("Dad 07400 123456", regions).contact == "+447400123456"
    assert contacts.read("朋友 081 234 5678", regions).contact == "+66812345678"
    assert contacts.regions("en", "", "") == []
