"""Tables of working a case: protocols and their ticks, macros, tasks, relations, translations."""

import sqlalchemy as sa

from backoffice.cases.papers import PaperKind
from backoffice.cases.relations import RelationKind
from backoffice.cases.tasks import TaskKind, TaskStatus
from storage.tables import Id, Sealed
from storage.types import BigSerial, Json, Utc, enum_column, metadata

protocol = sa.Table(
    "protocol",
    metadata,
    sa.Column("code", sa.String(32), primary_key=True),
    sa.Column("edition", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("names", Json, nullable=False),
    sa.Column("kinds", Json, nullable=False),
    sa.Column("steps", Json, nullable=False),
    sa.Column("made_at", Utc, nullable=False),
    sa.Column("made_by", sa.String(128), nullable=False),
)
"""An edition is written once and never changed."""

case_protocol = sa.Table(
    "case_protocol",
    metadata,
    sa.Column("case", Id, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("code", sa.String(32), primary_key=True),
    sa.Column("edition", sa.Integer, nullable=False),
    sa.Column("begun_at", Utc, nullable=False),
)

protocol_tick = sa.Table(
    "protocol_tick",
    metadata,
    sa.Column("case", Id, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("code", sa.String(32), primary_key=True),
    sa.Column("step", sa.String(32), primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", Id, nullable=False),
    sa.Column("name", sa.String(128), nullable=False),
)

macro = sa.Table(
    "macro",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("names", Json, nullable=False),
    sa.Column("texts", Json, nullable=False),
    sa.Column("kinds", Json, nullable=False),
    sa.Column("sets", Json, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

task = sa.Table(
    "task",
    metadata,
    sa.Column("number", BigSerial, primary_key=True),
    sa.Column("id", Id, nullable=False, unique=True),
    sa.Column("case", Id, sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("kind", enum_column(TaskKind), nullable=False),
    sa.Column("status", enum_column(TaskStatus), nullable=False),
    sa.Column("due", Utc, nullable=False),
    sa.Column("operator", Id),
    sa.Column("made_at", Utc, nullable=False),
    sa.Column("made_by", sa.String(128), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("snoozed", sa.Integer, nullable=False),
    sa.Column("ended_at", Utc),
    sa.Column("private", Sealed, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
"""`private`: what is to be done or sent, why it was put off, what came of it."""
sa.Index(None, task.c.status, task.c.due)

case_relation = sa.Table(
    "case_relation",
    metadata,
    sa.Column("number", BigSerial, primary_key=True),
    sa.Column("case", Id, sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("other", Id, sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("kind", enum_column(RelationKind), nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", Id, nullable=False),
    sa.Column("ended_at", Utc),
)

entry_translation = sa.Table(
    "entry_translation",
    metadata,
    sa.Column("case", Id, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("locale", sa.String(16), primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("body", Sealed, nullable=False),
)
"""What a machine made of an entry's words; sealed as the words are, gone with the case's key."""

case_paper = sa.Table(
    "case_paper",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("case", Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("media", Id, nullable=False),
    sa.Column("kind", enum_column(PaperKind), nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", Id, nullable=False),
    sa.Column("entry", sa.Integer, nullable=False),
    sa.UniqueConstraint("case", "media"),
)
"""The file itself is sealed in the media store; a file is one kind of paper at a time."""
