"""A list of envoys is true by one UPDATE and moved in small steps.

Revision: 0022
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """With its only row, which whoever reads an envoy reads beside it."""
    batches = op.create_table(
        "envoy_batch",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("batch", sa.String(length=64), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due", types.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envoy_batch")),
    )
    op.bulk_insert(
        batches, [{"id": 1, "batch": "", "done": True, "version": 0, "due": datetime(2026, 1, 1, tzinfo=UTC)}]
    )
    op.add_column("envoy", sa.Column("arrived_with", sa.String(length=64), nullable=True))
    op.create_index("ix_envoy_import_address", "envoy_import", ["address", "channel"], unique=False)
    op.create_index("ix_envoy_import_person", "envoy_import", ["person"], unique=False)
    op.create_index("ix_envoy_import_envoy", "envoy_import", ["envoy"], unique=False)


def downgrade() -> None:
    """Nothing is lost: what was marked is moved by the code that marks it."""
    for name in ("address", "person", "envoy"):
        op.drop_index(f"ix_envoy_import_{name}", table_name="envoy_import")
    op.drop_column("envoy", "arrived_with")
    op.drop_table("envoy_batch")
