"""Tasks of a case: what somebody has to do by when, and how often the centre must look up and report."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from backoffice.cases.model import Case, CaseStatus, Hurt, Kind, Verified
from backoffice.kernel import moves
from backoffice.kernel.ids import CaseId, OperatorId


class TaskKind(StrEnum):
    """What is to be done. `get_number`: nobody can be called back before there is a number."""

    CALL_BACK = "call_back"
    GET_NUMBER = "get_number"
    REPORT = "report"
    REMINDER = "reminder"
    MESSAGE = "message"


class TaskStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


TASK_MOVES: moves.Moves[TaskStatus] = {
    TaskStatus.OPEN: frozenset({TaskStatus.DONE, TaskStatus.DROPPED}),
}
OWN = frozenset({TaskKind.CALL_BACK, TaskKind.GET_NUMBER, TaskKind.REPORT})
"""One of each at most is open in a case: the service makes them."""
TEXT_LIMIT = 2000


@dataclass
class Task:
    """`due` is UTC. `operator` is whose it is; nobody's is the case owner's. `attempts` counts calls nobody answered.

    Sealed: `text` (what is to be done or sent), `why` it was put off, its `outcome`, and `by_name` (who wrote it).
    """

    id: str
    case: CaseId
    kind: TaskKind
    due: datetime
    made_at: datetime
    made_by: str
    text: str = ""
    by_name: str = ""
    operator: OperatorId | None = None
    status: TaskStatus = TaskStatus.OPEN
    attempts: int = 0
    snoozed: int = 0
    why: str = ""
    outcome: str = ""
    ended_at: datetime | None = None
    version: int = 0

    def move(self, to: TaskStatus, now: datetime) -> None:
        """The one door to `status`; raises `errors.IllegalMove`."""
        self.status = moves.check(TASK_MOVES, self.status, to)
        self.ended_at = now

    def due_at(self, now: datetime) -> bool:
        return self.status is TaskStatus.OPEN and self.due <= now


class Priority(StrEnum):
    """How closely a case is watched."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class DeskRules:
    """Times of the desk (settings): reports by priority, the call-back, and the next try when nobody answers."""

    report_high: timedelta = timedelta(minutes=30)
    report_normal: timedelta = timedelta(hours=2)
    report_low: timedelta = timedelta(hours=8)
    call_back: timedelta = timedelta(minutes=3)
    call_again: timedelta = timedelta(minutes=5)
    number: timedelta = timedelta(minutes=10)

    def report(self, priority: Priority) -> timedelta:
        """How long a case may go without a written report of how it stands."""
        return {
            Priority.HIGH: self.report_high,
            Priority.NORMAL: self.report_normal,
            Priority.LOW: self.report_low,
        }[priority]


_GRAVE = frozenset({Kind.ACCIDENT, Kind.ILLNESS, Kind.CRIME, Kind.DISASTER})


def priority(case: Case) -> Priority:
    """Life and coercion first; who is said to be safe, or never was in danger, last."""
    if case.duress or case.hurt is Hurt.YES or case.kind is Kind.DISASTER:
        return Priority.HIGH
    if case.says_safe_at or case.status is CaseStatus.RESOLVED or case.verified is Verified.FALSE_ALARM:
        return Priority.LOW
    unclear = case.hurt in (Hurt.UNKNOWN, Hurt.UNSURE)
    return Priority.HIGH if unclear and case.kind in _GRAVE else Priority.NORMAL
