"""What is looked at every second is found by an index, and no index says what another says already.

Revision: 0024
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To be filled by its owner today."""


def downgrade() -> None:
    """To be filled by its owner today."""
