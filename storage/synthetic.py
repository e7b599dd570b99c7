"""Synthetic calls: what came of each, and the rows they leave, which are removed whole."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.centre_queries import SyntheticCall
from backoffice.kernel.exchange import Address
from storage.centre_tables import synthetic_call
from storage.engine import Database
from storage.exchange_tables import inbox, letter, letter_ref, live_map, wechat_window
from storage.tables import cases, envoy, identity, person, vault_key
from storage.types import metadata

PREFIX = "synthetic-"
"""How the ids of synthetic persons begin: nobody else's do, so nothing else can be removed with them."""
AT_ONCE = 50
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
        """Everything of synthetic persons made before, some at a time; returns how many persons went."""
        async with self._database.writing() as conn:
            people = [str(p) for p in (await conn.execute(_OLD, {"before": before})).scalars()]
            if people:
                await _remove(conn, people)
            await conn.commit()
        return len(people)


async def _remove(conn: AsyncConnection, people: Sequence[str]) -> None:
    """Children before parents: what points at a person, a case or an envoy, and what only bears their names."""
    lanes = [Address(r.channel, r.address) for r in (await conn.execute(_LANES, {"of": list(people)})).all()]
    owned = {
        person.c.id: list(people),
        cases.c.id: await _ids(conn, cases.c.id, cases.c.requester.in_(people)),
        envoy.c.id: await _ids(conn, envoy.c.id, envoy.c.person.in_(people)),
    }
    await _remove_named(conn, owned[person.c.id] + owned[cases.c.id], lanes)
    await conn.execute(sa.update(envoy).where(envoy.c.id.in_(owned[envoy.c.id])).values(busy_with=None))
    for table in reversed(metadata.sorted_tables):
        await _remove_from(conn, table, owned)


async def _ids(conn: AsyncConnection, column: sa.Column[Any], where: sa.ColumnElement[bool]) -> list[str]:
    return [str(key) for key in (await conn.execute(sa.select(column).where(where))).scalars()]


async def _remove_from(
    conn: AsyncConnection, table: sa.Table, owned: Mapping[sa.Column[Any], Sequence[str]]
) -> None:
    wheres = [c.in_(owned[c]) for c in table.c if c in _ROOTS and owned[c]]
    for column in table.c:
        for key in column.foreign_keys:
            if key.column in _ROOTS and owned[key.column]:
                wheres.append(column.in_(owned[key.column]))
    if wheres:
        await conn.execute(sa.delete(table).where(sa.or_(*wheres)))


async def _remove_named(conn: AsyncConnection, subjects: Sequence[str], lanes: Sequence[Address]) -> None:
    """Rows that hold ids or addresses without a foreign key."""
    names = [at.lane for at in lanes]
    letters = sa.select(letter.c.id).where(letter.c.person.in_(subjects))
    await conn.execute(sa.delete(letter_ref).where(letter_ref.c.letter.in_(letters)))
    for table in metadata.sorted_tables:
        named = [c.in_(subjects) for c in table.c if c.name in _NAMES and not c.foreign_keys]
        if named:
            await conn.execute(sa.delete(table).where(sa.or_(*named)))
    keys = [f"{kind}:{key}" for key in subjects for kind in ("person", "case", "sealed")]
    for statement in (
        sa.delete(inbox).where(inbox.c.lane.in_(names)),
        sa.delete(live_map).where(live_map.c.lane.in_(names)),
        sa.delete(wechat_window).where(wechat_window.c.address.in_([at.address for at in lanes])),
        sa.delete(vault_key).where(vault_key.c.subject.in_(keys)),
    ):
        await conn.execute(statement)
