"""Service orders, who was asked for them, and how they were rated.

Revision: 0004
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and their indexes."""
    _service_order()
    _order_entry()
    _order_event()
    _order_offer()
    _order_rating()
    _order_review()


def downgrade() -> None:
    """Forward only: going back would lose what people told us."""
    raise NotImplementedError


def _service_order() -> None:
    op.create_table(
        "service_order",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("customer", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("fix", sa.LargeBinary(), nullable=True),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("start_at", types.Utc(), nullable=False),
        sa.Column("end_at", types.Utc(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        *_money(),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("asap", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("envoy", sa.String(length=64), nullable=True),
        sa.Column("offer", sa.String(length=64), nullable=True),
        *_times(),
        sa.Column("payment", sa.String(length=64), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("unmasked", sa.Boolean(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("ring", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=True),
        sa.Column("sealed_place", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_at", types.Utc(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["customer"], ["person.id"], name=op.f("fk_service_order_customer_person")),
        sa.ForeignKeyConstraint(["envoy"], ["envoy.id"], name=op.f("fk_service_order_envoy_envoy")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_service_order_case_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_order")),
        sa.UniqueConstraint("ref", name=op.f("uq_service_order_ref")),
    )
    _partial("ix_service_order_live", ["customer"], "status IN ('offering', 'booked', 'running')")
    _partial("ix_service_order_held", ["envoy", "start_at"], "status IN ('booked', 'running')")


def _money() -> list[sa.Column[int]]:
    named = [sa.Column(n, sa.BigInteger(), nullable=False) for n in ("total", "pay")]
    optional = [sa.Column(n, sa.BigInteger(), nullable=True) for n in ("in_cny", "charged")]
    return [*named, *optional]


def _times() -> list[sa.Column[int]]:
    names = ("booked_at", "choose_by", "arrived_at", "started_at", "ended_at")
    return [sa.Column(name, types.Utc(), nullable=True) for name in names]


def _partial(name: str, columns: list[str], only: str) -> None:
    condition = sa.text(only)
    op.create_index(
        name, "service_order", columns, unique=False, sqlite_where=condition, postgresql_where=condition
    )


def _order_entry() -> None:
    op.create_table(
        "order_entry",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("audience", sa.String(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        _of_order("order_entry", "case"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_entry")),
        sa.UniqueConstraint("case", "number", name=op.f("uq_order_entry_case_number")),
    )


def _of_order(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_service_order")
    return sa.ForeignKeyConstraint([column], ["service_order.id"], name=name)


def _order_event() -> None:
    op.create_table(
        "order_event",
        sa.Column("number", _SERIAL, nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        _of_order("order_event", "case"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_order_event")),
    )
    op.create_index(op.f("ix_order_event_case"), "order_event", ["case"], unique=False)


def _order_offer() -> None:
    op.create_table(
        "order_offer",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("order", sa.String(length=64), nullable=False),
        sa.Column("envoy", sa.String(length=64), nullable=False),
        sa.Column("asked_at", types.Utc(), nullable=False),
        sa.Column("until", types.Utc(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("from_base", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("answered_at", types.Utc(), nullable=True),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _of_order("order_offer", "order"),
        sa.ForeignKeyConstraint(["envoy"], ["envoy.id"], name=op.f("fk_order_offer_envoy_envoy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_offer")),
        sa.UniqueConstraint("order", "envoy", name=op.f("uq_order_offer_order_envoy")),
    )
    op.create_index(op.f("ix_order_offer_envoy_status"), "order_offer", ["envoy", "status"], unique=False)


def _order_rating() -> None:
    op.create_table(
        "order_rating",
        sa.Column("order", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("stars", sa.SmallInteger(), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("shown_at", types.Utc(), nullable=True),
        _of_order("order_rating", "order"),
        sa.PrimaryKeyConstraint("order", "by", name=op.f("pk_order_rating")),
    )
    op.create_index(op.f("ix_order_rating_about"), "order_rating", ["about"], unique=False)


def _order_review() -> None:
    op.create_table(
        "order_review",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("order", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("opened_at", types.Utc(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("closed_at", types.Utc(), nullable=True),
        _of_order("order_review", "order"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_review")),
    )
    op.create_index(op.f("ix_order_review_closed_at"), "order_review", ["closed_at"], unique=False)
