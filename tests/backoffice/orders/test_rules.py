"""The tables of orders: cancelling, not showing up, what is charged, ratings."""

from datetime import timedelta

import pytest

from backoffice.kernel.ids import OrderId, PersonId
from backoffice.kernel.messages import PlaceWords, Role
from backoffice.kernel.money import Money
from backoffice.orders import kinds, ratings, rules
from backoffice.orders.model import ORDER_MOVES, Order, OrderStatus, Price, Rating
from tests.clocks import START

GIVEN = rules.OrderRules()
HOUR = timedelta(hours=1)


def order(status: OrderStatus = OrderStatus.BOOKED, start: timedelta = 30 * HOUR) -> Order:
    made = Order(
        id=OrderId("o"),
        ref="ABCDE",
        customer=PersonId("p"),
        kind="interpret",
        language="th",
        fix=None,
        place=PlaceWords("TH", {"": "Bangkok"}),
        created_at=START,
        start_at=START + start,
        minutes=120,
        price=Price(Money(1200_00, "THB"), Money(960_00, "THB")),
        status=status,
    )
    made.booked_at = START - HOUR
    return made


@pytest.mark.parametrize(
    ("before", "percent"),
    [(24, 0), (23.9, 20), (2, 20), (1.9, 50), (0, 50), (-0.5, rules.LATE_CANCEL_PERCENT)],
)
def test_a_cancel_costs_what_the_table_says(before: float, percent: int) -> None:
    late = order(start=before * HOUR)
    assert rules.cancel_percent(GIVEN, late, START) == percent
    assert rules.fee(late, percent) == Money(1200_00 * percent // 100, "THB")


def test_nothing_is_charged_while_nobody_has_the_order() -> None:
    assert rules.cancel_percent(GIVEN, order(OrderStatus.OFFERING, start=HOUR), START) == 0


def test_the_first_minutes_after_booking_are_free_unless_the_envoy_is_there() -> None:
    soon = order(start=HOUR)
    soon.booked_at = START - timedelta(minutes=9)
    assert rules.cancel_percent(GIVEN, soon, START) == 0
    soon.arrived_at = START
    assert rules.cancel_percent(GIVEN, soon, START) == 50


def test_never_more_than_was_ordered_is_charged() -> None:
    over = order(OrderStatus.RUNNING)
    over.started_at = START
    assert rules.worked_minutes(over, START + 5 * HOUR) == 120
    assert rules.worked_minutes(over, START + timedelta(seconds=61)) == 2
    assert rules.worked_minutes(order(), START + HOUR) == 0


def test_the_envoys_part_is_in_the_proportion_of_the_offer() -> None:
    assert rules.pay_for(order(), Money(600_00, "THB")) == Money(480_00, "THB")


def test_ratings_stay_blind_until_both_sides_have_rated() -> None:
    mine = Rating(OrderId("o"), Role.TRAVELLER, PersonId("p"), 5, START)
    theirs = Rating(OrderId("o"), Role.ENVOY, PersonId("p"), 4, START)
    assert not ratings.complete([mine])
    assert ratings.complete([mine, theirs])
    assert ratings.average([5, 4, 4]) == 4.33
    assert ratings.average([]) == 0.0


def test_the_kinds_are_those_of_the_reference_table_without_the_emergency() -> None:
    assert "interpret" in kinds.all_kinds()
    assert len(kinds.all_kinds()) == 10
    assert "first_response" not in kinds.all_kinds()


def test_an_order_that_is_over_stays_over() -> None:
    for status in set(OrderStatus) - set(ORDER_MOVES):
        assert not order(status).live
