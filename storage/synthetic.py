"""Synthetic calls: what came of each, and the rows they leave, which are removed whole."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.centre_queries import SyntheticCall
from backoffice.kernel.exchange import Address
from storage.centre_tables import synthetic_call
from storage.engine import Database
from storage.exchange_tables import inbox, letter_ref, live_map, wechat_window
from storage.tables import cases, envoy, identity, person, vault_key
from storage.types import metadata

PREFIX = "synthetic-"
"""How the ids of synthetic persons begin: nobody else's do, so nothing else can be removed with them."""
AT_ONCE = 300
KEPT_CALLS = 10_000

NOT_SYNTHETIC = cases.c.requester.not_like(f"{PREFIX}%")
"""For what operators see: a call of every minute would be another line, and another bell, of every minute."""
_OLD = (
    sa.select(person.c.id)
    .where(
        person.c.id.like(f"{PREFIX}%"),
        person.c.created_at < sa.bindparam("before", type_=person.c.created_at.type),
    )
    .limit(AT_ONCE)
)
_ADD = sa.insert(synthetic_call)
_NEWEST = (
    sa.select(synthetic_call.c.missing)
    .where(synthetic_call.c.channel == sa.bindparam("on_channel"))
    .order_by(synthetic_call.c.id.desc())
    .limit(sa.bindparam("most"))
)
_NEWEST_ID = sa.select(sa.func.max(synthetic_call.c.id)).scalar_subquery()
_FORGET = sa.delete(synthetic_call).where(synthetic_call.c.id <= _NEWEST_ID - KEPT_CALLS)
_LANES = sa.select(identity.c.channel, identity.c.address).where(
    identity.c.person.in_(sa.bindparam("of", expanding=True))
)
_NAMES = frozenset({"person", "case", "case_id", "subject"})
"""What a column is called that holds an id of a person or a case without a foreign key."""
_ROOTS = frozenset({person.c.id, cases.c.id, envoy.c.id})


class SyntheticRows:
    """Every call is its own transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, call: SyntheticCall) -> None:
        row = {"at": call.at, "channel": call.channel, "missing": call.missing, "latency": dict(call.latency)}
        async with self._database.writing() as conn:
            await conn.execute(_ADD, row)
            await conn.execute(_FORGET)
            await conn.commit()

    async def failures(self, channel: str, most: int = 100) -> int:
        """How many of the newest calls failed in a row."""
        async with self._database.reading() as conn:
            found = (await conn.execute(_NEWEST, {"on_channel": channel, "most": most})).scalars().all()
        return next((n for n, missing in enumerate(found) if not missing), len(found))

    async def prune(self, before: datetime) -> int:
        """Everything of synthetic persons made before, some at a time; returns how many persons went.

        What has no index for it is looked for on a reader, and goes by its key, table by table: the one writer of
        SQLite is never held for as long as a search through all letters takes. Died half way, the next one goes on:
        the persons go last.
        """
        async with self._database.reading() as conn:
            people = [str(p) for p in (await conn.execute(_OLD, {"before": before})).scalars()]
            targets = await _targets(conn, people) if people else []
        for table, where in targets:
            await self._remove(table, where)
        return len(people)

    async def _remove(self, table: sa.Table, where: sa.ColumnElement[bool]) -> None:
        key = table.primary_key.columns
        async with self._database.reading() as conn:
            found = [tuple(row) for row in (await conn.execute(sa.select(*key).where(where))).all()]
        for part in (found[at : at + AT_ONCE] for at in range(0, len(found), AT_ONCE)):
            async with self._database.writing() as conn:
                if table is envoy:
                    await conn.execute(sa.update(envoy).where(_is(key, part)).values(busy_with=None))
                await conn.execute(sa.delete(table).where(_is(key, part)))
                await conn.commit()


Target = tuple[sa.Table, sa.ColumnElement[bool]]


def _is(key: Iterable[sa.Column[Any]], rows: Sequence[tuple[Any, ...]]) -> sa.ColumnElement[bool]:
    columns = list(key)
    return sa.tuple_(*columns).in_(rows) if len(columns) > 1 else columns[0].in_([row[0] for row in rows])


async def _targets(conn: AsyncConnection, people: Sequence[str]) -> list[Target]:
    """Children before parents: what points at a person, a case or an envoy, and what only bears their names."""
    lanes = [Address(r.channel, r.address) for r in (await conn.execute(_LANES, {"of": list(people)})).all()]
    owned = {
        person.c.id: list(people),
        cases.c.id: await _ids(conn, cases.c.id, cases.c.requester.in_(people)),
        envoy.c.id: await _ids(conn, envoy.c.id, envoy.c.person.in_(people)),
    }
    pointing = [_pointing(table, owned) for table in reversed(metadata.sorted_tables)]
    named = _named(owned[person.c.id] + owned[cases.c.id], lanes)
    return [*named, *(one for one in pointing if one)]


async def _ids(conn: AsyncConnection, column: sa.Column[Any], where: sa.ColumnElement[bool]) -> list[str]:
    return [str(key) for key in (await conn.execute(sa.select(column).where(where))).scalars()]


def _pointing(table: sa.Table, owned: Mapping[sa.Column[Any], Sequence[str]]) -> Target | None:
    wheres = [c.in_(owned[c]) for c in table.c if c in _ROOTS and owned[c]]
    for column in table.c:
        for key in column.foreign_keys:
            if key.column in _ROOTS and owned[key.column]:
                wheres.append(column.in_(owned[key.column]))
    return (table, sa.or_(*wheres)) if wheres else None


def _named(subjects: Sequence[str], lanes: Sequence[Address]) -> list[Target]:
    """Rows that hold ids or addresses without a foreign key."""
    names, ats = [at.lane for at in lanes], [(at.channel, at.address) for at in lanes]
    keys = [f"{kind}:{key}" for key in subjects for kind in ("person", "case", "sealed")]
    bearing = [
        (table, [c.in_(subjects) for c in table.c if c.name in _NAMES and not c.foreign_keys])
        for table in metadata.sorted_tables
    ]
    return [
        *((table, sa.or_(*wheres)) for table, wheres in bearing if wheres),
        (inbox, inbox.c.lane.in_(names)),
        (live_map, live_map.c.lane.in_(names)),
        (wechat_window, wechat_window.c.address.in_([at.address for at in lanes])),
        (letter_ref, sa.tuple_(letter_ref.c.channel, letter_ref.c.address).in_(ats)),
        (vault_key, vault_key.c.subject.in_(keys)),
    ]
