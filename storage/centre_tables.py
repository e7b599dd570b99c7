"""The tables of the centres: whose case, tags, words to search by, views, shifts, handovers, synthetic calls."""

import sqlalchemy as sa

from backoffice.oncall.shifts import DutyState
from storage.tables import Id, Sealed
from storage.types import BigSerial, Json, Utc, enum_column, metadata

centre = sa.Table(
    "centre",
    metadata,
    sa.Column("code", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("zone", sa.String(64), nullable=False),
    sa.Column("days", Json, nullable=False),
    sa.Column("starts", sa.Integer, nullable=False),
    sa.Column("ends", sa.Integer, nullable=False),
    sa.Column("languages", Json, nullable=False),
    sa.Column("regions", Json, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
)

case_centre = sa.Table(
    "case_centre",
    metadata,
    sa.Column("case", Id, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("centre", sa.String(64), nullable=False, index=True),
    sa.Column("since", Utc, nullable=False),
)

case_tag = sa.Table(
    "case_tag",
    metadata,
    sa.Column("case", Id, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("tag", sa.String(24), primary_key=True),
)

search_word = sa.Table(
    "search_word",
    metadata,
    sa.Column("token", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("subject", Id, primary_key=True),
)
"""`token` is a keyed hash of a word (storage/search.py); `subject` a case for `text`, else a person."""
sa.Index(None, search_word.c.subject, search_word.c.kind)

saved_view = sa.Table(
    "saved_view",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("operator", Id, sa.ForeignKey("operator.id"), nullable=False, index=True),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("shared", sa.Boolean, nullable=False),
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
)

duty = sa.Table(
    "duty",
    metadata,
    sa.Column("operator", Id, sa.ForeignKey("operator.id"), primary_key=True),
    sa.Column("state", enum_column(DutyState), nullable=False),
    sa.Column("since", Utc, nullable=False),
)

handover = sa.Table(
    "handover",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("giver", Id, sa.ForeignKey("operator.id"), nullable=False),
    sa.Column("taker", Id, sa.ForeignKey("operator.id"), nullable=False, index=True),
    sa.Column("written_at", Utc, nullable=False, index=True),
    sa.Column("acknowledged_at", Utc),
    sa.Column("body", Sealed, nullable=False),
)
"""`body`: the general words and, by case, what stands and what is next; sealed under the desk's key."""

synthetic_call = sa.Table(
    "synthetic_call",
    metadata,
    sa.Column("id", BigSerial, primary_key=True, autoincrement=True),
    sa.Column("at", Utc, nullable=False, index=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("missing", sa.String(32), nullable=False),
    sa.Column("latency", Json, nullable=False),
)
"""`missing`: the first stage that was not seen in time, empty when all were; `latency` seconds by stage."""
