"""Price tables: what a service costs, what an SOS pays, and both in another currency. Every row holds for days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from babel import numbers

from backoffice.kernel import money
from backoffice.kernel.errors import Refusal
from backoffice.kernel.money import Money, Rate

STEP_MIN = 30
"""Time is billed in started half hours."""
NIGHT = (22, 6)
"""Local hours between which the night's share is added."""
_HUNDRED = 100


class NoPrice(Refusal):
    """The table has no price for this."""

    key = "price.none"
    status = 404


class NoRate(Refusal):
    """No dated rate leads from one currency to the other."""

    key = "price.no_rate"
    status = 404


@dataclass(frozen=True, slots=True)
class Price:
    """One row. `country` is ISO 3166-1 alpha-2, "" everywhere. Sums are minor units of `currency`.

    `urgent_percent` and `night_percent` are added to the hours, `envoy_percent` of everything is the envoy's.
    It holds from `since` to `until`, both days included.
    """

    kind: str
    country: str
    currency: str
    call_out: int
    per_hour: int
    least_minutes: int
    urgent_percent: int
    night_percent: int
    envoy_percent: int
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class SosPay:
    """What an envoy earns at an SOS: for coming, per hour, per kilometre beyond the free ones."""

    country: str
    currency: str
    call_out: int
    per_hour: int
    per_km: int
    free_km: int
    since: date
    until: date | None = None


R = TypeVar("R", Price, SosPay)


@dataclass(frozen=True, slots=True)
class Need:
    """What is asked for: `start` is aware, `zone` where it takes place."""

    kind: str
    country: str
    start: datetime
    minutes: int
    zone: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One part of a price: `call_out`, `hours`, `night` or `urgent`."""

    what: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Quote:
    """The price in the currency of the place and at home. `rate` is what was used between them (None: the same)."""

    need: Need
    billed_minutes: int
    lines: tuple[QuoteLine, ...]
    total: Money
    home: Money
    envoy: Money
    rate: Rate | None

    @property
    def fee(self) -> Money:
        """The service's own share."""
        return self.total - self.envoy


@dataclass(frozen=True, slots=True)
class Tables:
    """The rows that hold on the day: `home` is the currency every price is shown in too."""

    prices: Sequence[Price]
    rates: Sequence[Rate]
    home: str = "CNY"


def quote(tables: Tables, need: Need) -> Quote:
    """The price of a service. Raises `NoPrice` without a row, `NoRate` never: then it is said in the row's currency."""
    row = for_country(tables.prices, need.country)
    billed = max(row.least_minutes, billed_minutes(need.minutes))
    lines = tuple(_lines(row, need, billed))
    own = money.total((line.amount for line in lines), row.currency)
    local = currency_of(need.country, need.start.date()) if not row.country else row.currency
    there = _pair(tables.rates, row.currency, local)
    if there is not None:
        lines = tuple(QuoteLine(line.what, there.convert(line.amount)) for line in lines)
    whole = money.total((line.amount for line in lines), there.quote if there else row.currency)
    home_rate = _pair(tables.rates, whole.currency, tables.home)
    home = own if own.currency == tables.home else home_rate.convert(whole) if home_rate else whole
    envoy = whole.part(Fraction(row.envoy_percent, _HUNDRED))
    return Quote(need, billed, lines, whole, home, envoy, there or home_rate)


def _lines(row: Price, need: Need, billed: int) -> Iterable[QuoteLine]:
    hourly = Money(row.per_hour, row.currency)
    hours = hourly.part(Fraction(billed, 60))
    night = hourly.part(Fraction(night_minutes(need, billed) * row.night_percent, 60 * _HUNDRED))
    urgent = hours.part(Fraction(row.urgent_percent, _HUNDRED)) if need.urgent else money.zero(row.currency)
    parts = (
        ("call_out", Money(row.call_out, row.currency)),
        ("hours", hours),
        ("night", night),
        ("urgent", urgent),
    )
    return [QuoteLine(what, amount) for what, amount in parts if amount]


def billed_minutes(minutes: int) -> int:
    """Started half hours."""
    return -(-minutes // STEP_MIN) * STEP_MIN


def night_minutes(need: Need, billed: int) -> int:
    """How much of the time lies in the local night, in whole steps."""
    zone = ZoneInfo(need.zone)
    starts = (need.start + timedelta(minutes=m) for m in range(0, billed, STEP_MIN))
    return STEP_MIN * sum(_is_night(moment.astimezone(zone).hour) for moment in starts)


def _is_night(hour: int) -> bool:
    return hour >= NIGHT[0] or hour < NIGHT[1]


def sos_pay(row: SosPay, minutes: int, metres: float) -> Money:
    """What an SOS pays: the call-out, started half hours, started kilometres beyond the free ones."""
    hours = Money(row.per_hour, row.currency).part(Fraction(billed_minutes(minutes), 60))
    far = max(0, -int(-metres // 1000) - row.free_km)
    return Money(row.call_out, row.currency) + hours + Money(row.per_km, row.currency) * far


def for_country(rows: Sequence[R], country: str) -> R:
    """The country's own row, else everywhere's. Raises `NoPrice`."""
    for wanted in (country, ""):
        found = [row for row in rows if row.country == wanted]
        if found:
            return max(found, key=lambda row: row.since)
    raise NoPrice


@cache
def currency_of(country: str, on: date) -> str:
    """The legal tender of a country on a day (CLDR); "" where it has none."""
    found = numbers.get_territory_currencies(country, on, on) if country else []
    return str(found[0]) if found else ""


def convert(rates: Sequence[Rate], amount: Money, to: str) -> Money:
    """Into another currency by the dated rates, over one third currency when there is no direct one.

    Raises `NoRate`. Rounded once, half to even.
    """
    if amount.currency == to:
        return amount
    rate = _pair(rates, amount.currency, to)
    if rate is None:
        raise NoRate
    return rate.convert(amount)


def _pair(rates: Sequence[Rate], base: str, quote_: str) -> Rate | None:
    """A rate from `base` to `quote_`, made of at most two given ones; None when there is no way or no need."""
    if not quote_ or base == quote_:
        return None
    legs = _legs(rates)
    direct = legs.get((base, quote_))
    if direct is not None:
        return direct
    for (start, middle), first in legs.items():
        second = legs.get((middle, quote_))
        if start == base and second is not None:
            return Rate(base, quote_, first.value * second.value, min(first.on, second.on))
    return None


def _legs(rates: Sequence[Rate]) -> dict[tuple[str, str], Rate]:
    """Every rate in both directions, the newest of each pair; given directions win over turned ones."""
    legs: dict[tuple[str, str], Rate] = {}
    for rate in sorted(rates, key=lambda r: r.on, reverse=True):
        legs.setdefault((rate.base, rate.quote), rate)
    for rate in list(legs.values()):
        legs.setdefault((rate.quote, rate.base), Rate(rate.quote, rate.base, 1 / rate.value, rate.on))
    return legs
