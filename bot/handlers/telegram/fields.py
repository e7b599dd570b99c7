"""Reading untrusted JSON: every function takes anything and answers with the type asked for, or nothing."""

import json
import re
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

_LAST_SECOND = 253_402_300_799
_ID_LIMIT = 2**63
_DIGITS = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LONE_SURROGATES = re.compile(r"[\ud800-\udfff]")


def parse(body: bytes) -> Json | None:
    """The JSON object in `body`, or None when it is not one (malformed, too deep, another type)."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def obj(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def ident(value: object) -> int | None:
    """A platform id: a 64-bit integer, also when it came as a string of digits."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if -_ID_LIMIT < value < _ID_LIMIT else None


def number(value: object) -> float | None:
    """A number as sent, be it impossible (NaN, infinite); None when it is no number at all."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None
    except OverflowError:
        return float("inf") if int(value) > 0 else float("-inf")


def words(value: object) -> str:
    """Text that any store and encoder takes: no control characters (but newline, tab), no half characters."""
    if not isinstance(value, str):
        return ""
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", _LONE_SURROGATES.sub("\ufffd", lines))


def moment(value: object) -> datetime | None:
    """Unix seconds as UTC; None when absent, zero (Telegram: "inaccessible") or beyond the calendar."""
    seconds = ident(value)
    if seconds is None or not 0 < seconds <= _LAST_SECOND:
        return None
    return datetime.fromtimestamp(seconds, UTC)
