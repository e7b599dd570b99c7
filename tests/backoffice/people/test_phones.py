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
