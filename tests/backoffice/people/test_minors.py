"""Who is under age, by what is told and by a date of birth."""

from datetime import date

import pytest

from backoffice.people import minors

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    "words",
    [
        "我16岁", "陪我女儿看牙，她才七岁", "十六周岁的学生", "我還未成年", "8个月大的宝宝发烧", "I'm 16 and alone",
        "my 12-year-old son", "a girl, 15 years old", "he is only 9", "a boy aged 12", "16歳です", "未成年です",
        "15살이에요", "만 14세", "my baby is 6 months old", "she's 17", "13 y/o", "my daughter is 7",
    ],
)  # fmt: skip
def test_an_age_under_eighteen_is_heard_in_five_languages(words: str) -> None:
    assert minors.said(words)


@pytest.mark.parametrize(
    "words",
    [
        "我妈妈68岁", "陪我去看牙", "16:30 到机场", "2 adults, 3 bags", "I'm 5 min away", "I am 10 km from Hanoi",
        "三十五岁", "18岁", "I am on the 3rd floor", "I'm 42", "ten people",
        "他二十岁", "房间号 1203", "20歳の学生", "30대 남자", "I'm 2 of 3",
        "21 years old",
    ],
)  # fmt: skip
def test_grown_people_and_other_numbers_are_not_taken_for_children(words: str) -> None:
    assert not minors.said(words)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2010-05-01", "2010-05-01"),
        ("2010年5月1日", "2010-05-01"),
        ("2010/5/1", "2010-05-01"),
        ("2010", "2010"),
    ],
)
def test_a_date_of_birth_is_read(typed: str, kept: str) -> None:
    assert minors.born(typed, TODAY) == kept


@pytest.mark.parametrize("typed", ["", "1800", "2030", "yesterday", "2010-13-40", "2026-03-02"])
def test_what_is_no_date_of_birth_is_asked_again(typed: str) -> None:
    assert minors.born(typed, TODAY) is None


@pytest.mark.parametrize(
    ("birth", "minor"),
    [
        ("2008-03-01", False),
        ("2008-03-02", True),
        ("2008", True),
        ("2007", False),
        ("1990", False),
        ("", False),
    ],
)
def test_people_are_of_age_on_their_eighteenth_birthday(birth: str, minor: bool) -> None:
    assert minors.under_age(birth, TODAY) is minor
