"""Languages somebody names in words, with how well they speak them where they say so."""

import re
from collections.abc import Mapping
from functools import cache

from babel import Locale

from backoffice.enrolment.model import Level
from backoffice.kernel import text as reading

_LOCALES = (
    "zh_Hans",
    "zh_Hant",
    "en",
    "ja",
    "ko",
    "th",
    "vi",
    "id",
    "fr",
    "de",
    "es",
    "pt",
    "ru",
    "ar",
    "it",
)
_ALSO = {
    "zh": "中文 汉语 普通话 国语 华语 chinese mandarin 中国語 北京語 중국어",
    "yue": "粤语 广东话 白话 cantonese 広東語 광둥어",
    "nan": "闽南语 台语 福建话 潮州话 潮汕话 hokkien teochew",
    "wuu": "上海话 吴语",
    "hak": "客家话 hakka",
    "th": "泰文 泰语 thai ไทย ภาษาไทย",
    "vi": "越南文 越南话 vietnamese",
    "ms": "马来文 马来话 malay bahasa_melayu",
    "id": "印尼文 印尼话 印尼语 indonesian bahasa bahasa_indonesia",
    "en": "英文 english",
    "ja": "日文 日本语 日语",
    "ko": "韩文 韩语 韩国语 朝鲜语",
    "km": "柬埔寨语 柬语 高棉语 khmer",
    "my": "缅文 缅语 缅甸语 burmese",
    "lo": "老挝语 寮语 lao",
    "fil": "菲律宾语 tagalog 他加禄语",
    "fr": "法文", "de": "德文", "es": "西语 西文", "pt": "葡语 葡文", "ru": "俄文", "ar": "阿语", "it": "意语",
}  # fmt: skip
_LEVELS: Mapping[Level, str] = {
    Level.NATIVE: "母语 母語 native mother_tongue first_language 本地 ネイティブ 母国語 모국어 원어민",
    Level.FLUENT: "流利 熟练 精通 很好 fluent advanced 流暢 堪能 上級 유창 능숙 고급",
    Level.EVERYDAY: """日常 一般 基础 会一点 简单 basic everyday conversational intermediate a_little
        日常会話 少し 일상 기초 조금""",
}
_PARTS = re.compile(r"[,;/\n|+]|和|与|及|以及|\band\b|と|과|와|하고")
_AROUND = re.compile(r"^(?:我)?(?:会说|能说|会|说|i speak|speak)\s*|\s*都$")
_NOISE = re.compile(r"[\s()\[\]:.\-_='\"]+")


def read(words: str) -> list[tuple[str, Level | None]]:
    """(code, level) for each language named ("中文母语、泰语流利", "Chinese native, Thai"), in the order said.

    Codes are ISO 639 as CLDR writes them. Unknown words yield nothing; no level said is None.
    """
    found: dict[str, Level | None] = {}
    for part in _PARTS.split(reading.simplified(reading.fold(words))):
        level, rest = _level(part)
        for code in _codes(rest):
            found[code] = level or found.get(code)
    return list(found.items())


def _level(part: str) -> tuple[Level | None, str]:
    for level, phrases in _level_words().items():
        for phrase in phrases:
            if phrase in part:
                return level, part.replace(phrase, " ")
    return None, part


def _codes(rest: str) -> list[str]:
    """The whole part, else each of its words that names a language."""
    known, whole = _names(), _bare(rest)
    if whole in known:
        return [known[whole]]
    return [known[word] for word in map(_bare, rest.split()) if word in known]


def _bare(words: str) -> str:
    return _NOISE.sub("", _AROUND.sub("", words.strip()))


@cache
def _level_words() -> dict[Level, list[str]]:
    """Longest first, so that 日常会話 is not left with 会話."""
    return {
        level: sorted((reading.simplified(w.replace("_", " ")) for w in words.split()), key=len, reverse=True)
        for level, words in _LEVELS.items()
    }


@cache
def _names() -> dict[str, str]:
    """Folded name -> code. Our own list wins over CLDR's."""
    found: dict[str, str] = {}
    for tag in _LOCALES:
        for code, name in Locale.parse(tag).languages.items():
            if len(code) <= 3:
                found.setdefault(_key(str(name)), code)
    for code, words in _ALSO.items():
        found |= {_key(word.replace("_", " ")): code for word in words.split()}
    return found


def _key(name: str) -> str:
    return _NOISE.sub("", reading.simplified(reading.fold(name)))
