"""The tables of explained dispatch: envoys' records, and what was considered for each case. `LargeBinary` is sealed."""

import sqlalchemy as sa

from backoffice.dispatch.travel import Transport
from storage.tables import Id, Sealed, envoy
from storage.types import BigSerial, Json, Utc, enum_column, metadata

envoy_standing = sa.Table(
    "envoy_standing",
    metadata,
    sa.Column("envoy", Id, sa.ForeignKey("envoy.id"), primary_key=True),
    sa.Column("transport", enum_column(Transport), nullable=False),
    sa.Column("sos_accepted", sa.Integer, nullable=False),
    sa.Column("sos_declined", sa.Integer, nullable=False),
    sa.Column("sos_silent", sa.Integer, nullable=False),
    sa.Column("order_accepted", sa.Integer, nullable=False),
    sa.Column("order_declined", sa.Integer, nullable=False),
    sa.Column("order_silent", sa.Integer, nullable=False),
    sa.Column("asked_at", Utc),
    sa.Column("load", sa.Float, nullable=False),
    sa.Column("worked_until", Utc),
)
"""A row of its own: counting an answer never collides with a position. `load` is the fading count as of `asked_at`."""

consideration = sa.Table(
    "consideration",
    metadata,
    sa.Column("number", BigSerial, primary_key=True),
    sa.Column("id", Id, nullable=False, unique=True),
    sa.Column("case", Id, nullable=False, index=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("what", sa.String(16), nullable=False),
    sa.Column("ring_km", sa.Float, nullable=False),
    sa.Column("wave", sa.Integer, nullable=False),
    sa.Column("counts", Json, nullable=False),
    sa.Column("answer", sa.String(32), nullable=False),
    sa.Column("private", Sealed, nullable=False),
)
"""One row per look; `case` is a case or an order. Names and distances are sealed under its key."""

sa.Index("ix_envoy_base", envoy.c.base_lat, envoy.c.base_lon)
