"""Cases opened by people whose cases they are not: why, how long, and who of the supervisors has seen it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backoffice.kernel.ids import CaseId, OperatorId


@dataclass(frozen=True, slots=True)
class Glass:
    """One opening: `reason` in the operator's own words, good until `until`."""

    id: str
    case: CaseId
    operator: OperatorId
    reason: str
    at: datetime
    until: datetime
    seen_by: str = ""
    seen_at: datetime | None = None


class Glasses(Protocol):
    """The book of openings."""

    async def add(self, glass: Glass) -> None: ...
    async def newest(self, operator: OperatorId, case: CaseId) -> Glass | None:
        """The one that lasts longest."""
        ...

    async def unseen(self) -> Sequence[Glass]:
        """Oldest first."""
        ...

    async def seen_lately(self, limit: int) -> Sequence[Glass]: ...
    async def see(self, glass: str, by: OperatorId, now: datetime) -> bool:
        """Conditional UPDATE; nobody sees an opening of their own. True for the one winner."""
        ...
