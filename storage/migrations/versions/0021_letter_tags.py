"""What a newer letter of the same kind replaces is found without looking through all that waits.

Revision: 0021
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To be filled by its owner today."""


def downgrade() -> None:
    """To be filled by its owner today."""
