"""Operators, their one-time links, their sessions, and the trail of what they saw and changed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from backoffice.kernel.ids import OperatorId
from backoffice.ports import (
    AuditLine,
    AuditWanted,
    Entrance,
    Operator,
    OperatorRole,
    SessionLine,
    SignIn,
)
from storage import audit
from storage.rows import Rows
from storage.tables import audit as audit_table
from storage.tables import console_session, operator, sign_in_link

_ADD = sa.insert(operator)
_GET = sa.select(operator).where(operator.c.id == sa.bindparam("key"))
_EVERYBODY = sa.select(operator).order_by(operator.c.active.desc(), operator.c.name, operator.c.id)
_BY_NAME = sa.select(operator).where(operator.c.name == sa.bindparam("called"), operator.c.active)
_CHANGE = sa.update(operator).where(operator.c.id == sa.bindparam("key"))
_WALLS = sa.select(operator.c.id).where(operator.c.role == OperatorRole.WALL)
_ADD_LINK = sa.insert(sign_in_link)
_USE_LINK = (
    sa.update(sign_in_link)
    .where(
        sign_in_link.c.token_hash == sa.bindparam("token"),
        sign_in_link.c.used_at.is_(None),
        sign_in_link.c.until > sa.bindparam("now"),
        sign_in_link.c.operator.not_in(_WALLS),
    )
    .returning(sign_in_link.c.operator)
)
_WALL_LINK = (
    sa.select(operator)
    .join(sign_in_link, sign_in_link.c.operator == operator.c.id)
    .where(
        sign_in_link.c.token_hash == sa.bindparam("token"),
        sign_in_link.c.used_at.is_(None),
        sign_in_link.c.until > sa.bindparam("now"),
        operator.c.role == OperatorRole.WALL,
        operator.c.active,
    )
)
_END_LINKS = sa.delete(sign_in_link).where(
    sign_in_link.c.operator == sa.bindparam("of"), sign_in_link.c.used_at.is_(None)
)
_OPEN_SESSION = sa.insert(console_session)
_SESSION = (
    sa.select(console_session, *(c.label(f"operator_{c.name}") for c in operator.c))
    .join(operator, operator.c.id == console_session.c.operator)
    .where(console_session.c.token_hash == sa.bindparam("token"), operator.c.active)
)
_TOUCH = sa.update(console_session).where(console_session.c.token_hash == sa.bindparam("token"))
_SESSIONS = sa.select(console_session).order_by(
    console_session.c.seen_at.desc(), console_session.c.token_hash
)
_END_ONE = sa.delete(console_session).where(
    console_session.c.operator == sa.bindparam("of"),
    console_session.c.token_hash.startswith(sa.bindparam("handle"), autoescape=False),
)
_END_ALL = sa.delete(console_session).where(
    console_session.c.operator == sa.bindparam("of"), console_session.c.token_hash != sa.bindparam("but")
)
_LONG_AGO = datetime.fromtimestamp(0, UTC)
"""Stands in conditions that are then left out."""
HANDLE = 16
"""Hex digits of the token's hash that name a session in lists: 64 bits, and nothing can be opened with them."""
_END = sa.delete(console_session).where(console_session.c.token_hash == sa.bindparam("token"))


class StaffRows(Rows):
    """`ports.Staff`."""

    async def add(self, operator: Operator) -> None:
        await self._write(
            _ADD,
            {
                "id": operator.id,
                "name": operator.name,
                "role": operator.role,
                "centre": operator.centre,
                "organisation": operator.organisation,
                "active": operator.active,
            },
        )

    async def get(self, operator: OperatorId) -> Operator | None:
        row = await self._first(_GET, {"key": operator})
        return _read(row, "") if row else None

    async def everybody(self) -> Sequence[Operator]:
        return [_read(row, "") for row in await self._all(_EVERYBODY, {})]

    async def by_name(self, name: str) -> Sequence[Operator]:
        return [_read(row, "") for row in await self._all(_BY_NAME, {"called": name})]

    async def change(self, operator: Operator) -> None:
        names = ("name", "role", "centre", "organisation", "active")
        await self._write(_CHANGE, {"key": operator.id, **{n: getattr(operator, n) for n in names}})

    async def wall_link(self, token_hash: str, now: datetime) -> Operator | None:
        row = await self._first(_WALL_LINK, {"token": token_hash, "now": now})
        return _read(row, "") if row else None

    async def end_links(self, operator: OperatorId) -> None:
        await self._write(_END_LINKS, {"of": operator})

    async def sessions(self, operator: OperatorId | None = None) -> Sequence[SessionLine]:
        wanted = _SESSIONS if operator is None else _SESSIONS.where(console_session.c.operator == operator)
        return [_line(row) for row in await self._all(wanted, {})]

    async def describe_session(self, token_hash: str, how: Entrance, browser: str) -> None:
        await self._write(_TOUCH, {"token": token_hash, "how": how, "browser": browser[:64]})

    async def end_by_handle(self, operator: OperatorId, handle: str) -> bool:
        if len(handle) != HANDLE or not handle.isalnum():
            return False
        return (await self._write(_END_ONE, {"of": operator, "handle": handle})).rowcount > 0

    async def end_sessions(self, operator: OperatorId, but: str = "") -> int:
        return (await self._write(_END_ALL, {"of": operator, "but": but})).rowcount

    async def trail(self, wanted: AuditWanted) -> Sequence[AuditLine]:
        rows = await self._all(_trail(wanted), {})
        return [AuditLine(r.seq, r.at, r.actor, r.action, r.object) for r in rows]

    async def add_link(self, token_hash: str, operator: OperatorId, until: datetime) -> None:
        await self._write(_ADD_LINK, {"token_hash": token_hash, "operator": operator, "until": until})

    async def use_link(self, token_hash: str, now: datetime) -> Operator | None:
        """None as well for an operator who is no longer active; the link is used up all the same."""
        used = await self._write(_USE_LINK, {"token": token_hash, "now": now, "used_at": now})
        whose = used.scalar_one_or_none()
        found = await self.get(OperatorId(whose)) if whose else None
        return found if found and found.active else None

    async def open_session(self, token_hash: str, operator: OperatorId, csrf: str, now: datetime) -> None:
        row = {"token_hash": token_hash, "operator": operator, "csrf": csrf}
        await self._write(_OPEN_SESSION, {**row, "started_at": now, "seen_at": now})

    async def session(self, token_hash: str) -> SignIn | None:
        """None for an operator who is no longer active."""
        row = await self._first(_SESSION, {"token": token_hash})
        return SignIn(_read(row, "operator_"), row.csrf, row.started_at, row.seen_at) if row else None

    async def touch_session(self, token_hash: str, now: datetime) -> None:
        await self._write(_TOUCH, {"token": token_hash, "seen_at": now})

    async def end_session(self, token_hash: str) -> None:
        await self._write(_END, {"token": token_hash})

    async def audit(self, at: datetime, actor: str, action: str, object_: str) -> None:
        await audit.append(self._conn, self._vault, audit.Line(at, actor, action, object_))


def _line(row: Any) -> SessionLine:
    same = (row.operator, row.started_at, row.seen_at, row.how, row.browser)
    return SessionLine(row.token_hash[:HANDLE], *same)


def _trail(wanted: AuditWanted) -> sa.Select[Any]:
    """Newest first; an actor may stand in the trail by id alone or as `operator:<id>`."""
    t = audit_table.c
    asked = [
        (wanted.actor, t.actor.in_([wanted.actor, f"operator:{wanted.actor}"])),
        (wanted.action, t.action.startswith(wanted.action, autoescape=True)),
        (wanted.object, t.object.contains(wanted.object, autoescape=True)),
        (wanted.since, t.at >= (wanted.since or _LONG_AGO)),
        (wanted.until, t.at < (wanted.until or _LONG_AGO)),
        (wanted.before, t.seq < (wanted.before or 0)),
    ]
    found = sa.select(audit_table).order_by(t.seq.desc()).limit(wanted.limit)
    return found.where(*(condition for value, condition in asked if value))


def _read(row: Any, prefix: str) -> Operator:
    names = ("id", "name", "role", "centre", "organisation", "active")
    return Operator(**{name: getattr(row, prefix + name) for name in names})
