"""Major cases: many persons of one accident, their places, orders, reports and what was sent about them.

Revision: 0018
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To be filled by its owner today."""


def downgrade() -> None:
    """To be filled by its owner today."""
