"""Operators, their sign-in, and the trail of what they saw and did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from backoffice.kernel.ids import OperatorId


class OperatorRole(StrEnum):
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    DOCTOR = "doctor"
    CLAIMS = "claims"
    FINANCE = "finance"
    ADMIN = "admin"
    GUEST = "guest"
    WALL = "wall"


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who signs in to the console."""

    id: OperatorId
    name: str
    role: OperatorRole
    centre: str = ""
    organisation: str = ""
    active: bool = True


class Entrance(StrEnum):
    """How a session began."""

    LINK = "link"
    PASSKEY = "passkey"
    TOTP = "totp"
    RECOVERY = "recovery"
    WALL = "wall"


@dataclass(frozen=True, slots=True)
class SignIn:
    """A console session; only the hash of its token is stored."""

    operator: Operator
    csrf: str
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session as its list shows it. `handle` names it and opens nothing; `browser` is a code: `firefox/linux`."""

    handle: str
    operator: OperatorId
    started_at: datetime
    seen_at: datetime
    how: str
    browser: str


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One row of the trail: who did what to what."""

    seq: int
    at: datetime
    actor: str
    action: str
    object: str


@dataclass(frozen=True, slots=True)
class AuditWanted:
    """Which rows of the trail: empty and None mean any. `before` is a row number for paging, newest first."""

    actor: str = ""
    action: str = ""
    object: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 100


class Staff(Protocol):
    """Operators, their one-time links and their sessions. Tokens arrive here already hashed (SHA-256 hex)."""

    async def add(self, operator: Operator) -> None: ...
    async def get(self, operator: OperatorId) -> Operator | None: ...
    async def add_link(self, token_hash: str, operator: OperatorId, until: datetime) -> None: ...
    async def use_link(self, token_hash: str, now: datetime) -> Operator | None:
        """Conditional UPDATE: works once, before its end."""
        ...

    async def everybody(self) -> Sequence[Operator]:
        """Active ones first, by name."""
        ...

    async def by_name(self, name: str) -> Sequence[Operator]:
        """Active ones of exactly this name."""
        ...

    async def change(self, operator: Operator) -> None:
        """Name, role, centre, organisation and whether they are active; the id stays."""
        ...

    async def wall_link(self, token_hash: str, now: datetime) -> Operator | None:
        """A wall display's own token: good again and again until its end, or until the wall is switched off."""
        ...

    async def end_links(self, operator: OperatorId) -> None:
        """Every unused sign-in link of theirs is worth nothing."""
        ...

    async def sessions(self, operator: OperatorId | None = None) -> Sequence[SessionLine]:
        """Newest use first; of everybody when nobody is named."""
        ...

    async def describe_session(self, token_hash: str, how: Entrance, browser: str) -> None: ...
    async def end_by_handle(self, operator: OperatorId, handle: str) -> bool: ...
    async def end_sessions(self, operator: OperatorId, but: str = "") -> int:
        """Every session of theirs, except the one with this token hash; returns how many."""
        ...

    async def trail(self, wanted: AuditWanted) -> Sequence[AuditLine]: ...
    async def open_session(self, token_hash: str, operator: OperatorId, csrf: str, now: datetime) -> None: ...
    async def session(self, token_hash: str) -> SignIn | None: ...
    async def touch_session(self, token_hash: str, now: datetime) -> None: ...
    async def end_session(self, token_hash: str) -> None: ...
    async def audit(self, at: datetime, actor: str, action: str, object_: str) -> None:
        """Append one row to the trail of views and changes."""
        ...
