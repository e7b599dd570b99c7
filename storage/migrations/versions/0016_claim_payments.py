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
    """Make the table."""
    op.create_table(
        "claim_payment",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("claim", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.Integer(), nullable=False),
        sa.Column("insurer", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "ordered",
                "paid",
                "failed",
                name="claimpaymentstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("private", sa.LargeBinary(), nullable=True),
        sa.Column("order", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("paid_at", types.Utc(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claim.id"], name=op.f("fk_claim_payment_claim_claim")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_payment")),
    )
    op.create_index(op.f("ix_claim_payment_claim"), "claim_payment", ["claim"], unique=False)
    op.create_index(op.f("ix_claim_payment_status"), "claim_payment", ["status"], unique=False)
    op.create_index("ix_claim_payment_paid", "claim_payment", ["insurer", "paid_at"], unique=False)
    op.create_index(
        "uq_claim_payment_once",
        "claim_payment",
        ["claim", "decision"],
        unique=True,
        sqlite_where=sa.text("status != 'failed'"),
        postgresql_where=sa.text("status != 'failed'"),
    )


def downgrade() -> None:
    """Take the table away again."""
    op.drop_table("claim_payment")
