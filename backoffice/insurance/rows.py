"""Policies as insurers and employers send them: one row per insured person, every bad row named with its reason."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from backoffice.insurance import insured as people
from backoffice.kernel.money import Money

NEEDED = ("insurer", "number", "product", "name", "document", "starts", "ends")
OPTIONAL = ("edition", "born", "phone", "premium", "currency", "organisation", "status")
COLUMNS = (*NEEDED, *OPTIONAL)
STATUSES = ("", "active", "cancelled")
LONGEST = 128
_DOCUMENT = re.compile(r"[0-9A-Z()\-]{4,30}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Row:
    """One insured person of one policy; rows with the same insurer and number are one policy. `line` names it."""

    line: int
    insurer: str
    number: str
    product: str
    edition: int
    name: str
    document: str
    born: date | None
    phone: str
    starts: date
    ends: date
    premium: Money
    organisation: str = ""
    cancelled: bool = False

    @property
    def of_policy(self) -> tuple[object, ...]:
        """What all rows of one policy must say alike."""
        return (
            self.product,
            self.edition,
            self.starts,
            self.ends,
            self.premium,
            self.organisation,
            self.cancelled,
        )


Edition = Callable[[str, date, int], tuple[int, str] | None]
"""(code, first day, edition or 0) -> the edition and its currency; None for a product we do not have."""


Number = Callable[[str], str | None]
"""A telephone number as typed -> E.164, None for what is none."""


@dataclass
class Reading:
    """What was understood so far, and what was not. `insurer` fixes the sender of a push ("" for a file)."""

    edition: Edition
    number: Number
    insurer: str = ""
    rows: list[Row] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    _policies: dict[tuple[str, str], Row] = field(default_factory=dict)
    _documents: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def take(self, values: Mapping[Any, Any], line: int) -> None:
        """One row; a bad one is a trouble and nothing else."""
        try:
            if None in values:
                raise ValueError("more values than columns (a comma that needs quotes?)")
            row = self._row({str(k): str(v or "").strip() for k, v in values.items()}, line)
            self._alike(row)
            self.rows.append(row)
        except ValueError as error:
            self.troubles.append(f"line {line}: {error}")

    def _alike(self, row: Row) -> None:
        first = self._policies.setdefault((row.insurer, row.number), row)
        if first.of_policy != row.of_policy:
            raise ValueError(f"policy {row.number} says something else than on line {first.line}")
        before = self._documents.setdefault((row.insurer, row.number, row.document), row.line)
        if before != row.line:
            raise ValueError(f"the same person of the same policy as line {before}")

    def _row(self, values: Mapping[str, str], line: int) -> Row:
        _complete(values)
        insurer = values.get("insurer") or self.insurer
        if self.insurer and insurer != self.insurer:
            raise ValueError(f"insurer {insurer!r} is not who sent this")
        if not _NAME.fullmatch(insurer):
            raise ValueError(f"insurer {insurer!r}: small letters, digits, - and _ are wanted")
        starts, ends = _day(values, "starts"), _day(values, "ends")
        if ends < starts:
            raise ValueError(f"ends {ends} is before starts {starts}")
        found = self.edition(values["product"], starts, _whole(values.get("edition", "")))
        if found is None:
            raise ValueError(f"product {values['product']!r} is not known here (for cover from {starts})")
        document, born = _document(values)
        return Row(
            line=line,
            insurer=insurer,
            number=_short(values, "number"),
            product=values["product"],
            edition=found[0],
            name=_short(values, "name"),
            document=document,
            born=born,
            phone=self._phone(values.get("phone", "")),
            starts=starts,
            ends=ends,
            premium=_premium(values, found[1]),
            organisation=values.get("organisation", "")[:64],
            cancelled=_status(values.get("status", "")) == "cancelled",
        )

    def _phone(self, text: str) -> str:
        found = self.number(text) if text else ""
        if found is None:
            raise ValueError(f"{text!r} is no telephone number (write it with + and country code)")
        return found


def _complete(values: Mapping[str, str]) -> None:
    missing = [name for name in NEEDED if not values.get(name) and name != "insurer"]
    if missing:
        raise ValueError(f"no {', no '.join(missing)}")


def _short(values: Mapping[str, str], name: str) -> str:
    if len(values[name]) > LONGEST:
        raise ValueError(f"{name} is longer than {LONGEST} characters")
    return values[name]


def _day(values: Mapping[str, str], name: str) -> date:
    try:
        return date.fromisoformat(values[name])
    except ValueError:
        raise ValueError(f"{name} must be a day such as 2026-07-01, not {values[name]!r}") from None


def _whole(text: str) -> int:
    if text and not (text.isascii() and text.isdigit()):
        raise ValueError(f"edition must be a number, not {text!r}")
    return int(text or 0)


def _document(values: Mapping[str, str]) -> tuple[str, date | None]:
    """The number as it is compared, and the date of birth: told, or inside a Chinese identity number."""
    number = values["document"].upper().replace(" ", "")
    if not _DOCUMENT.fullmatch(number):
        raise ValueError(f"document {values['document']!r} is no document number")
    born = _day(values, "born") if values.get("born") else None
    if len(number) == 18 and number[:17].isdigit():
        try:
            inside = people.born_of(number, date.max)
        except people.Unclear:
            raise ValueError("document: the check digit of this identity number is wrong") from None
        if born and born != inside:
            raise ValueError(f"born {born} is not what the identity number says")
        born = inside
    return number, born


def _premium(values: Mapping[str, str], currency: str) -> Money:
    try:
        return Money.of(values.get("premium") or "0", values.get("currency") or currency)
    except (ValueError, ArithmeticError):
        raise ValueError(
            f"premium {values.get('premium')!r} {values.get('currency') or currency} is no sum"
        ) from None


def _status(text: str) -> str:
    if text not in STATUSES:
        raise ValueError(f"status must be active, cancelled or empty, not {text!r}")
    return text
