"""What was decided about an order that went badly, and what persons book by hand.

Revision: 0009
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


_DROPPED = sa.text("status != 'dropped'")


def upgrade() -> None:
    """A decision beside each review, an order beside what was said in it, a table for bookings by hand."""
    for column in (
        sa.Column("decision", sa.String(length=32), nullable=True),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_name", sa.String(length=128), nullable=True),
    ):
        op.add_column("order_review", column)
    op.add_column("queue_item", sa.Column("order", sa.String(length=64), nullable=True))
    op.create_index("ix_order_review_order", "order_review", ["order"])
    _slips()


def _slips() -> None:
    op.create_table(
        "money_slip",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=128), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("by_name", sa.String(length=128), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("second_by", sa.String(length=64), nullable=False),
        sa.Column("second_name", sa.String(length=128), nullable=False),
        sa.Column("booked_at", types.Utc(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_slip")),
    )
    op.create_index("ix_money_slip_status", "money_slip", ["status", "created_at"])
    op.create_index("ix_money_slip_subject", "money_slip", ["subject"])
    op.create_index(
        "uq_money_slip_once",
        "money_slip",
        ["kind", "subject", "reference"],
        unique=True,
        sqlite_where=_DROPPED,
        postgresql_where=_DROPPED,
    )


def downgrade() -> None:
    """Forward only: going back would lose what was decided."""
    raise NotImplementedError
