"""Insured people as typed, one a line: name, document number, date of birth; checked where a number can be checked."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from backoffice.insurance.policies import Insured

LONGEST_NAME = 80
_CHINESE_ID: Final = re.compile(r"(?<![0-9A-Z])\d{17}[\dX](?![0-9A-Z])")
_BORN: Final = re.compile(
    r"(?<!\d)((?:19|20)\d{2})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})\s*[日일]?(?!\d)|(?<![0-9A-Z])((?:19|20)\d{2})(\d{2})(\d{2})(?![0-9A-Z])"
)
_DOCUMENT: Final = re.compile(r"(?<![0-9A-Z])(?=[A-Z]*\d)[A-Z0-9]{6,20}(?![0-9A-Z])")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"
"""GB 11643: the last sign of a Chinese identity number."""
_SEPARATORS: Final = re.compile(r"[,，、;；:：/|\t]+")


WHYS: Final = ("no_document", "bad_document", "no_birth", "no_name")


class Unclear(ValueError):
    """What is missing or wrong in a line: one of `WHYS`."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line that could not be read, by its place in the message, and why."""

    number: int
    why: str


def read(typed: str, today: date) -> tuple[list[Insured], list[Line]]:
    """The people of a message, and the lines that are none. Empty lines do not count."""
    people: list[Insured] = []
    troubles: list[Line] = []
    for number, line in enumerate((one for one in typed.splitlines() if one.strip()), 1):
        try:
            people.append(one(line, today))
        except Unclear as why:
            troubles.append(Line(number, str(why)))
    return people, troubles


def one(line: str, today: date) -> Insured:
    """A person of one line, in any order. Raises `Unclear`."""
    plain = unicodedata.normalize("NFKC", line)
    folded = plain.upper()
    if found := _CHINESE_ID.search(folded):
        number = found.group()
        born: date | None = born_of(number, today)
        folded, plain = _without(folded, plain, found)
        rest = _BORN.search(folded)
        folded, plain = _without(folded, plain, rest) if rest else (folded, plain)
    else:
        spelt = _BORN.search(folded)
        born = _date(spelt, today) if spelt else None
        folded, plain = _without(folded, plain, spelt) if spelt else (folded, plain)
        document = _DOCUMENT.search(folded)
        if document is None:
            raise Unclear("no_document")
        number = document.group()
        folded, plain = _without(folded, plain, document)
        if born is None:
            raise Unclear("no_birth")
    return Insured(_name(plain), number, born)


def _without(folded: str, plain: str, found: re.Match[str]) -> tuple[str, str]:
    """Both forms have the same length: only case differs."""
    gap = " " * (found.end() - found.start())
    cut = slice(found.start(), found.end())
    return _put(folded, cut, gap), _put(plain, cut, gap) if len(plain) == len(folded) else plain


def _put(text: str, cut: slice, gap: str) -> str:
    return text[: cut.start] + gap + text[cut.stop :]


def _name(rest: str) -> str:
    words = " ".join(_SEPARATORS.sub(" ", rest).split())
    if not words or not any(sign.isalpha() for sign in words):
        raise Unclear("no_name")
    return words[:LONGEST_NAME]


def born_of(number: str, today: date) -> date:
    """The date of birth inside a Chinese identity number, its check digit proven."""
    if _CHECK[sum(int(d) * w for d, w in zip(number, _WEIGHTS, strict=False)) % 11] != number[17]:
        raise Unclear("bad_document")
    return _day(int(number[6:10]), int(number[10:12]), int(number[12:14]), today, "bad_document")


def _date(found: re.Match[str], today: date) -> date:
    year, month, day = (int(part) for part in (found.groups()[:3] if found[1] else found.groups()[3:]))
    return _day(year, month, day, today, "no_birth")


def _day(year: int, month: int, day: int, today: date, why: str) -> date:
    try:
        born = date(year, month, day)
    except ValueError:
        raise Unclear(why) from None
    if not date(1900, 1, 1) < born <= today:
        raise Unclear(why)
    return born


def masked(document: str) -> str:
    """All that a chat shows of a document: its last four signs."""
    return f"…{document[-4:]}"
