"""The table of what claims pay out. `private` (the payee) is sealed under the claim's key."""

import sqlalchemy as sa

from backoffice.claims.payment import ClaimPaymentStatus
from storage.tables import Id, Sealed
from storage.types import Utc, enum_column, metadata

claim_payment = sa.Table(
    "claim_payment",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("claim", Id, sa.ForeignKey("claim.id"), nullable=False, index=True),
    sa.Column("decision", sa.Integer, nullable=False),
    sa.Column("insurer", sa.String(64), nullable=False),
    sa.Column("person", Id, nullable=False),
    sa.Column("minor", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("by", Id, nullable=False),
    sa.Column("status", enum_column(ClaimPaymentStatus), nullable=False, index=True),
    sa.Column("private", Sealed),
    sa.Column("order", Id, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("paid_at", Utc),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("ix_claim_payment_paid", "insurer", "paid_at"),
)
_STANDS = sa.text("status != 'failed'")
sa.Index(
    "uq_claim_payment_once",
    claim_payment.c.claim,
    claim_payment.c.decision,
    unique=True,
    sqlite_where=_STANDS,
    postgresql_where=_STANDS,
)
"""A decision is paid once, whatever two people press at the same moment."""
