"""What an order costs: the table of the day it was placed, shown before anything is sent."""

from datetime import datetime, timedelta

from backoffice.kernel.money import Money
from backoffice.money import prices
from backoffice.money.prices import Need, Tables
from backoffice.orders import rules
from backoffice.orders.model import Order, Price
from backoffice.workflows.work import Work

BILLED = "billed"
"""The note of how many minutes were charged, once an order is done."""


async def _quote(work: Work, need: Need, on: datetime) -> prices.Quote:
    """By the tables of a day. Raises `prices.NoPrice`."""
    day = on.date()
    rows = await work.uow.prices.prices(need.kind, need.country, day)
    return prices.quote(Tables(rows, await work.uow.prices.rates(day)), need)


async def quoted(work: Work, need: Need, on: datetime) -> Price:
    """In the currency of the place and in CNY. Raises `prices.NoPrice`."""
    found = await _quote(work, need, on)
    shown = found.home if found.home.currency == "CNY" != found.total.currency else None
    return Price(found.total, found.envoy, shown)


async def of_order(work: Work, order: Order, minutes: int) -> Price:
    """The price of this order had it that many minutes, by the tables of the day it was placed."""
    return await quoted(work, _need(order, minutes), order.created_at)


def _need(order: Order, minutes: int) -> Need:
    return Need(order.kind, order.place.country, order.start_at, minutes, order.place.zone, order.asap)


async def billed(work: Work, order: Order) -> int:
    """The minutes that are charged: in begun half hours and at least the table's least, never more than ordered."""
    minutes = rules.worked_minutes(order, work.now)
    if minutes == 0 or minutes >= order.minutes:
        return minutes
    found = await _quote(work, _need(order, minutes), order.created_at)
    return min(found.billed_minutes, order.minutes)


async def charge(work: Work, order: Order) -> Money:
    """The price of the time worked so far, never more than the price agreed."""
    minutes = rules.worked_minutes(order, work.now)
    if minutes == 0:
        return rules.nothing(order)
    if minutes >= order.minutes:
        return order.price.total
    found = await of_order(work, order, minutes)
    return min(found.total, order.price.total)


async def longer(work: Work, order: Order, extra: timedelta) -> Price:
    """The price with `extra` time; never less than before."""
    minutes = order.minutes + int(extra.total_seconds() // 60)
    found = await of_order(work, order, minutes)
    return found if found.total > order.price.total else order.price
