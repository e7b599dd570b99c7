"""What a newer letter of the same kind replaces is found without looking through all that waits.

Revision: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_letter_tag", "letter", ["person", "tag"], sqlite_where=_WAITING, postgresql_where=_WAITING
    )


def downgrade() -> None:
    """Take the index away."""
    op.drop_index("ix_letter_tag", table_name="letter")
