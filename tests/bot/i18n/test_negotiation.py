"""Everybody is answered in one of the five languages, whatever their app says."""

import pytest

from bot.i18n.catalogues import LOCALES
from bot.i18n.negotiation import locale_for


@pytest.mark.parametrize(
    ("code", "locale"),
    [
        ("zh-hans", "zh_Hans"), ("zh-Hans-CN", "zh_Hans"), ("zh", "zh_Hans"), ("zh-CN", "zh_Hans"),
        ("zh_CN", "zh_Hans"), ("zh-SG", "zh_Hans"), ("ZH", "zh_Hans"), ("zh-zz", "zh_Hans"),
        ("zh-hant", "zh_Hant"), ("zh-TW", "zh_Hant"), ("zh-hk", "zh_Hant"), ("zh-MO", "zh_Hant"),
        ("zh-hant-tw", "zh_Hant"), ("zh_TW", "zh_Hant"), ("zh-hans-hk", "zh_Hans"), ("yue", "zh_Hant"),
        ("en", "en"), ("en-US", "en"), ("en-gb-oed", "en"), ("ja", "ja"), ("ja-JP", "ja"), ("ko", "ko"),
        ("ko-KR", "ko"),
    ],
)  # fmt: skip
def test_a_language_of_the_five_is_answered_in_itself(code: str, locale: str) -> None:
    assert locale_for(code, "zh_Hans") == locale


@pytest.mark.parametrize("code", ["th", "vi", "fr-CA", "pt-br", "uk", "id", "fil"])
def test_any_other_language_is_answered_in_english(code: str) -> None:
    assert locale_for(code, "zh_Hans") == "en"


@pytest.mark.parametrize(
    "code", ["", " ", "-", "_", "123", "x", "chinese", "\u0000", "zh\u200b", "中文", "*", "en" * 999]
)
def test_what_is_no_language_gives_the_default(code: str) -> None:
    assert locale_for(code, "ko") == "ko"


def test_the_answer_is_always_a_catalogue_we_have() -> None:
    codes = ("zh", "zh-TW", "yue", "en", "ja", "ko", "sw")
    assert {locale_for(code, "zh_Hans") for code in codes} <= set(LOCALES)
