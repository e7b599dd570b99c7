"""Days, sums and spans of time as claimants type them, in five languages."""

from datetime import date

import pytest

from backoffice.kernel.money import Money
from bot.conversations import claim_reading

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("昨天", date(2026, 2, 28)),
        ("어제", date(2026, 2, 28)),
        ("yesterday", date(2026, 2, 28)),
        ("前天", date(2026, 2, 27)),
        ("2026-02-03", date(2026, 2, 3)),
        ("2026年2月3日", date(2026, 2, 3)),
        ("2026년 2월 3일", date(2026, 2, 3)),
        ("2/3", date(2026, 2, 3)),
        ("2月3号", date(2026, 2, 3)),
        ("12/30", date(2025, 12, 30)),
        ("2027-01-01", date(2027, 1, 1)),
        ("31/31", None),
        ("2026-02-30", None),
        ("last week", None),
    ],
)
def test_a_day_without_a_year_is_the_latest_that_has_been(typed: str, day: date | None) -> None:
    assert claim_reading.day(typed, TODAY) == day


@pytest.mark.parametrize(
    ("typed", "sum_"),
    [
        ("1200 泰铢", Money(1200_00, "THB")),
        ("CNY 350", Money(350_00, "CNY")),
        ("350元", Money(350_00, "CNY")),
        ("¥350.50", Money(350_50, "CNY")),
        ("USD 86.50", Money(86_50, "USD")),
        ("1,200.50 THB", Money(1200_50, "THB")),
        ("1.200,50 EUR", Money(1200_50, "EUR")),
        ("12,000 円", Money(12_000, "JPY")),
        ("3万日元", Money(30_000, "JPY")),
        ("5만원", Money(50_000, "KRW")),
        ("1.5万泰铢", Money(15_000_00, "THB")),
        ("€ 12,50", Money(12_50, "EUR")),
        ("相机 2500 CNY", Money(2500_00, "CNY")),
        ("0 THB", Money(0, "THB")),
    ],
)
def test_a_sum_is_read_with_its_currency(typed: str, sum_: Money) -> None:
    assert claim_reading.sums(typed) == [sum_]


@pytest.mark.parametrize("typed", ["350", "a lot", "", "THB"])
def test_a_sum_without_a_currency_or_a_number_is_asked_again(typed: str) -> None:
    assert claim_reading.sums(typed) == []


def test_several_things_share_the_currency_that_is_named_once() -> None:
    assert claim_reading.sums("相机 2500\n背包 800 CNY") == [Money(2500_00, "CNY"), Money(800_00, "CNY")]
    assert claim_reading.sums("camera 2500 CNY\nbag 80 USD") == [Money(2500_00, "CNY"), Money(80_00, "USD")]


def test_a_sign_means_the_money_of_the_place() -> None:
    assert claim_reading.sums("¥5000", "JPY") == [Money(5000, "JPY")]
    assert claim_reading.sums("$50", "HKD") == [Money(50_00, "HKD")]
    assert claim_reading.sums("$50") == [Money(50_00, "USD")]


@pytest.mark.parametrize(
    ("typed", "hours"),
    [("6", 6), ("6小时", 6), ("6个小时", 6), ("六小时", 6), ("6小时30分", 6), ("5.5h", 5), ("6 hours", 6), ("6時間", 6),
     ("6시간 30분", 6), ("long", None)],
)  # fmt: skip
def test_hours_are_full_hours(typed: str, hours: int | None) -> None:
    assert claim_reading.hours(typed) == hours


@pytest.mark.parametrize(
    ("typed", "days"),
    [("3", 3), ("3天", 3), ("三天", 3), ("3 days", 3), ("3泊", 3), ("3일", 3), ("some", None)],
)
def test_days_in_hospital(typed: str, days: int | None) -> None:
    assert claim_reading.days(typed) == days
