"""The tables of the on-call list, of pages sent, and of the stages cases reached."""

import sqlalchemy as sa

from backoffice.oncall.model import PageState, WayKind
from storage.tables import Id, Sealed
from storage.types import BigSerial, Json, Utc, enum_column, metadata

on_call = sa.Table(
    "on_call",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("centre", sa.String(64), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("reaches", Sealed, nullable=False),
    sa.Column("zone", sa.String(64), nullable=False),
    sa.Column("days", Json, nullable=False),
    sa.Column("starts", sa.Integer, nullable=False),
    sa.Column("ends", sa.Integer, nullable=False),
    sa.Column("supervisor", sa.Boolean, nullable=False),
    sa.Column("locale", sa.String(16), nullable=False),
)

page = sa.Table(
    "page",
    metadata,
    sa.Column("id", BigSerial, primary_key=True, autoincrement=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("ref", sa.String(16), nullable=False),
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("what", sa.String(32), nullable=False),
    sa.Column("who", sa.String(128), nullable=False),
    sa.Column("kind", enum_column(WayKind), nullable=False),
    sa.Column("state", enum_column(PageState), nullable=False),
    sa.Column("why", sa.String(200), nullable=False),
)

case_stage = sa.Table(
    "case_stage",
    metadata,
    sa.Column("case", Id, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("stage", sa.String(32), primary_key=True),
    sa.Column("wanted_at", Utc, nullable=False),
    sa.Column("reached_at", Utc),
)
"""When something a case needs was first wanted, and when it was there: the clocks of providers and families."""
