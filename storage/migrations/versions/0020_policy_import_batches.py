"""Imports of policies become visible by one mark and move in small steps; a policy is found by its number.

Revision: 0020
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To be filled by its owner today."""


def downgrade() -> None:
    """To be filled by its owner today."""
