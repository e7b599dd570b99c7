"""Figures that are no numbers to call: dates, times, places, sums, emergency lines."""

import re
from typing import Final

BLANK: Final = "\x00"
"""Stands for a figure that was understood; no number runs across it."""

_YEAR = r"(?:19|20)\d\d"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_HOUR = r"(?:[01]?\d|2[0-4])"
_MINUTE = r"[0-5]\d"
_DATES = (
    rf"{_YEAR} ?[-./年] ?{_MONTH} ?[-./月] ?{_DAY}",
    rf"{_DAY}[-./]{_MONTH}[-./]{_YEAR}",
    rf"{_MONTH}/{_DAY}/{_YEAR}",
    rf"{_MONTH}[/.]{_DAY}(?: ?[-~—–至到] ?{_MONTH}[/.]{_DAY})+",
    r"(?:19[3-9]\d|20[0-4]\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",
)
_TIMES = (
    rf"{_HOUR} ?[:h時时] ?{_MINUTE}(?::{_MINUTE})?(?:\+\d)?",
    rf"{_HOUR}点{_MINUTE}分?",
    rf"{_HOUR}\.{_MINUTE} ?[-~—–至到] ?{_HOUR}\.{_MINUTE}",
)
_LATITUDE = r"[-+]?(?:[1-8]?\d|90)\.\d{3,8}°?"
_LONGITUDE = r"[-+]?(?:1[0-7]\d|180|\d?\d)\.\d{3,8}°?"
_PARTING = r" ?(?:[nsew] ?[,，;/]?|[,，;/]| ) ?"
_PLACES = (
    rf"{_LATITUDE}{_PARTING}{_LONGITUDE}",
    rf"{_LONGITUDE}{_PARTING}{_LATITUDE}",
    r"(?<=[经經纬緯度])[:： ]?\d{1,3}\.\d{2,8}",
    r"""\d{1,3} ?[°度] ?\d{1,2}(?: ?['′分] ?\d{1,2}(?:\.\d+)?)?""",
    r"[ns] ?\d{1,2}[ °]\d{1,2}(?:[ .']\d{1,4})? ?[,/]? ?[ew] ?\d{1,3}[ °]\d{1,2}(?:[ .']\d{1,4})?",
    r"\d{1,2}[c-x] ?[a-z]{2} ?\d{3,5} ?\d{3,5}",
    r"〒 ?\d{3}-?\d{4}",
)
_SUM = r"(?!0|1[3-9][,.]\d{3}[,.]\d{3}[,.]\d{3})(?:\d{1,3}(?:[,.]\d{3})+|\d{1,10})(?:\.\d{1,2})?(?!\d)"
_RANGE = rf"{_SUM}(?: ?(?:-|~|–|—|/|to|到|至) ?{_SUM})*"
_MONEY = (
    r"(?:[¥￥$€£฿₫₩₱₹]|(?<![a-z])(?:rmb|cny|usd|thb|vnd|idr|krw|jpy|eur|gbp|hkd|twd|sgd|myr|php|rp|nt\$?|hk\$))"
    rf" ?{_RANGE}",
    rf"{_RANGE} ?(?:多|几)?[0万萬千百k]? ?(?:元|块|塊|円|圆|엔|원|エン|バーツ|ウォン|泰铢|铢|บาท|baht|"
    r"越南盾|印尼盾|盾|卢比|比索|林吉特|美元|美金|美刀|刀|欧|日元|日币|日圆|韩元|韩币|韓元|港币|港元|台币|英镑|人民币|"
    r"[¥￥$€£฿₫₩₱₹]|(?:rmb|cny|usd|thb|vnd|idr|krw|jpy|eur|gbp|hkd|twd|sgd|myr|php)(?![a-z]))",
    r"(?!1[3-9],\d{3},\d{3},\d{3})[1-9]\d{0,2}(?:,\d{3})+",
)
_LINES = (r"(?:\+|00)? ?86[- ]?10[- ]?(?:12308|65612308)", r"12308")
"""China's consular protection line as the foreign ministry gives it, from abroad and at home."""
_COUNTED = r"(?<=\s)\d{1,2}(?=[年月日天晚个個人位次张張档檔床间間层層楼樓路号號站岁歲种種件份瓶杯片台臺辆輛小分点點])"
_UNDERSTOOD: Final = re.compile(
    "|".join(rf"(?<![\d.+])(?:{one})(?!\d)" for one in (*_LINES, *_DATES, *_TIMES, *_PLACES))
    + "|"
    + "|".join(rf"(?<!\d)(?<!\d[.,])(?:{one})(?!\d)" for one in _MONEY)
    + f"|{_COUNTED}"
)
_LINK: Final = re.compile(r"https?://[^\s\u4e00-\u9fff]+")
_CALLABLE: Final = re.compile(r"(?<!\d)(?:86)?1[3-9]\d{9}(?!\d)|tel|phone|mobile|\+\d{8}")
_LINES_OF_ALL: Final = """
000 08 061 066 10 100 101 102 103 104 105 108 109 110 111 112 113 114 115 116 117 118 119 120 122 123 125 126 128 131
132 133 144 150 155 158 14 15 16 17 18 190 191 192 193 195 197 198 199 211 222 300 911 912 913 990 991 992 993 994 995
997 998 999 1000 1155 1195 1300 1345 1390 1412 1414 1669 1784 10086 12306 12308 12315 12345 12348 12366
"""
EMERGENCY: Final = frozenset(_LINES_OF_ALL.split())
"""Lines for everybody: emergency, tourist police, hotlines of a few digits. No party answers there."""


_PUBLIC: Final = re.compile(r"1\d\d|95\d{3}")


def understood(text: str) -> str:
    """The text with every figure that explains itself blanked, as long as before."""
    text = _LINK.sub(_link, text) if "://" in text else text
    return _UNDERSTOOD.sub(lambda found: BLANK * len(found.group()), text)


def _link(found: re.Match[str]) -> str:
    link = found.group()
    return link if _CALLABLE.search(link) else BLANK * len(link)


def public(groups: list[str]) -> bool:
    """Whether these are lines for everybody, and nothing else."""
    return all(group in EMERGENCY or _PUBLIC.fullmatch(group) for group in groups)


def counted(groups: list[str]) -> bool:
    """One after the other: 1 2 3, 8 9 10, 2019 2020 2021, or 1234567 as children count."""
    if len(groups) == 1:
        return groups[0] in "0123456789" and len(groups[0]) < 8
    steps = [int(b) - int(a) for a, b in zip(groups, groups[1:], strict=False)]
    return set(steps) == {1}


def rounded(groups: list[str]) -> bool:
    """Prices, sizes and years, not numbers to call: every one round, or every one a year or a full time."""
    if all(int(group) % 10 == 0 and group[0] != "0" for group in groups):
        return True
    return all(re.fullmatch(_YEAR, group) for group in groups) or (
        len(groups) == 2 and all(re.fullmatch(r"(?:[01]\d|2[0-3])[0-5][05]", group) for group in groups)
    )


_MEASURED: Final = re.compile(r"\d{1,3}(?:\.\d{1,2})?(?:[ ,/、，;]+\d{1,3}(?:\.\d{1,2})?)+")


def measured(run: str) -> bool:
    """A row of readings: 5.6 7.8 6.1, or 120/80 98 97 38.5."""
    return "." in run and _MEASURED.fullmatch(run) is not None
