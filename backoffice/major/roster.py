"""A roster as people paste it: read line by line, and every line that cannot be read named with its reason."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from backoffice.kernel import cells
from backoffice.major.model import MOST_PERSONS, NAME_LIMIT, WORDS_LIMIT
from backoffice.people import phones

BYTES_LIMIT = 60_000
"""Characters of a paste: what a form of the console carries."""
HEADINGS: Mapping[str, str] = {
    "name": "name", "姓名": "name", "名字": "name", "旅客": "name", "旅客姓名": "name",
    "phone": "phone", "telephone": "phone", "mobile": "phone", "电话": "phone", "手机": "phone", "手机号": "phone",
    "born": "born", "birthday": "born", "date of birth": "born", "出生日期": "born", "生日": "born",
    "document": "document", "passport": "document", "id": "document", "证件": "document", "证件号": "document",
    "护照": "document", "护照号": "document", "身份证": "document", "身份证号": "document",
    "contact": "contact", "family": "contact", "emergency contact": "contact", "家属": "contact",
    "紧急联系人": "contact", "家属联系方式": "contact",
    "note": "note", "remark": "note", "备注": "note",
}  # fmt: skip
COLUMNS = ("name", "phone", "born", "document", "contact", "note")
"""Their order where the first line is no heading, and the order of an export."""
TAIL = 4


class Fault(StrEnum):
    NO_NAME = "no_name"
    FORMULA = "formula"
    BAD_PHONE = "bad_phone"
    TWICE = "twice"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    TOO_MANY_CELLS = "too_many_cells"


@dataclass(frozen=True, slots=True)
class Line:
    """One person as typed. `number` is the line of the paste; of the document only its last characters are kept."""

    number: int
    name: str
    phone: str = ""
    born: str = ""
    document: str = ""
    contact: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that was not taken, and why."""

    number: int
    said: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Roster:
    """What a paste holds."""

    good: tuple[Line, ...]
    bad: tuple[Bad, ...]


def key(name: str, document: str) -> tuple[str, str]:
    """Two lines with the same are one person. Two of the same name without a document need a person to look."""
    return "".join(name.split()).casefold(), document.casefold()


def read(text: str, known: Iterable[tuple[str, str]] = (), region: str | None = None) -> Roster:
    """`known` are the `key`s of who stands on the roster already; `region` helps with national phone numbers."""
    rows = _rows(text)
    order = _headings(rows[0][1]) if rows else None
    seen, good, bad = set(known), list[Line](), list[Bad]()
    room = MOST_PERSONS - len(seen)
    for number, typed in rows[1 if order else 0 :]:
        found = _line(number, typed, order or list(COLUMNS), region)
        if isinstance(found, Line) and key(found.name, found.document) in seen:
            found = Fault.TWICE
        if isinstance(found, Line) and len(good) >= room:
            found = Fault.TOO_MANY
        if isinstance(found, Line):
            seen.add(key(found.name, found.document))
            good.append(found)
        else:
            bad.append(Bad(number, " ".join(typed)[:40], found))
    return Roster(tuple(good), tuple(bad))


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Lines with something in them, with their numbers; commas, semicolons or tabs, whichever the first line has."""
    text = text.removeprefix("\ufeff")[:BYTES_LIMIT]
    first = text.splitlines()[0] if text.strip() else ""
    mark = max(",;\t，", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=mark)
    found = []
    for typed in reader:
        cleaned = [" ".join(c.split()) for c in typed]
        if any(cleaned):
            found.append((reader.line_num, cleaned))
    return found


def _headings(titles: Sequence[str]) -> list[str] | None:
    """What each column is when the first line says so; a column we do not know is left out."""
    found = [HEADINGS.get(cell.casefold(), "") for cell in titles]
    return found if "name" in found else None


def _line(number: int, found: Sequence[str], order: Sequence[str], region: str | None) -> Line | Fault:
    if any(found[len(order) :]):
        return Fault.TOO_MANY_CELLS
    given = {column: cells.plain(cell) for column, cell in zip(order, found, strict=False) if column}
    name = given.get("name", "")
    if not name:
        return Fault.NO_NAME
    if cells.risky(name):
        return Fault.FORMULA
    if len(name) > NAME_LIMIT or any(len(cell) > WORDS_LIMIT for cell in given.values()):
        return Fault.TOO_LONG
    phone = phones.parse(given["phone"], region) if given.get("phone") else ""
    if phone is None:
        return Fault.BAD_PHONE
    return Line(number, **(given | {"phone": phone, "document": given.get("document", "")[-TAIL:]}))
