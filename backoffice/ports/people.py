"""Persons and their chat identities."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Fix
from backoffice.kernel.ids import PersonId
from backoffice.people.model import Identity, Person, Reach


class People(Protocol):
    """Persons and their chat identities."""

    async def at(self, address: Address) -> Person | None: ...
    async def get(self, person: PersonId) -> Person: ...
    async def add(self, person: Person, at: Address) -> None: ...
    async def save(self, person: Person) -> None:
        """Conditional on `version`; raises `errors.Stale`."""
        ...

    async def identities(self, person: PersonId) -> Sequence[Identity]:
        """Reachable first, then the one heard from last."""
        ...

    async def heard(self, at: Address, now: datetime) -> None:
        """The address wrote: it reaches its person again."""
        ...

    async def set_reach(self, at: Address, reach: Reach) -> None: ...
    async def erase(self, person: PersonId) -> None:
        """Destroy the person's key and profile; the identity row stays for open cases only."""
        ...

    async def merge(self, gone: PersonId, stays: PersonId) -> None:
        """Two persons are one: the chats, closed cases and orders of `gone` become those of `stays`.

        Who calls it holds the lock of `gone` and has seen that nothing of theirs is under way."""
        ...

    async def last_fix(self, person: PersonId) -> Fix | None: ...
    async def put_fix(self, person: PersonId, fix: Fix) -> None: ...
