"""What the desk reads beside the case itself: tasks, protocols, macros, related cases, and what is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from backoffice import queries
from backoffice.cases import protocols
from backoffice.cases.macros import Macro
from backoffice.cases.model import Case, CaseStatus
from backoffice.cases.tasks import Task
from backoffice.kernel.ids import CaseId, OperatorId


class Side(StrEnum):
    """How another case stands to this one."""

    PART = "part"
    MAIN = "main"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Related:
    """Another case that concerns this one."""

    id: CaseId
    ref: str
    status: CaseStatus
    duress: bool
    side: Side
    at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a checklist of a case is."""

    code: str
    done: int
    steps: int


@dataclass(frozen=True, slots=True)
class Beside:
    """What a list tells of the work on a case. `tasks` are open ones, `due` the soonest; `major` is its title."""

    checklists: tuple[Progress, ...] = ()
    tasks: int = 0
    due: datetime | None = None
    related: tuple[Related, ...] = ()
    major: str = ""


@dataclass(frozen=True, slots=True)
class PartThread:
    """What was said and told in a case that is worked with this one."""

    id: CaseId
    ref: str
    client: str
    said: tuple[queries.Said, ...]
    told: tuple[queries.Told, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CaseWork:
    """Everything beside the conversation that an operator works with."""

    tasks: tuple[Task, ...] = ()
    running: tuple[protocols.Running, ...] = ()
    newest: tuple[protocols.Protocol, ...] = ()
    macros: tuple[Macro, ...] = ()
    related: tuple[Related, ...] = ()
    parts: tuple[PartThread, ...] = ()
    translations: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DueLine:
    """One open task on the page of what is due. `whose` is its own operator, else the case's owner."""

    task: Task
    ref: str
    drill: bool
    duress: bool
    whose: OperatorId | None
    name: str
    centre: str
    phone: str = ""
    """Whom to call, for a call-back; empty under duress."""


class DeskQueries(Protocol):
    """Reads of the desk; the number of statements does not grow with what they find."""

    async def work(self, case: Case, locale: str) -> CaseWork: ...
    async def due(self) -> Sequence[DueLine]:
        """Every open task of the running cases, soonest first."""
        ...

    async def beside(self) -> Mapping[str, Beside]:
        """What stands beside the running cases, by case; a case with nothing is left out."""
        ...

    async def books(self) -> tuple[Sequence[protocols.Protocol], Sequence[Macro]]:
        """The newest edition of every protocol, and the macros."""
        ...
