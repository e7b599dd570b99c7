"""`import envoys`: the columns of interfaces.md, every bad row named with its line and reason."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backoffice.dispatch.travel import Transport
from backoffice.kernel import geodesy
from backoffice.people import phones

COLUMNS = ("name", "phone", "channel", "address", "languages", "services", "lat", "lon", "on_duty")
SEXES = ("", "female", "male")
_CHAT_ID = re.compile(r"-?[0-9]{1,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """One envoy. `lat`, `lon` are their base in WGS-84 degrees; `sex` is `female`, `male` or empty.

    `transport` is how they get about (`foot`, `motorbike`, `car`, `transit`) or empty; `line` is where they stand.
    """

    name: str
    phone: str
    channel: str
    address: str
    languages: tuple[str, ...]
    services: tuple[str, ...]
    lat: float
    lon: float
    on_duty: bool
    sex: str = ""
    transport: str = ""
    line: int = 0


def read(text: str) -> tuple[list[Row], list[str]]:
    """The rows and the troubles; with any trouble nothing may be imported. A file without an envoy is one too."""
    table = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    reading = _Reading()
    try:
        missing = [c for c in COLUMNS if c not in (table.fieldnames or ())]
        if missing:
            return [], [f"line 1: missing column(s) {', '.join(missing)}"]
        for values in table:
            reading.take(values, table.line_num)
    except csv.Error as error:
        reading.troubles.append(f"line {table.line_num + 1}: {error}")
    if not (reading.rows or reading.troubles):
        return [], ["line 2: there is no envoy in this file"]
    return reading.rows, reading.troubles


@dataclass
class _Reading:
    """What was understood so far; `seen` has the line on which an address came first."""

    rows: list[Row] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, values: Mapping[str | Any, str | Any], line: int) -> None:
        try:
            if None in values:
                raise ValueError("more values than columns (a comma that needs quotes?)")
            row = _row({k: (v or "").strip() for k, v in values.items()}, line)
            self._once(row, line)
            self.rows.append(row)
        except ValueError as error:
            self.troubles.append(f"line {line}: {error}")

    def _once(self, row: Row, line: int) -> None:
        before = self.seen.setdefault((row.channel, row.address), line)
        if before != line:
            raise ValueError(f"the same address as line {before}")


def _row(values: dict[str, str], line: int) -> Row:
    if not values["name"]:
        raise ValueError("no name")
    if values["channel"] not in ("telegram", "wechat"):
        raise ValueError(f"channel must be telegram or wechat, not {values['channel']!r}")
    lat, lon = _point(values)
    return Row(
        name=values["name"],
        phone=_phone(values["phone"]),
        channel=values["channel"],
        address=_address(values),
        languages=_several(values["languages"]),
        services=_several(values["services"]),
        lat=lat,
        lon=lon,
        on_duty=_flag(values["on_duty"]),
        sex=_sex(values.get("sex", "")),
        transport=_transport(values.get("transport", "")),
        line=line,
    )


def _point(values: dict[str, str]) -> tuple[float, float]:
    try:
        lat, lon = float(values["lat"]), float(values["lon"])
    except ValueError:
        raise ValueError(f"lat and lon must be numbers, not {values['lat']!r}, {values['lon']!r}") from None
    if not geodesy.valid(lat, lon):
        raise ValueError(f"nobody can be at {lat}, {lon}")
    return lat, lon


def _phone(text: str) -> str:
    if not text:
        return ""
    number = phones.parse(text, None)
    if number is None:
        raise ValueError(f"{text!r} is no telephone number (write it with + and country code)")
    return number


def _address(values: dict[str, str]) -> str:
    address = values["address"]
    if not address:
        raise ValueError("no address")
    if values["channel"] == "telegram" and not _CHAT_ID.fullmatch(address):
        raise ValueError(f"a Telegram chat id is a number, not {address!r}")
    return address


def _transport(text: str) -> str:
    if text and text not in (*Transport,):
        raise ValueError(f"transport must be {', '.join(Transport)} or empty, not {text!r}")
    return text


def _sex(text: str) -> str:
    if text not in SEXES:
        raise ValueError(f"sex must be female, male or empty, not {text!r}")
    return text


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(f"on_duty must be 0 or 1, not {text!r}")
    return text == "1"
