"""The way in and the way out: inbox, letters, deadlines, ledgers and files.

Revision: 0002
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    _access_token()
    _deadline()
    _inbox()
    _letter()
    _letter_ref()
    _live_map()
    _media()
    _wechat_window()


def downgrade() -> None:
    """Forward only: going back would lose what people told us."""
    raise NotImplementedError


def _access_token() -> None:
    op.create_table(
        "access_token",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("expires_at", types.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_access_token")),
    )


def _deadline() -> None:
    op.create_table(
        "deadline",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("due", types.Utc(), nullable=False),
        sa.Column("payload", types.Json, server_default="{}", nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("ended_at", types.Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    op.create_index(
        "ix_deadline_due",
        "deadline",
        ["due"],
        unique=False,
        sqlite_where=sa.text("state = 'armed'"),
        postgresql_where=sa.text("state = 'armed'"),
    )
    op.create_index(
        "ix_deadline_person",
        "deadline",
        ["person", "due"],
        unique=False,
        sqlite_where=sa.text("state = 'armed'"),
        postgresql_where=sa.text("state = 'armed'"),
    )
    op.create_index(
        "ix_deadline_subject",
        "deadline",
        ["subject", "kind"],
        unique=False,
        sqlite_where=sa.text("state = 'armed'"),
        postgresql_where=sa.text("state = 'armed'"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("seq", types.BigSerial, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("arrived_at", types.Utc(), nullable=False),
        sa.Column("stored_at", types.Utc(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("done_at", types.Utc(), nullable=True),
        sa.Column("answer_letter", sa.String(length=64), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_inbox")),
        sa.UniqueConstraint("channel", "key", name=op.f("uq_inbox_channel_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_inbox_unpurged",
        "inbox",
        ["done_at"],
        unique=False,
        sqlite_where=sa.text("state = 'done' AND body IS NOT NULL"),
        postgresql_where=sa.text("state = 'done' AND body IS NOT NULL"),
    )
    op.create_index(
        "ix_inbox_untaken",
        "inbox",
        ["lane", "seq"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )


def _letter() -> None:
    op.create_table(
        "letter",
        sa.Column("seq", types.BigSerial, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("urgency", sa.String(32), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("doubts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("due", types.Utc(), nullable=False),
        sa.Column("claimed_until", types.Utc(), nullable=True),
        sa.Column("finished_at", types.Utc(), nullable=True),
        sa.Column("case_id", sa.String(length=64), nullable=True),
        sa.Column("entry", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tag", sa.Text(), server_default="", nullable=False),
        sa.Column("riding", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("parcel", sa.String(length=64), server_default="", nullable=False),
        sa.Column("recalled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("parts_sent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tried", types.Json, server_default="[]", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("text_sent", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_letter")),
        sa.UniqueConstraint("id", name=op.f("uq_letter_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_letter_case", "letter", ["case_id", "entry"], unique=False)
    op.create_index(
        "ix_letter_held",
        "letter",
        ["lane"],
        unique=False,
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_index(
        "ix_letter_open",
        "letter",
        ["person", "rank", "seq"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'riding', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'riding', 'sending')"),
    )
    op.create_index(
        "ix_letter_waiting",
        "letter",
        ["rank", "seq"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "uq_letter_riding",
        "letter",
        ["riding"],
        unique=True,
        sqlite_where=sa.text("state = 'riding'"),
        postgresql_where=sa.text("state = 'riding'"),
    )
    op.create_index(
        "uq_letter_sending",
        "letter",
        ["lane"],
        unique=True,
        sqlite_where=sa.text("state = 'sending' AND parcel = ''"),
        postgresql_where=sa.text("state = 'sending' AND parcel = ''"),
    )


def _letter_ref() -> None:
    op.create_table(
        "letter_ref",
        sa.Column("id", types.BigSerial, autoincrement=True, nullable=False),
        sa.Column("letter", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_ref")),
    )
    op.create_index(op.f("ix_letter_ref_letter"), "letter_ref", ["letter"], unique=False)
    op.create_index("ix_letter_ref_ref", "letter_ref", ["channel", "ref"], unique=False)


def _live_map() -> None:
    op.create_table(
        "live_map",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("until", types.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("name", "lane", name=op.f("pk_live_map")),
    )


def _media() -> None:
    op.create_table(
        "media",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=True),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", types.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
    )
    op.create_index("ix_media_case", "media", ["case_id"], unique=False)


def _wechat_window() -> None:
    op.create_table(
        "wechat_window",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("expires_at", types.Utc(), nullable=True),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_wechat_window")),
    )
