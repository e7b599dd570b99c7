"""The tables of people, cases, envoys, conversations, staff and keys. `LargeBinary` columns are sealed."""

import sqlalchemy as sa

from backoffice.cases.model import (
    ACTIVE,
    Audience,
    CaseStatus,
    CloseReason,
    ForWhom,
    Hurt,
    Kind,
    Origin,
    Verified,
)
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel.messages import Role
from backoffice.people.model import Reach
from backoffice.ports import OperatorRole
from storage.types import BigSerial, Json, Utc, enum_column, metadata

Id = sa.String(64)
Sealed = sa.LargeBinary


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, default=False)


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer, nullable=False)


vault_key = sa.Table(
    "vault_key",
    metadata,
    sa.Column("id", sa.LargeBinary(8), primary_key=True),
    sa.Column("subject", sa.String(80), nullable=False, unique=True),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
)

person = sa.Table(
    "person",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("locale", sa.String(16), nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("profile", Sealed),
    sa.Column("zone", sa.String(64), nullable=False),
    _flag("locale_chosen"),
    _flag("drill"),
    sa.Column("last_fix", Sealed),
    sa.Column("last_fix_at", Utc),
    sa.Column("erased_at", Utc),
    sa.Column("merged_into", Id, sa.ForeignKey("person.id")),
    _version(),
)
"""`merged_into`: two chats turned out to be one person; this row is kept so that old references still lead on."""
_merged = person.c.merged_into.is_not(None)
sa.Index("ix_person_merged_into", person.c.merged_into, sqlite_where=_merged, postgresql_where=_merged)

identity = sa.Table(
    "identity",
    metadata,
    sa.Column("channel", sa.String(16), primary_key=True),
    sa.Column("address", sa.String(128), primary_key=True),
    sa.Column("person", Id, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("reach", enum_column(Reach), nullable=False),
    sa.Column("heard_at", Utc, nullable=False),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("ref", sa.String(16), nullable=False, unique=True),
    sa.Column("requester", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("origin", enum_column(Origin), nullable=False),
    sa.Column("opened_at", Utc, nullable=False),
    sa.Column("due_at", Utc, nullable=False),
    sa.Column("status", enum_column(CaseStatus), nullable=False),
    sa.Column("kind", enum_column(Kind), nullable=False),
    sa.Column("for_whom", enum_column(ForWhom), nullable=False),
    sa.Column("hurt", enum_column(Hurt), nullable=False),
    sa.Column("verified", enum_column(Verified), nullable=False),
    sa.Column("fix", Sealed),
    _flag("fix_is_last_known"),
    sa.Column("place", Json),
    sa.Column("cell_lat", sa.Float),
    sa.Column("cell_lon", sa.Float),
    sa.Column("private", Sealed),
    sa.Column("dispatched_at", Utc),
    sa.Column("rang_at", Utc),
    sa.Column("answered_at", Utc),
    sa.Column("owner", Id),
    sa.Column("owner_name", sa.String(128), nullable=False),
    sa.Column("owned_at", Utc),
    sa.Column("says_safe_at", Utc),
    sa.Column("promised_at", Utc),
    sa.Column("closed_at", Utc),
    sa.Column("close_reason", enum_column(CloseReason)),
    sa.Column("true_at", Utc),
    _flag("late"),
    _flag("duress"),
    _flag("drill"),
    _flag("searching"),
    sa.Column("ring", sa.Integer, nullable=False),
    sa.Column("wave", sa.Integer, nullable=False),
    sa.Column("envoys_wanted", sa.Integer, nullable=False),
    sa.Column("envoys_taken", sa.Integer, nullable=False),
    sa.Column("sealed_place", Sealed),
    sa.Column("sealed_at", Utc),
    _version(),
)

IS_ACTIVE = sa.text("status IN ({})".format(", ".join(f"'{s}'" for s in CaseStatus if s in ACTIVE)))
"""Spelt out, not bound: planners match it with the partial index below."""
_ONE_ACTIVE = sa.text(f"{IS_ACTIVE.text} AND NOT duress")
sa.Index(
    "uq_cases_one_active",
    cases.c.requester,
    unique=True,
    sqlite_where=_ONE_ACTIVE,
    postgresql_where=_ONE_ACTIVE,
)
sa.Index(None, cases.c.requester, cases.c.opened_at)
sa.Index("ix_cases_active", cases.c.opened_at, sqlite_where=IS_ACTIVE, postgresql_where=IS_ACTIVE)


def among_active(*statuses: CaseStatus) -> sa.ColumnElement[bool]:
    """Cases of these statuses, which are active ones. Said twice: so the few active cases are found by their index,
    and nobody looks through all the cases there ever were.
    """
    return sa.and_(sa.text(f"cases.{IS_ACTIVE.text}"), cases.c.status.in_(statuses))


RUNNING = among_active(CaseStatus.OPEN, CaseStatus.RESOLVED)
"""What staff have before them."""

case_fix = sa.Table(
    "case_fix",
    metadata,
    sa.Column("number", BigSerial, primary_key=True),
    sa.Column("id", Id, nullable=False, unique=True),
    sa.Column("case", Id, sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("fix", Sealed, nullable=False),
    _flag("sealed"),
)

case_entry = sa.Table(
    "case_entry",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case", Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("role", enum_column(Role), nullable=False),
    sa.Column("author", Id, nullable=False),
    sa.Column("audience", enum_column(Audience), nullable=False),
    sa.Column("body", Sealed, nullable=False),
    sa.Column("place", Sealed),
    _flag("sealed"),
    sa.UniqueConstraint("case", "number"),
)

case_event = sa.Table(
    "case_event",
    metadata,
    sa.Column("number", BigSerial, primary_key=True),
    sa.Column("case", Id, sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("what", sa.String(64), nullable=False),
    sa.Column("params", Json, nullable=False),
)

envoy = sa.Table(
    "envoy",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("person", Id, sa.ForeignKey("person.id"), nullable=False, unique=True),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("languages", Json, nullable=False),
    sa.Column("services", Json, nullable=False),
    sa.Column("base_lat", sa.Float, nullable=False),
    sa.Column("base_lon", sa.Float, nullable=False),
    _flag("on_duty"),
    sa.Column("phone", Sealed),
    sa.Column("sex", sa.String(16), nullable=False),
    sa.Column("lat", sa.Float),
    sa.Column("lon", sa.Float),
    sa.Column("position_at", Utc),
    sa.Column("busy_with", Id, sa.ForeignKey("cases.id")),
    _flag("synthetic"),
    sa.Column("rating", sa.Float, nullable=False),
    sa.Column("arrived_with", Id),
    _version(),
)
sa.Index(None, envoy.c.on_duty)

assignment = sa.Table(
    "assignment",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case", Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("envoy", Id, sa.ForeignKey("envoy.id"), nullable=False),
    sa.Column("asked_at", Utc, nullable=False),
    sa.Column("wave", sa.Integer, nullable=False),
    sa.Column("ring_km", sa.Float, nullable=False),
    _flag("from_base"),
    sa.Column("status", enum_column(AssignmentStatus), nullable=False),
    sa.Column("answered_at", Utc),
    sa.Column("private", Sealed, nullable=False),
    _version(),
    sa.UniqueConstraint("case", "envoy"),
)
sa.Index(None, assignment.c.envoy, assignment.c.status)

session = sa.Table(
    "session",
    metadata,
    sa.Column("person", Id, sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("flow", sa.String(64), nullable=False),
    sa.Column("data", Sealed),
)

question = sa.Table(
    "question",
    metadata,
    sa.Column("number", BigSerial, primary_key=True),
    sa.Column("id", Id, nullable=False, unique=True),
    sa.Column("person", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("subject", sa.String(128), nullable=False),
    sa.Column("answers", Json, nullable=False),
    sa.Column("asked_at", Utc, nullable=False),
    sa.Column("until", Utc),
    _flag("open"),
)
sa.Index(None, question.c.person, question.c.open)
sa.Index(None, question.c.subject, question.c.open)

operator = sa.Table(
    "operator",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("role", enum_column(OperatorRole), nullable=False),
    sa.Column("centre", sa.String(64), nullable=False),
    sa.Column("organisation", sa.String(64), nullable=False),
    _flag("active"),
)

sign_in_link = sa.Table(
    "sign_in_link",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("operator", Id, sa.ForeignKey("operator.id"), nullable=False),
    sa.Column("until", Utc, nullable=False),
    sa.Column("used_at", Utc),
)

console_session = sa.Table(
    "console_session",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("operator", Id, sa.ForeignKey("operator.id"), nullable=False, index=True),
    sa.Column("csrf", sa.String(128), nullable=False),
    sa.Column("started_at", Utc, nullable=False),
    sa.Column("seen_at", Utc, nullable=False),
    sa.Column("how", sa.String(16), nullable=False, server_default=""),
    sa.Column("browser", sa.String(64), nullable=False, server_default=""),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("action", sa.String(64), nullable=False),
    sa.Column("object", sa.String(256), nullable=False),
    sa.Column("mac", sa.LargeBinary(32), nullable=False),
)

audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("mac", sa.LargeBinary(32), nullable=False),
    sa.Column("signature", sa.LargeBinary(32), nullable=False),
)

queue_item = sa.Table(
    "queue_item",
    metadata,
    sa.Column("id", BigSerial, primary_key=True),
    sa.Column("key", Id, nullable=False),
    sa.Column("person", Id, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("text", Sealed, nullable=False),
    sa.Column("after_ref", sa.String(16), nullable=False),
    sa.Column("case", Id, sa.ForeignKey("cases.id")),
    sa.Column("done_at", Utc, index=True),
    sa.Column("order", Id),
    sa.Column("media", Id),
    sa.Column("media_kind", sa.String(16)),
)

alert = sa.Table(
    "alert",
    metadata,
    sa.Column("id", BigSerial, primary_key=True),
    sa.Column("key", Id, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("case", Id, sa.ForeignKey("cases.id")),
    sa.Column("text", Sealed, nullable=False),
    sa.Column("seen_at", Utc, index=True),
)
