"""Who is under age: by the date of birth in a profile, or by an age told in five languages."""

import re
from datetime import date
from typing import Final

from backoffice.kernel import text as reading

ADULT: Final = 18
"""Years. The age at which people decide for themselves in most of the world (UN Convention, article 1)."""
_HAN: Final = "一二三四五六七八九"
_YEARS: Final = re.compile(
    r"(?<!\d)(\d{1,2})\s*(?:周?岁|歳|才(?![能会])|살|세(?![대기계])|[- ]?y(?:ea)?rs?[- ]old|[- ]?y\.?/?o\b)"
)
_I_AM: Final = re.compile(
    r"\b(?:i am|i'm|im|(?:s?he|daughter|son|child|kid|girl|boy|brother|sister|niece|nephew|student)(?: is|'s)"
    r"|aged?|turned)\s+(?:only\s+|just\s+)?(\d{1,2})\b"
    r"(?![:.%]|\s*(?:%|km|min|m\b|h\b|hours?|days?|weeks?|people|of\b))"
)
_HAN_YEARS: Final = re.compile(rf"((?:[{_HAN}]?十)?[{_HAN}]?|十)周?岁")
_MONTHS: Final = re.compile(r"(?<!\d)\d{1,2}\s*(?:个月大|months?[- ]old|か月の|ヶ月の|개월)")
_SAID: Final = re.compile(r"未成年|미성년|\bunder[- ]?age\b|\bunder 18\b|18岁以下|不满18|未满18")
_DATE: Final = re.compile(r"(\d{4})(?:\D+(\d{1,2})\D+(\d{1,2})\D*)?")


def said(words: str) -> bool:
    """Somebody in these words is under age. A false yes costs one question."""
    folded = reading.simplified(reading.fold(words))
    ages = [int(found[1]) for pattern in (_YEARS, _I_AM) for found in pattern.finditer(folded)]
    ages += [number for found in _HAN_YEARS.finditer(folded) if (number := _number(found[1])) is not None]
    return any(age < ADULT for age in ages) or bool(_MONTHS.search(folded) or _SAID.search(folded))


def _number(han: str) -> int | None:
    """十六 is 16, 九 is 9; "" is none."""
    if not han:
        return None
    tens, ten, ones = han.rpartition("十")
    most = (_HAN.index(tens) + 1 if tens else 1) if ten else 0
    return 10 * most + (_HAN.index(ones) + 1 if ones else 0)


def born(typed: str, today: date) -> str | None:
    """A date or year of birth as it is kept ("2010-05-01", "2010"); None for anything else."""
    found = _DATE.fullmatch(reading.fold(typed).strip())
    if found is None or not today.year - 120 <= int(found[1]) <= today.year:
        return None
    if not found[2]:
        return found[1]
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    return day.isoformat() if day <= today else None


def under_age(birth: str, today: date) -> bool:
    """By what the profile keeps; of a bare year the last day counts, so that nobody is taken for older."""
    if not birth:
        return False
    year, _, rest = birth.partition("-")
    month, _, day = rest.partition("-")
    born_on = (int(month), int(day)) if rest else (12, 31)
    age = today.year - int(year) - ((today.month, today.day) < born_on)
    return age < ADULT
