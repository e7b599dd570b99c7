"""Centres and their cases, tags, keyed words to search by, saved views, duty, handovers, synthetic calls.

Revision: 0019
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To be filled by its owner today."""


def downgrade() -> None:
    """To be filled by its owner today."""
