"""Tables of families: who follows a case, their links, the openings of their page, and their thread."""

import sqlalchemy as sa

from backoffice.families.model import Decider, FollowerStatus, LinkKind, Part, Reached
from backoffice.kernel.messages import Role
from storage.tables import Id, Sealed
from storage.types import BigSerial, Json, Utc, enum_column, metadata

follower = sa.Table(
    "follower",
    metadata,
    sa.Column("number", BigSerial, primary_key=True),
    sa.Column("id", Id, nullable=False, unique=True),
    sa.Column("case", Id, sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("person", Id, sa.ForeignKey("person.id"), index=True),
    sa.Column("status", enum_column(FollowerStatus), nullable=False),
    sa.Column("part", enum_column(Part), nullable=False),
    sa.Column("named", sa.Boolean, nullable=False),
    sa.Column("locale", sa.String(16), nullable=False),
    sa.Column("zone", sa.String(64), nullable=False),
    sa.Column("scopes", Json, nullable=False),
    sa.Column("decided_by", enum_column(Decider), nullable=False),
    sa.Column("reached", enum_column(Reached), nullable=False),
    sa.Column("invited_by", sa.String(128), nullable=False),
    sa.Column("invited_at", Utc, nullable=False),
    sa.Column("accepted_at", Utc),
    sa.Column("ended_at", Utc),
    sa.Column("heard_at", Utc),
    sa.Column("told_upto", sa.Integer, nullable=False),
    sa.Column("told_at", Utc),
    sa.Column("call_since", Utc),
    sa.Column("private", Sealed, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
"""`private`: what the inviter calls them, how to reach them, and why an operator opened what."""

follow_link = sa.Table(
    "follow_link",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("follower", Id, sa.ForeignKey("follower.id"), nullable=False, index=True),
    sa.Column("kind", enum_column(LinkKind), nullable=False),
    sa.Column("made_at", Utc, nullable=False),
    sa.Column("opened_at", Utc),
)

follow_opening = sa.Table(
    "follow_opening",
    metadata,
    sa.Column("number", BigSerial, primary_key=True),
    sa.Column("follower", Id, sa.ForeignKey("follower.id"), nullable=False, index=True),
    sa.Column("at", Utc, nullable=False),
)
"""Times and nothing else: nobody is tracked."""

family_entry = sa.Table(
    "family_entry",
    metadata,
    sa.Column("number", BigSerial, primary_key=True),
    sa.Column("id", Id, nullable=False, unique=True),
    sa.Column("case", Id, sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("follower", Id, sa.ForeignKey("follower.id")),
    sa.Column("role", enum_column(Role), nullable=False),
    sa.Column("scope", sa.String(16), nullable=False),
    sa.Column("author", Id, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("body", Sealed, nullable=False),
)
