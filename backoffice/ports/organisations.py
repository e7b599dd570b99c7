"""Organisations, whom they answer for, what they are asked to authorise."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from backoffice.kernel.ids import CaseId, PersonId
from backoffice.organisations.model import Authorisation, Membership, Organisation


class Organisations(Protocol):
    """Organisations and their people."""

    async def put(self, organisation: Organisation) -> None:
        """New, or the name and rights of a known code changed."""
        ...

    async def get(self, code: str) -> Organisation | None: ...
    async def all(self) -> Sequence[Organisation]: ...
    async def bind(self, person: PersonId, code: str, since: datetime) -> bool:
        """False when the person was bound already."""
        ...

    async def unbind(self, person: PersonId, code: str) -> bool: ...
    async def of_person(self, person: PersonId) -> Sequence[Membership]:
        """By name; one row per organisation."""
        ...

    async def size(self, code: str) -> int:
        """How many people it answers for."""
        ...


class Authorisations(Protocol):
    """Sums organisations are asked for. `purpose` and `answer` are sealed under the case's key."""

    async def add(self, asked: Authorisation) -> None: ...
    async def get(self, authorisation: str) -> Authorisation:
        """Raises `errors.NotFound`."""
        ...

    async def of_case(self, case: CaseId) -> Sequence[Authorisation]: ...
    async def settle(self, settled: Authorisation) -> bool:
        """Conditional UPDATE asked -> the new status; True for the one winner."""
        ...
