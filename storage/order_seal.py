"""The two-person seal of an order: its exact points lie under a key of their own once it is over."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel.ids import CaseId, OrderId
from storage import case_row, order_row, seal_letters, sealing
from storage.order_tables import order_entry, service_order
from storage.vault import Vault

_WORKING = sa.select(service_order.c.fix).where(service_order.c.id == sa.bindparam("of"))
_SEAL_WORKING = sa.update(service_order).where(service_order.c.id == sa.bindparam("of"))
_PLACES = sa.select(order_entry.c.id, order_entry.c.place).where(
    order_entry.c.case == sa.bindparam("of"), order_entry.c.place.is_not(None), ~order_entry.c.sealed
)
_SEAL_PLACE = sa.update(order_entry).where(order_entry.c.id == sa.bindparam("row"))


def _context(order: OrderId) -> str:
    return f"service_order|sealed_place|{order}"


async def seal(conn: AsyncConnection, vault: Vault, order: OrderId, now: datetime) -> None:
    """Points of the order, of its entries and of its letters; what was sealed before stays as it is."""
    from_ = await vault.find(conn, order_row.subject(order))
    if from_ is None:
        return
    to = await vault.key(conn, sealing.subject(CaseId(order)))
    row = (await conn.execute(_WORKING, {"of": order})).one()
    points = from_.open(order_row.fix_context(order), row.fix)
    sealed = {"sealed_place": to.seal(_context(order), points), "sealed_at": now}
    await conn.execute(_SEAL_WORKING, {"of": order, **sealed})
    for entry in (await conn.execute(_PLACES, {"of": order})).all():
        context = case_row.entry_place_context(entry.id)
        place = to.seal(context, from_.open(context, entry.place))
        await conn.execute(_SEAL_PLACE, {"row": entry.id, "place": place, "sealed": True})
    await seal_letters.seal(conn, CaseId(order), from_, to)
