"""A list of envoys is true by one UPDATE and moved in small steps.

Revision: 0022
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To be filled by its owner today."""


def downgrade() -> None:
    """To be filled by its owner today."""
