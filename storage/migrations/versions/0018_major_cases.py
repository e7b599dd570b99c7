"""Major cases: many persons of one accident, their places, orders, reports and what was sent about them.

Revision: 0018
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "major",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("opened_at", types.Utc(), nullable=False),
        sa.Column("leader", sa.String(length=64), nullable=False),
        sa.Column("leader_name", sa.String(length=128), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("closed_at", types.Utc(), nullable=True),
        sa.Column("cell_lat", sa.Float(), nullable=True),
        sa.Column("cell_lon", sa.Float(), nullable=True),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_major")),
    )
    op.create_index(op.f("ix_major_status"), "major", ["status"], unique=False)
    op.create_table(
        "major_order",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("major", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("given_by", sa.String(length=128), nullable=False),
        sa.Column("given_at", types.Utc(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("heard_by", sa.String(length=128), nullable=False),
        sa.Column("heard_at", types.Utc(), nullable=True),
        sa.Column("ended_at", types.Utc(), nullable=True),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["major"], ["major.id"], name=op.f("fk_major_order_major_major")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_major_order")),
        sa.UniqueConstraint("major", "number", name=op.f("uq_major_order_major_number")),
    )
    op.create_index(op.f("ix_major_order_major"), "major_order", ["major"], unique=False)
    op.create_table(
        "major_place",
        sa.Column("number", types.BigSerial, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("major", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["major"], ["major.id"], name=op.f("fk_major_place_major_major")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_major_place")),
        sa.UniqueConstraint("id", name=op.f("uq_major_place_id")),
    )
    op.create_index(op.f("ix_major_place_major"), "major_place", ["major"], unique=False)
    op.create_table(
        "major_report",
        sa.Column("major", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=128), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["major"], ["major.id"], name=op.f("fk_major_report_major_major")),
        sa.PrimaryKeyConstraint("major", "number", name=op.f("pk_major_report")),
    )
    op.create_table(
        "major_sending",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("major", sa.String(length=64), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("ways", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("unreached", sa.Integer(), nullable=False),
        sa.Column("report", sa.Integer(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["major"], ["major.id"], name=op.f("fk_major_sending_major_major")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_major_sending")),
    )
    op.create_index(op.f("ix_major_sending_major"), "major_sending", ["major"], unique=False)
    op.create_table(
        "major_case",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("major", sa.String(length=64), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_major_case_case_cases")),
        sa.ForeignKeyConstraint(["major"], ["major.id"], name=op.f("fk_major_case_major_major")),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_major_case")),
    )
    op.create_index(op.f("ix_major_case_major"), "major_case", ["major"], unique=False)
    op.create_table(
        "major_person",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("major", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=True),
        sa.Column("case", sa.String(length=64), nullable=True),
        sa.Column("changed_at", types.Utc(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_major_person_case_cases")),
        sa.ForeignKeyConstraint(["major"], ["major.id"], name=op.f("fk_major_person_major_major")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_major_person")),
        sa.UniqueConstraint("major", "number", name=op.f("uq_major_person_major_number")),
    )
    op.create_index(op.f("ix_major_person_major"), "major_person", ["major"], unique=False)
    op.create_table(
        "major_reader",
        sa.Column("sending", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.code"], name=op.f("fk_major_reader_organisation_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["sending"], ["major_sending.id"], name=op.f("fk_major_reader_sending_major_sending")
        ),
        sa.PrimaryKeyConstraint("sending", "organisation", name=op.f("pk_major_reader")),
    )
    op.create_index(op.f("ix_major_reader_organisation"), "major_reader", ["organisation"], unique=False)
    op.create_table(
        "major_post",
        sa.Column("assignment", sa.String(length=64), nullable=False),
        sa.Column("major", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment"], ["assignment.id"], name=op.f("fk_major_post_assignment_assignment")
        ),
        sa.ForeignKeyConstraint(["major"], ["major.id"], name=op.f("fk_major_post_major_major")),
        sa.ForeignKeyConstraint(["place"], ["major_place.id"], name=op.f("fk_major_post_place_major_place")),
        sa.PrimaryKeyConstraint("assignment", name=op.f("pk_major_post")),
    )
    op.create_index(op.f("ix_major_post_major"), "major_post", ["major"], unique=False)


def downgrade() -> None:
    """Forward only: going back would lose who was where."""
    raise NotImplementedError
