"""Claims: their lines, papers, decisions and what happened to them.

Revision: 0015
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("claim", "claim_decision", "claim_event", "claim_line", "claim_paper", "claim_print")

_OPEN = sa.text(
    "status IN ('draft', 'filed', 'incomplete', 'under_review', 'approved', 'partly_approved', 'refused', "
    "'appealed')"
)


def upgrade() -> None:
    """Make the tables."""
    _claim()
    _claim_decision()
    _claim_event()
    _claim_line()
    _claim_paper()
    _claim_print()


def _claim() -> None:
    op.create_table(
        "claim",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("insured", sa.Integer(), nullable=False),
        sa.Column("insurer", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "hospital",
                "outpatient",
                "dental",
                "delay",
                "baggage_delay",
                "baggage",
                "theft",
                "documents",
                "rescue",
                "envoy",
                "repatriation",
                "cancellation",
                "disability",
                "liability",
                name="claimkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "filed",
                "incomplete",
                "under_review",
                "approved",
                "partly_approved",
                "refused",
                "paid",
                "closed",
                "appealed",
                name="claimstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("case", sa.String(length=64), nullable=True),
        sa.Column("order", sa.String(length=64), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("agreed_at", types.Utc(), nullable=True),
        sa.Column("filed_at", types.Utc(), nullable=True),
        sa.Column("decided_at", types.Utc(), nullable=True),
        sa.Column("closed_at", types.Utc(), nullable=True),
        sa.Column("touched_at", types.Utc(), nullable=True),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("remind", sa.Boolean(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reviewer", sa.String(length=64), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_claim_case_cases")),
        sa.ForeignKeyConstraint(["order"], ["service_order.id"], name=op.f("fk_claim_order_service_order")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_claim_person_person")),
        sa.ForeignKeyConstraint(["policy"], ["policy.id"], name=op.f("fk_claim_policy_policy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("ref", name=op.f("uq_claim_ref")),
    )
    op.create_index(op.f("ix_claim_case"), "claim", ["case"], unique=False)
    op.create_index(
        "ix_claim_open",
        "claim",
        ["insurer", "status"],
        unique=False,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index(op.f("ix_claim_person"), "claim", ["person"], unique=False)
    op.create_index(op.f("ix_claim_policy"), "claim", ["policy"], unique=False)


def _claim_decision() -> None:
    op.create_table(
        "claim_decision",
        sa.Column("claim", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("second", sa.String(length=64), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "filed",
                "incomplete",
                "under_review",
                "approved",
                "partly_approved",
                "refused",
                "paid",
                "closed",
                "appealed",
                name="claimstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claim.id"], name=op.f("fk_claim_decision_claim_claim")),
        sa.PrimaryKeyConstraint("claim", "number", name=op.f("pk_claim_decision")),
    )


def _claim_event() -> None:
    op.create_table(
        "claim_event",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claim", sa.String(length=64), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("params", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claim.id"], name=op.f("fk_claim_event_claim_claim")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_claim_event")),
    )
    op.create_index(op.f("ix_claim_event_claim"), "claim_event", ["claim"], unique=False)


def _claim_line() -> None:
    op.create_table(
        "claim_line",
        sa.Column("claim", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claim.id"], name=op.f("fk_claim_line_claim_claim")),
        sa.PrimaryKeyConstraint("claim", "seq", name=op.f("pk_claim_line")),
    )


def _claim_paper() -> None:
    op.create_table(
        "claim_paper",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("claim", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("media", sa.String(length=64), nullable=False),
        sa.Column("view", sa.String(length=64), nullable=True),
        sa.Column(
            "origin",
            sa.Enum("sent", "case", "order", name="from", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "readable",
                "poor",
                "unfit",
                "lost",
                "dropped",
                name="paperstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("fault", sa.String(length=32), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("added_at", types.Utc(), nullable=False),
        sa.Column("agreed_at", types.Utc(), nullable=True),
        sa.Column("seen_at", types.Utc(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claim.id"], name=op.f("fk_claim_paper_claim_claim")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_paper")),
        sa.UniqueConstraint("media", name=op.f("uq_claim_paper_media")),
    )
    op.create_index(op.f("ix_claim_paper_claim"), "claim_paper", ["claim"], unique=False)
    op.create_index("ix_claim_paper_state", "claim_paper", ["state", "added_at"], unique=False)


def _claim_print() -> None:
    op.create_table(
        "claim_print",
        sa.Column("paper", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["paper"], ["claim_paper.id"], name=op.f("fk_claim_print_paper_claim_paper")),
        sa.PrimaryKeyConstraint("paper", "value", name=op.f("pk_claim_print")),
    )
    op.create_index(op.f("ix_claim_print_value"), "claim_print", ["value"], unique=False)


def downgrade() -> None:
    """Take the tables away again."""
    for name in reversed(TABLES):
        op.drop_table(name)
