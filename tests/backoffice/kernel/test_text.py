"""Typed text is read in one form, whatever the keyboard made of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.kernel import text


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("ＨＥＬＰ　ＭＥ！", "help me!"),
        ("can’t", "can't"),
        ("救 命 啊", "救命啊"),
        ("我在曼谷 救命", "我在曼谷 救命"),
        ("he\u200blp\ufeff", "help"),
        ("救命。。。", "救命..."),
        ("heeeelp", "help"),
        ("1000", "1000"),
        ("a \r\n  b", "a\nb"),
        ("ﾀｽｹﾃ", "タスケテ"),
        ("🆘\ufe0f👍🏽", "🆘👍"),
        ("  ", ""),
    ],
)
def test_folding_makes_one_form_of_many_keyboards(typed: str, folded: str) -> None:
    assert text.fold(typed) == folded


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("取 消！", "取消"),
        ("「我 安全 了」。", "我安全了"),
        ("OK 👍", "ok"),
        ("나 가 요", "나가요"),
        ("On my way...", "on my way"),
        ("/help", "/help"),
    ],
)
def test_a_whole_message_is_compared_without_punctuation_and_emoji(typed: str, words: str) -> None:
    assert text.bare(typed) == words


def test_both_chinese_scripts_are_read_as_one() -> None:
    assert text.simplified("救護車來了，確認取消接單") == "救护车来了，确认取消接单"
    assert text.is_traditional("救護車")
    assert not text.is_traditional("救护车")


def test_reading_in_simplified_characters_keeps_every_place() -> None:
    said = "請叫救護車，我在臺北"
    assert len(text.simplified(said)) == len(said)


@given(st.text(max_size=200))
def test_a_folded_message_has_no_invisible_characters_and_no_double_blanks(typed: str) -> None:
    folded = text.fold(typed)
    assert "\u200b" not in folded
    assert "  " not in folded
    assert folded == folded.strip()
