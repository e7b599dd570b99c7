"""Files to fetch, and the indexes delivery looks letters up by.

Revision: 0003
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the indexes."""
    _fetch()
    for name, column, state in (
        ("ix_letter_lane", "lane", "waiting"),
        ("ix_letter_due", "due", "waiting"),
        ("ix_letter_lease", "claimed_until", "sending"),
    ):
        only = sa.text(f"state = '{state}'")
        op.create_index(name, "letter", [column], unique=False, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    """Forward only: going back would lose what people told us."""


def _fetch() -> None:
    op.create_table(
        "fetch",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", types.Utc(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fetch")),
    )
    op.create_index("ix_fetch_due", "fetch", ["state", "due"], unique=False)
