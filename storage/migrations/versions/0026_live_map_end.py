"""Maps that have ended are found by an index, to be forgotten.

Revision: 0026
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To be filled by its owner today."""


def downgrade() -> None:
    """To be filled by its owner today."""
