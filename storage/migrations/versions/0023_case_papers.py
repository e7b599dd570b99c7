"""Files of a case that were named as papers: what a claim is offered.

Revision: 0023
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To be filled by its owner today."""


def downgrade() -> None:
    """To be filled by its owner today."""
