"""Which language an envoy should speak: the likely ones of a place, and any that is named."""

from collections.abc import Iterable
from functools import cache

from babel import Locale
from babel.languages import get_official_languages

from backoffice.kernel import text as reading

_OURS = ("zh_Hans", "zh_Hant", "en", "ja", "ko")
LOCAL_MOST = 2


def likely(country: str, locale: str) -> tuple[str, ...]:
    """The reader's own, the country's, Chinese and English; each once, as ISO 639 codes."""
    official = (code.split("_")[0] for code in get_official_languages(country, de_facto=True))
    local = [code for code in official if code not in ("zh", "en")][:LOCAL_MOST]
    return tuple(dict.fromkeys((locale.split("_")[0], *local, "zh", "en")))


def named(typed: str) -> str | None:
    """The ISO 639 code of a language named in any of the five; None when it is none."""
    return _names().get(_key(typed))


def _key(name: str) -> str:
    return reading.simplified(reading.bare(name)).removeprefix("会")


@cache
def _names() -> dict[str, str]:
    """CLDR's names of every language that has a code of two or three letters, with the ways people shorten them."""
    found: dict[str, str] = {}
    for tag in _OURS:
        for code, name in Locale.parse(tag).languages.items():
            if code.isalpha():
                found |= {form: code for form in _forms(_key(name)) if form not in found}
    return found


def _forms(name: str) -> Iterable[str]:
    yield name
    if name.endswith("语"):
        yield f"{name[:-1]}文"
        yield f"{name[:-1]}话"
