"""What should happen next with an order and by when: the clock that breaches first leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from backoffice import shop_queries
from backoffice.console import heat
from backoffice.orders.model import OrderStatus

SEEN = timedelta(hours=24)
"""A start further off than this is not on the clock yet."""


class OrderStage(StrEnum):
    """`choice`: the traveller's. `answers`: the envoys'. `payment`, `start`, `finish` speak for themselves."""

    CHOICE = "choice"
    ANSWERS = "answers"
    PAYMENT = "payment"
    START = "start"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class OrderClock(heat.Clock):
    """One running clock of an order."""

    stage: OrderStage


def running(line: shop_queries.OrderLine, now: datetime) -> tuple[OrderClock, ...]:
    """Clocks of a live order; one that is over has none."""
    found = [*_search(line), *_payment(line), *_start(line, now), *_finish(line)]
    return tuple(sorted(found, key=lambda clock: clock.due))


def by_breach(
    lines: Sequence[shop_queries.OrderLine], now: datetime
) -> list[tuple[shop_queries.OrderLine, OrderClock | None]]:
    """The first to breach on top, those without a clock below, the soonest start first."""
    led = [(line, next(iter(running(line, now)), None)) for line in lines]
    return sorted(led, key=lambda pair: (pair[1] is None, pair[1].due if pair[1] else pair[0].order.start_at))


def _search(line: shop_queries.OrderLine) -> list[OrderClock]:
    order = line.order
    if order.status is not OrderStatus.OFFERING:
        return []
    if order.choose_by:
        return [OrderClock(OrderStage.CHOICE, order.created_at, order.choose_by)]
    return [OrderClock(OrderStage.ANSWERS, order.created_at, line.answer_by)] if line.answer_by else []


def _payment(line: shop_queries.OrderLine) -> list[OrderClock]:
    order = line.order
    if order.status is not OrderStatus.BOOKED or order.paid or line.pay_by is None:
        return []
    return [OrderClock(OrderStage.PAYMENT, order.booked_at or order.created_at, line.pay_by)]


def _start(line: shop_queries.OrderLine, now: datetime) -> list[OrderClock]:
    """Somebody must be found, or both must have met, by the time agreed."""
    order = line.order
    if order.status not in (OrderStatus.OFFERING, OrderStatus.BOOKED) or order.start_at - now > SEEN:
        return []
    since = max(order.created_at, order.start_at - SEEN)
    return [OrderClock(OrderStage.START, since, order.start_at)] if since < order.start_at else []


def _finish(line: shop_queries.OrderLine) -> list[OrderClock]:
    order = line.order
    if order.status is not OrderStatus.RUNNING or order.started_at is None:
        return []
    return [OrderClock(OrderStage.FINISH, order.started_at, max(order.until, order.started_at))]
