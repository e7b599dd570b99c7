"""Imports of policies become visible by one mark and move in small steps; a policy is found by its number.

Revision: 0020
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The row itself is put by the first import."""
    op.create_table(
        "policy_batch",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("batch", sa.String(length=64), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due", types.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_batch")),
    )
    op.create_index("ix_policy_number", "policy", ["number"], unique=False)


def downgrade() -> None:
    """Nothing is lost: what was marked is moved by the code that marks it."""
    op.drop_index("ix_policy_number", table_name="policy")
    op.drop_table("policy_batch")
