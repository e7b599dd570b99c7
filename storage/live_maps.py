"""Moving maps on people's screens: which message to edit instead of sending a new one."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel.exchange import Address, LiveMap
from storage import conflict
from storage.exchange_tables import live_map as t

_MINE = sa.and_(t.c.name == sa.bindparam("of"), t.c.lane == sa.bindparam("at"))
_LOAD = sa.select(t).where(_MINE, t.c.until > sa.bindparam("now"))
_PUT = conflict.upsert(t, [t.c.name, t.c.lane], [t.c.ref, t.c.until])
_DROP = sa.delete(t).where(_MINE)
_OF_CASE = sa.and_(
    sa.or_(t.c.name == sa.bindparam("of"), t.c.name.startswith(sa.bindparam("pins"), autoescape=False)),
    t.c.lane == sa.bindparam("at"),
    t.c.until > sa.bindparam("now"),
)
_REFS = sa.select(t.c.ref).where(_OF_CASE).order_by(t.c.name)
_DROP_ALL = sa.delete(t).where(_OF_CASE)
FORGET_CHUNK = 500
"""Rows of one transaction: whoever writes meanwhile does not wait for the rest."""
_ENDED = t.c.until <= sa.bindparam("now")
_FORGET = sa.delete(t).where(
    _ENDED, sa.tuple_(t.c.name, t.c.lane).in_(sa.select(t.c.name, t.c.lane).where(_ENDED).limit(FORGET_CHUNK))
)


def pin(case: str, shown: str) -> str:
    """The name of a point that never moves, or of words that tell one: one for each message that showed it."""
    return f"pin:{case}:{shown}"


def _case(case: str, at: Address, now: datetime) -> dict[str, object]:
    return {"of": f"case:{case}", "pins": pin(case, ""), "at": at.lane, "now": now}


async def of_case(conn: AsyncConnection, case: str, at: Address, now: datetime) -> list[str]:
    """The messages on this screen that still show an exact point of a case, its moving map among them."""
    return list((await conn.execute(_REFS, _case(case, at, now))).scalars())


async def drop_case(conn: AsyncConnection, case: str, at: Address, now: datetime) -> None:
    await conn.execute(_DROP_ALL, _case(case, at, now))


async def load(conn: AsyncConnection, name: str, address: Address, now: datetime) -> LiveMap | None:
    row = (await conn.execute(_LOAD, {"of": name, "at": address.lane, "now": now})).first()
    return LiveMap(name, address, row.ref, row.until) if row else None


async def put(conn: AsyncConnection, live_map: LiveMap) -> None:
    values = {
        "name": live_map.name,
        "lane": live_map.address.lane,
        "ref": live_map.ref,
        "until": live_map.until,
    }
    await conn.execute(_PUT.on(conn), values)


async def forget(conn: AsyncConnection, now: datetime) -> int:
    """Deletes some of what has ended; how many. One that was put anew meanwhile stays."""
    return (await conn.execute(_FORGET, {"now": now})).rowcount


async def drop(conn: AsyncConnection, name: str, address: Address) -> None:
    await conn.execute(_DROP, {"of": name, "at": address.lane})
