"""Envoys, who was asked for what, and where they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from backoffice.dispatch.looks import Look
from backoffice.dispatch.model import Assignment, AssignmentStatus, Envoy
from backoffice.dispatch.standing import Answer, Call, Standing
from backoffice.dispatch.travel import Transport
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import AssignmentId, CaseId, EnvoyId, PersonId


class Envoys(Protocol):
    """Envoys and their positions."""

    async def get(self, envoy: EnvoyId) -> Envoy: ...
    async def of_person(self, person: PersonId) -> Envoy | None: ...
    async def many(self, ids: Sequence[EnvoyId]) -> Sequence[Envoy]: ...
    async def on_duty(self, after: str = ..., most: int = ...) -> Sequence[Envoy]:
        """For loading the index: by id, those after one, at most so many; by default everybody."""
        ...

    async def add(self, envoy: Envoy) -> None: ...
    async def save(self, envoy: Envoy) -> None: ...
    async def take(self, envoy: EnvoyId, case: CaseId) -> bool:
        """Conditional UPDATE: busy with `case` while on duty and not busy."""
        ...

    async def release(self, envoy: EnvoyId, case: CaseId) -> None: ...
    async def based_near(self, point: Point, radius_m: float, limit: int) -> Sequence[Envoy]:
        """Whose base lies in the square around a point, on duty or not, by id. For explaining, not for asking."""
        ...


class Assignments(Protocol):
    """Who was asked for what."""

    async def add(self, assignment: Assignment) -> None: ...
    async def get(self, assignment: AssignmentId) -> Assignment: ...
    async def save(self, assignment: Assignment) -> None: ...
    async def of_case(self, case: CaseId) -> Sequence[Assignment]: ...
    async def of_envoy(self, envoy: EnvoyId, statuses: frozenset[AssignmentStatus]) -> Sequence[Assignment]:
        """Newest first."""
        ...

    async def coarsen(self, case: CaseId) -> None:
        """The case is sealed: distances and places go."""
        ...


class Standings(Protocol):
    """Envoys' records for dispatch. Times are the unit of work's."""

    async def of(self, envoys: Sequence[EnvoyId]) -> Mapping[EnvoyId, Standing]:
        """A record for each, empty where nothing is known."""
        ...

    async def asked(self, standings: Sequence[Standing]) -> None:
        """Each has one question more since their record was read."""
        ...

    async def answered(self, envoy: EnvoyId, call: Call, answer: Answer) -> None:
        """One question that had reached them ended so."""
        ...

    async def worked(self, envoy: EnvoyId) -> None:
        """A job of theirs ends now."""
        ...

    async def set_transport(self, envoy: EnvoyId, transport: Transport) -> None: ...
    async def reached_at(self, reader: PersonId, about: CaseId, since: datetime) -> datetime | None:
        """When the platform took the first letter written to them about this case since then."""
        ...


class Considerations(Protocol):
    """Who was considered for a case or an order, and why they were asked or not. Sealed under its key."""

    async def add(self, look: Look) -> None: ...
    async def of(self, case: CaseId) -> Sequence[Look]:
        """Oldest first; without the case's key the numbers are left and the people are gone."""
        ...

    async def coarsen(self, case: CaseId) -> None:
        """The case is sealed: every fact that is a distance in disguise goes, the reasons stay."""
        ...


class EnvoyIndex(Protocol):
    """Where the envoys on duty are; derived from rows, never the truth. Metres."""

    def upsert(self, envoy: EnvoyId, lat: float, lon: float, at: float) -> None: ...
    def remove(self, envoy: EnvoyId) -> None: ...
    def within(self, lat: float, lon: float, radius_m: float) -> Sequence[tuple[str, float]]:
        """Nearest first, ties by id."""
        ...

    def nearest(self, lat: float, lon: float, n: int, radius_m: float) -> Sequence[tuple[str, float]]: ...
