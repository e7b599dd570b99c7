"""What is looked at every second is found by an index, and no index says what another says already.

Revision: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


_UNHEARD, _MERGED = sa.text("done_at IS NULL"), sa.text("merged_into IS NOT NULL")
_DOUBLED = ("major_person", "major_order")


def upgrade() -> None:
    """Indexes only; those taken away begin as a unique one of their table does."""
    op.create_index(
        "ix_insurer_heard_due", "insurer_heard", ["due"], sqlite_where=_UNHEARD, postgresql_where=_UNHEARD
    )
    op.create_index(
        "ix_person_merged_into", "person", ["merged_into"], sqlite_where=_MERGED, postgresql_where=_MERGED
    )
    op.create_index("ix_live_map_lane", "live_map", ["lane"])
    op.create_index("ix_service_order_customer", "service_order", ["customer", "created_at"])
    for table in _DOUBLED:
        op.drop_index(f"ix_{table}_major", table_name=table)


def downgrade() -> None:
    """Nothing but speed is lost."""
    for table in _DOUBLED:
        op.create_index(f"ix_{table}_major", table, ["major"])
    op.drop_index("ix_service_order_customer", table_name="service_order")
    op.drop_index("ix_live_map_lane", table_name="live_map")
    op.drop_index("ix_person_merged_into", table_name="person")
    op.drop_index("ix_insurer_heard_due", table_name="insurer_heard")
