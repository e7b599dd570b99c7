"""Files of a case that were named as papers: what a claim is offered.

Revision: 0023
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The files themselves lie in the media store."""
    op.create_table(
        "case_paper",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("media", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_case_paper_case_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_paper")),
        sa.UniqueConstraint("case", "media", name=op.f("uq_case_paper_case_media")),
    )


def downgrade() -> None:
    """Only the names are lost."""
    op.drop_table("case_paper")
