"""Parked updates and an envoy's last orders are found by an index.

Revision: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


_PARKED = sa.text("state = 'parked'")


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("ix_inbox_parked", "inbox", ["seq"], sqlite_where=_PARKED, postgresql_where=_PARKED)
    op.create_index("ix_service_order_ended", "service_order", ["envoy", "ended_at"])


def downgrade() -> None:
    """Nothing but speed is lost."""
    op.drop_index("ix_service_order_ended", table_name="service_order")
    op.drop_index("ix_inbox_parked", table_name="inbox")
