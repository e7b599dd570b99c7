"""The tables of insurance. `LargeBinary` columns are sealed under `policy:<id>`; documents and numbers are found by
keyed tokens."""

import sqlalchemy as sa

from backoffice.insurance.policies import IN_FORCE, PolicyStatus, RequestKind, RequestState, Source
from storage.import_batches import batch_row
from storage.tables import Id, Sealed
from storage.types import Json, Utc, enum_column, metadata

_Currency = sa.String(3)
_Token = sa.String(32)

product = sa.Table(
    "product",
    metadata,
    sa.Column("code", sa.String(64), primary_key=True),
    sa.Column("edition", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("insurer", sa.String(64), nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("put_at", Utc, nullable=False),
)
"""`source` is the product's file as it was put: an edition is never changed, only ended."""

policy = sa.Table(
    "policy",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("insurer", sa.String(64), nullable=False),
    sa.Column("number", sa.String(128)),
    sa.Column("product", sa.String(64), nullable=False),
    sa.Column("edition", sa.Integer, nullable=False),
    sa.Column("holder", Id, sa.ForeignKey("person.id"), index=True),
    sa.Column("source", enum_column(Source), nullable=False),
    sa.Column("status", enum_column(PolicyStatus), nullable=False),
    sa.Column("starts", sa.Date, nullable=False),
    sa.Column("ends", sa.Date, nullable=False),
    sa.Column("minor", sa.BigInteger, nullable=False),
    sa.Column("currency", _Currency, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("confirmed_at", Utc),
    sa.Column("organisation", sa.String(64), nullable=False),
    sa.Column("drill", sa.Boolean, nullable=False),
    sa.Column("private", Sealed, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.UniqueConstraint("insurer", "number"),
    sa.Index("ix_policy_number", "number"),
)
"""Where somebody goes, their sports, an open change and the insurer's reasons are sealed."""

policy_person = sa.Table(
    "policy_person",
    metadata,
    sa.Column("policy", Id, sa.ForeignKey("policy.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("document", _Token, nullable=False, index=True),
    sa.Column("phone", _Token, nullable=False, index=True),
    sa.Column("person", Id, sa.ForeignKey("person.id"), index=True),
    sa.Column("private", Sealed, nullable=False),
)
"""`document`, `phone`: keyed tokens, empty where the insurer gave none. `person`: whom they were matched to."""

insurer_request = sa.Table(
    "insurer_request",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", enum_column(RequestKind), nullable=False),
    sa.Column("policy", Id, sa.ForeignKey("policy.id"), nullable=False, index=True),
    sa.Column("person", Id, nullable=False),
    sa.Column("insurer", sa.String(64), nullable=False),
    sa.Column("payload", Json, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("due", Utc, nullable=False),
    sa.Column("state", enum_column(RequestState), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("ix_insurer_request_due", "state", "due"),
)
"""`due`: when it is next sent or asked about; while it is `doing`, when its lease ends."""

insurer_heard = sa.Table(
    "insurer_heard",
    metadata,
    sa.Column("insurer", sa.String(64), primary_key=True),
    sa.Column("request", Id, primary_key=True),
    sa.Column("said", sa.String(32), primary_key=True),
    sa.Column("number", sa.String(128), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("due", Utc, nullable=False),
    sa.Column("done_at", Utc),
)
"""What insurers told by themselves, until it is settled under its person's lock."""
_unheard = insurer_heard.c.done_at.is_(None)
sa.Index("ix_insurer_heard_due", insurer_heard.c.due, sqlite_where=_unheard, postgresql_where=_unheard)

cover_proof = sa.Table(
    "cover_proof",
    metadata,
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("token", _Token, primary_key=True),
    sa.Column("person", Id, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("proven_at", Utc, nullable=False),
)
"""Documents and telephones that belong to a person by proof: what is imported later finds them."""

phone_code = sa.Table(
    "phone_code",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("person", Id, sa.ForeignKey("person.id"), nullable=False, unique=True),
    sa.Column("until", Utc, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("private", Sealed, nullable=False),
)
"""A code on its way to a telephone, with the number it goes to; both sealed under the person's key."""

cover_look = sa.Table(
    "cover_look",
    metadata,
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("subject", Id, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("links", Json, nullable=False),
)
"""What covers a case, an order or a claim, as it stood when it was looked at: `[[policy, fit], …]`."""

_IN_FORCE = sa.text("status IN ({})".format(", ".join(f"'{s}'" for s in PolicyStatus if s in IN_FORCE)))
sa.Index("ix_policy_ends", policy.c.ends, sqlite_where=_IN_FORCE, postgresql_where=_IN_FORCE)

policy_import = sa.Table(
    "policy_import",
    metadata,
    sa.Column("batch", Id, primary_key=True),
    sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("staged_at", Utc, nullable=False),
    sa.Column("first", sa.Boolean, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("policy", Id, nullable=False),
    sa.Column("key_id", sa.LargeBinary(8)),
    sa.Column("wrapped", sa.LargeBinary),
    sa.Column("insurer", sa.String(64), nullable=False),
    sa.Column("number", sa.String(128), nullable=False),
    sa.Column("product", sa.String(64), nullable=False),
    sa.Column("edition", sa.Integer, nullable=False),
    sa.Column("starts", sa.Date, nullable=False),
    sa.Column("ends", sa.Date, nullable=False),
    sa.Column("minor", sa.BigInteger, nullable=False),
    sa.Column("currency", _Currency, nullable=False),
    sa.Column("organisation", sa.String(64), nullable=False),
    sa.Column("status", enum_column(PolicyStatus), nullable=False),
    sa.Column("source", enum_column(Source), nullable=False),
    sa.Column("policy_private", Sealed),
    sa.Column("document", _Token, nullable=False),
    sa.Column("phone", _Token, nullable=False),
    sa.Column("private", Sealed, nullable=False),
    sa.Index("ix_policy_import_policy", "batch", "policy"),
)
"""Where an import waits until it is whole; `first` rows bring their policy, the others only a further person."""

policy_batch = batch_row("policy_batch")
