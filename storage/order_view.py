"""Orders as the console reads them: the list, and one order with everything around it, each in one snapshot."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice import shop_queries
from backoffice.kernel import errors
from backoffice.kernel.ids import CaseId, EnvoyId, MediaId, OrderId
from backoffice.money.model import Payment
from backoffice.orders.model import LIVE, OPEN_OFFERS, Offer, OfferStatus, Order, Review
from backoffice.people.model import Person
from backoffice.ports import DeadlineKind, DeadlineState
from storage import case_view, order_row
from storage.considerations import ConsiderationRows
from storage.engine import Database
from storage.envoys import EnvoyRows
from storage.exchange_tables import deadline
from storage.money_tables import payment
from storage.order_offers import OfferRows, RatingRows
from storage.order_row import SELECT
from storage.order_tables import IS_LIVE, order_offer, service_order
from storage.orders import OrderRows
from storage.payments import read_payment
from storage.people import PersonRows
from storage.tables import cases
from storage.vault import Vault

OVER_SHOWN, DECIDED_SHOWN, MOST = 30, 20, 500
_NO_TIME = datetime.fromtimestamp(0, UTC)
"""For repositories whose reads do not depend on the turn's time."""
_t = service_order.c
_LIVE = SELECT.where(IS_LIVE).order_by(_t.start_at, _t.id).limit(MOST)
_OVER = SELECT.where(_t.status.not_in(sorted(LIVE))).order_by(_t.ended_at.desc(), _t.id).limit(OVER_SHOWN)
_ONE = SELECT.where(_t.id == sa.bindparam("key"))
_OPEN = sa.select(order_offer.c.order, order_offer.c.status, order_offer.c.until).where(
    order_offer.c.order.in_(sa.bindparam("of", expanding=True)), order_offer.c.status.in_(sorted(OPEN_OFFERS))
)
_PAY_BY = sa.select(deadline.c.subject, deadline.c.due).where(
    deadline.c.kind == DeadlineKind.ORDER_PAY,
    deadline.c.state == DeadlineState.ARMED,
    deadline.c.subject.in_(sa.bindparam("of", expanding=True)),
)
_PAYMENTS = (
    sa.select(payment)
    .where(payment.c.purpose_subject == sa.bindparam("of"))
    .order_by(payment.c.created_at, payment.c.id)
)
_REF = sa.select(cases.c.ref).where(cases.c.id == sa.bindparam("of"))
_DURESS = sa.select(cases.c.id).where(
    cases.c.requester == sa.bindparam("of"), cases.c.duress, cases.c.closed_at.is_(None)
)


class OrderReads:
    """`shop_queries.OrderQueries`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    async def orders(self) -> shop_queries.OrderBoard:
        async with self._database.reading() as conn:
            reader = _Reader(conn, self._vault, _NO_TIME)
            return shop_queries.OrderBoard(
                live=await reader.lines(await reader.orders(_LIVE)),
                over=await reader.lines(await reader.orders(_OVER)),
                reviews=await reader.reviews(await reader.ratings.open_reviews()),
                decided=await reader.reviews(await reader.ratings.decided_reviews(DECIDED_SHOWN)),
            )

    async def order(self, order: OrderId, now: datetime) -> shop_queries.OrderView:
        async with self._database.reading() as conn:
            return await _Reader(conn, self._vault, now).view(order)

    async def order_has(self, order: OrderId, media: MediaId) -> bool:
        async with self._database.reading() as conn:
            entries = await OrderRows(conn, self._vault, _NO_TIME).entries(order)
        return any(entry.media is not None and entry.media.id == media for entry in entries)


class _Reader:
    """Reads around orders on one connection."""

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime) -> None:
        self._conn, self._vault, self._now = conn, vault, now
        self._people, self._envoys = PersonRows(conn, vault, now), EnvoyRows(conn, vault, now)
        self._orders, self._offers = OrderRows(conn, vault, now), OfferRows(conn, vault, now)
        self.ratings = RatingRows(conn, vault, now)

    async def orders(self, query: sa.Select[Any], **values: str) -> list[Order]:
        """Without the lock that a turn takes."""
        rows = (await self._conn.execute(query, values)).all()
        return [self._read(row) for row in rows]

    def _read(self, row: Any) -> Order:
        sealer = self._vault.learn(self._conn, order_row.subject(row.id), row.key_id, row.wrapped)
        return order_row.read(row, sealer)

    async def lines(self, orders: Sequence[Order]) -> tuple[shop_queries.OrderLine, ...]:
        ids = {"of": [order.id for order in orders]}
        names = await self._names(orders)
        open_ = (await self._conn.execute(_OPEN, ids)).all() if orders else []
        pays = (await self._conn.execute(_PAY_BY, ids)).all() if orders else []
        pay_by = {row.subject: row.due for row in pays}
        return tuple(_line(order, names, open_, pay_by) for order in orders)

    async def _names(self, orders: Iterable[Order]) -> dict[str, str]:
        """By the ids of travellers and envoys."""
        people = {order.customer for order in orders}
        envoys = await self._envoys.many(sorted({order.envoy for order in orders if order.envoy}))
        found: dict[str, str] = {person: (await self._people.get(person)).display_name for person in people}
        return found | {envoy.id: envoy.name for envoy in envoys}

    async def reviews(self, reviews: Sequence[Review]) -> tuple[shop_queries.ReviewLine, ...]:
        found = []
        for review in reviews:
            for order in await self.orders(_ONE, key=review.order):
                names = await self._names([order])
                envoy = names.get(order.envoy or "", "")
                found.append(shop_queries.ReviewLine(review, order.ref, names[order.customer], envoy))
        return tuple(found)

    async def view(self, order_id: OrderId) -> shop_queries.OrderView:
        found = await self.orders(_ONE, key=order_id)
        if not found:
            raise errors.NotFound
        order = found[0]
        person = await self._people.get(order.customer)
        offers = await self._offers.of_order(order.id)
        return await self._whole(order, person, offers)

    async def _whole(self, order: Order, person: Person, offers: Sequence[Offer]) -> shop_queries.OrderView:
        envoys = list(await self._envoys.many([EnvoyId(o.envoy) for o in offers]))
        around = case_view.CaseReader(self._conn, self._vault, self._now)
        ways = await around.ways([person.id, *(e.person for e in envoys)])
        thread = CaseId(order.id)
        letters = case_view.Letters(person, envoys, await around.letters(thread))
        by_id = {e.id: e for e in envoys}
        return shop_queries.OrderView(
            line=(await self.lines([order]))[0],
            person=case_view.person_card(person, ways),
            said=letters.said(await self._orders.entries(order.id)),
            told=letters.told(),
            events=tuple(await self._orders.events(order.id)),
            offers=tuple(
                shop_queries.OfferCard(o, e.id, e.name, e.phone, e.rating, ways.get(e.person, ()))
                for o in offers
                if (e := by_id.get(o.envoy))
            ),
            looks=tuple(await ConsiderationRows(self._conn, self._vault, self._now).of(thread)),
            payments=await self._payments(order),
            ratings=tuple(await self.ratings.of_order(order.id)),
            reviews=tuple(await self.ratings.reviews_of(order.id)),
            names=await around.names(person, envoys),
            case_ref=await self._case_ref(order),
            duress=(await self._conn.execute(_DURESS, {"of": person.id})).first() is not None,
        )

    async def _payments(self, order: Order) -> tuple[Payment, ...]:
        rows = (await self._conn.execute(_PAYMENTS, {"of": order.id})).all()
        return tuple(read_payment(row) for row in rows)

    async def _case_ref(self, order: Order) -> str:
        if order.case is None:
            return ""
        return str((await self._conn.execute(_REF, {"of": order.case})).scalar_one_or_none() or "")


def _line(
    order: Order, names: dict[str, str], open_: Sequence[Any], pay_by: dict[str, datetime]
) -> shop_queries.OrderLine:
    mine = [row for row in open_ if row.order == order.id]
    willing = sum(row.status == OfferStatus.WILLING for row in mine)
    return shop_queries.OrderLine(
        order=order,
        traveller=names[order.customer],
        envoy=names.get(order.envoy or "", ""),
        asked=len(mine) - willing,
        willing=willing,
        answer_by=max((row.until for row in mine), default=None),
        pay_by=pay_by.get(order.id),
    )
