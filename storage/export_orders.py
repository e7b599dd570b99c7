"""Orders as JSON for outside: what `export orders` prints, by the same rules as cases."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel.geo import Fix
from backoffice.kernel.ids import CaseId
from backoffice.kernel.messages import Role
from backoffice.kernel.money import Money
from backoffice.money.model import Payment
from backoffice.orders.model import Offer, Order
from storage import export, order_row, places
from storage.considerations import ConsiderationRows
from storage.engine import Database
from storage.envoys import EnvoyRows
from storage.money_tables import payment
from storage.order_offers import OfferRows, RatingRows
from storage.order_row import SELECT
from storage.order_tables import service_order
from storage.orders import OrderRows
from storage.payments import read_payment
from storage.people import PersonRows
from storage.places import cell
from storage.vault import Vault

_ALL = SELECT.order_by(service_order.c.created_at, service_order.c.id)
_BY_REF = _ALL.where(service_order.c.ref == sa.bindparam("of_ref"))
_PAYMENTS = (
    sa.select(payment).where(payment.c.purpose_subject == sa.bindparam("of")).order_by(payment.c.created_at)
)
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
Row = dict[str, Any]


async def export_orders(database: Database, vault: Vault, ref: str | None = None) -> list[Row]:
    """All orders, oldest first, or the one with `ref`.

    Times are RFC 3339 in UTC, sums minor units with their currency. A live order shows its point, one that is over
    none (it lies behind the two-person seal); words of the thread are there as with cases, code words never.
    """
    async with database.reading() as conn:
        query, values = (_BY_REF, {"of_ref": ref}) if ref else (_ALL, {})
        rows = (await conn.execute(query, values)).all()
        return [await _Exporter(conn, vault).order(row) for row in rows]


class _Exporter:
    """One order with what belongs to it."""

    def __init__(self, conn: AsyncConnection, vault: Vault) -> None:
        self._conn, self._vault = conn, vault
        given = (conn, vault, _BEFORE_ALL)
        self._people, self._orders, self._envoys = PersonRows(*given), OrderRows(*given), EnvoyRows(*given)
        self._offers, self._ratings = OfferRows(*given), RatingRows(*given)
        self._considerations = ConsiderationRows(*given)

    async def order(self, row: Any) -> Row:
        sealer = self._vault.learn(self._conn, order_row.subject(row.id), row.key_id, row.wrapped)
        order = order_row.read(row, sealer)
        offers = await self._offers.of_order(order.id)
        envoys = {e.id: e for e in await self._envoys.many([o.envoy for o in offers])}
        person = await self._people.get(order.customer)
        readers = {person.id: Role.TRAVELLER} | {e.person: Role.ENVOY for e in envoys.values()}
        looks = await self._considerations.of(CaseId(order.id))
        said = [export.entry(entry) for entry in await self._orders.entries(order.id)]
        sent = await export.letters(self._conn, CaseId(order.id), sealer, readers)
        return {
            **_facts(order),
            "traveller": person.display_name or person.id,
            "envoy": envoys[order.envoy].name if order.envoy in envoys else None,
            "position": _position(order),
            "offers": [_offer(offer, envoys[offer.envoy].name, exact=order.live) for offer in offers],
            "considered": [export.look(each, exact=order.live) for each in looks],
            "payments": await self._payments(order),
            "ratings": [
                {
                    "by": r.by.value,
                    "stars": r.stars,
                    "at": export.time(r.at),
                    "shown_at": export.time(r.shown_at),
                }
                for r in await self._ratings.of_order(order.id)
            ],
            "reviews": await self._reviews(order),
            "messages": sorted(said + sent, key=lambda message: str(message["at"])),
            "timeline": [
                {"at": export.time(e.at), "actor": e.actor, "what": e.what, "params": e.params}
                for e in await self._orders.events(order.id)
            ],
        }

    async def _payments(self, order: Order) -> Sequence[Row]:
        rows = (await self._conn.execute(_PAYMENTS, {"of": order.id})).all()
        return [_payment(read_payment(row)) for row in rows]

    async def _reviews(self, order: Order) -> Sequence[Row]:
        return [
            {
                "reason": r.reason,
                "opened_at": export.time(r.opened_at),
                "text": r.text,
                "closed_at": export.time(r.closed_at),
                "decision": r.decision.value if r.decision else None,
                "why": r.why,
            }
            for r in await self._ratings.reviews_of(order.id)
        ]


def _facts(order: Order) -> Row:
    return {
        "ref": order.ref,
        "kind": order.kind,
        "status": order.status.value,
        "language": order.language or None,
        "mode": order.mode.value,
        "asap": order.asap,
        "created_at": export.time(order.created_at),
        "start_at": export.time(order.start_at),
        "minutes": order.minutes,
        "booked_at": export.time(order.booked_at),
        "started_at": export.time(order.started_at),
        "ended_at": export.time(order.ended_at),
        "price": _sum(order.price.total),
        "envoy_pay": _sum(order.price.pay),
        "in_cny": _sum(order.price.in_cny),
        "charged": _sum(order.charged),
        "paid": order.paid,
        "unmasked": order.unmasked,
        "details": order.details or None,
        "place": places.write_city(order.place),
        "drill": order.drill,
    }


def _sum(amount: Money | None) -> Row | None:
    return {"minor": amount.minor, "currency": amount.currency} if amount is not None else None


def _position(order: Order) -> Row | None:
    """The exact point only while the order lives."""
    if order.fix is None:
        return None
    if order.live:
        return {**_point(order.fix), "cell": False}
    around = cell(order.fix.point)
    return {**_point(order.fix), "lat": around.lat, "lon": around.lon, "cell": True}


def _point(fix: Fix) -> Row:
    received = {"datum": fix.raw.datum.value, "at": export.time(fix.at)}
    return {"lat": fix.point.lat, "lon": fix.point.lon, **received}


def _offer(offer: Offer, name: str, *, exact: bool) -> Row:
    return {
        "envoy": name,
        "envoy_id": offer.envoy,
        "status": offer.status.value,
        "wave": offer.wave,
        "asked_at": export.time(offer.asked_at),
        "answered_at": export.time(offer.answered_at),
        "distance_m": offer.distance_m if exact and offer.distance_m else None,
    }


def _payment(each: Payment) -> Row:
    return {
        "amount": _sum(each.amount),
        "status": each.status.value,
        "provider": each.provider,
        "paid_at": export.time(each.paid_at),
        "refunded_minor": each.refunded,
    }
