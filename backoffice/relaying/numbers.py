"""Numbers somebody could call, chat or pay to, however their digits are parted or spelt."""

import re
from collections.abc import Iterator
from typing import Final

from backoffice.relaying import everyday

Span = tuple[int, int]

_WORDS: Final = (
    "zero|one|two|three|four|five|six|seven|eight|nine|(?<![a-z])(?:oh|ten|eleven|twelve)(?![a-z])"
    "|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    "|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
_LIGHT: Final = r"[\W_\-]{0,6}"
_BETWEEN: Final = (
    r"空格|空|横线|橫線|横杠|横|短横|杠|點|点|逗号|句号|星号|然后|然後|再|接着|跟着|后面|後面|(?:最)?[后後中前]\d?[位间間](?:是|数)?|最后|最後"
    r"|中间|中間|换行|換行|回车|下一行|下一段|接上|连起来|后|和|跟|加|减|減|是|dash|dot|space|hyphen|minus|slash|comma|star|then|and|double|triple|の|에|다시"
    r"|[(（\[【][^()（）\[\]【】\d]{1,8}[)）\]】]"
)
_DIGIT: Final = rf"(?:\d|{_WORDS})"
_RUN: Final = re.compile(
    rf"(?:(?:double|triple) )?{_DIGIT}(?:{_LIGHT}(?:(?:{_BETWEEN}){_LIGHT}){{0,2}}{_DIGIT})+"
)
_TOKENS: Final = re.compile(rf"(\d+)|({_WORDS})|([^\d])")
_IN_PIECES: Final = re.compile(
    r"(?<![\d.])(?:1[3-9]\d[^\d\x00]{1,10}\d{4}[^\d\x00]{0,10}\d{4}|1[3-9]\d{5}[^\d\x00]{1,10}\d{4})(?![\d.])"
)
"""A mainland mobile number in its usual pieces, whatever stands between them."""
_MIXED_IN: Final = re.compile(r"\d(?:[^\d\n\x00]{1,2}\d){8,}")
_KANA_DIGIT: Final = (
    r"(?:ゼロ|ぜろ|れい|レイ|まる|マル|いち|イチ|にい|に|ニ|さん|サン|よん|ヨン|し|ごお|ご|ゴ"
    r"|ろく|ロク|なな|ナナ|しち|はち|ハチ|きゅう|きゅー|キュウ|く|\d)"
)
_KANA: Final = re.compile(rf"{_KANA_DIGIT}(?:[\W_の-]{{0,3}}{_KANA_DIGIT}){{6,}}")
_HANGUL: Final = re.compile(
    r"[공영일이삼사오육륙칠팔구\d](?:[\W_에의-]{0,3}[공영일이삼사오육륙칠팔구\d]){6,}"
)
_PINYIN: Final = re.compile(
    r"(?<![a-z])(?:ling|dong|yao|yi|er|liang|san|si|wu|liu|qi|guai|ba|jiu|gou|\d)"
    r"(?:[\W_]{0,3}(?:ling|dong|yao|yi|er|liang|san|si|wu|liu|qi|guai|ba|jiu|gou|\d)){6,}(?![a-z])"
)
_OTHER_SCRIPTS: Final = (
    (re.compile("[ぁ-ヿ]"), _KANA),
    (re.compile("[공영일이삼사오육륙칠팔구]"), _HANGUL),
    (re.compile("(?:san|liu|jiu|yao|ling|ba) ?[a-z]"), _PINYIN),
)
_STREWN: Final = re.compile(r"(?<!\d)(?:\d[^\d\s]){2,}$")
_NEAR: Final = 40
_ORDINAL: Final = re.compile(r"[后後前中]\d[位]")
_FIGURE: Final = re.compile(r"\d")
_SYLLABLE: Final = re.compile(r"[^\W\d_에의の]")
_SYLLABLES: Final = 3
_MOBILE: Final = re.compile(r"(?:0{0,2}86)?1[3-9]\d{9}")
_LIST: Final = re.compile(r"[、，,;；]|\band\b|和|跟")
_CUE: Final = re.compile(
    r"(?:电话|電話|手机|手機|号码|號碼|番号|热线是|tel|phone|mobile|cell|number|call|ring|text|reach|打我|打给我|联系我|聯繫我"
    r"|微信|wechat|vx|wx|v信|whats ?app|zalo|viber|signal|전화|번호|연락|โทร|卡号|账号|帳號|帐号|支付宝|同号)"
    r"[^\d\x00]{0,10}$"
)
_AFTER: Final = re.compile(
    r"[\W_]{0,3}(?:打给我|打我|给我打|联系我|call me|text me|is my (?:number|cell|phone))"
)
_QQ: Final = re.compile(
    r"(?:qq|q ?q|扣扣|蔻蔻|抠抠|秋秋|球球|企鹅|企鵝|🐧|q号|q號|(?<![a-z])q\W?我|加\W?q)[^\d\x00a-z]{0,6}$"
)
_CUED: Final = 6
_QQ_DIGITS: Final = 5
_PLAIN: Final = 7
_PARTED: Final = 9


def spans(text: str) -> Iterator[Span]:
    """Where numbers stand in a text in its plain form (`reading.read`)."""
    worth, spelt = _worth_looking(text), [p for script, p in _OTHER_SCRIPTS if script.search(text)]
    left = everyday.understood(text) if worth or spelt else text
    for pattern in spelt:
        yield from (found.span() for found in pattern.finditer(left) if _spelt(found.group()))
    if not worth:
        return
    for run in _RUN.finditer(left):
        if _callable(left, run):
            yield _widened(text, run.span())
    yield from (found.span() for found in _IN_PIECES.finditer(left))
    for run in _MIXED_IN.finditer(left):
        if _MOBILE.fullmatch(re.sub(r"\D", "", run.group())):
            yield run.span()


_ANY_WORD: Final = re.compile("zero|one|two|three|four|five|six|seven|eight|nine")


def _worth_looking(text: str) -> bool:
    return len(_FIGURE.findall(text)) + len(_ANY_WORD.findall(text)) >= _QQ_DIGITS


def _spelt(run: str) -> bool:
    """Digits as syllables, not figures with a particle between them."""
    return len(_SYLLABLE.findall(run)) >= _SYLLABLES


def _widened(text: str, span: Span) -> Span:
    """With the sign or bracket it begins with, and digits strewn between other signs before it."""
    start = span[0]
    while start and text[start - 1] in "+(（[【":
        start -= 1
    strewn = _STREWN.search(text, max(0, start - _NEAR), start)
    return strewn.start() if strewn else start, span[1]


def _callable(text: str, run: re.Match[str]) -> bool:
    groups, gaps = _parts(run.group())
    count = sum(map(len, groups))
    before = text[max(0, run.start() - 24) : run.start()]
    if everyday.public(groups):
        return False
    if _QQ.search(before):
        return count >= _QQ_DIGITS
    if _MOBILE.fullmatch("".join(groups)):
        return True
    if everyday.rounded(groups) or everyday.counted(groups):
        return False
    if count >= _CUED and (_CUE.search(before) or _AFTER.match(text, run.end())):
        return True
    return count >= _PLAIN and not everyday.measured(run.group()) and _shaped(groups, gaps, before)


def _shaped(groups: list[str], gaps: list[str], before: str) -> bool:
    """Whether groups and what parts them look like a number and not like a row of figures."""
    if {len(group) for group in groups} == {1}:
        return True
    groups, gaps = _joined(groups, gaps)
    sizes, whole = [len(group) for group in groups], "".join(groups)
    if max(sizes) >= _PLAIN or (before.endswith(("+", "(+")) and len(whole) > _PLAIN):
        return True
    listed = any(_LIST.search(gap) for gap in gaps)
    if whole[0] == "0" and len(whole) > _PLAIN:
        return not listed or min(sizes) >= 3
    if listed:
        return False
    return _in_blocks(sizes, gaps)


def _in_blocks(sizes: list[int], gaps: list[str]) -> bool:
    """3-3-4, 4-4, 4 4 4 4 3, 1 (415) 555 0132: blocks of three and four, parted by one kind of sign."""
    body = sizes[1:] if sizes[0] < 3 and len(sizes) > 2 else sizes
    signs = {gap.strip() for gap in gaps}
    if len(signs) > 2 or max(sizes) > 6:
        return False
    if len(body) == 2:
        return sum(body) >= 8 and min(body) >= 3
    return min(body[:-1]) >= 3 and sum(sizes) >= (_PARTED if signs <= {"-", "."} else _PARTED + 1)


def _joined(groups: list[str], gaps: list[str]) -> tuple[list[str], list[str]]:
    """Digits said one by one are one group up to the next comma: "oh nine oh, 555"."""
    whole, between = [groups[0]], list[str]()
    alone = len(groups[0]) == 1
    for gap, group in zip(gaps, groups[1:], strict=True):
        if alone and len(group) == 1 and not _LIST.search(gap):
            whole[-1] += group
            continue
        alone = len(group) == 1
        whole.append(group)
        between.append(gap)
    return whole, between


def _parts(run: str) -> tuple[list[str], list[str]]:
    """Groups of digits and what stands between them; a spelt digit counts as a digit."""
    groups, gaps, gap = list[str](), list[str](), ""
    for figures, word, other in _TOKENS.findall(_ORDINAL.sub(" ", run)):
        digits = figures or (_figure(word) if word else "")
        if not digits:
            gap += other
        elif groups and not gap:
            groups[-1] += digits
        else:
            gaps += [gap] if groups else []
            groups.append(digits)
            gap = ""
    return groups, gaps


_UNITS: Final = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip


def _figure(word: str) -> str:
    """Ten and more are two digits; which ones does not matter here."""
    return _UNITS.get(word, "10")
