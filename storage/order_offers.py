"""Who was asked for which order, and how both sides rated it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel import errors
from backoffice.kernel.ids import EnvoyId, OfferId, OrderId
from backoffice.kernel.messages import Role
from backoffice.orders.model import OPEN_OFFERS, Offer, Rating, Review, Verdict
from storage import conflict, order_row
from storage.envoy_row import DESK
from storage.order_row import OFFER
from storage.order_tables import order_offer, order_rating, order_review
from storage.rows import Rows
from storage.vault import Vault

_ADD = sa.insert(order_offer)
_SAVE = sa.update(order_offer).where(
    order_offer.c.id == sa.bindparam("key"), order_offer.c.version == sa.bindparam("was")
)
_GET = OFFER.where(order_offer.c.id == sa.bindparam("key"))
_OF_ORDER = OFFER.where(order_offer.c.order == sa.bindparam("of")).order_by(
    order_offer.c.answered_at.is_(None), order_offer.c.answered_at, order_offer.c.asked_at, order_offer.c.id
)
_OPEN_OF = OFFER.where(
    order_offer.c.envoy == sa.bindparam("of"), order_offer.c.status.in_(sorted(OPEN_OFFERS))
).order_by(order_offer.c.asked_at, order_offer.c.id)


class OfferRows(Rows):
    """`ports.OrderOffers`. One object per offer and turn."""

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime) -> None:
        super().__init__(conn, vault, now)
        self._offers: dict[OfferId, Offer] = {}

    async def add(self, offer: Offer) -> None:
        values = {**await self._columns(offer), "id": offer.id, "version": offer.version}
        await self._write(_ADD, values)
        self._offers[offer.id] = offer

    async def get(self, offer: OfferId) -> Offer:
        found = await self.find(offer)
        if found is None:
            raise errors.NotFound
        return found

    async def find(self, offer: OfferId) -> Offer | None:
        if offer in self._offers:
            return self._offers[offer]
        row = await self._first(_GET, {"key": offer})
        return self._read(row) if row else None

    async def save(self, offer: Offer) -> None:
        values = {**await self._columns(offer), "version": offer.version + 1}
        await self._change(_SAVE, {**values, "key": offer.id, "was": offer.version})
        offer.version += 1

    async def of_order(self, order: OrderId) -> Sequence[Offer]:
        return [self._read(row) for row in await self._all(_OF_ORDER, {"of": order})]

    async def open_of(self, envoy: EnvoyId) -> Sequence[Offer]:
        return [self._read(row) for row in await self._all(_OPEN_OF, {"of": envoy})]

    async def _columns(self, offer: Offer) -> dict[str, Any]:
        sealer = await self._vault.key(self._conn, order_row.subject(offer.order))
        return order_row.write_offer(offer, sealer)

    def _read(self, row: Any) -> Offer:
        known = self._offers.get(row.id)
        if known:
            return known
        sealer = self._vault.learn(self._conn, order_row.subject(row.order), row.key_id, row.wrapped)
        self._offers[row.id] = found = order_row.read_offer(row, sealer)
        return found


_RATE = conflict.insert_or_ignore(order_rating, [order_rating.c.order, order_rating.c.by])
_RATINGS = (
    sa.select(order_rating).where(order_rating.c.order == sa.bindparam("of")).order_by(order_rating.c.at)
)
_SHOW = sa.update(order_rating).where(
    order_rating.c.order == sa.bindparam("of"), order_rating.c.shown_at.is_(None)
)
_SHOWN_ABOUT = (
    sa.select(order_rating.c.stars)
    .where(
        order_rating.c.about == sa.bindparam("whom"),
        order_rating.c.by == Role.TRAVELLER,
        order_rating.c.shown_at.is_not(None),
    )
    .order_by(order_rating.c.at)
)
_REVIEW = sa.insert(order_review).returning(order_review.c.id)
_REVIEWS = sa.select(order_review).where(order_review.c.closed_at.is_(None)).order_by(order_review.c.id)
_REVIEWS_OF = (
    sa.select(order_review).where(order_review.c.order == sa.bindparam("of")).order_by(order_review.c.id)
)
_DECIDED = (
    sa.select(order_review)
    .where(order_review.c.closed_at.is_not(None))
    .order_by(order_review.c.closed_at.desc(), order_review.c.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer()))
)
_ONE_REVIEW = sa.select(order_review).where(order_review.c.id == sa.bindparam("number"))
_DECIDE = sa.update(order_review).where(
    order_review.c.id == sa.bindparam("number"), order_review.c.closed_at.is_(None)
)


class RatingRows(Rows):
    """`ports.OrderRatings`. The words of a review are sealed under the desk's key."""

    async def add(self, rating: Rating) -> bool:
        row = {
            "order": rating.order,
            "by": rating.by,
            "about": rating.about,
            "stars": rating.stars,
            "at": rating.at,
            "shown_at": rating.shown_at,
        }
        return (await self._write(_RATE.on(self._conn), row)).rowcount == 1

    async def of_order(self, order: OrderId) -> Sequence[Rating]:
        rows = await self._all(_RATINGS, {"of": order})
        return [Rating(r.order, r.by, r.about, r.stars, r.at, r.shown_at) for r in rows]

    async def show(self, order: OrderId, now: datetime) -> None:
        await self._write(_SHOW, {"of": order, "shown_at": now})

    async def shown_about(self, envoy: EnvoyId) -> Sequence[int]:
        return [row.stars for row in await self._all(_SHOWN_ABOUT, {"whom": envoy})]

    async def open_review(self, review: Review) -> int:
        key = self._vault.row_id()
        text = await self._vault.seal(self._conn, DESK, _context(key), review.text.encode())
        row = {"order": review.order, "reason": review.reason, "opened_at": review.opened_at}
        done = await self._write(_REVIEW, {**row, "key": key, "text": text, "closed_at": None})
        number: int = done.scalar_one()
        return number

    async def open_reviews(self) -> Sequence[Review]:
        """Oldest first."""
        return [await self._review(row) for row in await self._all(_REVIEWS, {})]

    async def reviews_of(self, order: OrderId) -> Sequence[Review]:
        return [await self._review(row) for row in await self._all(_REVIEWS_OF, {"of": order})]

    async def decided_reviews(self, most: int) -> Sequence[Review]:
        return [await self._review(row) for row in await self._all(_DECIDED, {"most": most})]

    async def review(self, review: int) -> Review:
        row = await self._first(_ONE_REVIEW, {"number": review})
        if row is None:
            raise errors.NotFound
        return await self._review(row)

    async def decide_review(self, review: int, verdict: Verdict, now: datetime) -> bool:
        row = await self._first(_ONE_REVIEW, {"number": review})
        if row is None:
            raise errors.NotFound
        why = await self._vault.seal(self._conn, DESK, _why_context(row.key), verdict.why.encode())
        decided = {"decision": verdict.decision, "decided_by": verdict.by, "decided_name": verdict.name}
        done = await self._write(_DECIDE, {"number": review, "closed_at": now, "why": why, **decided})
        return done.rowcount == 1

    async def _review(self, row: Any) -> Review:
        why = await self._vault.open(self._conn, DESK, _why_context(row.key), row.why) if row.why else b""
        return Review(
            row.id, row.order, row.reason, row.opened_at, await self._text(row), row.closed_at, row.decision,
            why.decode(), row.decided_by or "", row.decided_name or "",
        )  # fmt: skip

    async def _text(self, row: Any) -> str:
        return (await self._vault.open(self._conn, DESK, _context(row.key), row.text)).decode()


def _context(key: str) -> str:
    return f"order_review|text|{key}"


def _why_context(key: str) -> str:
    return f"order_review|why|{key}"
