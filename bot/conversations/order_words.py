"""Code words as they are typed: each in all five languages, as the catalogues show them."""

import re
from collections.abc import Mapping
from typing import Final

from backoffice.dispatch.code_words import CODE_WORDS
from backoffice.kernel import text as reading

_SPELT: Final[Mapping[str, str]] = {
    "camellia": "山茶 山茶花 椿 동백",
    "bamboo": "竹子 竹 대나무",
    "lotus": "莲花 蓮花 莲 蓮 연꽃",
    "swallow": "燕子 燕 제비",
    "harbour": "港湾 港灣 港口 港 항구 harbor",
    "lantern": "灯笼 燈籠 提灯 등불",
    "maple": "枫叶 楓葉 枫 楓 단풍",
    "orchid": "兰花 蘭花 兰 蘭 난초",
    "pine": "松树 松樹 松 소나무",
    "river": "大河 川 강",
    "silver": "银色 銀色 银 銀 은색",
    "sparrow": "麻雀 雀 참새",
    "spring": "春天 春 봄",
    "sunrise": "日出 日の出 일출",
    "willow": "柳树 柳樹 柳 버드나무",
    "winter": "冬天 冬 겨울",
    "amber": "琥珀 호박",
    "cloud": "白云 白雲 云 雲 구름",
    "coral": "珊瑚 산호",
    "crane": "白鹤 白鶴 鹤 鶴 두루미",
    "jade": "玉石 翡翠 비취",
    "moon": "月亮 月 달",
    "peach": "桃子 桃 복숭아",
    "plum": "梅花 梅 매화",
}
LONGEST = 16
LONGEST_HAN = 6
"""Characters; no code word is longer."""
_TALK: Final = re.compile(r"[\s,.?!;:]")
"""What has any of this is a sentence."""


def _key(typed: str) -> str:
    return reading.simplified(reading.bare(typed))


_KNOWN: Final = {_key(form): word for word in CODE_WORDS for form in (word, *_SPELT[word].split())}


def code_word(typed: str) -> str | None:
    """The code word a whole message is, in any of the five languages; None for anything else."""
    said = _key(typed)
    if said in _KNOWN:
        return _KNOWN[said]
    parts = {_KNOWN.get(part) for part in said.split()}
    return next(iter(parts)) if len(parts) == 1 else None


def attempt(typed: str) -> str | None:
    """What a short message given as the code word says: the word, "" for one we do not know; None for talk."""
    known = code_word(typed)
    if known is not None:
        return known
    said = reading.fold(typed).strip(".! ")
    longest = LONGEST if said.isascii() else LONGEST_HAN
    return "" if 0 < len(said) <= longest and not _TALK.search(said) else None
