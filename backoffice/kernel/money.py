"""Sums of money: whole minor units of one currency, exact, rounded half to even and only where it is said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

_NO_MINOR_UNIT: Final = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
    "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF",
)  # fmt: skip
_THOUSANDTHS: Final = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_DIGITS: Final = {**dict.fromkeys(_NO_MINOR_UNIT, 0), **dict.fromkeys(_THOUSANDTHS, 3), "CLF": 4, "UYW": 4}
"""ISO 4217: currencies whose minor unit is not a hundredth. CLDR's digits differ: they are for reading only."""


class CurrencyMismatch(ValueError):
    """Sums of two currencies cannot be added or compared; convert one first."""


def digits(currency: str) -> int:
    """How many decimals the minor unit of a currency stands for (ISO 4217)."""
    return _DIGITS.get(currency, 2)


def half_even(value: Fraction) -> int:
    """The nearest whole number; exactly between two, the even one."""
    return round(value)


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` units (cents, fen, yen) of an ISO 4217 `currency`. Raises ValueError for anything else."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.minor, bool) or not isinstance(self.minor, int):
            raise ValueError("money is whole minor units")
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper()):
            raise ValueError(f"not an ISO 4217 code: {self.currency!r}")

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str) -> "Money":
        """An amount in whole units, e.g. `Money.of("12.50", "CNY")`. Raises ValueError for parts of a minor unit."""
        exact = Fraction(Decimal(amount)) * 10 ** digits(currency)
        if exact.denominator != 1:
            raise ValueError(f"{amount} {currency} is not a whole number of minor units")
        return cls(exact.numerator, currency)

    @property
    def amount(self) -> Decimal:
        """In whole units, exact: 1250 fen are 12.50."""
        return Decimal(self.minor).scaleb(-digits(self.currency))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.minor * times, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def part(self, share: Fraction | Decimal | int) -> "Money":
        """`share` of this sum, rounded half to even: an hour and a half, 15 %."""
        return Money(half_even(Fraction(share) * self.minor), self.currency)

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return other.minor


def zero(currency: str) -> Money:
    return Money(0, currency)


def total(sums: Iterable[Money], currency: str) -> Money:
    """The sum of sums of one currency (zero of it when there are none)."""
    found = zero(currency)
    for each in sums:
        found += each
    return found


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `base` is `value` units of `quote`, as published `on` a day."""

    base: str
    quote: str
    value: Decimal
    on: date

    def __post_init__(self) -> None:
        if not self.value.is_finite() or self.value <= 0:
            raise ValueError("a rate is a positive number")

    def convert(self, money: Money) -> Money:
        """Into the other of its two currencies, half to even. Raises CurrencyMismatch for a third one."""
        if money.currency == self.base:
            return self._as(money, self.quote, Fraction(self.value))
        if money.currency == self.quote:
            return self._as(money, self.base, 1 / Fraction(self.value))
        raise CurrencyMismatch(f"{money.currency} is neither {self.base} nor {self.quote}")

    @staticmethod
    def _as(money: Money, to: str, value: Fraction) -> Money:
        scale = Fraction(10) ** (digits(to) - digits(money.currency))
        return Money(half_even(money.minor * value * scale), to)
