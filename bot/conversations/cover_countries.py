"""Countries named in any of the five languages, in full or as people shorten them; a city stands for its country."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

from babel import Locale

from backoffice.kernel import text as reading
from backoffice.kernel.messages import PlaceWords

_LOCALES: Final = ("zh_Hans", "zh_Hant", "en", "ja", "ko")
_APART: Final = re.compile(r"[,，、;；/\n+&]+|\s(?:and|to|then)\s|和|与|與|跟|と|그리고")
_MOST: Final = 12
_SHORT: Final = {
    "美国": "US", "usa": "US", "america": "US", "us": "US", "uk": "GB", "england": "GB", "britain": "GB", "英国": "GB",
    "韩国": "KR", "korea": "KR", "southkorea": "KR", "한국": "KR", "大韩民国": "KR", "北朝鲜": "KP",
    "中国": "CN", "内地": "CN", "大陆": "CN", "国内": "CN", "china": "CN", "香港": "HK", "hongkong": "HK", "澳门": "MO",
    "macau": "MO", "macao": "MO", "台湾": "TW", "taiwan": "TW", "阿联酋": "AE", "迪拜": "AE", "uae": "AE",
    "新马泰": "SG MY TH", "港澳": "HK MO", "日韩": "JP KR", "泰": "TH", "holland": "NL", "czech": "CZ",
    "turkey": "TR", "vietnam": "VN", "russia": "RU",
}  # fmt: skip


def read(typed: str, city: Callable[[str], str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """ISO codes of the countries named, and the words that are none. `city`: a city's name -> its country or ""."""
    known: dict[str, None] = {}
    unknown: list[str] = []
    for part in (p.strip() for p in _APART.split(typed) if p.strip()):
        codes = _named(part) or [c for word in [city(part)] if (c := word)]
        if codes:
            known |= dict.fromkeys(codes)
        else:
            unknown.append(part)
    return tuple(known)[:_MOST], tuple(unknown)


def _named(part: str) -> list[str]:
    return _names().get(_key(part), "").split()


def _key(name: str) -> str:
    return reading.simplified(reading.bare(name)).replace(" ", "")


@cache
def _names() -> dict[str, str]:
    found = {_key(short): codes for short, codes in _SHORT.items()}
    for tag in _LOCALES:
        for code, name in Locale.parse(tag).territories.items():
            if len(code) == 2 and code.isalpha():
                found.setdefault(_key(str(name)), code)
    return found


def words(codes: Sequence[str]) -> tuple[PlaceWords, ...]:
    """Countries as places, named in the reader's language."""
    return tuple(PlaceWords(code, {}) for code in codes)
