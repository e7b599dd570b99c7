"""Envoys' applications, duty, linking of chats and drills; files sealed under a person's key.

Revision: 0007
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_LIVE = sa.text("status IN ('draft', 'submitted', 'more_wanted')")


def upgrade() -> None:
    """Make the tables and the new columns."""
    _merged_into()
    for table in ("fetch", "media"):
        op.add_column(table, sa.Column("person", sa.String(length=64), nullable=True))
    _application()
    _envoy_duty()
    _link_code()
    _envoy_drill()
    _drill_offer()


def downgrade() -> None:
    """Forward only: going back would lose what people told us."""
    raise NotImplementedError


def _merged_into() -> None:
    """Written out: Alembic would copy the whole table on SQLite, with everything that points at it."""
    op.execute(
        "ALTER TABLE person ADD COLUMN merged_into VARCHAR(64) "
        "CONSTRAINT fk_person_merged_into_person REFERENCES person (id)"
    )


def _application() -> None:
    op.create_table(
        "application",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=128), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("started_at", types.Utc(), nullable=False),
        sa.Column("submitted_at", types.Utc(), nullable=True),
        sa.Column("decided_at", types.Utc(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_by_name", sa.String(length=128), nullable=False),
        sa.Column("asking", sa.String(length=32), nullable=False),
        sa.Column("wanted", types.Json, nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_application_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    op.create_index(op.f("ix_application_person"), "application", ["person"], unique=False)
    name = op.f("ix_application_status_submitted_at")
    op.create_index(name, "application", ["status", "submitted_at"], unique=False)
    op.create_index(
        "uq_application_one_live",
        "application",
        ["person"],
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )


def _envoy_duty() -> None:
    op.create_table(
        "envoy_duty",
        sa.Column("envoy", sa.String(length=64), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("week", types.Json, nullable=False),
        sa.Column("break_until", types.Utc(), nullable=True),
        sa.Column("asked_where_at", types.Utc(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["envoy"], ["envoy.id"], name=op.f("fk_envoy_duty_envoy_envoy")),
        sa.PrimaryKeyConstraint("envoy", name=op.f("pk_envoy_duty")),
    )


def _link_code() -> None:
    op.create_table(
        "link_code",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=128), nullable=False),
        sa.Column("until", types.Utc(), nullable=False),
        sa.Column("used_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_link_code_person_person")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_link_code")),
    )
    op.create_index(op.f("ix_link_code_person"), "link_code", ["person"], unique=False)


def _envoy_drill() -> None:
    op.create_table(
        "envoy_drill",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("ordered_by", sa.String(length=64), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("radius_m", sa.Float(), nullable=False),
        sa.Column("weekly", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envoy_drill")),
    )
    op.create_index(op.f("ix_envoy_drill_at"), "envoy_drill", ["at"], unique=False)


def _drill_offer() -> None:
    op.create_table(
        "drill_offer",
        sa.Column("drill", sa.String(length=64), nullable=False),
        sa.Column("envoy", sa.String(length=64), nullable=False),
        sa.Column("letter", sa.String(length=64), nullable=False),
        sa.Column("asked_at", types.Utc(), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.Column("taken_at", types.Utc(), nullable=True),
        sa.Column("answered_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["drill"], ["envoy_drill.id"], name=op.f("fk_drill_offer_drill_envoy_drill")),
        sa.ForeignKeyConstraint(["envoy"], ["envoy.id"], name=op.f("fk_drill_offer_envoy_envoy")),
        sa.PrimaryKeyConstraint("drill", "envoy", name=op.f("pk_drill_offer")),
    )
    op.create_index(op.f("ix_drill_offer_asked_at"), "drill_offer", ["asked_at"], unique=False)
