"""How an envoy of an import waits: sealed, under the ids it will have, beside whose its chat was when it was staged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import EnvoyId, PersonId
from backoffice.people.model import Profile
from storage import envoy_row, person_row
from storage.import_tables import envoy_import as staged
from storage.tables import envoy, identity
from storage.vault import Sealer, Vault


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


OF_BATCH = staged.c.batch == sa.bindparam("of")
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
        OF_BATCH,
        sa.or_(
            sa.func.coalesce(identity.c.person, "") != staged.c.known_person,
            sa.func.coalesce(envoy.c.id, "") != staged.c.known_envoy,
        ),
    )
)
_CHANGED_THESE = _CHANGED.where(staged.c.line.in_(sa.bindparam("lines", expanding=True)))
_DROP_LINES = sa.delete(staged).where(OF_BATCH, staged.c.line.in_(sa.bindparam("lines", expanding=True)))


async def put(
    conn: AsyncConnection, vault: Vault, batch: str, rows: Sequence[NewEnvoy], now: datetime
) -> None:
    """Stage some rows. The caller commits."""
    known = await _known(conn, [row.at for row in rows])
    desk = await vault.key(conn, envoy_row.DESK)
    made = [{**_row(vault, row, known.get(row.at), desk), "batch": batch, "staged_at": now} for row in rows]
    await conn.execute(sa.insert(staged), made)


async def changed(conn: AsyncConnection, batch: str, most: int) -> Sequence[int]:
    """Lines whose chat has another owner by now than when they were staged."""
    return [row.line for row in await conn.execute(_CHANGED.limit(most), {"of": batch})]


async def refresh(conn: AsyncConnection, vault: Vault, batch: str, lines: Sequence[int]) -> None:
    """Those of the lines whose chat has another owner by now are staged anew. The caller commits."""
    rows = (await conn.execute(_CHANGED_THESE, {"of": batch, "lines": lines})).all()
    if not rows:
        return
    desk = await vault.key(conn, envoy_row.DESK)
    fresh = [_read(row, desk) for row in rows]
    await conn.execute(_DROP_LINES, {"of": batch, "lines": [row.line for row in rows]})
    await put(conn, vault, batch, fresh, rows[0].staged_at)


def _row(vault: Vault, row: NewEnvoy, known: tuple[str, str] | None, desk: Sealer) -> dict[str, Any]:
    known_person, known_envoy = known or ("", "")
    person_id, envoy_id = known_person or _new_id(vault, row), known_envoy or _new_id(vault, row)
    sealer, key = vault.fresh(person_row.subject(PersonId(person_id)))
    profile = person_row.write_profile(Profile(name=row.name))
    phone = desk.seal(envoy_row.phone_context(EnvoyId(envoy_id)), row.phone.encode()) if row.phone else None
    return {
        "line": row.line, "channel": row.at.channel, "address": row.at.address, "known_person": known_person,
        "known_envoy": known_envoy, "person": person_id, "key_id": key["id"], "wrapped": key["wrapped"],
        "profile": sealer.seal(person_row.profile_context(PersonId(person_id)), profile), "drill": row.drill,
        "envoy": envoy_id, "name": row.name, "languages": list(row.languages), "services": list(row.services),
        "lat": row.lat, "lon": row.lon, "on_duty": row.on_duty, "phone": phone, "sex": row.sex,
        "transport": row.transport,
    }  # fmt: skip


def _new_id(vault: Vault, row: NewEnvoy) -> str:
    """Random, but growing with the line: a hundred thousand rows go to the end of each index, not all over it."""
    return f"{row.line:08x}{vault.row_id()[8:]}"


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
    phone = desk.open(envoy_row.phone_context(row.envoy), row.phone).decode() if row.phone else ""
    return NewEnvoy(
        row.line, Address(row.channel, row.address), row.name, phone, tuple(row.languages), tuple(row.services),
        row.lat, row.lon, row.on_duty, row.sex, row.drill, row.transport,
    )  # fmt: skip
