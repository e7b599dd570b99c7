"""What a claimant types for a fact: a day, a sum with its currency, hours, days; in five languages."""

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Final

from babel import Locale

from backoffice.kernel import text as reading
from backoffice.kernel.money import Money, digits

_LOCALES: Final = ("zh_Hans", "zh_Hant", "en", "ja", "ko")
_WORDS: Final = {
    "元": "CNY", "块": "CNY", "人民币": "CNY", "rmb": "CNY", "yuan": "CNY", "人民元": "CNY", "위안": "CNY",
    "圆": "CNY", "泰铢": "THB", "铢": "THB", "baht": "THB", "バーツ": "THB", "바트": "THB",
    "美元": "USD", "美金": "USD", "刀": "USD", "dollar": "USD", "dollars": "USD", "usdollar": "USD", "ドル": "USD",
    "달러": "USD", "米ドル": "USD", "欧元": "EUR", "欧": "EUR", "euro": "EUR", "euros": "EUR", "ユーロ": "EUR",
    "유로": "EUR", "日元": "JPY", "日圆": "JPY", "yen": "JPY", "円": "JPY", "엔": "JPY", "韩元": "KRW", "韩币": "KRW",
    "won": "KRW", "ウォン": "KRW", "원": "KRW", "港币": "HKD", "港元": "HKD", "台币": "TWD", "新台币": "TWD",
    "英镑": "GBP", "pound": "GBP", "pounds": "GBP", "ポンド": "GBP", "파운드": "GBP", "越南盾": "VND", "盾": "VND",
    "dong": "VND", "ドン": "VND", "동": "VND", "新币": "SGD", "新加坡元": "SGD", "马币": "MYR", "林吉特": "MYR",
    "ringgit": "MYR", "リンギット": "MYR", "澳元": "AUD", "澳币": "AUD", "印尼盾": "IDR", "rupiah": "IDR",
    "尼泊尔卢比": "NPR", "比索": "PHP", "peso": "PHP", "卢布": "RUB", "澳门元": "MOP",
}  # fmt: skip
_SIGNS: Final = {
    "€": "EUR",
    "£": "GBP",
    "฿": "THB",
    "₩": "KRW",
    "₫": "VND",
    "₱": "PHP",
    "₽": "RUB",
    "₹": "INR",
}
_AMBIGUOUS: Final = {"$": "USD", "¥": "CNY"}
_NUMBER: Final = re.compile(r"\d[\d,.' ]*\d|\d")
_TEN_THOUSAND: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(?:万|萬|만)")
_HOURS: Final = re.compile(
    r"(\d{1,3}(?:\.\d)?)\s*(?:个半小时|(?:个)?\s*(?:小时|钟头|钟)|h(?:ours?|rs?)?|时间|시간)?\s*(半)?"
    r"(?:\s*(\d{1,2})\s*(?:分钟|分|m(?:in(?:utes?)?)?|분)?)?"
)
_DAYS: Final = re.compile(r"(\d{1,3})\s*(?:天|日|晚|nights?|days?|泊|일|박)?(?:间)?")
_HAN: Final = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {"两": "2", "十": "10"}
_YESTERDAY: Final = {"昨天": 1, "昨日": 1, "yesterday": 1, "어제": 1, "前天": 2, "一昨日": 2, "그저께": 2, "今天": 0,
                     "今日": 0, "today": 0, "오늘": 0}  # fmt: skip
_ISO: Final = re.compile(r"(20\d{2})[-/.年년]\s?(\d{1,2})[-/.月월]\s?(\d{1,2})[日号일]?")
_SHORT: Final = re.compile(r"(\d{1,2})[-/.月월]\s?(\d{1,2})[日号일]?")


def day(typed: str, today: date) -> date | None:
    """A day that has been: "5/3" is the latest third of May up to today. A day to come is returned as it is only
    when its year was written."""
    plain = _plain(typed).replace(" ", "")
    if plain in _YESTERDAY:
        return today - timedelta(days=_YESTERDAY[plain])
    if found := _ISO.fullmatch(plain):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _SHORT.fullmatch(plain):
        this = _date(today.year, int(found[1]), int(found[2]))
        return this if this is None or this <= today else _date(today.year - 1, this.month, this.day)
    return None


def _date(year: int, month: int, day_: int) -> date | None:
    try:
        return date(year, month, day_)
    except ValueError:
        return None


def _plain(typed: str) -> str:
    return reading.simplified(reading.fold(typed)).strip()


def hours(typed: str) -> int | None:
    """Full hours: "6", "6小时30分" (6), "5.5h" (5)."""
    found = _HOURS.fullmatch(_spelt(typed))
    return int(Decimal(found[1])) if found else None


def days(typed: str) -> int | None:
    found = _DAYS.fullmatch(_spelt(typed))
    return int(found[1]) if found else None


def _spelt(typed: str) -> str:
    """One Han digit as a figure; "十二" stays Han and is not understood."""
    return "".join(_HAN.get(sign, sign) for sign in _plain(typed)).strip()


def sums(typed: str, usual: str = "") -> list[Money]:
    """Every line's sum with its currency; [] when a line has none, or no currency is named anywhere.

    `usual`: what "¥" and "$" mean where the place says so (JPY, HKD …).
    """
    lines = [line for line in re.split(r"[\n;；]+", typed) if line.strip()]
    named = [_currency(line, usual) for line in lines]
    only = {code for code in named if code}
    if not lines or not only or (len(only) > 1 and not all(named)):
        return []
    found = [_sum(line, code or next(iter(only))) for line, code in zip(lines, named, strict=True)]
    known = [each for each in found if each is not None]
    return known if len(known) == len(found) else []


def _sum(line: str, currency: str) -> Money | None:
    plain = _plain(line)
    if large := _TEN_THOUSAND.search(plain):
        return _money(str(Decimal(large[1]) * 10_000), currency)
    numbers = _NUMBER.findall(plain)
    return _money(_figure(numbers[-1], currency), currency) if numbers else None


def _figure(number: str, currency: str) -> str:
    """ "1,200.50", "1.200,50", "1 200" as a plain number; what follows the last mark is decimals when it fits."""
    number = number.replace(" ", "").replace("'", "")
    marks = [sign for sign in number if sign in ",."]
    if not marks:
        return number
    whole, _, rest = number.rpartition(marks[-1])
    decimals = digits(currency)
    if decimals and len(rest) <= decimals and (len(set(marks)) == 2 or len(marks) == 1):
        return f"{whole.replace(',', '').replace('.', '')}.{rest}"
    return number.replace(",", "").replace(".", "")


def _money(figure: str, currency: str) -> Money | None:
    try:
        found = Money.of(figure, currency)
    except (ValueError, InvalidOperation):
        return None
    return found if 0 <= found.minor <= 10**12 else None


def _currency(line: str, usual: str) -> str:
    """The ISO code a line names, by code, word or sign; "" for none."""
    plain = _plain(line)
    for word in re.findall(r"(?<![a-z])[a-z]{3}(?![a-z])", plain):
        if word.upper() in _codes():
            return str(word).upper()
    folded = plain.replace(" ", "")
    for word in sorted(_names(), key=len, reverse=True):
        if word in folded:
            return _names()[word]
    for sign, code in _SIGNS.items():
        if sign in plain:
            return code
    for sign, code in _AMBIGUOUS.items():
        if sign in plain:
            return usual if usual and usual in ("JPY", "HKD", "SGD", "TWD", "AUD", "CAD", "NZD") else code
    return ""


@cache
def _codes() -> frozenset[str]:
    return frozenset(str(code) for code in Locale.parse("en").currencies)


@cache
def _names() -> dict[str, str]:
    """Names in five languages, the longer first when they are looked for."""
    found = {_plain(word).replace(" ", ""): code for word, code in _WORDS.items()}
    for tag in _LOCALES:
        for code in set(_WORDS.values()):
            name = str(Locale.parse(tag).currencies.get(code, ""))
            if name:
                found.setdefault(_plain(name).replace(" ", ""), code)
    return found
