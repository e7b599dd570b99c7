"""Products of insurers as rows: the file as it was put, read once per process."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from backoffice.insurance import products
from backoffice.insurance.model import Product
from backoffice.kernel import errors
from storage.insurance_tables import product
from storage.rows import Rows

_DAY = sa.bindparam("day", type_=sa.Date())
_GET = sa.select(product).where(
    product.c.code == sa.bindparam("of"), product.c.edition == sa.bindparam("nth")
)
_HOLDS = sa.and_(product.c.since <= _DAY, sa.or_(product.c.until.is_(None), product.c.until >= _DAY))
_ON_SALE = sa.select(product).where(_HOLDS).order_by(product.c.code, product.c.edition.desc())
_NEWEST = (
    sa.select(product)
    .where(product.c.code == sa.bindparam("of"), product.c.since <= _DAY)
    .order_by(product.c.edition.desc())
    .limit(1)
)
_EVERY = sa.select(product).order_by(product.c.code, product.c.edition)
_ADD = sa.insert(product)
_END = sa.update(product).where(
    product.c.code == sa.bindparam("of"),
    product.c.edition < sa.bindparam("nth"),
    sa.or_(product.c.until.is_(None), product.c.until > _DAY),
)


@lru_cache(maxsize=256)
def _read(source: str) -> Product:
    return products.read(source)


class ProductRows(Rows):
    """`ports.insurance.Products`."""

    async def put(self, source: str) -> bool:
        made = _read(source)
        known = await self._first(_GET, {"of": made.code, "nth": made.edition})
        if known is not None:
            if known.source != source:
                raise products.EditionTaken(
                    f"{made.code} edition {made.edition} was put before in other words"
                )
            return False
        last = made.since - timedelta(days=1)
        await self._write(_END, {"of": made.code, "nth": made.edition, "day": last, "until": last})
        await self._write(
            _ADD,
            {
                "code": made.code,
                "edition": made.edition,
                "insurer": made.insurer,
                "since": made.since,
                "until": made.until,
                "source": source,
                "put_at": self._now,
            },
        )
        return True

    async def get(self, code: str, edition: int) -> Product:
        row = await self._first(_GET, {"of": code, "nth": edition})
        if row is None:
            raise errors.NotFound
        return _product(row)

    async def on_sale(self, day: date) -> Sequence[Product]:
        found: dict[str, Product] = {}
        for row in await self._all(_ON_SALE, {"day": day}):
            found.setdefault(row.code, _product(row))
        return list(found.values())

    async def all(self) -> Sequence[Product]:
        return [_product(row) for row in await self._all(_EVERY, {})]

    async def newest(self, code: str, day: date) -> Product | None:
        row = await self._first(_NEWEST, {"of": code, "day": day})
        return _product(row) if row else None


def _product(row: Any) -> Product:
    return _read(row.source)
