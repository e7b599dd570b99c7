"""The picture or file that came with a message of the centre's queue.

Revision: 0014
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To be filled by its owner today."""


def downgrade() -> None:
    """To be filled by its owner today."""
