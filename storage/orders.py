"""Service orders, their conversation and their timeline; positions and words sealed under the order's key."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.cases.model import Entry, Event
from backoffice.kernel import errors
from backoffice.kernel.ids import CaseId, EnvoyId, OrderId, PersonId
from backoffice.orders.model import Meeting, Order, OrderStatus
from backoffice.ports import Booking
from storage import case_row, order_row, order_seal
from storage.order_row import SELECT, subject
from storage.order_tables import IS_HELD, IS_LIVE, order_entry, order_event
from storage.order_tables import service_order as table
from storage.rows import Rows
from storage.tables import envoy as envoys
from storage.types import Utc
from storage.vault import Vault

_ADD = sa.insert(table)
_KEY = table.c.id == sa.bindparam("key")
_SAVE = sa.update(table).where(_KEY, table.c.version == sa.bindparam("was"))
_LOCKED = SELECT.with_for_update(of=table)
_GET = _LOCKED.where(_KEY)
_BY_REF = _LOCKED.where(table.c.ref == sa.bindparam("of_ref"))
_REF = sa.select(table.c.id).where(table.c.ref == sa.bindparam("of_ref"))
_OF = table.c.customer == sa.bindparam("of")
_LIVE_OF = _LOCKED.where(_OF, IS_LIVE).order_by(table.c.start_at, table.c.id)
_LAST_OF = _LOCKED.where(_OF).order_by(table.c.created_at.desc()).limit(1)
_HELD_BY = _LOCKED.where(table.c.envoy == sa.bindparam("of"), IS_HELD).order_by(table.c.start_at, table.c.id)
_LATELY_OF = (
    SELECT.where(table.c.envoy == sa.bindparam("of"), table.c.ended_at >= sa.bindparam("since", type_=Utc()))
    .order_by(table.c.ended_at.desc(), table.c.id)
    .limit(20)
)
_LOCK_ENVOY = (
    sa.select(envoys.c.id)
    .where(
        envoys.c.id == sa.bindparam("of_envoy"),
        sa.or_(sa.bindparam("any_duty", type_=sa.Boolean), envoys.c.on_duty),
    )
    .with_for_update()
)
"""Whoever books an envoy holds the envoy's row: two bookings of one person wait for each other."""

_other = table.alias("other")
_FROM, _TO = sa.bindparam("from_", type_=Utc()), sa.bindparam("to_", type_=Utc())
_held = sa.text(IS_HELD.text.replace("status", "other.status"))
_OVERLAPS = sa.exists().where(
    _other.c.envoy == sa.bindparam("of_envoy"),
    _held,
    _other.c.id != sa.bindparam("key"),
    _other.c.start_at < _TO,
    sa.or_(
        _other.c.end_at > _FROM,
        sa.and_(_other.c.status == OrderStatus.RUNNING, sa.bindparam("now_", type_=Utc()) > _FROM),
    ),
)
"""Another order of this envoy in that time; one that runs over its end still counts."""
_BOOK = (
    sa.update(table)
    .where(_KEY, table.c.status == OrderStatus.OFFERING, table.c.envoy.is_(None), ~_OVERLAPS)
    .values(
        status=OrderStatus.BOOKED,
        envoy=sa.bindparam("of_envoy"),
        offer=sa.bindparam("of_offer"),
        start_at=sa.bindparam("starts", type_=Utc()),
        end_at=sa.bindparam("ends", type_=Utc()),
        booked_at=sa.bindparam("now_", type_=Utc()),
        version=table.c.version + 1,
    )
)
_HOLD = (
    sa.update(table)
    .where(_KEY, table.c.envoy == sa.bindparam("of_envoy"), IS_HELD, ~_OVERLAPS)
    .values(end_at=sa.bindparam("ends", type_=Utc()), version=table.c.version + 1)
)
_TAKEN = sa.select(table.c.envoy).where(
    table.c.envoy.in_(sa.bindparam("among", expanding=True)),
    IS_HELD,
    table.c.start_at < _TO,
    sa.or_(
        table.c.end_at > _FROM,
        sa.and_(table.c.status == OrderStatus.RUNNING, sa.bindparam("now_", type_=Utc()) >= _FROM),
    ),
)
_NEXT = (
    sa.select(sa.func.coalesce(sa.func.max(order_entry.c.number), 0) + 1)
    .where(order_entry.c.case == sa.bindparam("of"))
    .scalar_subquery()
)
_ADD_ENTRY = (
    sa.insert(order_entry)
    .values(
        {
            c.name: _NEXT if c.name == "number" else sa.bindparam(f"new_{c.name}", type_=c.type)
            for c in order_entry.c
        }
    )
    .returning(order_entry.c.number)
)
_ENTRIES = (
    sa.select(order_entry).where(order_entry.c.case == sa.bindparam("of")).order_by(order_entry.c.number)
)
_ADD_EVENT = sa.insert(order_event)
_EVENTS = (
    sa.select(order_event).where(order_event.c.case == sa.bindparam("of")).order_by(order_event.c.number)
)


class OrderRows(Rows):
    """`ports.Orders`. One object per order and turn; on PostgreSQL loading an order locks its row."""

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime) -> None:
        super().__init__(conn, vault, now)
        self._orders: dict[OrderId, Order] = {}

    async def add(self, order: Order) -> None:
        sealer = await self._vault.create(self._conn, subject(order.id))
        fixed = {"id": order.id, "customer": order.customer, "version": order.version}
        await self._write(_ADD, {**order_row.write(order, sealer), **fixed})
        self._orders[order.id] = order

    async def get(self, order: OrderId) -> Order:
        found = await self.find(order)
        if found is None:
            raise errors.NotFound
        return found

    async def find(self, order: OrderId) -> Order | None:
        if order in self._orders:
            return self._orders[order]
        row = await self._first(_GET, {"key": order})
        return self._read(row) if row else None

    async def by_ref(self, ref: str) -> Order | None:
        row = await self._first(_BY_REF, {"of_ref": ref})
        return self._read(row) if row else None

    async def ref_free(self, ref: str) -> bool:
        return await self._first(_REF, {"of_ref": ref}) is None

    async def save(self, order: Order) -> None:
        sealer = await self._vault.key(self._conn, subject(order.id))
        values = order_row.write(order, sealer)
        await self._change(
            _SAVE, {**values, "version": order.version + 1, "key": order.id, "was": order.version}
        )
        order.version += 1

    async def live_of(self, customer: PersonId) -> Sequence[Order]:
        found = [self._read(row) for row in await self._all(_LIVE_OF, {"of": customer})]
        return [order for order in found if order.live]

    async def last_of(self, customer: PersonId) -> Order | None:
        row = await self._first(_LAST_OF, {"of": customer})
        return self._read(row) if row else None

    async def held_by(self, envoy: EnvoyId) -> Sequence[Order]:
        found = [self._read(row) for row in await self._all(_HELD_BY, {"of": envoy})]
        return [order for order in found if order.envoy == envoy and order.live]

    async def lately_of(self, envoy: EnvoyId, since: datetime) -> Sequence[Order]:
        return [self._read(row) for row in await self._all(_LATELY_OF, {"of": envoy, "since": since})]

    async def book(self, booking: Booking) -> bool:
        if await self._first(_LOCK_ENVOY, {"of_envoy": booking.envoy, "any_duty": False}) is None:
            return False
        values = {
            "key": booking.order,
            "of_envoy": booking.envoy,
            "of_offer": booking.offer,
            **self._span(booking.start_at, booking.end_at, booking.gap),
            "starts": booking.start_at,
            "ends": booking.end_at,
        }
        if (await self._write(_BOOK, values)).rowcount != 1:
            return False
        self._booked(booking)
        return True

    def _booked(self, booking: Booking) -> None:
        """Keep the loaded object in step with the conditional UPDATE."""
        order = self._orders.get(booking.order)
        if order:
            order.status, order.booked_at = OrderStatus.BOOKED, self._now
            order.envoy, order.offer = booking.envoy, booking.offer
            order.start_at, order.end_at = booking.start_at, booking.end_at
            order.version += 1

    async def hold_until(self, order: OrderId, end_at: datetime, gap: timedelta) -> bool:
        held = await self.get(order)
        if held.envoy is None:
            return False
        await self._first(_LOCK_ENVOY, {"of_envoy": held.envoy, "any_duty": True})
        span = self._span(held.start_at, end_at, gap)
        values = {"key": order, "of_envoy": held.envoy, **span, "ends": end_at}
        if (await self._write(_HOLD, values)).rowcount != 1:
            return False
        held.end_at = end_at
        held.version += 1
        return True

    def _span(self, start: datetime, end: datetime, gap: timedelta) -> dict[str, datetime]:
        return {"from_": start - gap, "to_": end + gap, "now_": self._now}

    async def taken(self, envoys: Sequence[EnvoyId], start: datetime, end: datetime) -> set[EnvoyId]:
        if not envoys:
            return set()
        values = {"among": list(envoys), "from_": start, "to_": end, "now_": self._now}
        return {EnvoyId(row.envoy) for row in await self._all(_TAKEN, values)}

    async def add_entry(self, entry: Entry) -> int:
        sealer = await self._vault.key(self._conn, subject(OrderId(entry.case)))
        values = case_row.write_entry(entry, self._vault.row_id(), sealer)
        number: int = (await self._write(_ADD_ENTRY, {**values, "of": entry.case})).scalar_one()
        return number

    async def entries(self, order: OrderId) -> Sequence[Entry]:
        rows = await self._all(_ENTRIES, {"of": order})
        sealer = await self._vault.find(self._conn, subject(order))
        return [case_row.read_entry(r, sealer) for r in rows]

    async def add_event(self, event: Event) -> None:
        row = {"case": event.case, "at": event.at, "actor": event.actor, "what": event.what}
        await self._write(_ADD_EVENT, {**row, "params": event.params})

    async def events(self, order: OrderId) -> Sequence[Event]:
        rows = await self._all(_EVENTS, {"of": order})
        return [Event(CaseId(r.case), r.at, r.actor, r.what, r.params) for r in rows]

    async def seal(self, order: OrderId) -> None:
        """The exact points go behind the two-person seal; city, times and words stay."""
        loaded = await self.get(order)
        await order_seal.seal(self._conn, self._vault, order, self._now)
        loaded.fix = loaded.proposal = None
        loaded.meeting, loaded.place = Meeting(), replace(loaded.place, distance=None)
        await self.save(loaded)

    def _read(self, row: Any) -> Order:
        known = self._orders.get(row.id)
        if known:
            return known
        sealer = self._vault.learn(self._conn, subject(row.id), row.key_id, row.wrapped)
        self._orders[row.id] = found = order_row.read(row, sealer)
        return found
