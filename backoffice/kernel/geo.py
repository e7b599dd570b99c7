"""Points as every part of the service knows them: never a coordinate without its datum."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Datum(StrEnum):
    """In which reference frame a coordinate was given. GCJ-02 is what Tencent's maps use in mainland China."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"


class Source(StrEnum):
    """How a position reached us; shown to staff beside its age."""

    WECHAT_PIN = "wechat_pin"
    WECHAT_AUTO = "wechat_auto"
    TELEGRAM_PIN = "telegram_pin"
    TELEGRAM_LIVE = "telegram_live"
    TELEGRAM_VENUE = "telegram_venue"
    TYPED = "typed"
    BASE = "base"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class RawPoint:
    """A point as the platform gave it. Degrees."""

    lat: float
    lon: float
    datum: Datum


@dataclass(frozen=True, slots=True)
class Point:
    """A point in WGS-84, degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Fix:
    """A position somebody had at a time.

    `point` is WGS-84; `raw` keeps what was received. `ambiguous` means two readings of the datum fit
    (near the borders of mainland China, in Hong Kong and Macau): `alternative` is the other reading.
    """

    point: Point
    raw: RawPoint
    source: Source
    at: datetime
    accuracy_m: float | None = None
    ambiguous: bool = False
    alternative: Point | None = None
