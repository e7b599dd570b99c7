"""The tables of major cases; names, words and places are sealed under the major case's own key."""

import sqlalchemy as sa

from backoffice.major.model import MajorStatus, OrderStatus, PersonState, PlaceKind
from storage.tables import Id, Sealed
from storage.types import BigSerial, Json, Utc, enum_column, metadata


def _of(index: bool = True) -> sa.Column[str]:
    """Without an index of its own where a unique one begins with it."""
    return sa.Column("major", Id, sa.ForeignKey("major.id"), nullable=False, index=index)


major = sa.Table(
    "major",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("opened_at", Utc, nullable=False),
    sa.Column("leader", Id, nullable=False),
    sa.Column("leader_name", sa.String(128), nullable=False),
    sa.Column("status", enum_column(MajorStatus), nullable=False, index=True),
    sa.Column("closed_at", Utc),
    sa.Column("cell_lat", sa.Float),
    sa.Column("cell_lon", sa.Float),
    sa.Column("private", Sealed, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

major_case = sa.Table(
    "major_case",
    metadata,
    sa.Column("case", Id, sa.ForeignKey("cases.id"), primary_key=True),
    _of(),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", Id, nullable=False),
)
"""A case belongs to one accident at most."""

major_place = sa.Table(
    "major_place",
    metadata,
    sa.Column("number", BigSerial, primary_key=True),
    sa.Column("id", Id, nullable=False, unique=True),
    _of(),
    sa.Column("kind", enum_column(PlaceKind), nullable=False),
    sa.Column("private", Sealed, nullable=False),
)

major_person = sa.Table(
    "major_person",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _of(index=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("state", enum_column(PersonState), nullable=False),
    sa.Column("place", Id),
    sa.Column("case", Id, sa.ForeignKey("cases.id")),
    sa.Column("changed_at", Utc, nullable=False),
    sa.Column("private", Sealed, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.UniqueConstraint("major", "number"),
)

major_order = sa.Table(
    "major_order",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _of(index=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("given_by", sa.String(128), nullable=False),
    sa.Column("given_at", Utc, nullable=False),
    sa.Column("status", enum_column(OrderStatus), nullable=False),
    sa.Column("heard_by", sa.String(128), nullable=False),
    sa.Column("heard_at", Utc),
    sa.Column("ended_at", Utc),
    sa.Column("private", Sealed, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.UniqueConstraint("major", "number"),
)

major_report = sa.Table(
    "major_report",
    metadata,
    sa.Column("major", Id, sa.ForeignKey("major.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("author", sa.String(128), nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("private", Sealed, nullable=False),
)
"""Versions; none is ever changed."""

major_sending = sa.Table(
    "major_sending",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _of(),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", sa.String(128), nullable=False),
    sa.Column("scope", sa.String(16), nullable=False),
    sa.Column("ways", Json, nullable=False),
    sa.Column("unreached", sa.Integer, nullable=False),
    sa.Column("report", sa.Integer, nullable=False),
    sa.Column("private", Sealed, nullable=False),
)

major_reader = sa.Table(
    "major_reader",
    metadata,
    sa.Column("sending", Id, sa.ForeignKey("major_sending.id"), primary_key=True),
    sa.Column(
        "organisation", sa.String(64), sa.ForeignKey("organisation.code"), primary_key=True, index=True
    ),
)
"""Which organisations may read a sending."""

major_post = sa.Table(
    "major_post",
    metadata,
    sa.Column("assignment", Id, sa.ForeignKey("assignment.id"), primary_key=True),
    _of(),
    sa.Column("place", Id, sa.ForeignKey("major_place.id"), nullable=False),
)
