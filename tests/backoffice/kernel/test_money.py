"""Sums of money are exact, of one currency, and rounded only where it is said."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from backoffice.kernel import codec
from backoffice.kernel.money import CurrencyMismatch, Money, Rate
from bot.i18n.formats import Formats

ON = date(2026, 3, 1)
sums = st.integers(-(10**12), 10**12)


def test_minor_units_are_those_of_the_currency() -> None:
    """Yen have none, Kuwaiti dinars thousandths, most others hundredths."""
    assert Money.of("12.50", "CNY") == Money(1250, "CNY")
    assert Money.of(500, "JPY") == Money(500, "JPY")
    assert Money.of("1.234", "KWD") == Money(1234, "KWD")
    assert Money(1250, "CNY").amount == Decimal("12.50")


@pytest.mark.parametrize(
    ("amount", "currency"), [("0.5", "JPY"), ("0.001", "CNY"), ("1", "cny"), ("1", "RMBX")]
)
def test_what_is_no_sum_is_refused(amount: str, currency: str) -> None:
    """Half a yen, or a currency that has no code, does not exist."""
    with pytest.raises(ValueError, match=r"."):
        Money.of(amount, currency)


def test_floats_are_no_money() -> None:
    with pytest.raises(ValueError, match="whole minor units"):
        Money(1.0, "CNY")  # type: ignore[arg-type]


def test_two_currencies_never_meet() -> None:
    """Adding or comparing yuan and baht is a mistake, not a number."""
    with pytest.raises(CurrencyMismatch):
        Money(1, "CNY") + Money(1, "THB")
    with pytest.raises(CurrencyMismatch):
        _ = Money(1, "CNY") < Money(1, "THB")


@pytest.mark.parametrize(
    ("minor", "share", "found"), [(5, "0.5", 2), (7, "0.5", 4), (10, "0.15", 2), (-5, "0.5", -2)]
)
def test_a_share_is_rounded_half_to_even(minor: int, share: str, found: int) -> None:
    assert Money(minor, "CNY").part(Decimal(share)).minor == found


def test_a_rate_knows_the_digits_of_both_currencies() -> None:
    """100 yuan at 21.5 yen are 2,150 yen, not 215,000; and back."""
    rate = Rate("CNY", "JPY", Decimal("21.5"), ON)
    assert rate.convert(Money.of(100, "CNY")) == Money(2150, "JPY")
    assert rate.convert(Money(2150, "JPY")) == Money.of(100, "CNY")
    with pytest.raises(CurrencyMismatch):
        rate.convert(Money(1, "THB"))


def test_conversion_is_half_to_even() -> None:
    rate = Rate("CNY", "THB", Decimal("0.5"), ON)
    assert [rate.convert(Money(n, "CNY")).minor for n in (1, 3, 5)] == [0, 2, 2]


@given(sums, st.decimals("0.0001", "10000", places=4))
def test_conversion_is_the_nearest_minor_unit(minor: int, value: Decimal) -> None:
    """The error is never more than half a minor unit."""
    found = Rate("CNY", "THB", value, ON).convert(Money(minor, "CNY"))
    assert abs(found.minor - minor * Fraction(value)) <= Fraction(1, 2)


@pytest.mark.parametrize("bad", ["0", "-1", "NaN", "Infinity"])
def test_a_rate_is_a_positive_number(bad: str) -> None:
    with pytest.raises(ValueError, match="positive"):
        Rate("CNY", "THB", Decimal(bad), ON)


@given(sums, st.sampled_from(["CNY", "JPY", "KWD"]))
def test_money_survives_the_outbox(minor: int, currency: str) -> None:
    """A sum in a message is the same sum after storage."""
    assert codec.read_param(codec.write_param(Money(minor, currency))) == Money(minor, currency)


@pytest.mark.parametrize(
    ("locale", "sum_", "said"),
    [
        ("zh_Hans", Money(123450, "CNY"), "¥1,234.50"),
        ("en", Money(90000, "THB"), "THB\u00a0900.00"),
        ("zh_Hans", Money(1234567, "IDR"), "IDR\u00a012,345.67"),
        ("en", Money(5000, "JPY"), "¥5,000"),
        ("en", Money(12345, "KWD"), "KWD\u00a012.345"),
    ],
)
def test_every_minor_unit_is_said(locale: str, sum_: Money, said: str) -> None:
    """CLDR would hide hundredths of rupiah that are paid all the same."""
    assert Formats(Locale.parse(locale), "UTC", lambda key, _: key).words(sum_) == said
