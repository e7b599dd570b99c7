"""The tables of claims. `LargeBinary` columns are sealed under `case:<claim>`, like the claim's letters and files."""

import sqlalchemy as sa

from backoffice.claims.claim import OPEN, ClaimStatus
from backoffice.claims.evidence import From, PaperState
from backoffice.claims.kinds import ClaimKind
from storage.tables import Id, Sealed
from storage.types import BigSerial, Json, Utc, enum_column, metadata

claim = sa.Table(
    "claim",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("ref", sa.String(16), nullable=False, unique=True),
    sa.Column("person", Id, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("policy", Id, sa.ForeignKey("policy.id"), nullable=False, index=True),
    sa.Column("insured", sa.Integer, nullable=False),
    sa.Column("insurer", sa.String(64), nullable=False),
    sa.Column("kind", enum_column(ClaimKind), nullable=False),
    sa.Column("status", enum_column(ClaimStatus), nullable=False),
    sa.Column("case", Id, sa.ForeignKey("cases.id"), index=True),
    sa.Column("order", Id, sa.ForeignKey("service_order.id")),
    sa.Column("zone", sa.String(64), nullable=False),
    sa.Column("wanted", sa.String(64), nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("agreed_at", Utc),
    sa.Column("filed_at", Utc),
    sa.Column("decided_at", Utc),
    sa.Column("closed_at", Utc),
    sa.Column("touched_at", Utc),
    sa.Column("reminded", sa.Integer, nullable=False),
    sa.Column("remind", sa.Boolean, nullable=False),
    sa.Column("minor", sa.BigInteger),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("reviewer", Id, nullable=False),
    sa.Column("drill", sa.Boolean, nullable=False),
    sa.Column("private", Sealed, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
"""`minor`, `currency`: the sum that was decided. What the claimant told and the notes are sealed."""

_IS_OPEN = sa.text("status IN ({})".format(", ".join(f"'{s}'" for s in ClaimStatus if s in OPEN)))
sa.Index("ix_claim_open", claim.c.insurer, claim.c.status, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN)

claim_line = sa.Table(
    "claim_line",
    metadata,
    sa.Column("claim", Id, sa.ForeignKey("claim.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("private", Sealed, nullable=False),
)

claim_paper = sa.Table(
    "claim_paper",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("claim", Id, sa.ForeignKey("claim.id"), nullable=False, index=True),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("media", Id, nullable=False, unique=True),
    sa.Column("view", Id),
    sa.Column("origin", enum_column(From), nullable=False),
    sa.Column("state", enum_column(PaperState), nullable=False),
    sa.Column("fault", sa.String(32), nullable=False),
    sa.Column("mime", sa.Text, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("pages", sa.Integer, nullable=False),
    sa.Column("added_at", Utc, nullable=False),
    sa.Column("agreed_at", Utc),
    sa.Column("seen_at", Utc),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("private", Sealed, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("ix_claim_paper_state", "state", "added_at"),
)
"""What the picture looks like (`Print`), its twins and read words are sealed. `tries`: how often it was begun to be
looked at; a file that ends our reader each time is given up."""

claim_print = sa.Table(
    "claim_print",
    metadata,
    sa.Column("paper", Id, sa.ForeignKey("claim_paper.id"), primary_key=True),
    sa.Column("value", sa.String(32), primary_key=True, index=True),
)
"""Keyed tokens of the file and of parts of what the picture looks like: candidates for the same picture elsewhere."""

claim_decision = sa.Table(
    "claim_decision",
    metadata,
    sa.Column("claim", Id, sa.ForeignKey("claim.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", Id, nullable=False),
    sa.Column("second", Id, nullable=False),
    sa.Column("status", enum_column(ClaimStatus), nullable=False),
    sa.Column("minor", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("private", Sealed, nullable=False),
)
"""Findings and reasons are sealed."""

claim_event = sa.Table(
    "claim_event",
    metadata,
    sa.Column("seq", BigSerial, primary_key=True),
    sa.Column("claim", Id, sa.ForeignKey("claim.id"), nullable=False, index=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("actor", sa.String(64), nullable=False),
    sa.Column("what", sa.String(64), nullable=False),
    sa.Column("params", Json, nullable=False),
)
