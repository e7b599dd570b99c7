"""Centres and their cases, tags, keyed words to search by, saved views, duty, handovers, synthetic calls.

Revision: 0019
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


ID = sa.String(length=64)


def _case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f(f"fk_{table}_case_cases"))


def _operator(table: str, column: str = "operator") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["operator.id"], name=op.f(f"fk_{table}_{column}_operator"))


def upgrade() -> None:
    """Make the tables."""
    _centres()
    _searching()
    _shifts()
    op.create_table(
        "synthetic_call",
        sa.Column("id", types.BigSerial, autoincrement=True, nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("missing", sa.String(length=32), nullable=False),
        sa.Column("latency", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synthetic_call")),
    )
    op.create_index(op.f("ix_synthetic_call_at"), "synthetic_call", ["at"])


def _centres() -> None:
    op.create_table(
        "centre",
        sa.Column("code", ID, nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("days", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("languages", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("regions", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_centre")),
    )
    op.create_table(
        "case_centre",
        sa.Column("case", ID, nullable=False),
        sa.Column("centre", sa.String(length=64), nullable=False),
        sa.Column("since", types.Utc(), nullable=False),
        _case("case_centre"),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_case_centre")),
    )
    op.create_index(op.f("ix_case_centre_centre"), "case_centre", ["centre"])
    op.create_table(
        "case_tag",
        sa.Column("case", ID, nullable=False),
        sa.Column("tag", sa.String(length=24), nullable=False),
        _case("case_tag"),
        sa.PrimaryKeyConstraint("case", "tag", name=op.f("pk_case_tag")),
    )


def _searching() -> None:
    op.create_table(
        "search_word",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", ID, nullable=False),
        sa.PrimaryKeyConstraint("token", "kind", "subject", name=op.f("pk_search_word")),
    )
    op.create_index(op.f("ix_search_word_subject_kind"), "search_word", ["subject", "kind"])
    op.create_table(
        "saved_view",
        sa.Column("id", ID, nullable=False),
        sa.Column("operator", ID, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        _operator("saved_view"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index(op.f("ix_saved_view_operator"), "saved_view", ["operator"])


def _shifts() -> None:
    op.create_table(
        "duty",
        sa.Column("operator", ID, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("since", types.Utc(), nullable=False),
        _operator("duty"),
        sa.PrimaryKeyConstraint("operator", name=op.f("pk_duty")),
    )
    op.create_table(
        "handover",
        sa.Column("id", ID, nullable=False),
        sa.Column("giver", ID, nullable=False),
        sa.Column("taker", ID, nullable=False),
        sa.Column("written_at", types.Utc(), nullable=False),
        sa.Column("acknowledged_at", types.Utc(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _operator("handover", "giver"),
        _operator("handover", "taker"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(op.f("ix_handover_taker"), "handover", ["taker"])
    op.create_index(op.f("ix_handover_written_at"), "handover", ["written_at"])


def downgrade() -> None:
    """Forward only: going back would lose whose case is whose."""
    raise NotImplementedError
