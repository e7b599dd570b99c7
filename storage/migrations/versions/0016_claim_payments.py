"""What claims pay out: to whom, signed by whom, ordered when.

Revision: 0016
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To be filled by its owner today."""


def downgrade() -> None:
    """To be filled by its owner today."""
