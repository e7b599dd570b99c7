"""Operators, their sign-in, and the trail of what they saw and did."""

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


@dataclass(frozen=True, slots=True)
class SignIn:
    """A console session; only the hash of its token is stored."""

    operator: Operator
    csrf: str
    started_at: datetime
    seen_at: datetime


class Staff(Protocol):
    """Operators, their one-time links and their sessions. Tokens arrive here already hashed (SHA-256 hex)."""

    async def add(self, operator: Operator) -> None: ...
    async def get(self, operator: OperatorId) -> Operator | None: ...
    async def add_link(self, token_hash: str, operator: OperatorId, until: datetime) -> None: ...
    async def use_link(self, token_hash: str, now: datetime) -> Operator | None:
        """Conditional UPDATE: works once, before its end."""
        ...

    async def open_session(self, token_hash: str, operator: OperatorId, csrf: str, now: datetime) -> None: ...
    async def session(self, token_hash: str) -> SignIn | None: ...
    async def touch_session(self, token_hash: str, now: datetime) -> None: ...
    async def end_session(self, token_hash: str) -> None: ...
    async def audit(self, at: datetime, actor: str, action: str, object_: str) -> None:
        """Append one row to the trail of views and changes."""
        ...
