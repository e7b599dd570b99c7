"""Followers of cases, their links, their thread and when their page was opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backoffice.cases.model import Case, Event
from backoffice.families.model import FamilyEntry, Follower, FollowerId, FollowLink
from backoffice.kernel.geo import Fix
from backoffice.kernel.ids import CaseId, PersonId


class Families(Protocol):
    """Names, contacts and words are sealed under the case's key; of a token only its hash is known here."""

    async def add(self, follower: Follower) -> None: ...
    async def get(self, follower: FollowerId) -> Follower:
        """Raises `errors.NotFound`."""
        ...

    async def save(self, follower: Follower) -> None:
        """Conditional on `version`; raises `errors.Stale`."""
        ...

    async def of_case(self, case: CaseId) -> Sequence[Follower]:
        """All of them, in the order of their invitations."""
        ...

    async def of_person(self, person: PersonId) -> Sequence[Follower]:
        """Whom this person follows now, newest first."""
        ...

    async def running(self) -> Sequence[tuple[str, Follower]]:
        """Everybody live in a case that is not closed, with its reference, by case."""
        ...

    async def add_link(self, link: FollowLink) -> None: ...
    async def link(self, token_hash: str) -> FollowLink | None: ...
    async def open_link(self, token_hash: str) -> bool:
        """Conditional UPDATE: the first press of a person; True for that one."""
        ...

    async def drop_links(self, follower: FollowerId) -> None: ...
    async def opened(self, follower: FollowerId) -> None:
        """Their page was opened by a person, now."""
        ...

    async def openings(self, follower: FollowerId) -> Sequence[datetime]:
        """Oldest first."""
        ...

    async def add_entry(self, entry: FamilyEntry) -> int: ...
    async def entries(self, case: CaseId) -> Sequence[FamilyEntry]: ...


@dataclass(frozen=True, slots=True)
class FollowView:
    """What lies behind one token that is still good: never shown as it is, only through what the reader may know."""

    link: FollowLink
    follower: Follower
    case: Case
    events: Sequence[Event]
    entries: Sequence[FamilyEntry]
    track: Sequence[Fix]


class FollowReads(Protocol):
    """Reads for the families' page. None of them takes the writer."""

    async def alive(self, token_hash: str, now: datetime) -> bool:
        """Whether the token still opens anything."""
        ...

    async def view(self, token_hash: str, now: datetime) -> FollowView | None: ...
