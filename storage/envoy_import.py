"""Envoys in bulk: staged in small transactions, then taken over whole, or not at all.

Each chunk holds the writer for some tens of milliseconds, so that an SOS gets in between. What belongs to whom may
change meanwhile: rows for which it did are staged again before the one transaction that takes everything over.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.dispatch.standing import Answer, Call
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import EnvoyId, PersonId
from backoffice.people.model import Profile, Reach
from storage import envoys, people
from storage.dispatch_tables import envoy_standing
from storage.engine import Database
from storage.import_tables import envoy_import as staged
from storage.tables import envoy, identity, person, vault_key
from storage.vault import Sealer, Vault

CHUNK = 250
"""Rows of one staging transaction: about 30 ms of sealing and writing."""
SLICE = 2_000
"""Rows of one statement of the take-over: the loop breathes between two, the transaction stays one."""
FORGOTTEN = timedelta(hours=1)
"""A batch nobody finished by then was left behind."""
TRIES = 5


@dataclass(frozen=True, slots=True)
class NewEnvoy:
    """One vetted row. `line` names it in what is said about it; the base is in WGS-84 degrees."""

    line: int
    at: Address
    name: str
    phone: str
    languages: tuple[str, ...]
    services: tuple[str, ...]
    lat: float
    lon: float
    on_duty: bool
    sex: str
    drill: bool
    transport: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import came to: how many rows, and which known envoys are off duty from now on."""

    count: int
    off_duty: tuple[EnvoyId, ...]


class SamePerson(Exception):
    """Two rows are chats of one person: which of them counts is for whoever made the list."""

    def __init__(self, lines: Sequence[int]) -> None:
        self.lines = tuple(lines)
        super().__init__(f"lines {', '.join(map(str, lines))} belong to one person")


_OF_BATCH = staged.c.batch == sa.bindparam("of")
_KNOWN = (
    sa.select(identity.c.channel, identity.c.address, identity.c.person, envoy.c.id.label("envoy"))
    .outerjoin(envoy, envoy.c.person == identity.c.person)
    .where(
        identity.c.channel == sa.bindparam("on_channel"),
        identity.c.address.in_(sa.bindparam("addresses", expanding=True)),
    )
)
_NOW_KNOWN = staged.outerjoin(
    identity, sa.and_(identity.c.channel == staged.c.channel, identity.c.address == staged.c.address)
).outerjoin(envoy, envoy.c.person == identity.c.person)
_CHANGED = (
    sa.select(staged)
    .select_from(_NOW_KNOWN)
    .where(
        _OF_BATCH,
        sa.or_(
            sa.func.coalesce(identity.c.person, "") != staged.c.known_person,
            sa.func.coalesce(envoy.c.id, "") != staged.c.known_envoy,
        ),
    )
)
_TWICE = (
    sa.select(sa.func.min(staged.c.line), sa.func.max(staged.c.line))
    .where(_OF_BATCH, staged.c.known_person != "")
    .group_by(staged.c.known_person)
    .having(sa.func.count() > 1)
)
_SPAN = sa.select(sa.func.min(staged.c.line), sa.func.max(staged.c.line), sa.func.count()).where(_OF_BATCH)
_PART = sa.and_(_OF_BATCH, staged.c.line.between(sa.bindparam("first"), sa.bindparam("last")))
_NEW_PERSON = sa.and_(_PART, staged.c.known_person == "")
_NEW_ENVOY = sa.and_(_PART, staged.c.known_envoy == "")
_OLD_ENVOY = sa.and_(_PART, staged.c.known_envoy == envoy.c.id)
_TRAVELS = sa.and_(_PART, staged.c.transport != "")
_NO_RECORD = sa.and_(_TRAVELS, ~sa.exists().where(envoy_standing.c.envoy == staged.c.envoy))
_OTHER_WAY = sa.and_(_TRAVELS, envoy_standing.c.envoy == staged.c.envoy)
_OFF_DUTY = sa.select(staged.c.envoy).where(_OF_BATCH, staged.c.known_envoy != "", ~staged.c.on_duty)
_DROP_PART, _DROP_LINES = (
    sa.delete(staged).where(_PART),
    sa.delete(staged).where(_OF_BATCH, staged.c.line.in_(sa.bindparam("lines", expanding=True))),
)
_LEFT_BEHIND = sa.delete(staged).where(staged.c.staged_at < sa.bindparam("before"))
_FALSE, _ZERO = sa.false(), sa.literal(0)


def _into(table: sa.Table, chosen: sa.ColumnElement[bool], **columns: Any) -> sa.Insert:
    """INSERT … SELECT from the staged rows of a condition."""
    return sa.insert(table).from_select(list(columns), sa.select(*columns.values()).where(chosen))


def _statements(now: datetime) -> Sequence[sa.Executable]:
    """What takes one slice over."""
    at = sa.literal(now, person.c.created_at.type)
    same = {name: staged.c[name] for name in ("name", "languages", "services", "on_duty", "sex", "phone")}
    place = {"base_lat": staged.c.lat, "base_lon": staged.c.lon}
    return (
        _into(
            vault_key, _NEW_PERSON, id=staged.c.key_id, subject=_subject(staged.c.person), wrapped=staged.c.wrapped
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
            rating=sa.literal(0.0), version=_ZERO, **same, **place,
        ),
        sa.update(envoy).where(_OLD_ENVOY).values(version=envoy.c.version + 1, **same, **place),
        _into(
            envoy_standing, _NO_RECORD, envoy=staged.c.envoy, transport=staged.c.transport, load=sa.literal(0.0),
            **{f"{call}_{answer}": _ZERO for call in Call for answer in Answer},
        ),
        sa.update(envoy_standing).where(_OTHER_WAY).values(transport=staged.c.transport),
    )  # fmt: skip


def _subject(id_: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    return sa.literal("person:") + id_


class EnvoyImports:
    """One import at a time per `batch`, a name its caller chose."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    async def stage(self, batch: str, rows: Sequence[NewEnvoy], now: datetime) -> None:
        """At most `CHUNK` rows, committed."""
        async with self._database.writing() as conn:
            await conn.execute(_LEFT_BEHIND, {"before": now - FORGOTTEN})
            await self._put(conn, batch, rows, now)
            await conn.commit()

    async def drop(self, batch: str) -> None:
        """Nothing came of it."""
        while True:
            async with self._database.writing() as conn:
                first, last, _ = (await conn.execute(_SPAN, {"of": batch})).one()
                if first is None:
                    return
                part = {"of": batch, "first": first, "last": min(first + SLICE - 1, last)}
                await conn.execute(_DROP_PART, part)
                await conn.commit()

    async def take_over(self, batch: str, now: datetime) -> Taken:
        """Everything staged becomes envoys in one transaction. Raises `SamePerson`."""
        for _ in range(TRIES):
            async with self._database.writing() as conn:
                changed = (await conn.execute(_CHANGED, {"of": batch})).all()
                if not changed:
                    taken = await self._take(conn, batch, now)
                    await conn.commit()
                    break
                await self._again(conn, batch, changed)
                await conn.commit()
        else:
            raise RuntimeError("the same people keep changing while they are imported")
        await self.drop(batch)
        return taken

    async def _take(self, conn: AsyncConnection, batch: str, now: datetime) -> Taken:
        twice = (await conn.execute(_TWICE, {"of": batch})).all()
        if twice:
            raise SamePerson(sorted({line for pair in twice for line in pair}))
        off_duty = tuple(EnvoyId(row[0]) for row in await conn.execute(_OFF_DUTY, {"of": batch}))
        first, last, count = (await conn.execute(_SPAN, {"of": batch})).one()
        for start in range(first or 0, (last or -1) + 1, SLICE):
            part = {"of": batch, "first": start, "last": min(start + SLICE - 1, last)}
            for statement in _statements(now):
                await conn.execute(statement, part)
                await asyncio.sleep(0)
        return Taken(count, off_duty)

    async def _again(self, conn: AsyncConnection, batch: str, rows: Sequence[Any]) -> None:
        """Rows whose address has another owner by now are staged anew."""
        desk = await self._vault.key(conn, envoys.DESK)
        fresh = [_read(row, desk) for row in rows]
        await conn.execute(_DROP_LINES, {"of": batch, "lines": [row.line for row in rows]})
        for start in range(0, len(fresh), CHUNK):
            await self._put(conn, batch, fresh[start : start + CHUNK], rows[0].staged_at)

    async def _put(self, conn: AsyncConnection, batch: str, rows: Sequence[NewEnvoy], now: datetime) -> None:
        known = await _known(conn, [row.at for row in rows])
        desk = await self._vault.key(conn, envoys.DESK)
        made = [{**self._row(row, known.get(row.at), desk), "batch": batch, "staged_at": now} for row in rows]
        await conn.execute(sa.insert(staged), made)

    def _row(self, row: NewEnvoy, known: tuple[str, str] | None, desk: Sealer) -> dict[str, Any]:
        known_person, known_envoy = known or ("", "")
        person_id, envoy_id = known_person or self._new_id(row), known_envoy or self._new_id(row)
        sealer, key = self._vault.fresh(people.subject(PersonId(person_id)))
        profile = people.write_profile(Profile(name=row.name))
        phone = desk.seal(envoys.phone_context(EnvoyId(envoy_id)), row.phone.encode()) if row.phone else None
        return {
            "line": row.line, "channel": row.at.channel, "address": row.at.address, "known_person": known_person,
            "known_envoy": known_envoy, "person": person_id, "key_id": key["id"], "wrapped": key["wrapped"],
            "profile": sealer.seal(people.profile_context(PersonId(person_id)), profile), "drill": row.drill,
            "envoy": envoy_id, "name": row.name, "languages": list(row.languages), "services": list(row.services),
            "lat": row.lat, "lon": row.lon, "on_duty": row.on_duty, "phone": phone, "sex": row.sex,
            "transport": row.transport,
        }  # fmt: skip

    def _new_id(self, row: NewEnvoy) -> str:
        """Random, but growing with the line: a hundred thousand rows go to the end of each index, not all over it."""
        return f"{row.line:08x}{self._vault.row_id()[8:]}"


async def _known(conn: AsyncConnection, addresses: Sequence[Address]) -> dict[Address, tuple[str, str]]:
    """Person and envoy behind each address that belongs to somebody; no envoy: an empty id."""
    found = {}
    for channel in {at.channel for at in addresses}:
        given = {
            "on_channel": channel,
            "addresses": [at.address for at in addresses if at.channel == channel],
        }
        for row in await conn.execute(_KNOWN, given):
            found[Address(row.channel, row.address)] = (row.person, row.envoy or "")
    return found


def _read(row: Any, desk: Sealer) -> NewEnvoy:
    phone = desk.open(envoys.phone_context(row.envoy), row.phone).decode() if row.phone else ""
    return NewEnvoy(
        row.line, Address(row.channel, row.address), row.name, phone, tuple(row.languages), tuple(row.services),
        row.lat, row.lon, row.on_duty, row.sex, row.drill, row.transport,
    )  # fmt: skip
