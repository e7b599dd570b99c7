"""Sign-in by passkey and code, organisations and their guests, authorisations, and the broken glass.

Revision: 0010
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _id(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=64), nullable=nullable)


def _at(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, types.Utc(), nullable=nullable)


def _points(table: str, column: str, to: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.{key}"], name=op.f(f"fk_{table}_{column}_{to}"))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False)


def upgrade() -> None:
    """Make the tables; sessions learn how they began and in which browser."""
    _sign_in()
    _organisations()
    _glass()
    for name, length in (("how", 16), ("browser", 64)):
        op.add_column(
            "console_session",
            sa.Column(name, sa.String(length=length), nullable=False, server_default=""),
        )


def _sign_in() -> None:
    op.create_table(
        "passkey",
        _id("id"),
        _id("operator"),
        sa.Column("credential", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        _at("added_at"),
        _at("used_at", nullable=True),
        _points("passkey", "operator", "operator"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkey_credential")),
    )
    _index("passkey", "operator")
    op.create_table(
        "passkey_challenge",
        _id("hash"),
        _id("operator"),
        _at("until"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_passkey_challenge")),
    )
    _index("passkey_challenge", "until")
    op.create_table(
        "totp",
        _id("operator"),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        _at("confirmed_at", nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        _points("totp", "operator", "operator"),
        sa.PrimaryKeyConstraint("operator", name=op.f("pk_totp")),
    )
    op.create_table(
        "recovery_code",
        _id("operator"),
        sa.Column("selector", sa.String(length=8), nullable=False),
        sa.Column("hash", sa.String(length=200), nullable=False),
        _at("used_at", nullable=True),
        _points("recovery_code", "operator", "operator"),
        sa.PrimaryKeyConstraint("operator", "selector", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "sign_in_pause",
        _id("key"),
        sa.Column("failures", sa.Integer(), nullable=False),
        _at("until"),
        _at("failed_at"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_pause")),
    )


def _organisations() -> None:
    op.create_table(
        "organisation",
        _id("code"),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("sees_place", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_organisation")),
    )
    op.create_table(
        "organisation_member",
        _id("id"),
        _id("person"),
        _id("organisation"),
        _at("since"),
        _points("organisation_member", "person", "person"),
        _points("organisation_member", "organisation", "organisation", "code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_member")),
    )
    _index("organisation_member", "person")
    _index("organisation_member", "organisation")
    op.create_table(
        "authorisation",
        _id("id"),
        _id("case"),
        _id("organisation"),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        _id("asked_by"),
        _at("asked_at"),
        _at("due_at"),
        sa.Column("status", sa.String(length=32), nullable=False),
        _id("answered_by"),
        _at("answered_at", nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        _points("authorisation", "case", "cases"),
        _points("authorisation", "organisation", "organisation", "code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorisation")),
    )
    _index("authorisation", "case")
    _index("authorisation", "organisation")


def _glass() -> None:
    op.create_table(
        "broken_glass",
        _id("id"),
        _id("case"),
        _id("operator"),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        _at("at"),
        _at("until"),
        _id("seen_by"),
        _at("seen_at", nullable=True),
        _points("broken_glass", "case", "cases"),
        _points("broken_glass", "operator", "operator"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broken_glass")),
    )
    _index("broken_glass", "seen_at")
    _index("broken_glass", "operator", "case")


def downgrade() -> None:
    """Forward only: going back would lose what people told us."""
    raise NotImplementedError
