"""The tables of service orders. `LargeBinary` columns are sealed; the subject of a row is `case:<order>`."""

import sqlalchemy as sa

from backoffice.cases.model import Audience
from backoffice.kernel.messages import Role
from backoffice.orders.model import HELD, LIVE, Decision, Mode, OfferStatus, OrderStatus
from storage.tables import Id, Sealed
from storage.types import BigSerial, Json, Utc, enum_column, metadata

service_order = sa.Table(
    "service_order",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("ref", sa.String(16), nullable=False, unique=True),
    sa.Column("customer", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("language", sa.String(16), nullable=False),
    sa.Column("fix", Sealed),
    sa.Column("place", Json, nullable=False),
    sa.Column("private", Sealed),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("start_at", Utc, nullable=False),
    sa.Column("end_at", Utc, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("total", sa.BigInteger, nullable=False),
    sa.Column("pay", sa.BigInteger, nullable=False),
    sa.Column("in_cny", sa.BigInteger),
    sa.Column("charged", sa.BigInteger),
    sa.Column("mode", enum_column(Mode), nullable=False),
    sa.Column("asap", sa.Boolean, nullable=False),
    sa.Column("status", enum_column(OrderStatus), nullable=False),
    sa.Column("envoy", Id, sa.ForeignKey("envoy.id")),
    sa.Column("offer", Id),
    sa.Column("booked_at", Utc),
    sa.Column("choose_by", Utc),
    sa.Column("arrived_at", Utc),
    sa.Column("started_at", Utc),
    sa.Column("ended_at", Utc),
    sa.Column("payment", sa.String(64), nullable=False),
    sa.Column("paid", sa.Boolean, nullable=False),
    sa.Column("unmasked", sa.Boolean, nullable=False),
    sa.Column("drill", sa.Boolean, nullable=False),
    sa.Column("ring", sa.Integer, nullable=False),
    sa.Column("wave", sa.Integer, nullable=False),
    sa.Column("case", Id, sa.ForeignKey("cases.id")),
    sa.Column("sealed_place", Sealed),
    sa.Column("sealed_at", Utc),
    sa.Column("version", sa.Integer, nullable=False),
)


def _among(statuses: frozenset[OrderStatus]) -> sa.TextClause:
    """Spelt out, not bound: planners match it with the partial indexes."""
    return sa.text("status IN ({})".format(", ".join(f"'{s}'" for s in OrderStatus if s in statuses)))


IS_LIVE, IS_HELD = _among(LIVE), _among(HELD)
sa.Index("ix_service_order_customer", service_order.c.customer, service_order.c.created_at)
sa.Index("ix_service_order_ended", service_order.c.envoy, service_order.c.ended_at)
sa.Index("ix_service_order_live", service_order.c.customer, sqlite_where=IS_LIVE, postgresql_where=IS_LIVE)
sa.Index(
    "ix_service_order_held",
    service_order.c.envoy,
    service_order.c.start_at,
    sqlite_where=IS_HELD,
    postgresql_where=IS_HELD,
)

order_entry = sa.Table(
    "order_entry",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case", Id, sa.ForeignKey("service_order.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("role", enum_column(Role), nullable=False),
    sa.Column("author", Id, nullable=False),
    sa.Column("audience", enum_column(Audience), nullable=False),
    sa.Column("body", Sealed, nullable=False),
    sa.Column("place", Sealed),
    sa.Column("sealed", sa.Boolean, nullable=False),
    sa.UniqueConstraint("case", "number"),
)
"""The shape of `case_entry`; `case` is the order."""

order_event = sa.Table(
    "order_event",
    metadata,
    sa.Column("number", BigSerial, primary_key=True),
    sa.Column("case", Id, sa.ForeignKey("service_order.id"), nullable=False, index=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("what", sa.String(64), nullable=False),
    sa.Column("params", Json, nullable=False),
)

order_offer = sa.Table(
    "order_offer",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("order", Id, sa.ForeignKey("service_order.id"), nullable=False),
    sa.Column("envoy", Id, sa.ForeignKey("envoy.id"), nullable=False),
    sa.Column("asked_at", Utc, nullable=False),
    sa.Column("until", Utc, nullable=False),
    sa.Column("wave", sa.Integer, nullable=False),
    sa.Column("from_base", sa.Boolean, nullable=False),
    sa.Column("status", enum_column(OfferStatus), nullable=False),
    sa.Column("answered_at", Utc),
    sa.Column("private", Sealed, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.UniqueConstraint("order", "envoy"),
)
"""Distances are sealed: three of them with known bases would be the exact point."""
sa.Index(None, order_offer.c.envoy, order_offer.c.status)

order_rating = sa.Table(
    "order_rating",
    metadata,
    sa.Column("order", Id, sa.ForeignKey("service_order.id"), primary_key=True),
    sa.Column("by", enum_column(Role), primary_key=True),
    sa.Column("about", Id, nullable=False, index=True),
    sa.Column("stars", sa.SmallInteger, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("shown_at", Utc),
)

order_review = sa.Table(
    "order_review",
    metadata,
    sa.Column("id", BigSerial, primary_key=True),
    sa.Column("key", Id, nullable=False),
    sa.Column("order", Id, sa.ForeignKey("service_order.id"), nullable=False),
    sa.Column("reason", sa.String(64), nullable=False),
    sa.Column("opened_at", Utc, nullable=False),
    sa.Column("text", Sealed, nullable=False),
    sa.Column("closed_at", Utc, index=True),
    sa.Column("decision", enum_column(Decision)),
    sa.Column("why", Sealed),
    sa.Column("decided_by", Id),
    sa.Column("decided_name", sa.String(128)),
)
sa.Index(None, order_review.c.order)
