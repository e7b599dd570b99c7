"""Prices, SOS pay and rates with the days they hold."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from backoffice.kernel.money import Rate
from backoffice.money.prices import Price, SosPay
from backoffice.money.tables import PriceTable
from storage.conflict import upsert
from storage.money_tables import price, rate, sos_pay
from storage.rows import Rows

_ON = sa.bindparam("day", type_=sa.Date())


def _holding(table: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.since <= _ON, sa.or_(table.c.until.is_(None), table.c.until >= _ON))


_PRICES = sa.select(price).where(
    price.c.kind == sa.bindparam("of"),
    price.c.country.in_(sa.bindparam("countries", expanding=True)),
    _holding(price),
)
_SOS = sa.select(sos_pay).where(
    sos_pay.c.country.in_(sa.bindparam("countries", expanding=True)), _holding(sos_pay)
)
_RATES = sa.select(rate).where(rate.c.on <= _ON).order_by(rate.c.base, rate.c.quote, rate.c.on.desc())

_PUT_PRICE = upsert(
    price,
    [price.c.kind, price.c.country, price.c.since],
    [c for c in price.c if c.name not in ("id", "kind", "country", "since")],
)
_PUT_SOS = upsert(
    sos_pay,
    [sos_pay.c.country, sos_pay.c.since],
    [c for c in sos_pay.c if c.name not in ("id", "country", "since")],
)
_PUT_RATE = upsert(rate, [rate.c.base, rate.c.quote, rate.c.on], [rate.c.value])


def _ending(table: sa.Table, *same: str) -> sa.Update:
    """Rows of the same place that would still hold when a new one begins."""
    place = [table.c[name] == sa.bindparam(f"of_{name}") for name in same]
    still = sa.or_(table.c.until.is_(None), table.c.until >= _ON)
    return sa.update(table).where(*place, table.c.since < _ON, still)


_END_PRICE, _END_SOS = _ending(price, "kind", "country"), _ending(sos_pay, "country")


class PriceRows(Rows):
    """`ports.money.Prices`."""

    async def prices(self, kind: str, country: str, on: date) -> Sequence[Price]:
        rows = await self._all(_PRICES, {"of": kind, "countries": ["", country], "day": on})
        return [Price(**_values(row)) for row in rows]

    async def sos_pay(self, country: str, on: date) -> Sequence[SosPay]:
        rows = await self._all(_SOS, {"countries": ["", country], "day": on})
        return [SosPay(**_values(row)) for row in rows]

    async def rates(self, on: date) -> Sequence[Rate]:
        newest: dict[tuple[str, str], Rate] = {}
        for row in await self._all(_RATES, {"day": on}):
            newest.setdefault((row.base, row.quote), Rate(row.base, row.quote, Decimal(row.value), row.on))
        return list(newest.values())

    async def put(self, table: PriceTable) -> int:
        for each in table.prices:
            place = {"of_kind": each.kind, "of_country": each.country}
            await self._write(_END_PRICE, _last_day(each.since) | place)
            await self._write(_PUT_PRICE.on(self._conn), asdict(each))
        for pay in table.sos:
            await self._write(_END_SOS, _last_day(pay.since) | {"of_country": pay.country})
            await self._write(_PUT_SOS.on(self._conn), asdict(pay))
        for one in table.rates:
            await self._write(_PUT_RATE.on(self._conn), {**asdict(one), "value": str(one.value)})
        return len(table.prices) + len(table.sos) + len(table.rates)


def _last_day(since: date) -> dict[str, Any]:
    return {"day": since, "until": since - timedelta(days=1)}


def _values(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "id"}
