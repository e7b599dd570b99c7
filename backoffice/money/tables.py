"""Price tables as CSV files: read whole, every bad row named, sums in whole units of their currency."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from importlib import resources
from typing import Final, TypeVar

from backoffice.kernel.money import Money, Rate
from backoffice.money.prices import Price, SosPay

T = TypeVar("T")
Row = Mapping[str, str]
FILES: Final = ("prices", "sos_pay", "rates")


class BadTable(ValueError):
    """One line per bad row: file, line and reason."""


@dataclass(frozen=True, slots=True)
class PriceTable:
    """What a finance person loads at once."""

    prices: Sequence[Price] = ()
    sos: Sequence[SosPay] = ()
    rates: Sequence[Rate] = ()


def read(files: Mapping[str, str]) -> PriceTable:
    """Texts by name (`prices`, `sos_pay`, `rates`), each optional. Raises `BadTable`: all rows or none."""
    troubles: list[str] = [f"{name}: no such table" for name in files if name not in FILES]
    table = PriceTable(
        _rows("prices", files, _price, troubles),
        _rows("sos_pay", files, _sos, troubles),
        _rows("rates", files, _rate, troubles),
    )
    if troubles:
        raise BadTable("\n".join(troubles))
    return table


def starting() -> PriceTable:
    """The tables the project brings along: a starting point, see `data/NOTICE`."""
    place = resources.files("backoffice.money").joinpath("data")
    return read({name: place.joinpath(f"{name}.csv").read_text("utf-8") for name in FILES})


def _rows(name: str, files: Mapping[str, str], make: Callable[[Row], T], troubles: list[str]) -> list[T]:
    made = []
    for number, row in enumerate(csv.DictReader(io.StringIO(files.get(name, ""))), 2):
        try:
            made.append(make(row))
        except (KeyError, TypeError, ValueError, InvalidOperation, AttributeError) as error:
            troubles.append(f"{name} line {number}: {_reason(error)}")
    return made


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"column {error} is missing"
    return str(error) or type(error).__name__


def _price(row: Row) -> Price:
    since, until = _days(row)
    envoy = _whole(row, "envoy_percent")
    if not 0 < envoy <= 100:
        raise ValueError("envoy_percent must be between 1 and 100")
    if not row["kind"]:
        raise ValueError("a kind is missing")
    return Price(
        kind=row["kind"],
        country=_country(row),
        currency=row["currency"],
        call_out=_minor(row, "call_out"),
        per_hour=_minor(row, "per_hour"),
        least_minutes=_whole(row, "least_minutes"),
        urgent_percent=_whole(row, "urgent_percent"),
        night_percent=_whole(row, "night_percent"),
        envoy_percent=envoy,
        since=since,
        until=until,
    )


def _sos(row: Row) -> SosPay:
    since, until = _days(row)
    return SosPay(
        country=_country(row),
        currency=row["currency"],
        call_out=_minor(row, "call_out"),
        per_hour=_minor(row, "per_hour"),
        per_km=_minor(row, "per_km"),
        free_km=_whole(row, "free_km"),
        since=since,
        until=until,
    )


def _rate(row: Row) -> Rate:
    zero = Money(0, row["base"]), Money(0, row["quote"])
    return Rate(zero[0].currency, zero[1].currency, Decimal(row["value"]), date.fromisoformat(row["on"]))


def _country(row: Row) -> str:
    country = row["country"]
    if country and not (len(country) == 2 and country.isascii() and country.isupper()):
        raise ValueError(f"not a country code: {country}")
    return country


def _minor(row: Row, name: str) -> int:
    amount = Money.of(Decimal(row[name]), row["currency"])
    if amount.minor < 0:
        raise ValueError(f"{name} is less than nothing")
    return amount.minor


def _whole(row: Row, name: str) -> int:
    value = int(row[name])
    if value < 0:
        raise ValueError(f"{name} is less than nothing")
    return value


def _days(row: Row) -> tuple[date, date | None]:
    until = row.get("until")
    return date.fromisoformat(row["since"]), date.fromisoformat(until) if until else None
