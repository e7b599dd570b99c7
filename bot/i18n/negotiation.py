"""Which of the five languages somebody is answered in."""

from collections.abc import Mapping

_BY_LANGUAGE: Mapping[str, str] = {"zh": "zh_Hans", "en": "en", "ja": "ja", "ko": "ko", "yue": "zh_Hant"}
_CHINESE: Mapping[str, str] = {
    "hant": "zh_Hant",
    "tw": "zh_Hant",
    "hk": "zh_Hant",
    "mo": "zh_Hant",
    "hans": "zh_Hans",
    "cn": "zh_Hans",
    "sg": "zh_Hans",
    "my": "zh_Hans",
}
OTHERS = "en"
"""A language outside the five is answered in English (business.md, A person)."""


def locale_for(language_code: str, default: str) -> str:
    """Our locale for an IETF tag as Telegram sends it; `default` when it says nothing. Never raises."""
    parts = [p for p in language_code.strip().lower().replace("_", "-").split("-") if p]
    if not parts or not _is_language(parts[0]):
        return default
    if parts[0] == "zh":
        return next((_CHINESE[p] for p in parts[1:] if p in _CHINESE), "zh_Hans")
    return _BY_LANGUAGE.get(parts[0], OTHERS)


def _is_language(subtag: str) -> bool:
    """ISO 639 codes have two or three letters."""
    return subtag.isascii() and subtag.isalpha() and 2 <= len(subtag) <= 3
