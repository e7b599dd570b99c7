"""The picture or file that came with a message of the centre's queue.

Revision: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Which file it is and of what kind; the file itself lies sealed with the others."""
    op.add_column("queue_item", sa.Column("media", sa.String(length=64), nullable=True))
    op.add_column("queue_item", sa.Column("media_kind", sa.String(length=16), nullable=True))


def downgrade() -> None:
    """Forward only: going back would lose which file came with which message."""
    raise NotImplementedError
