"""Maps that have ended are found by an index, to be forgotten.

Revision: 0026
"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_live_map_until", "live_map", ["until"])


def downgrade() -> None:
    """Nothing but speed is lost."""
    op.drop_index("ix_live_map_until", table_name="live_map")
