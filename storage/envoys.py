"""Envoys, their bases and newest fixes; their telephone numbers sealed under the desk's key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.dispatch.model import Envoy
from backoffice.kernel import errors, geodesy
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import CaseId, EnvoyId, PersonId
from storage import envoy_moves, envoy_row
from storage.import_tables import LISTED, envoy_batch
from storage.rows import Rows
from storage.tables import envoy
from storage.vault import Vault

_ADD = sa.insert(envoy)
_SAVE = sa.update(envoy).where(envoy.c.id == sa.bindparam("key"), envoy.c.version == sa.bindparam("was"))


def _beside(condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Envoys, and in the same statement whether an import is being moved; an empty id when there is no envoy."""
    moving = sa.case((envoy_batch.c.done, ""), else_=envoy_batch.c.batch).label("moving")
    joined = envoy_batch.outerjoin(envoy, condition)
    return sa.select(moving, envoy).select_from(joined).where(envoy_batch.c.id == 1)


_GET = _beside(envoy.c.id == sa.bindparam("key"))
_OF_PERSON = _beside(envoy.c.person == sa.bindparam("of"))
_MANY = _beside(envoy.c.id.in_(sa.bindparam("keys", expanding=True)))
_ON_DUTY = (
    sa.select(envoy)
    .where(envoy.c.on_duty, envoy.c.id > sa.bindparam("after"), LISTED)
    .order_by(envoy.c.id)
    .limit(sa.bindparam("most"))
)
EVERYBODY = 2**31 - 1
_BASED = (
    sa.select(envoy)
    .where(
        envoy.c.base_lat.between(sa.bindparam("south"), sa.bindparam("north")),
        envoy.c.base_lon.between(sa.bindparam("west"), sa.bindparam("east")),
        LISTED,
    )
    .order_by(envoy.c.id)
    .limit(sa.bindparam("most"))
)
_TAKE = (
    sa.update(envoy)
    .where(envoy.c.id == sa.bindparam("key"), envoy.c.on_duty, envoy.c.busy_with.is_(None))
    .values(busy_with=sa.bindparam("case"), version=envoy.c.version + 1)
)
_RELEASE = (
    sa.update(envoy)
    .where(envoy.c.id == sa.bindparam("key"), envoy.c.busy_with == sa.bindparam("case"))
    .values(busy_with=None, version=envoy.c.version + 1)
)


class EnvoyRows(Rows):
    """`ports.Envoys`. One object per envoy and turn.

    `looks_ahead`: whoever is read and waits in an import that is true is moved first; not for readers' connections.
    """

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime, looks_ahead: bool = False) -> None:
        super().__init__(conn, vault, now)
        self._looks_ahead = looks_ahead
        self._envoys: dict[EnvoyId, Envoy] = {}

    async def get(self, envoy: EnvoyId) -> Envoy:
        if envoy in self._envoys:
            return self._envoys[envoy]
        rows = await self._found(_GET, {"key": envoy}, (envoy_moves.OF_ENVOYS, {"envoys": [envoy]}))
        if not rows:
            raise errors.NotFound
        return await self._read(rows[0])

    async def of_person(self, person: PersonId) -> Envoy | None:
        rows = await self._found(_OF_PERSON, {"of": person}, (envoy_moves.OF_PERSON, {"person": person}))
        return await self._read(rows[0]) if rows else None

    async def many(self, ids: Sequence[EnvoyId]) -> Sequence[Envoy]:
        """In the order asked for; unknown ids are left out."""
        missing = [i for i in ids if i not in self._envoys]
        if missing:
            waiting = (envoy_moves.OF_ENVOYS, {"envoys": missing})
            for row in await self._found(_MANY, {"keys": missing}, waiting):
                await self._read(row)
        return [self._envoys[i] for i in ids if i in self._envoys]

    async def _found(
        self, statement: sa.Select[Any], values: dict[str, Any], waiting: envoy_moves.Waiting
    ) -> Sequence[Any]:
        rows = await self._all(statement, values)
        moving = rows[0].moving if rows and self._looks_ahead else ""
        if moving and await envoy_moves.ahead(self._conn, self._vault, moving, waiting, self._now):
            rows = await self._all(statement, values)
        return [row for row in rows if row.id is not None]

    async def on_duty(self, after: str = "", most: int = EVERYBODY) -> Sequence[Envoy]:
        return [await self._read(row) for row in await self._all(_ON_DUTY, {"after": after, "most": most})]

    async def based_near(self, point: Point, radius_m: float, limit: int) -> Sequence[Envoy]:
        rows = [row for box in geodesy.boxes(point, radius_m) for row in await self._in(box, limit)]
        return [await self._read(row) for row in rows[:limit]]

    async def _in(self, box: geodesy.Box, limit: int) -> Sequence[Any]:
        south, north, west, east = box
        values = {"south": south, "north": north, "west": west, "east": east, "most": limit}
        return await self._all(_BASED, values)

    async def add(self, envoy: Envoy) -> None:
        values = {**await self._columns(envoy), "id": envoy.id, "version": envoy.version}
        await self._write(_ADD, values)
        self._envoys[envoy.id] = envoy

    async def save(self, envoy: Envoy) -> None:
        values = {**await self._columns(envoy), "version": envoy.version + 1}
        await self._change(_SAVE, {**values, "key": envoy.id, "was": envoy.version})
        envoy.version += 1

    async def take(self, envoy: EnvoyId, case: CaseId) -> bool:
        won = (await self._write(_TAKE, {"key": envoy, "case": case})).rowcount == 1
        self._moved(envoy, won, case)
        return won

    async def release(self, envoy: EnvoyId, case: CaseId) -> None:
        freed = (await self._write(_RELEASE, {"key": envoy, "case": case})).rowcount == 1
        self._moved(envoy, freed, None)

    def _moved(self, envoy: EnvoyId, changed: bool, busy_with: CaseId | None) -> None:
        """Keep the loaded object in step with a conditional UPDATE."""
        if changed and envoy in self._envoys:
            self._envoys[envoy].busy_with = busy_with
            self._envoys[envoy].version += 1

    async def _columns(self, envoy: Envoy) -> dict[str, Any]:
        phone = None
        if envoy.phone:
            sealer = await self._vault.key(self._conn, envoy_row.DESK)
            phone = sealer.seal(envoy_row.phone_context(envoy.id), envoy.phone.encode())
        at = envoy.position
        return {
            **{name: getattr(envoy, name) for name in envoy_row.SAME},
            "phone": phone,
            "base_lat": envoy.base.lat,
            "base_lon": envoy.base.lon,
            "lat": at.lat if at else None,
            "lon": at.lon if at else None,
        }

    async def _read(self, row: Any) -> Envoy:
        known = self._envoys.get(row.id)
        if known:
            return known
        sealer = await self._vault.find(self._conn, envoy_row.DESK) if row.phone else None
        self._envoys[row.id] = found = envoy_row.read(row, sealer)
        return found
