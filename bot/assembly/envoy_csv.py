"""`import envoys`: the columns of interfaces.md, every bad row named with its line and reason."""

import csv
import io
from dataclasses import dataclass

from backoffice.kernel import geodesy
from backoffice.people import phones

COLUMNS = ("name", "phone", "channel", "address", "languages", "services", "lat", "lon", "on_duty")


@dataclass(frozen=True, slots=True)
class Row:
    """One envoy. `lat`, `lon` are their base in WGS-84 degrees; `sex` is `female`, `male` or empty."""

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


def read(text: str) -> tuple[list[Row], list[str]]:
    """The rows and the troubles; with any trouble nothing may be imported."""
    table = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = [c for c in COLUMNS if c not in (table.fieldnames or ())]
    if missing:
        return [], [f"line 1: missing column(s) {', '.join(missing)}"]
    rows: list[Row] = []
    troubles: list[str] = []
    seen: dict[tuple[str, str], int] = {}
    for values in table:
        try:
            row = _row({k: (v or "").strip() for k, v in values.items() if k and isinstance(v, str | None)})
            _once(row, table.line_num, seen)
            rows.append(row)
        except ValueError as error:
            troubles.append(f"line {table.line_num}: {error}")
    return rows, troubles


def _once(row: Row, line: int, seen: dict[tuple[str, str], int]) -> None:
    before = seen.setdefault((row.channel, row.address), line)
    if before != line:
        raise ValueError(f"the same address as line {before}")


def _row(values: dict[str, str]) -> Row:
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
        sex=values.get("sex", ""),
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
    if values["channel"] == "telegram" and not address.lstrip("-").isdigit():
        raise ValueError(f"a Telegram chat id is a number, not {address!r}")
    return address


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(f"on_duty must be 0 or 1, not {text!r}")
    return text == "1"
