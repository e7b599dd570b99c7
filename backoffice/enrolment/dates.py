"""The last day of a document, as people write it."""

import re
from datetime import date

from backoffice.kernel import text as reading

_YEAR_FIRST = re.compile(r"(20\d{2})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})\s*[日日일号]?")
_PLAIN = re.compile(r"(20\d{2})(\d{2})(\d{2})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[\s.-]*({'|'.join(_MONTHS)})[a-z]*[\s.,-]*(20\d{{2}})")
_MONTH_FIRST = re.compile(
    rf"({'|'.join(_MONTHS)})[a-z]*[\s.-]*(\d{{1,2}})(?:st|nd|rd|th)?[\s.,-]*(20\d{{2}})"
)


def read(words: str) -> date | None:
    """A day written year first, or with its month in English; None for anything that could mean two days."""
    said = reading.fold(words)
    if match := _YEAR_FIRST.fullmatch(said) or _PLAIN.fullmatch(said):
        return _date(match[1], match[2], match[3])
    if match := _DAY_FIRST.fullmatch(said):
        return _date(match[3], _month(match[2]), match[1])
    if match := _MONTH_FIRST.fullmatch(said):
        return _date(match[3], _month(match[1]), match[2])
    return None


def _month(name: str) -> int:
    return _MONTHS.index(name) + 1


def _date(year: str, month: str | int, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
