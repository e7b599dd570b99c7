"""What working a case needs of storage: checklists, macros, tasks, relations, translations."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from backoffice.cases import protocols
from backoffice.cases.macros import Macro
from backoffice.cases.papers import CasePaper
from backoffice.cases.relations import Relation, RelationKind
from backoffice.cases.tasks import Task, TaskKind
from backoffice.kernel.ids import CaseId


class Checklists(Protocol):
    """Protocols in all their editions, and how far a case has come in each."""

    async def newest(self) -> Sequence[protocols.Protocol]: ...
    async def put(self, edition: protocols.Protocol) -> None:
        """Raises `errors.Stale` when that edition exists: somebody else has written one meanwhile."""
        ...

    async def running(self, case: CaseId) -> Sequence[protocols.Running]: ...
    async def begin(self, case: CaseId, code: str, edition: int) -> None:
        """Or go on with another edition: ticks of steps that are still there stay."""
        ...

    async def tick(self, case: CaseId, code: str, tick: protocols.Tick) -> bool:
        """False when it was ticked before: the first one stands."""
        ...

    async def untick(self, case: CaseId, code: str, step: str) -> bool: ...


class Macros(Protocol):
    """Ready sentences, in their order."""

    async def all(self) -> Sequence[Macro]: ...
    async def get(self, macro: str) -> Macro: ...
    async def put(self, macro: Macro) -> None:
        """A new one, or the newest state of one; raises `errors.Stale` when somebody was faster."""
        ...

    async def remove(self, macro: str) -> bool: ...


class Tasks(Protocol):
    """Tasks of cases; their words are sealed under the case's key."""

    async def add(self, task: Task) -> None: ...
    async def get(self, task: str) -> Task: ...
    async def save(self, task: Task) -> None:
        """Conditional on `version`; raises `errors.Stale`."""
        ...

    async def open_of(self, case: CaseId, kind: TaskKind | None = None) -> Sequence[Task]:
        """Open ones, soonest first."""
        ...


class CasePapers(Protocol):
    """Which files of a case are what; the files lie in the media store."""

    async def add(self, paper: CasePaper) -> None:
        """Raises `errors.Stale` when this file is a paper already."""
        ...

    async def of_case(self, case: CaseId) -> Sequence[CasePaper]:
        """Oldest first."""
        ...

    async def remove(self, case: CaseId, paper: str) -> bool:
        """False when it was none (any more)."""
        ...


class Relations(Protocol):
    """Which cases belong together now."""

    async def of(self, case: CaseId) -> Sequence[Relation]: ...
    async def add(self, relation: Relation) -> None: ...
    async def end(self, case: CaseId, other: CaseId, kind: RelationKind) -> bool:
        """Conditional UPDATE, whichever of the two is named first for a link; False when there was none."""
        ...


class Translations(Protocol):
    """What a machine made of a case's entries, by their number."""

    async def of(self, case: CaseId, locale: str) -> Mapping[int, str]: ...
    async def put(self, case: CaseId, locale: str, texts: Mapping[int, str]) -> None: ...
