"""The trail of views and changes: append only, every row bound to the one before it."""

import hmac
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conflict import insert_or_ignore
from storage.tables import audit, audit_head
from storage.types import to_micros
from storage.vault import Vault, pack

_FIRST = bytes(32)
_HEAD = sa.select(audit_head.c.seq, audit_head.c.mac).where(audit_head.c.id == 1).with_for_update()
_BEGIN = insert_or_ignore(audit_head, [audit_head.c.id])
_APPEND = sa.insert(audit)
_MOVE = sa.update(audit_head).where(audit_head.c.id == 1)
_CHUNK = 5000
_NEXT = sa.select(audit).where(audit.c.seq > sa.bindparam("after")).order_by(audit.c.seq).limit(_CHUNK)
"""A trail of years is walked bit by bit: no command holds it whole in memory."""
_WHOLE_HEAD = sa.select(audit_head).where(audit_head.c.id == 1)


@dataclass(frozen=True, slots=True)
class Line:
    """Who did what to what. `object_` is a reference (`case:<id>`), never personal data: erasure must not break it."""

    at: datetime
    actor: str
    action: str
    object_: str


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row; sent outside, it shows later that nothing before it was cut off."""

    seq: int
    mac: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row that does not hold, and why."""

    seq: int
    why: str


async def append(conn: AsyncConnection, vault: Vault, line: Line) -> None:
    """One row; the head's row lock keeps two writers from continuing the same one."""
    head = await _lock_head(conn, vault)
    seq = head.seq + 1
    mac = _mac(vault, head.mac, seq, line)
    row = {"at": line.at, "actor": line.actor, "action": line.action, "object": line.object_}
    await conn.execute(_APPEND, {**row, "seq": seq, "mac": mac})
    await conn.execute(_MOVE, _head_row(vault, Head(seq, mac)))


async def head(conn: AsyncConnection) -> Head:
    """The newest row's number and code, for keeping outside."""
    row = (await conn.execute(_WHOLE_HEAD)).first()
    return Head(row.seq, row.mac) if row else Head(0, _FIRST)


async def verify(conn: AsyncConnection, vault: Vault, kept: Head | None = None) -> Fault | None:
    """Walk the whole trail; `kept` is a head kept outside. None when every row holds."""
    last = Head(0, _FIRST)
    found_kept = kept is None or kept.seq == 0
    while rows := (await conn.execute(_NEXT, {"after": last.seq})).all():
        for row in rows:
            fault = _check(vault, last, row)
            if fault:
                return fault
            last = Head(row.seq, row.mac)
            found_kept = found_kept or last == kept
    return _check_end(vault, last, (await conn.execute(_WHOLE_HEAD)).first(), found_kept)


def _check(vault: Vault, before: Head, row: sa.Row[tuple[object, ...]]) -> Fault | None:
    if row.seq != before.seq + 1:
        return Fault(before.seq + 1, "missing")
    line = Line(row.at, row.actor, row.action, row.object)
    if not hmac.compare_digest(row.mac, _mac(vault, before.mac, row.seq, line)):
        return Fault(row.seq, "changed")
    return None


def _check_end(
    vault: Vault, last: Head, row: sa.Row[tuple[object, ...]] | None, found_kept: bool
) -> Fault | None:
    if row is None:
        return Fault(last.seq, "head missing") if last.seq else None
    if row.signature != _sign(vault, Head(row.seq, row.mac)):
        return Fault(row.seq, "head changed")
    if row.seq != last.seq or not found_kept:
        return Fault(last.seq + 1, "cut off")
    return None


async def _lock_head(conn: AsyncConnection, vault: Vault) -> Head:
    row = (await conn.execute(_HEAD)).first()
    if row is None:
        await conn.execute(_BEGIN.on(conn), {"id": 1, **_head_row(vault, Head(0, _FIRST))})
        row = (await conn.execute(_HEAD)).one()
    return Head(row.seq, row.mac)


def _head_row(vault: Vault, head: Head) -> dict[str, object]:
    return {"seq": head.seq, "mac": head.mac, "signature": _sign(vault, head)}


def _sign(vault: Vault, head: Head) -> bytes:
    return hmac.digest(vault.audit_key, b"head" + head.seq.to_bytes(8, "big") + head.mac, "sha256")


def _mac(vault: Vault, before: bytes, seq: int, line: Line) -> bytes:
    body = pack([seq, to_micros(line.at), line.actor, line.action, line.object_])
    return hmac.digest(vault.audit_key, before + body, "sha256")
