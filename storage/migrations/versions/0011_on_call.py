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
    """To be filled by its owner today."""


def downgrade() -> None:
    """To be filled by its owner today."""
