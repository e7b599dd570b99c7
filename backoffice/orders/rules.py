"""The rules of orders by table: holding times, cancelling, not showing up, what is charged."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from backoffice.kernel.money import Money, zero
from backoffice.orders.model import Order, OrderStatus


@dataclass(frozen=True, slots=True)
class CancelRule:
    """Cancelled at least `before` the start: `percent` of the price."""

    before: timedelta
    percent: int


CANCEL_RULES = (
    CancelRule(timedelta(hours=24), 0),
    CancelRule(timedelta(hours=2), 20),
    CancelRule(timedelta(0), 50),
)
"""Our own table, shown before confirming; the first row that fits counts."""
LATE_CANCEL_PERCENT = 50
"""After the time agreed, before the service began."""


@dataclass(frozen=True, slots=True)
class OrderRules:
    """Times and numbers of an order (settings)."""

    hold: timedelta = timedelta(minutes=10)
    ask_gap: timedelta = timedelta(minutes=3)
    urgent_gap: timedelta = timedelta(minutes=1)
    radii_m: tuple[float, ...] = (10_000, 20_000, 40_000)
    willing_most: int = 3
    ask_most: int = 30
    gap: timedelta = timedelta(minutes=30)
    before: timedelta = timedelta(hours=3)
    ahead: timedelta = timedelta(days=60)
    grace: timedelta = timedelta(minutes=15)
    no_show_answer: timedelta = timedelta(minutes=10)
    free_after_booking: timedelta = timedelta(minutes=10)
    no_show_percent: int = 50
    pay_within: timedelta = timedelta(minutes=30)
    auto_end: timedelta = timedelta(hours=2)
    rate_within: timedelta = timedelta(hours=72)
    least_minutes: int = 30
    most_minutes: int = 12 * 60
    cancel: tuple[CancelRule, ...] = CANCEL_RULES


def cancel_percent(rules: OrderRules, order: Order, now: datetime) -> int:
    """What a cancel by the traveller costs now, in percent of the price; nothing while nobody has the order."""
    if order.status is not OrderStatus.BOOKED or order.booked_at is None:
        return 0
    if now - order.booked_at <= rules.free_after_booking and order.arrived_at is None:
        return 0
    left = order.start_at - now
    fits = (rule.percent for rule in rules.cancel if left >= rule.before)
    return next(fits, LATE_CANCEL_PERCENT)


def fee(order: Order, percent: int) -> Money:
    """`percent` of the price, half to even."""
    return order.price.total.part(Fraction(percent, 100))


def worked_minutes(order: Order, now: datetime) -> int:
    """The time to pay: from the start to now, never more than was ordered. Steps and least time are the table's."""
    if order.started_at is None:
        return 0
    return min(order.minutes, ceil((now - order.started_at).total_seconds() / 60))


def share_of(part: Money, whole: Money) -> Fraction:
    """Which part of a sum another sum of its currency is."""
    return Fraction(part.minor, whole.minor)


def nothing(order: Order) -> Money:
    return zero(order.price.total.currency)


def pay_for(order: Order, charged: Money) -> Money:
    """The envoy's part of a charge, in the proportion of the offer; the house keeps the rest."""
    if not order.price.total:
        return nothing(order)
    return charged.part(share_of(order.price.pay, order.price.total))
