"""WeChat's ledger: how many messages a follower may still be sent, and until when."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel.exchange import Window
from storage.conflict import PerDialect
from storage.engine import Database
from storage.exchange_tables import wechat_window as w
from storage.types import Utc

_NOW = sa.bindparam("now", type_=Utc())
_IS_OPEN = sa.and_(w.c.expires_at.is_not(None), w.c.expires_at > _NOW)
_LEFT = w.c.granted - w.c.used
_MINE = w.c.address == sa.bindparam("of")
_LOAD = sa.select(w).where(_MINE)
_RESERVE = sa.update(w).where(_MINE, _IS_OPEN, sa.bindparam("keep") < _LEFT).values(used=w.c.used + 1)
_GIVE_BACK = sa.update(w).where(_MINE, w.c.used > 0).values(used=w.c.used - 1)
_EXHAUST = sa.update(w).where(_MINE).values(used=w.c.granted)
_END = sa.update(w).where(_MINE).values(expires_at=None)


def _refill(insert: Any) -> Any:
    """The larger of what was left and what is granted, until the later of the two ends."""
    new = insert.excluded
    granted = sa.case((sa.and_(_IS_OPEN, new.granted < _LEFT), _LEFT), else_=new.granted)
    ends = sa.case((sa.and_(_IS_OPEN, w.c.expires_at > new.expires_at), w.c.expires_at), else_=new.expires_at)
    return insert.on_conflict_do_update(
        index_elements=[w.c.address], set_={"granted": granted, "used": 0, "expires_at": ends}
    )


_REFILL = PerDialect(_refill(sqlite.insert(w)), _refill(postgresql.insert(w)))


class WindowRows:
    """The ledger inside a unit of work. Each change is one conditional statement."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def load(self, address: str) -> Window | None:
        row = (await self._conn.execute(_LOAD, {"of": address})).first()
        return Window(row.address, row.granted, row.used, row.expires_at) if row else None

    async def reserve(self, address: str, now: datetime, keep: int) -> bool:
        """Count one message if the window is open and more than `keep` are left."""
        done = await self._conn.execute(_RESERVE, {"of": address, "now": now, "keep": keep})
        return done.rowcount == 1

    async def give_back(self, address: str) -> None:
        """The reserved message was certainly not taken."""
        await self._conn.execute(_GIVE_BACK, {"of": address})

    async def refill(self, address: str, granted: int, until: datetime, now: datetime) -> None:
        """They wrote or tapped. A grant that is already over changes nothing."""
        if until > now:
            values = {"address": address, "granted": granted, "used": 0, "expires_at": until, "now": now}
            await self._conn.execute(_REFILL.on(self._conn), values)

    async def close(self, address: str, exhausted: bool) -> None:
        """The platform knows better: the count is used up, or the window is over."""
        await self._conn.execute(_EXHAUST if exhausted else _END, {"of": address})


class Windows:
    """The ledger for the channel: every call is its own transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, address: str) -> Window | None:
        async with self._database.reading() as conn:
            return await WindowRows(conn).load(address)

    async def reserve(self, address: str, now: datetime, keep: int) -> bool:
        """Durable before the call it pays for."""
        async with self._database.writing() as conn:
            won = await WindowRows(conn).reserve(address, now, keep)
            await conn.commit()
            return won

    async def give_back(self, address: str) -> None:
        async with self._database.writing() as conn:
            await WindowRows(conn).give_back(address)
            await conn.commit()

    async def refill(self, address: str, granted: int, until: datetime, now: datetime) -> None:
        async with self._database.writing() as conn:
            await WindowRows(conn).refill(address, granted, until, now)
            await conn.commit()

    async def close(self, address: str, exhausted: bool) -> None:
        async with self._database.writing() as conn:
            await WindowRows(conn).close(address, exhausted)
            await conn.commit()
