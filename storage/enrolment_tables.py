"""The tables of envoys' working life. `LargeBinary` columns are sealed."""

import sqlalchemy as sa

from backoffice.enrolment.model import LIVE, ApplicationStatus, Purpose
from backoffice.enrolment.readiness import DrillAnswer
from storage.types import Json, Utc, enum_column, metadata

_ID = sa.String(64)

application = sa.Table(
    "application",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("person", _ID, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("address", sa.String(128), nullable=False),
    sa.Column("purpose", enum_column(Purpose), nullable=False),
    sa.Column("status", enum_column(ApplicationStatus), nullable=False),
    sa.Column("started_at", Utc, nullable=False),
    sa.Column("submitted_at", Utc),
    sa.Column("decided_at", Utc),
    sa.Column("decided_by", _ID),
    sa.Column("decided_by_name", sa.String(128), nullable=False),
    sa.Column("asking", sa.String(32), nullable=False),
    sa.Column("wanted", Json, nullable=False),
    sa.Column("private", sa.LargeBinary, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
_LIVE = sa.text("status IN ({})".format(", ".join(f"'{s}'" for s in ApplicationStatus if s in LIVE)))
sa.Index(
    "uq_application_one_live",
    application.c.person,
    unique=True,
    sqlite_where=_LIVE,
    postgresql_where=_LIVE,
)
sa.Index(None, application.c.status, application.c.submitted_at)

envoy_duty = sa.Table(
    "envoy_duty",
    metadata,
    sa.Column("envoy", _ID, sa.ForeignKey("envoy.id"), primary_key=True),
    sa.Column("zone", sa.String(64), nullable=False),
    sa.Column("week", Json, nullable=False),
    sa.Column("break_until", Utc),
    sa.Column("asked_where_at", Utc),
    sa.Column("version", sa.Integer, nullable=False),
)

link_code = sa.Table(
    "link_code",
    metadata,
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column("person", _ID, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("address", sa.String(128), nullable=False),
    sa.Column("until", Utc, nullable=False),
    sa.Column("used_at", Utc),
)

envoy_drill = sa.Table(
    "envoy_drill",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("at", Utc, nullable=False, index=True),
    sa.Column("ordered_by", _ID, nullable=False),
    sa.Column("lat", sa.Float, nullable=False),
    sa.Column("lon", sa.Float, nullable=False),
    sa.Column("radius_m", sa.Float, nullable=False),
    sa.Column("weekly", sa.Boolean, nullable=False),
)

drill_offer = sa.Table(
    "drill_offer",
    metadata,
    sa.Column("drill", _ID, sa.ForeignKey("envoy_drill.id"), primary_key=True),
    sa.Column("envoy", _ID, sa.ForeignKey("envoy.id"), primary_key=True),
    sa.Column("letter", _ID, nullable=False),
    sa.Column("asked_at", Utc, nullable=False, index=True),
    sa.Column("answer", enum_column(DrillAnswer), nullable=False),
    sa.Column("taken_at", Utc),
    sa.Column("answered_at", Utc),
)
"""Answers of drills stand here alone: no real figure counts them."""
