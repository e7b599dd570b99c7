"""A service order and an offer as rows: what is plain, what is sealed."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from backoffice.kernel import codec
from backoffice.kernel.ids import CaseId, OfferId, OrderId
from backoffice.kernel.messages import Role
from backoffice.kernel.money import Money
from backoffice.orders.model import Meeting, Offer, Order, Price
from storage import case_row, places
from storage.order_tables import order_offer, service_order
from storage.tables import vault_key
from storage.vault import Sealer, opened, pack

_SAME = (
    "ref", "kind", "language", "created_at", "start_at", "minutes", "mode", "asap", "status", "envoy", "offer",
    "booked_at", "choose_by", "arrived_at", "started_at", "ended_at", "payment", "paid", "unmasked", "drill",
    "ring", "wave", "case",
)  # fmt: skip
"""Columns that are the attribute as it is."""
_OWN = (
    "id", "customer", "fix", "place", "private", "end_at", "currency", "total", "pay", "in_cny",
    "charged", "version",
)  # fmt: skip
_KEYED = (vault_key.c.id.label("key_id"), vault_key.c.wrapped)
SELECT = sa.select(*(service_order.c[name] for name in (*_OWN, *_SAME)), *_KEYED).select_from(
    service_order.outerjoin(
        vault_key, vault_key.c.subject == sa.literal_column("'case:'") + service_order.c.id
    )
)
OFFER = sa.select(order_offer, *_KEYED).select_from(
    order_offer.outerjoin(
        vault_key, vault_key.c.subject == sa.literal_column("'case:'") + order_offer.c.order
    )
)


def subject(order: OrderId) -> str:
    """The vault's subject: the same as of letters that are about the order."""
    return case_row.subject(CaseId(order))


def fix_context(order: str) -> str:
    return f"service_order|fix|{order}"


def _private_context(order: str) -> str:
    return f"service_order|private|{order}"


def write(order: Order, sealer: Sealer) -> dict[str, Any]:
    """Everything of an order but its id, customer and version."""
    return {
        **{name: getattr(order, name) for name in _SAME},
        **_price(order),
        "end_at": order.until,
        "place": places.write_city(order.place),
        "fix": sealer.seal(fix_context(order.id), pack(_write_points(order))),
        "private": sealer.seal(_private_context(order.id), pack(_write_private(order))),
    }


def _price(order: Order) -> dict[str, Any]:
    price = order.price
    return {
        "currency": price.total.currency,
        "total": price.total.minor,
        "pay": price.pay.minor,
        "in_cny": price.in_cny.minor if price.in_cny else None,
        "charged": order.charged.minor if order.charged is not None else None,
    }


def _write_points(order: Order) -> dict[str, Any]:
    """What goes behind the two-person seal at the end."""
    found = {
        "fix": codec.write_fix(order.fix) if order.fix else None,
        "distance": places.write_distance(order.place),
        "meeting": _write_meeting(order.meeting),
        "proposal": _write_meeting(order.proposal) if order.proposal else None,
    }
    return {k: v for k, v in found.items() if v}


def _write_private(order: Order) -> dict[str, Any]:
    found = {
        "details": order.details,
        "said": order.said,
        "wrong": order.wrong,
        "met": order.met,
        "notes": order.notes,
    }
    return {k: v for k, v in found.items() if v}


def _write_meeting(meeting: Meeting) -> dict[str, Any]:
    point = codec.write_map_point(meeting.point) if meeting.point else None
    return {"name": meeting.name, "point": point, "by": meeting.by, "agreed": meeting.agreed}


def _read_meeting(value: Mapping[str, Any]) -> Meeting:
    point = codec.read_map_point(value["point"]) if value["point"] else None
    by = Role(value["by"]) if value["by"] else None
    return Meeting(value["name"], point, by, value["agreed"])


def read(row: Any, sealer: Sealer | None) -> Order:
    """An order; once sealed or without its key what was exact is absent."""
    points = opened(sealer, fix_context(row.id), row.fix) or {}
    private = opened(sealer, _private_context(row.id), row.private) or {}
    return Order(
        id=row.id,
        customer=row.customer,
        fix=codec.read_fix(points["fix"]) if "fix" in points else None,
        place=places.read_place(row.place, points.get("distance")),
        price=_read_price(row),
        end_at=row.end_at,
        charged=Money(row.charged, row.currency) if row.charged is not None else None,
        meeting=_read_meeting(points["meeting"]) if "meeting" in points else Meeting(),
        proposal=_read_meeting(points["proposal"]) if "proposal" in points else None,
        version=row.version,
        **private,
        **{name: getattr(row, name) for name in _SAME},
    )


def _read_price(row: Any) -> Price:
    total, pay = Money(row.total, row.currency), Money(row.pay, row.currency)
    return Price(total, pay, Money(row.in_cny, "CNY") if row.in_cny is not None else None)


_OFFER_SAME = ("order", "envoy", "asked_at", "until", "wave", "from_base", "status", "answered_at")


def _offer_context(offer: str) -> str:
    return f"order_offer|private|{offer}"


def write_offer(offer: Offer, sealer: Sealer) -> dict[str, Any]:
    """Everything of an offer but its id and version."""
    private = pack({"distance_m": offer.distance_m, "reasons": offer.reasons})
    return {
        **{name: getattr(offer, name) for name in _OFFER_SAME},
        "private": sealer.seal(_offer_context(offer.id), private),
    }


def read_offer(row: Any, sealer: Sealer | None) -> Offer:
    private = opened(sealer, _offer_context(row.id), row.private) or {}
    return Offer(
        id=OfferId(row.id),
        distance_m=private.get("distance_m", 0.0),
        reasons=private.get("reasons", {}),
        version=row.version,
        **{name: getattr(row, name) for name in _OFFER_SAME},
    )
