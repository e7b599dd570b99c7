"""Telephone numbers: found in what people type, kept as E.164, shown by their last digits."""

import pytest

from backoffice.people import phones


@pytest.mark.parametrize(
    ("typed", "region", "found"),
    [
        ("+66 81 234 5678", None, "+66812345678"),
        ("081 234 5678", "TH", "+66812345678"),
        ("我的电话是13812345678", None, "+8613812345678"),
        ("１３８１２３４５６７８", "TH", "+8613812345678"),
        ("call me: 0812345678 please", "TH", "+66812345678"),
        ("+852 2123 4567", "CN", "+85221234567"),
        ("(030) 901820", "DE", "+4930901820"),
    ],
)
def test_found_in_what_was_typed(typed: str, region: str | None, found: str) -> None:
    """In the form of the country they are in, in China's, or with its country code."""
    assert phones.parse(typed, region) == found


@pytest.mark.parametrize(
    "typed", ["", "no", "third floor, room 35", "2026-03-01", "13.7563, 100.5018", "110"]
)
def test_what_is_none(typed: str) -> None:
    assert phones.parse(typed, "TH") is None


def test_a_chat_shows_four_digits() -> None:
    assert phones.tail("+66812345678") == "5678"


@pytest.mark.parametrize("text", ["+44 7700 9", "138-0013-80", "（86）1380013", "0812 345"])
def test_what_was_meant_as_a_number_is_asked_again(text: str) -> None:
    assert phones.looks_like_one(text)


@pytest.mark.parametrize(
    "text", ["13.7563, 100.5018", "2026-03-01", "3/4/2026", "14:20", "911", "room 123456", "5" * 30]
)
def test_places_dates_and_short_answers_are_no_telephone_numbers(text: str) -> None:
    assert not phones.looks_like_one(text)
