"""Tables of sign-in (passkeys, codes, pauses), of organisations and what they decide, of the broken glass."""

import sqlalchemy as sa

from backoffice.organisations.model import AuthorisationStatus, OrganisationKind
from storage.tables import Id, Sealed
from storage.types import Utc, enum_column, metadata

_OPERATOR = "operator.id"
_CASE = "cases.id"

passkey = sa.Table(
    "passkey",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("operator", Id, sa.ForeignKey(_OPERATOR), nullable=False, index=True),
    sa.Column("credential", sa.String(1400), nullable=False, unique=True),
    sa.Column("public_key", sa.LargeBinary, nullable=False),
    sa.Column("sign_count", sa.BigInteger, nullable=False),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("added_at", Utc, nullable=False),
    sa.Column("used_at", Utc),
)
"""`credential` is the authenticator's id in base64url; `public_key` is COSE and no secret."""

passkey_challenge = sa.Table(
    "passkey_challenge",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("operator", sa.String(64), nullable=False),
    sa.Column("until", Utc, nullable=False, index=True),
)
"""`operator` is empty for signing in: the authenticator says whose it is."""

totp = sa.Table(
    "totp",
    metadata,
    sa.Column("operator", Id, sa.ForeignKey(_OPERATOR), primary_key=True),
    sa.Column("secret", Sealed, nullable=False),
    sa.Column("confirmed_at", Utc),
    sa.Column("last_step", sa.BigInteger, nullable=False),
)

recovery_code = sa.Table(
    "recovery_code",
    metadata,
    sa.Column("operator", Id, sa.ForeignKey(_OPERATOR), primary_key=True),
    sa.Column("selector", sa.String(8), primary_key=True),
    sa.Column("hash", sa.String(200), nullable=False),
    sa.Column("used_at", Utc),
)

sign_in_pause = sa.Table(
    "sign_in_pause",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("until", Utc, nullable=False),
    sa.Column("failed_at", Utc, nullable=False),
)
"""`key` is a keyed token of the name or the network address tried, never the words themselves."""

organisation = sa.Table(
    "organisation",
    metadata,
    sa.Column("code", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("kind", enum_column(OrganisationKind), nullable=False),
    sa.Column("sees_place", sa.Boolean, nullable=False),
)

organisation_member = sa.Table(
    "organisation_member",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("person", Id, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("organisation", sa.String(64), sa.ForeignKey("organisation.code"), nullable=False, index=True),
    sa.Column("since", Utc, nullable=False),
)
"""No unique pair: two chats that turn out to be one person may both have been bound."""

authorisation = sa.Table(
    "authorisation",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case", Id, sa.ForeignKey(_CASE), nullable=False, index=True),
    sa.Column("organisation", sa.String(64), sa.ForeignKey("organisation.code"), nullable=False, index=True),
    sa.Column("minor", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("asked_by", Id, nullable=False),
    sa.Column("asked_at", Utc, nullable=False),
    sa.Column("due_at", Utc, nullable=False),
    sa.Column("status", enum_column(AuthorisationStatus), nullable=False),
    sa.Column("answered_by", sa.String(64), nullable=False),
    sa.Column("answered_at", Utc),
    sa.Column("words", Sealed, nullable=False),
)

broken_glass = sa.Table(
    "broken_glass",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case", Id, sa.ForeignKey(_CASE), nullable=False),
    sa.Column("operator", Id, sa.ForeignKey(_OPERATOR), nullable=False),
    sa.Column("reason", Sealed, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("until", Utc, nullable=False),
    sa.Column("seen_by", sa.String(64), nullable=False),
    sa.Column("seen_at", Utc, index=True),
)
sa.Index(None, broken_glass.c.operator, broken_glass.c.case)
