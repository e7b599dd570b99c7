"""Who is called outside the console, in which order, when and how; every page sent; and when a case reached a stage.

Revision: 0011
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "on_call",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("centre", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("reaches", sa.LargeBinary(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("days", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("supervisor", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_on_call")),
    )
    op.create_table(
        "page",
        sa.Column("id", types.BigSerial, autoincrement=True, nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("who", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
    )
    op.create_table(
        "case_stage",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("wanted_at", types.Utc(), nullable=False),
        sa.Column("reached_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_case_stage_case_cases")),
        sa.PrimaryKeyConstraint("case", "stage", name=op.f("pk_case_stage")),
    )


def downgrade() -> None:
    """Forward only: going back would lose whom to call."""
    raise NotImplementedError
