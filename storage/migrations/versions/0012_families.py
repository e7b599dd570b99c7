"""Who follows a case, the links they came by, when their page was opened, and their own thread.

Revision: 0012
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _id(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=64), nullable=nullable)


def _at(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, types.Utc(), nullable=nullable)


def _status(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), nullable=False)


def _points(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def upgrade() -> None:
    """Make the tables."""
    _follower()
    _link()
    _opening()
    _entry()


def _follower() -> None:
    op.create_table(
        "follower",
        sa.Column("number", types.BigSerial, nullable=False),
        _id("id"),
        _id("case"),
        _id("person", nullable=True),
        _status("status"),
        _status("part"),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        _status("decided_by"),
        _status("reached"),
        sa.Column("invited_by", sa.String(length=128), nullable=False),
        _at("invited_at", nullable=False),
        _at("accepted_at"),
        _at("ended_at"),
        _at("heard_at"),
        sa.Column("told_upto", sa.Integer(), nullable=False),
        _at("told_at"),
        _at("call_since"),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _points("follower", "case", "cases"),
        _points("follower", "person", "person"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_follower")),
        sa.UniqueConstraint("id", name=op.f("uq_follower_id")),
    )
    _index("follower", "case")
    _index("follower", "person")


def _link() -> None:
    op.create_table(
        "follow_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        _id("follower"),
        _status("kind"),
        _at("made_at", nullable=False),
        _at("opened_at"),
        _points("follow_link", "follower", "follower"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_follow_link")),
    )
    _index("follow_link", "follower")


def _opening() -> None:
    op.create_table(
        "follow_opening",
        sa.Column("number", types.BigSerial, nullable=False),
        _id("follower"),
        _at("at", nullable=False),
        _points("follow_opening", "follower", "follower"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_follow_opening")),
    )
    _index("follow_opening", "follower")


def _entry() -> None:
    op.create_table(
        "family_entry",
        sa.Column("number", types.BigSerial, nullable=False),
        _id("id"),
        _id("case"),
        _id("follower", nullable=True),
        _status("role"),
        sa.Column("scope", sa.String(length=16), nullable=False),
        _id("author"),
        _at("at", nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _points("family_entry", "case", "cases"),
        _points("family_entry", "follower", "follower"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_family_entry")),
        sa.UniqueConstraint("id", name=op.f("uq_family_entry_id")),
    )
    _index("family_entry", "case")


def downgrade() -> None:
    """Forward only: going back would lose what people told us."""
    raise NotImplementedError
