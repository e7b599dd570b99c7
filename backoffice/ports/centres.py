"""Operations centres, whose case it is, tags, saved views, shifts and handovers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backoffice.kernel.ids import CaseId
from backoffice.oncall.centres import Centre
from backoffice.oncall.shifts import Duty, DutyState, Handover


class Centres(Protocol):
    """The centres, and the one each case belongs to."""

    async def all(self) -> Sequence[Centre]: ...
    async def put(self, centre: Centre) -> None:
        """A new one, or the newest state of a known code."""
        ...

    async def remove(self, code: str) -> bool:
        """Its cases keep its name until somebody places them."""
        ...

    async def of_case(self, case: CaseId) -> str:
        """The case's own centre; empty when it has none."""
        ...

    async def place(self, case: CaseId, code: str) -> None: ...
    async def untaken(self) -> Sequence[tuple[CaseId, str]]:
        """Open cases nobody owns, with their centre (empty: none)."""
        ...


class Tags(Protocol):
    """Short words staff put on cases: no personal data belongs in them."""

    async def add(self, case: CaseId, tag: str) -> bool: ...
    async def remove(self, case: CaseId, tag: str) -> bool: ...
    async def used(self) -> Mapping[str, Sequence[str]]:
        """Of open and resolved cases: case -> tags by name."""
        ...


@dataclass(frozen=True, slots=True)
class SavedView:
    """A filter of the list under a name. `query` is what stands behind `?` in its address."""

    id: str
    operator: str
    name: str
    shared: bool
    query: str


class SavedViews(Protocol):
    async def seen_by(self, operator: str) -> Sequence[SavedView]:
        """One's own and the shared ones, by name."""
        ...

    async def put(self, view: SavedView) -> None: ...
    async def remove(self, view: str, operator: str) -> bool:
        """Only one's own."""
        ...


class Shifts(Protocol):
    """Who is on duty, and handovers in writing."""

    async def duties(self) -> Mapping[str, Duty]: ...
    async def move(self, operator: str, to: DutyState) -> DutyState:
        """Returns the state before. Raises `IllegalMove`."""
        ...

    async def owned(self, operator: str) -> Sequence[CaseId]:
        """Open and resolved cases in somebody's hands, oldest first."""
        ...

    async def write(self, handover: Handover) -> None: ...
    async def get(self, handover: str) -> Handover:
        """Raises `errors.NotFound`."""
        ...

    async def concerning(self, operators: Collection[str], limit: int = 30) -> Sequence[Handover]:
        """Given or taken by one of these, newest first; of everybody when none is named."""
        ...

    async def acknowledge(self, handover: str, now: datetime) -> bool:
        """Conditional UPDATE: True for the one reading that counts."""
        ...
