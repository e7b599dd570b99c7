"""Working a case: protocols, macros, tasks, relations between cases and translations of what was said.

Revision: 0017
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To be filled by its owner today."""


def downgrade() -> None:
    """To be filled by its owner today."""
