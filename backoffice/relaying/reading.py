"""One plain way of reading what people type to get a number past us, with the way back to their characters."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

_HAN: Final = {
    "零〇": "0", "一壹幺弌": "1", "二贰貳弍两兩": "2", "三叁弎": "3", "四肆": "4",
    "五伍": "5", "六": "6", "七柒": "7", "八捌": "8", "九玖": "9",
}  # fmt: skip
_CYRILLIC: Final = dict(zip("аеорсухкітв", "aeopcyxkitb", strict=True))
_BLOCKS: Final = (
    (0x00A2, 0x00FF), (0x0660, 0x066A), (0x06F0, 0x06FA), (0x0966, 0x0970), (0x09E6, 0x09F0), (0x0E50, 0x0E5A),
    (0x0ED0, 0x0EDA), (0x1040, 0x104A), (0x17E0, 0x17EA), (0x2070, 0x209D), (0x2160, 0x2180), (0x2460, 0x2500),
    (0x2776, 0x2794), (0x3007, 0x3008), (0x3021, 0x302A), (0x3192, 0x3196), (0x3220, 0x322A), (0x3280, 0x328A),
    (0xFF01, 0xFF5F), (0x1D400, 0x1D800), (0x1F100, 0x1F170), (0x1FBF0, 0x1FBFA),
)  # fmt: skip
"""Where Unicode keeps other shapes of digits and Latin letters: native, raised, circled, bracketed, wide, bold."""
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u180e\u200b-\u200f\u2060-\u206f\u20e0-\u20e3\ufe00-\ufe0f\ufeff]"
)
_BESIDE_DIGITS: Final = re.compile(
    r"(?<![什怎那这這多要])么(?=[\d洞拐勾])|(?<=\d)[洞拐勾参參陆陸么]+|[洞拐勾参參陆陸]+(?=\d)"
)
_SPOKEN: Final = str.maketrans("么洞拐勾参參陆陸", "10793366")
"""Words for digits that mean something else by themselves: read as digits beside digits only."""
_TOKEN: Final = re.compile(r"(?<![a-z])(?:(?=[oil|]*\d)[\doil|]{2,}|[ol])(?![a-z])")
_LETTERS: Final = str.maketrans("oil|", "0111")
_AMONG: Final = re.compile(r"(?<=\d)[szebg](?=\d)")
_ALIKE: Final = str.maketrans("szebg", "52389")
HAN_DIGITS: Final = {ord(sign): digit for signs, digit in _HAN.items() for sign in signs}


@dataclass(frozen=True, slots=True)
class Read:
    """`text` in the plain form; `where[i]` is the index of its character i in the original (None: the same)."""

    text: str
    where: Sequence[int] | None

    def back(self, start: int, end: int) -> tuple[int, int]:
        """A span of the plain form as a span of the original."""
        if self.where is None:
            return start, end
        return self.where[start], self.where[end - 1] + 1


def read(original: str) -> Read:
    """Digits of every script and shape as ASCII, letters plain and small, what cannot be seen left out."""
    where: Sequence[int] | None = None
    seen = original
    if _INVISIBLE.search(original):
        where = [i for i, sign in enumerate(original) if not _INVISIBLE.match(sign)]
        seen = "".join(original[i] for i in where)
    text = seen.translate(_table())
    text = _BESIDE_DIGITS.sub(lambda found: found.group().translate(_SPOKEN), text)
    text = _TOKEN.sub(lambda found: found.group().translate(_LETTERS), text)
    return Read(_AMONG.sub(lambda found: found.group().translate(_ALIKE), text), where)


@cache
def _table() -> Mapping[int, str]:
    """One character to one character, so that positions stay."""
    table = {code: plain for low, high in _BLOCKS for code in range(low, high) if (plain := _plain(code))}
    table |= {code: chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
    return table | HAN_DIGITS | {ord(a): b for a, b in _CYRILLIC.items()} | {ord("。"): ".", ord("ー"): "-"}


def _plain(code: int) -> str:
    value = unicodedata.numeric(chr(code), -1.0)
    if value in range(10):
        return str(int(value))
    plain = unicodedata.normalize("NFKC", chr(code)).lower().strip("()")
    return plain if len(plain) == 1 else ""
