"""Products, policies with the people they insure, what is asked of insurers, what covers a case.

Revision: 0013
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "product",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("edition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("insurer", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("put_at", types.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("code", "edition", name=op.f("pk_product")),
    )
    op.create_table(
        "policy",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("insurer", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=128), nullable=True),
        sa.Column("product", sa.String(length=64), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=True),
        sa.Column(
            "source",
            sa.Enum("bought", "imported", "pushed", name="source", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "unpaid",
                "applied",
                "confirmed",
                "cancelling",
                "cancelled",
                "refused",
                "lapsed",
                name="policystatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("confirmed_at", types.Utc(), nullable=True),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["holder"], ["person.id"], name=op.f("fk_policy_holder_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sa.UniqueConstraint("insurer", "number", name=op.f("uq_policy_insurer_number")),
    )
    op.create_index(
        "ix_policy_ends",
        "policy",
        ["ends"],
        unique=False,
        sqlite_where=sa.text("status IN ('confirmed', 'cancelling')"),
        postgresql_where=sa.text("status IN ('confirmed', 'cancelling')"),
    )
    op.create_index(op.f("ix_policy_holder"), "policy", ["holder"], unique=False)
    op.create_table(
        "policy_person",
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.String(length=32), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=True),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_policy_person_person_person")),
        sa.ForeignKeyConstraint(["policy"], ["policy.id"], name=op.f("fk_policy_person_policy_policy")),
        sa.PrimaryKeyConstraint("policy", "seq", name=op.f("pk_policy_person")),
    )
    op.create_index(op.f("ix_policy_person_document"), "policy_person", ["document"], unique=False)
    op.create_index(op.f("ix_policy_person_person"), "policy_person", ["person"], unique=False)
    op.create_index(op.f("ix_policy_person_phone"), "policy_person", ["phone"], unique=False)
    op.create_table(
        "insurer_request",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("issue", "change", "cancel", name="requestkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("insurer", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("due", types.Utc(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "doing",
                "unknown",
                "pending",
                "confirmed",
                "refused",
                name="requeststate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["policy"], ["policy.id"], name=op.f("fk_insurer_request_policy_policy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurer_request")),
    )
    op.create_index("ix_insurer_request_due", "insurer_request", ["state", "due"], unique=False)
    op.create_index(op.f("ix_insurer_request_policy"), "insurer_request", ["policy"], unique=False)
    op.create_table(
        "insurer_heard",
        sa.Column("insurer", sa.String(length=64), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("said", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("due", types.Utc(), nullable=False),
        sa.Column("done_at", types.Utc(), nullable=True),
        sa.PrimaryKeyConstraint("insurer", "request", "said", name=op.f("pk_insurer_heard")),
    )
    op.create_table(
        "cover_proof",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("proven_at", types.Utc(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_cover_proof_person_person")),
        sa.PrimaryKeyConstraint("kind", "token", name=op.f("pk_cover_proof")),
    )
    op.create_index(op.f("ix_cover_proof_person"), "cover_proof", ["person"], unique=False)
    op.create_table(
        "phone_code",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("until", types.Utc(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_phone_code_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_code")),
        sa.UniqueConstraint("person", name=op.f("uq_phone_code_person")),
    )
    op.create_table(
        "cover_look",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("links", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("pk_cover_look")),
    )
    op.create_table(
        "policy_import",
        sa.Column("batch", sa.String(length=64), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staged_at", types.Utc(), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.LargeBinary(length=8), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("insurer", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=128), nullable=False),
        sa.Column("product", sa.String(length=64), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "unpaid",
                "applied",
                "confirmed",
                "cancelling",
                "cancelled",
                "refused",
                "lapsed",
                name="policystatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum("bought", "imported", "pushed", name="source", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("policy_private", sa.LargeBinary(), nullable=True),
        sa.Column("document", sa.String(length=32), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("batch", "line", name=op.f("pk_policy_import")),
    )
    op.create_index("ix_policy_import_policy", "policy_import", ["batch", "policy"], unique=False)


def downgrade() -> None:
    """Forward only: going back would lose what people told us."""
    raise NotImplementedError
