"""What a service costs: the table's price in the place's currency and in yuan, by the hour begun, night and urgency."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from backoffice.kernel.money import Money, Rate
from backoffice.money import prices, tables
from backoffice.money.prices import Need, NoPrice, NoRate, Price, SosPay, Tables
from backoffice.orders import kinds

DAY = date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)
"""12:00 in Bangkok."""


def row(country: str = "TH", currency: str = "THB", **more: int) -> Price:
    values = {
        "call_out": 0, "per_hour": 600_00, "least_minutes": 60, "urgent_percent": 30, "night_percent": 50,
        "envoy_percent": 80,
    } | more  # fmt: skip
    return Price("interpret", country, currency, since=DAY, **values)


def need(minutes: int = 120, **more: object) -> Need:
    values: dict[str, object] = {"start": NOON, "urgent": False, "country": "TH"} | more
    return Need("interpret", minutes=minutes, zone="Asia/Bangkok", **values)  # type: ignore[arg-type]


RATES = [Rate("CNY", "THB", Decimal("4.6"), DAY), Rate("CNY", "USD", Decimal("0.14"), DAY)]


def test_two_hours_by_day() -> None:
    """1,200 baht, and the same in yuan; four fifths are the envoy's."""
    found = prices.quote(Tables([row()], RATES), need())
    assert found.total == Money.of(1200, "THB")
    assert found.home == Money(26087, "CNY")
    assert found.envoy == Money.of(960, "THB")
    assert found.envoy + found.fee == found.total


@pytest.mark.parametrize(("minutes", "billed"), [(1, 60), (60, 60), (61, 90), (90, 90), (91, 120)])
def test_time_is_billed_by_the_half_hour_begun(minutes: int, billed: int) -> None:
    """And never less than the table's least."""
    assert prices.quote(Tables([row()], RATES), need(minutes)).billed_minutes == billed


def test_urgency_and_night_are_added_where_they_apply() -> None:
    """From 21:00 to 23:00: one of two hours lies in the night."""
    late = need(start=datetime(2026, 3, 1, 14, 0, tzinfo=UTC), urgent=True)
    found = prices.quote(Tables([row()], RATES), late)
    assert {x.what: x.amount.amount for x in found.lines} == {"hours": 1200, "night": 300, "urgent": 360}
    assert found.total == Money.of(1860, "THB")


def test_without_a_row_of_its_own_a_country_is_quoted_in_its_currency_by_the_rate() -> None:
    everywhere = row("", "CNY", per_hour=180_00)
    found = prices.quote(Tables([everywhere], RATES), need())
    assert found.total == Money.of(1656, "THB")
    assert found.home == Money.of(360, "CNY")
    assert found.rate is not None
    assert found.rate.on == DAY


def test_without_a_rate_the_price_is_said_in_the_currency_it_has() -> None:
    found = prices.quote(Tables([row("", "CNY", per_hour=180_00)], []), need())
    assert found.total == found.home == Money.of(360, "CNY")


def test_no_row_is_no_price() -> None:
    with pytest.raises(NoPrice):
        prices.quote(Tables([row("VN", "VND")], RATES), need())


def test_the_newest_row_of_the_country_counts() -> None:
    older = row(per_hour=100_00)
    newer = Price(**{**_values(older), "per_hour": 700_00, "since": date(2026, 2, 1)})
    older = Price(**{**_values(older), "since": date(2025, 1, 1)})
    assert prices.for_country([older, newer, row("", "CNY")], "TH").per_hour == 700_00


def _values(price: Price) -> dict[str, object]:
    return {name: getattr(price, name) for name in Price.__slots__}  # type: ignore[attr-defined]


def test_a_third_currency_leads_from_one_to_the_other() -> None:
    """Dollars to baht over yuan; a way that does not exist is said."""
    assert prices.convert(RATES, Money.of(14, "USD"), "THB") == Money.of(460, "THB")
    assert prices.convert(RATES, Money.of(46, "THB"), "CNY") == Money.of(10, "CNY")
    with pytest.raises(NoRate):
        prices.convert(RATES, Money(1, "JPY"), "CNY")


@pytest.mark.parametrize(
    ("metres", "minutes", "found"), [(0, 30, 300), (5000, 30, 300), (5001, 31, 404), (20000, 60, 460)]
)
def test_an_sos_pays_for_coming_for_time_and_for_far_ways(metres: float, minutes: int, found: int) -> None:
    pay = SosPay("", "CNY", 200_00, 200_00, 4_00, 5, DAY)
    assert prices.sos_pay(pay, minutes, metres) == Money.of(found, "CNY")


@pytest.mark.parametrize(
    ("country", "currency"), [("TH", "THB"), ("DE", "EUR"), ("JP", "JPY"), ("HR", "EUR"), ("", "")]
)
def test_the_currency_of_a_place(country: str, currency: str) -> None:
    assert prices.currency_of(country, DAY) == currency


def test_the_starting_tables_price_every_kind_in_every_listed_country() -> None:
    """Whatever can be ordered has a price everywhere, in a currency that has a rate."""
    table = tables.starting()
    rated = {rate.quote for rate in table.rates} | {"CNY"}
    assert {price.kind for price in table.prices if not price.country} == set(kinds.all_kinds())
    assert {price.currency for price in table.prices} | {pay.currency for pay in table.sos} <= rated
    assert any(not pay.country for pay in table.sos)


def test_every_bad_row_of_a_table_is_named_and_none_is_taken() -> None:
    head = "country,currency,call_out,per_hour,per_km,free_km,since\n"
    text = (
        head
        + "TH,THB,1,1,1,1,2026-01-01\nTHAI,THB,1,1,1,1,2026-01-01\nVN,VND,0.5,1,1,1,2026-01-01\nJP,JPY,-1,1,1,1,x\n"
    )
    with pytest.raises(tables.BadTable) as refused:
        tables.read({"sos_pay": text})
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == [
        "sos_pay line 3", "sos_pay line 4", "sos_pay line 5",
    ]  # fmt: skip
