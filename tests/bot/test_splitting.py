"""Long text reaches people in pieces a channel takes, and no character is ever torn."""

import grapheme
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.splitting import measure, split

FAMILY = "👨‍👩‍👧‍👦"
FLAG = "🇹🇭"
THUMB = "👍🏽"
JAMO = "한"
"""One syllable written as three conjoining jamo."""
ACCENTS = "e\u0301\u0323"
DEVANAGARI = "कि"
WHOLE = (FAMILY, FLAG, THUMB, JAMO, ACCENTS, "\r\n")
UNITS = ("bytes", "utf16")


@pytest.mark.parametrize(
    ("text", "in_bytes", "in_utf16"), [("", 0, 0), ("ab", 2, 2), ("求救", 6, 2), ("🆘", 4, 2), (FLAG, 8, 4)]
)
def test_length_is_counted_as_the_platform_counts(text: str, in_bytes: int, in_utf16: int) -> None:
    assert (measure(text, "bytes"), measure(text, "utf16")) == (in_bytes, in_utf16)


def test_short_text_stays_in_one_piece() -> None:
    assert split("求救", 6, "bytes") == ["求救"]


def test_text_one_byte_too_long_makes_two_pieces() -> None:
    assert split("求救a", 6, "bytes") == ["求救", "a"]


@pytest.mark.parametrize("nothing", ["", "\n"])
def test_nothing_is_still_one_piece(nothing: str) -> None:
    """A channel always has something to hang its buttons on."""
    assert len(split(nothing, 10, "bytes")) == 1


def test_lines_are_kept_together_where_they_fit() -> None:
    assert split("第一行\n第二行\n第三行\n", 20, "bytes") == ["第一行\n第二行\n", "第三行\n"]


@pytest.mark.parametrize("character", [FAMILY, FLAG, THUMB, JAMO, ACCENTS, DEVANAGARI])
@pytest.mark.parametrize("unit", UNITS)
def test_what_people_see_as_one_character_is_never_torn(character: str, unit: str) -> None:
    size = measure(character, unit)
    for limit in range(size, 3 * size):
        pieces = split(character * 9, limit, unit)
        assert "".join(pieces) == character * 9
        assert all(piece == character * (len(piece) // len(character)) for piece in pieces)
        assert max(measure(piece, unit) for piece in pieces) <= limit


def test_two_flags_beside_each_other_stay_two_flags() -> None:
    """Four regional letters are two flags, not one in the middle."""
    assert split("🇹🇭🇻🇳", 8, "bytes") == ["🇹🇭", "🇻🇳"]


def test_a_heap_of_accents_longer_than_a_message_is_cut_all_the_same() -> None:
    heap = "e" + "\u0301" * 500
    pieces = split(heap, 100, "bytes")
    assert "".join(pieces) == heap
    assert max(measure(piece, "bytes") for piece in pieces) <= 100


def test_ten_thousand_characters_all_arrive() -> None:
    text = "救命啊🆘" * 2500
    pieces = split(text, 2000, "bytes")
    assert "".join(pieces) == text
    assert all(measure(piece, "bytes") <= 2000 for piece in pieces)
    assert len(pieces) <= measure(text, "bytes") // 1980 + 1


@given(
    st.lists(st.sampled_from([*WHOLE, "a", "求", " ", "\n", "한"]), max_size=60).map("".join),
    st.integers(30, 60),
    st.sampled_from(UNITS),
)
@settings(max_examples=200, deadline=None)
def test_no_word_is_lost_and_no_piece_is_too_long(text: str, limit: int, unit: str) -> None:
    pieces = split(text, limit, unit)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(measure(piece, unit) <= limit for piece in pieces)
    seen = [c for c in grapheme.graphemes(text) if c.strip()]
    shown = [c for piece in pieces for c in grapheme.graphemes(piece) if c.strip()]
    assert shown == seen
