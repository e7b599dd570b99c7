"""Parked updates and an envoy's last orders are found by an index.

Revision: 0025
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To be filled by its owner today."""


def downgrade() -> None:
    """To be filled by its owner today."""
