"""Working a case: protocols, macros, tasks, relations between cases and translations of what was said.

Revision: 0017
"""

from pathlib import Path

import sqlalchemy as sa
import yaml
from alembic import op

from storage import types

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


SEEDS = Path(__file__).parents[1] / "seeds"
"""What a revision puts in never changes afterwards: supervisors edit the rows, a later revision brings new ones."""
EPOCH = 1_790_000_000


def upgrade() -> None:
    """Make the tables and put in the protocols and macros a centre begins with."""
    _protocols()
    _tasks()
    _around()
    _seed()


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=64), nullable=nullable)


def _case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f(f"fk_{table}_case_cases"))


def _protocols() -> None:
    op.create_table(
        "protocol",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("edition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("names", types.Json, nullable=False),
        sa.Column("kinds", types.Json, nullable=False),
        sa.Column("steps", types.Json, nullable=False),
        sa.Column("made_at", types.Utc(), nullable=False),
        sa.Column("made_by", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("code", "edition", name=op.f("pk_protocol")),
    )
    op.create_table(
        "case_protocol",
        _id("case"),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("begun_at", types.Utc(), nullable=False),
        _case("case_protocol"),
        sa.PrimaryKeyConstraint("case", "code", name=op.f("pk_case_protocol")),
    )
    op.create_table(
        "protocol_tick",
        _id("case"),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        _id("by"),
        sa.Column("name", sa.String(length=128), nullable=False),
        _case("protocol_tick"),
        sa.PrimaryKeyConstraint("case", "code", "step", name=op.f("pk_protocol_tick")),
    )


def _tasks() -> None:
    op.create_table(
        "task",
        sa.Column("number", types.BigSerial, autoincrement=True, nullable=False),
        _id("id"),
        _id("case"),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("due", types.Utc(), nullable=False),
        _id("operator", nullable=True),
        sa.Column("made_at", types.Utc(), nullable=False),
        sa.Column("made_by", sa.String(length=128), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("snoozed", sa.Integer(), nullable=False),
        sa.Column("ended_at", types.Utc(), nullable=True),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _case("task"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_task")),
        sa.UniqueConstraint("id", name=op.f("uq_task_id")),
    )
    op.create_index(op.f("ix_task_case"), "task", ["case"])
    op.create_index(op.f("ix_task_status_due"), "task", ["status", "due"])


def _around() -> None:
    op.create_table(
        "macro",
        _id("id"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("names", types.Json, nullable=False),
        sa.Column("texts", types.Json, nullable=False),
        sa.Column("kinds", types.Json, nullable=False),
        sa.Column("sets", types.Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_macro")),
    )
    op.create_table(
        "case_relation",
        sa.Column("number", types.BigSerial, autoincrement=True, nullable=False),
        _id("case"),
        _id("other"),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        _id("by"),
        sa.Column("ended_at", types.Utc(), nullable=True),
        _case("case_relation"),
        sa.ForeignKeyConstraint(["other"], ["cases.id"], name=op.f("fk_case_relation_other_cases")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_case_relation")),
    )
    op.create_index(op.f("ix_case_relation_case"), "case_relation", ["case"])
    op.create_index(op.f("ix_case_relation_other"), "case_relation", ["other"])
    op.create_table(
        "entry_translation",
        _id("case"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _case("entry_translation"),
        sa.PrimaryKeyConstraint("case", "number", "locale", name=op.f("pk_entry_translation")),
    )


def _seed() -> None:
    found = yaml.safe_load((SEEDS / "0017_desk.yaml").read_text(encoding="utf-8"))
    columns = ("code", "edition", "names", "kinds", "steps", "made_at", "made_by")
    protocols = sa.table("protocol", *(_seeded(name) for name in columns))
    made = {"edition": 1, "made_at": types.from_micros(EPOCH * 1_000_000), "made_by": ""}
    op.bulk_insert(protocols, [{**given, **made} for given in found["protocols"]])
    names = ("id", "position", "names", "texts", "kinds", "sets", "version")
    macros = sa.table("macro", *(_seeded(name) for name in names))
    rows = [
        {"kinds": [], "sets": {}, **m, "position": n, "version": 0} for n, m in enumerate(found["macros"], 1)
    ]
    op.bulk_insert(macros, rows)


_JSON = frozenset({"names", "kinds", "steps", "texts", "sets"})


def _seeded(name: str) -> sa.ColumnClause[object]:
    if name in _JSON:
        return sa.column(name, types.Json)
    return sa.column(name, types.Utc()) if name == "made_at" else sa.column(name)


def downgrade() -> None:
    """Forward only: going back would lose what was ticked and promised."""
    raise NotImplementedError
