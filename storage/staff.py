"""Operators, their one-time links, their sessions, and the trail of what they saw and changed."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backoffice.kernel.ids import OperatorId
from backoffice.ports import Operator, SignIn
from storage import audit
from storage.rows import Rows
from storage.tables import console_session, operator, sign_in_link

_ADD = sa.insert(operator)
_GET = sa.select(operator).where(operator.c.id == sa.bindparam("key"))
_ADD_LINK = sa.insert(sign_in_link)
_USE_LINK = (
    sa.update(sign_in_link)
    .where(
        sign_in_link.c.token_hash == sa.bindparam("token"),
        sign_in_link.c.used_at.is_(None),
        sign_in_link.c.until > sa.bindparam("now"),
    )
    .returning(sign_in_link.c.operator)
)
_OPEN_SESSION = sa.insert(console_session)
_SESSION = (
    sa.select(console_session, *(c.label(f"operator_{c.name}") for c in operator.c))
    .join(operator, operator.c.id == console_session.c.operator)
    .where(console_session.c.token_hash == sa.bindparam("token"), operator.c.active)
)
_TOUCH = sa.update(console_session).where(console_session.c.token_hash == sa.bindparam("token"))
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


def _read(row: Any, prefix: str) -> Operator:
    names = ("id", "name", "role", "centre", "organisation", "active")
    return Operator(**{name: getattr(row, prefix + name) for name in names})
