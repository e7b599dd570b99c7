"""People, cases, envoys, conversations, staff and keys.

Revision: 0001
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_REFUSE = "the audit trail is append only"
_SQLITE = (
    f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, '{_REFUSE}'); END",
    f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, '{_REFUSE}'); END",
)
_POSTGRESQL = (
    "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSE}'; END $$",
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
)


def upgrade() -> None:
    """Make every table, then the triggers that keep the audit trail as it was written."""
    _audit()
    _audit_head()
    _operator()
    _person()
    _vault_key()
    _cases()
    _console_session()
    _identity()
    _question()
    _session()
    _sign_in_link()
    _alert()
    _case_entry()
    _case_event()
    _case_fix()
    _envoy()
    _queue_item()
    _assignment()
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Forward only: going back would lose what people told us."""
    raise NotImplementedError


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object", sa.String(length=256), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )


def _audit_head() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )


def _operator() -> None:
    op.create_table(
        "operator",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("centre", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator")),
    )


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("profile", sa.LargeBinary(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("locale_chosen", sa.Boolean(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("last_fix", sa.LargeBinary(), nullable=True),
        sa.Column("last_fix_at", types.Utc(), nullable=True),
        sa.Column("erased_at", types.Utc(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )


def _vault_key() -> None:
    op.create_table(
        "vault_key",
        sa.Column("id", sa.LargeBinary(length=8), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_key")),
        sa.UniqueConstraint("subject", name=op.f("uq_vault_key_subject")),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("requester", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("opened_at", types.Utc(), nullable=False),
        sa.Column("due_at", types.Utc(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("for_whom", sa.String(32), nullable=False),
        sa.Column("hurt", sa.String(32), nullable=False),
        sa.Column("verified", sa.String(32), nullable=False),
        sa.Column("fix", sa.LargeBinary(), nullable=True),
        sa.Column("fix_is_last_known", sa.Boolean(), nullable=False),
        sa.Column("place", types.Json, nullable=True),
        sa.Column("cell_lat", sa.Float(), nullable=True),
        sa.Column("cell_lon", sa.Float(), nullable=True),
        sa.Column("private", sa.LargeBinary(), nullable=True),
        sa.Column("dispatched_at", types.Utc(), nullable=True),
        sa.Column("rang_at", types.Utc(), nullable=True),
        sa.Column("answered_at", types.Utc(), nullable=True),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("owner_name", sa.String(length=128), nullable=False),
        sa.Column("owned_at", types.Utc(), nullable=True),
        sa.Column("says_safe_at", types.Utc(), nullable=True),
        sa.Column("promised_at", types.Utc(), nullable=True),
        sa.Column("closed_at", types.Utc(), nullable=True),
        sa.Column("close_reason", sa.String(32), nullable=True),
        sa.Column("true_at", types.Utc(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("duress", sa.Boolean(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("searching", sa.Boolean(), nullable=False),
        sa.Column("ring", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("envoys_wanted", sa.Integer(), nullable=False),
        sa.Column("envoys_taken", sa.Integer(), nullable=False),
        sa.Column("sealed_place", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_at", types.Utc(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["requester"], ["person.id"], name=op.f("fk_cases_requester_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("ref", name=op.f("uq_cases_ref")),
    )
    op.create_index(
        "ix_cases_active",
        "cases",
        ["opened_at"],
        unique=False,
        sqlite_where=sa.text("status IN ('countdown', 'open', 'resolved')"),
        postgresql_where=sa.text("status IN ('countdown', 'open', 'resolved')"),
    )
    op.create_index(op.f("ix_cases_requester_opened_at"), "cases", ["requester", "opened_at"], unique=False)
    op.create_index(
        "uq_cases_one_active",
        "cases",
        ["requester"],
        unique=True,
        sqlite_where=sa.text("status IN ('countdown', 'open', 'resolved') AND NOT duress"),
        postgresql_where=sa.text("status IN ('countdown', 'open', 'resolved') AND NOT duress"),
    )


def _console_session() -> None:
    op.create_table(
        "console_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("csrf", sa.String(length=128), nullable=False),
        sa.Column("started_at", types.Utc(), nullable=False),
        sa.Column("seen_at", types.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator"], ["operator.id"], name=op.f("fk_console_session_operator_operator")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_console_session")),
    )
    op.create_index(op.f("ix_console_session_operator"), "console_session", ["operator"], unique=False)


def _identity() -> None:
    op.create_table(
        "identity",
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=128), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("reach", sa.String(32), nullable=False),
        sa.Column("heard_at", types.Utc(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_identity_person_person")),
        sa.PrimaryKeyConstraint("channel", "address", name=op.f("pk_identity")),
    )
    op.create_index(op.f("ix_identity_person"), "identity", ["person"], unique=False)


def _question() -> None:
    op.create_table(
        "question",
        sa.Column("number", types.BigSerial, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("answers", types.Json, nullable=False),
        sa.Column("asked_at", types.Utc(), nullable=False),
        sa.Column("until", types.Utc(), nullable=True),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_question_person_person")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_question")),
        sa.UniqueConstraint("id", name=op.f("uq_question_id")),
    )
    op.create_index(op.f("ix_question_person_open"), "question", ["person", "open"], unique=False)
    op.create_index(op.f("ix_question_subject_open"), "question", ["subject", "open"], unique=False)


def _session() -> None:
    op.create_table(
        "session",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("flow", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_session_person_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_session")),
    )


def _sign_in_link() -> None:
    op.create_table(
        "sign_in_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("until", types.Utc(), nullable=False),
        sa.Column("used_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["operator"], ["operator.id"], name=op.f("fk_sign_in_link_operator_operator")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_link")),
    )


def _alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", types.BigSerial, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_alert_case_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index(op.f("ix_alert_seen_at"), "alert", ["seen_at"], unique=False)


def _case_entry() -> None:
    op.create_table(
        "case_entry",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("audience", sa.String(32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_case_entry_case_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_entry")),
        sa.UniqueConstraint("case", "number", name=op.f("uq_case_entry_case_number")),
    )


def _case_event() -> None:
    op.create_table(
        "case_event",
        sa.Column("number", types.BigSerial, nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("params", types.Json, nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_case_event_case_cases")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_case_event")),
    )
    op.create_index(op.f("ix_case_event_case"), "case_event", ["case"], unique=False)


def _case_fix() -> None:
    op.create_table(
        "case_fix",
        sa.Column("number", types.BigSerial, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("fix", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_case_fix_case_cases")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_case_fix")),
        sa.UniqueConstraint("id", name=op.f("uq_case_fix_id")),
    )
    op.create_index(op.f("ix_case_fix_case"), "case_fix", ["case"], unique=False)


def _envoy() -> None:
    op.create_table(
        "envoy",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("languages", types.Json, nullable=False),
        sa.Column("services", types.Json, nullable=False),
        sa.Column("base_lat", sa.Float(), nullable=False),
        sa.Column("base_lon", sa.Float(), nullable=False),
        sa.Column("on_duty", sa.Boolean(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("sex", sa.String(length=16), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("position_at", types.Utc(), nullable=True),
        sa.Column("busy_with", sa.String(length=64), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("rating", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["busy_with"], ["cases.id"], name=op.f("fk_envoy_busy_with_cases")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_envoy_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envoy")),
        sa.UniqueConstraint("person", name=op.f("uq_envoy_person")),
    )
    op.create_index(op.f("ix_envoy_on_duty"), "envoy", ["on_duty"], unique=False)


def _queue_item() -> None:
    op.create_table(
        "queue_item",
        sa.Column("id", types.BigSerial, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("after_ref", sa.String(length=16), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=True),
        sa.Column("done_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_queue_item_case_cases")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_queue_item_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_item")),
    )
    op.create_index(op.f("ix_queue_item_done_at"), "queue_item", ["done_at"], unique=False)


def _assignment() -> None:
    op.create_table(
        "assignment",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("envoy", sa.String(length=64), nullable=False),
        sa.Column("asked_at", types.Utc(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("ring_km", sa.Float(), nullable=False),
        sa.Column("from_base", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("answered_at", types.Utc(), nullable=True),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_assignment_case_cases")),
        sa.ForeignKeyConstraint(["envoy"], ["envoy.id"], name=op.f("fk_assignment_envoy_envoy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("case", "envoy", name=op.f("uq_assignment_case_envoy")),
    )
    op.create_index(op.f("ix_assignment_envoy_status"), "assignment", ["envoy", "status"], unique=False)
