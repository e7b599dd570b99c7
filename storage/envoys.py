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
from storage.rows import Rows
from storage.tables import envoy
from storage.vault import Sealer, Vault

DESK = "staff:desk"

_ADD = sa.insert(envoy)
_SAVE = sa.update(envoy).where(envoy.c.id == sa.bindparam("key"), envoy.c.version == sa.bindparam("was"))
_GET = sa.select(envoy).where(envoy.c.id == sa.bindparam("key"))
_OF_PERSON = sa.select(envoy).where(envoy.c.person == sa.bindparam("of"))
_MANY = sa.select(envoy).where(envoy.c.id.in_(sa.bindparam("keys", expanding=True)))
_ON_DUTY = (
    sa.select(envoy)
    .where(envoy.c.on_duty, envoy.c.id > sa.bindparam("after"))
    .order_by(envoy.c.id)
    .limit(sa.bindparam("most"))
)
EVERYBODY = 2**31 - 1
_BASED = (
    sa.select(envoy)
    .where(
        envoy.c.base_lat.between(sa.bindparam("south"), sa.bindparam("north")),
        envoy.c.base_lon.between(sa.bindparam("west"), sa.bindparam("east")),
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

_SAME = (
    "person",
    "name",
    "languages",
    "services",
    "on_duty",
    "sex",
    "position_at",
    "synthetic",
    "rating",
    "busy_with",
)
"""Columns that are the attribute as it is."""


class EnvoyRows(Rows):
    """`ports.Envoys`. One object per envoy and turn."""

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime) -> None:
        super().__init__(conn, vault, now)
        self._envoys: dict[EnvoyId, Envoy] = {}

    async def get(self, envoy: EnvoyId) -> Envoy:
        if envoy in self._envoys:
            return self._envoys[envoy]
        row = await self._first(_GET, {"key": envoy})
        if row is None:
            raise errors.NotFound
        return await self._read(row)

    async def of_person(self, person: PersonId) -> Envoy | None:
        row = await self._first(_OF_PERSON, {"of": person})
        return await self._read(row) if row else None

    async def many(self, ids: Sequence[EnvoyId]) -> Sequence[Envoy]:
        """In the order asked for; unknown ids are left out."""
        missing = [i for i in ids if i not in self._envoys]
        if missing:
            for row in await self._all(_MANY, {"keys": missing}):
                await self._read(row)
        return [self._envoys[i] for i in ids if i in self._envoys]

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
            sealer = await self._vault.key(self._conn, DESK)
            phone = sealer.seal(phone_context(envoy.id), envoy.phone.encode())
        at = envoy.position
        return {
            **{name: getattr(envoy, name) for name in _SAME},
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
        sealer = await self._vault.find(self._conn, DESK) if row.phone else None
        self._envoys[row.id] = found = read(row, sealer)
        return found


def read(row: Any, sealer: Sealer | None) -> Envoy:
    """A row of `envoy` with the desk's key."""
    phone = sealer.open(phone_context(row.id), row.phone).decode() if sealer and row.phone else ""
    return Envoy(
        id=row.id,
        base=Point(row.base_lat, row.base_lon),
        phone=phone,
        position=Point(row.lat, row.lon) if row.lat is not None else None,
        version=row.version,
        **{name: getattr(row, name) for name in _SAME},
    )


def phone_context(envoy: EnvoyId) -> str:
    """What a sealed value of this row is bound to."""
    return f"envoy|phone|{envoy}"
