"""Envoys of an import that has become true: moved to their tables in small steps, or at once for who reads one.

One UPDATE of the only row of `envoy_batch` makes a whole batch true. From then on whoever reads a person by chat, or
an envoy, moves that row first, in the reader's own transaction; lists take the newcomers all at once, at the end.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.dispatch.standing import Answer, Call
from backoffice.people.model import Reach
from storage import envoy_staging, search
from storage.dispatch_tables import envoy_standing
from storage.import_batches import Batches
from storage.import_tables import envoy_batch
from storage.import_tables import envoy_import as staged
from storage.tables import envoy, identity, person, vault_key
from storage.vault import Vault

STEP = 200
"""Envoys of one step of the move: some 20 ms of one writer."""
BATCHES = Batches(envoy_batch, staged)

Waiting = tuple[sa.Select[Any], dict[str, Any]]
"""Whose row is asked for: `AT_ADDRESS`, `OF_PERSON` or `OF_ENVOYS` with its values."""

_OF = staged.c.batch == sa.bindparam("of")
_NEXT = (
    sa.select(staged.c.line)
    .where(_OF)
    .order_by(staged.c.line)
    .limit(sa.bindparam("most", type_=sa.Integer()))
    .with_for_update()
)


def _ahead(condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(staged.c.line).where(_OF, condition).order_by(staged.c.line).with_for_update()


AT_ADDRESS = _ahead(
    sa.and_(staged.c.address == sa.bindparam("address"), staged.c.channel == sa.bindparam("channel"))
)
OF_PERSON = _ahead(staged.c.person == sa.bindparam("person"))
OF_ENVOYS = _ahead(staged.c.envoy.in_(sa.bindparam("envoys", expanding=True)))

_THESE = sa.and_(_OF, staged.c.line.in_(sa.bindparam("lines", expanding=True)))
_before = staged.alias("before")
_FIRST = ~sa.exists().where(
    _before.c.batch == staged.c.batch, _before.c.person == staged.c.person, _before.c.line < staged.c.line
)
"""Two chats that became one person after the mark: the second row brings no second envoy."""
_NEW_PERSON = sa.and_(_THESE, staged.c.known_person == "")
_NEW_ENVOY = sa.and_(_THESE, staged.c.known_envoy == "", _FIRST)
_OLD_ENVOY = sa.and_(_THESE, staged.c.known_envoy == envoy.c.id)
_THERE = sa.exists().where(envoy.c.id == staged.c.envoy)
_TRAVELS = sa.and_(_THESE, staged.c.transport != "", _THERE)
_NO_RECORD = sa.and_(_TRAVELS, ~sa.exists().where(envoy_standing.c.envoy == staged.c.envoy))
_OTHER_WAY = sa.and_(_TRAVELS, envoy_standing.c.envoy == staged.c.envoy)
_NAMES = sa.select(staged.c.person, staged.c.name).where(_NEW_PERSON)
_DROP = sa.delete(staged).where(_THESE)
_FALSE, _ZERO = sa.false(), sa.literal(0)


def _into(table: sa.Table, chosen: sa.ColumnElement[bool], **columns: Any) -> sa.Insert:
    """INSERT … SELECT from the staged rows of a condition."""
    return sa.insert(table).from_select(list(columns), sa.select(*columns.values()).where(chosen))


def _statements() -> Sequence[sa.Executable]:
    at = sa.bindparam("now", type_=person.c.created_at.type)
    same = {name: staged.c[name] for name in ("name", "languages", "services", "on_duty", "sex", "phone")}
    place = {"base_lat": staged.c.lat, "base_lon": staged.c.lon}
    return (
        _into(
            vault_key, _NEW_PERSON, id=staged.c.key_id, wrapped=staged.c.wrapped,
            subject=sa.literal("person:") + staged.c.person,
        ),
        _into(
            person, _NEW_PERSON, id=staged.c.person, locale=sa.literal("zh_Hans"), created_at=at,
            profile=staged.c.profile, zone=sa.literal("Asia/Shanghai"), locale_chosen=_FALSE, drill=staged.c.drill,
            version=_ZERO,
        ),
        _into(
            identity, _NEW_PERSON, channel=staged.c.channel, address=staged.c.address, person=staged.c.person,
            reach=sa.literal(Reach.OK, identity.c.reach.type), heard_at=at,
        ),
        _into(
            envoy, _NEW_ENVOY, id=staged.c.envoy, person=staged.c.person, synthetic=staged.c.drill,
            rating=sa.literal(0.0), arrived_with=staged.c.batch, version=_ZERO, **same, **place,
        ),
        sa.update(envoy).where(_OLD_ENVOY).values(version=envoy.c.version + 1, **same, **place),
        _into(
            envoy_standing, _NO_RECORD, envoy=staged.c.envoy, transport=staged.c.transport, load=sa.literal(0.0),
            **{f"{call}_{answer}": _ZERO for call in Call for answer in Answer},
        ),
        sa.update(envoy_standing).where(_OTHER_WAY).values(transport=staged.c.transport),
        _DROP,
    )  # fmt: skip


_MOVE = _statements()


async def step(conn: AsyncConnection, vault: Vault, batch: str, now: datetime) -> bool:
    """The next envoys of a batch that is true; False once nothing of it is left. The caller commits.

    Rows are locked first: a reader who moves the same ones is waited for, and what it moved is gone then.
    """
    lines = [row.line for row in await conn.execute(_NEXT, {"of": batch, "most": STEP})]
    if not lines:
        return not await BATCHES.finish(conn, batch)
    await _move(conn, vault, batch, lines, now)
    return True


async def ahead(conn: AsyncConnection, vault: Vault, batch: str, waiting: Waiting, now: datetime) -> bool:
    """Who is about to be read is moved in the reader's transaction; True when there was somebody to move."""
    statement, values = waiting
    lines = [row.line for row in await conn.execute(statement, {"of": batch, **values})]
    if lines:
        await _move(conn, vault, batch, lines, now)
    return bool(lines)


async def _move(conn: AsyncConnection, vault: Vault, batch: str, lines: list[int], now: datetime) -> None:
    await envoy_staging.refresh(conn, vault, batch, lines)
    named = [(row.person, row.name) for row in await conn.execute(_NAMES, {"of": batch, "lines": lines})]
    await search.note_names(conn, vault, named)
    for statement in _MOVE:
        await conn.execute(statement, {"of": batch, "lines": lines, "now": now})
