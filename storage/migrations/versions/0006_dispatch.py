"""Envoys' records for dispatch, and who was considered for each case.

Revision: 0006
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_COUNTERS = ("sos_accepted", "sos_declined", "sos_silent", "order_accepted", "order_declined", "order_silent")


def upgrade() -> None:
    """Make the tables and their indexes."""
    op.create_table(
        "envoy_standing",
        sa.Column("envoy", sa.String(length=64), nullable=False),
        sa.Column("transport", sa.String(length=32), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTERS),
        sa.Column("asked_at", types.Utc(), nullable=True),
        sa.Column("load", sa.Float(), nullable=False),
        sa.Column("worked_until", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["envoy"], ["envoy.id"], name=op.f("fk_envoy_standing_envoy_envoy")),
        sa.PrimaryKeyConstraint("envoy", name=op.f("pk_envoy_standing")),
    )
    _consideration()
    op.create_index("ix_envoy_base", "envoy", ["base_lat", "base_lon"], unique=False)


def downgrade() -> None:
    """Forward only: going back would lose what people told us."""
    raise NotImplementedError


def _consideration() -> None:
    op.create_table(
        "consideration",
        sa.Column("number", _SERIAL, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("ring_km", sa.Float(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_consideration")),
        sa.UniqueConstraint("id", name=op.f("uq_consideration_id")),
    )
    op.create_index(op.f("ix_consideration_case"), "consideration", ["case"], unique=False)
