"""Cases that belong together: linked, or one made part of another so that one desk works both."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backoffice.cases.model import Case
from backoffice.kernel.errors import Refusal
from backoffice.kernel.ids import CaseId, OperatorId


class RelationKind(StrEnum):
    """`part`: `case` is worked with `other`. `link`: the two concern each other, neither leads."""

    PART = "part"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Relation:
    """Ended relations stay in the rows: nothing that was decided is forgotten."""

    case: CaseId
    other: CaseId
    kind: RelationKind
    at: datetime
    by: OperatorId
    ended_at: datetime | None = None


def part_of(case: CaseId, relations: list[Relation]) -> CaseId | None:
    """The case this one is worked with."""
    return next((r.other for r in relations if r.kind is RelationKind.PART and r.case == case), None)


def parts(case: CaseId, relations: list[Relation]) -> list[CaseId]:
    """The cases worked with this one, in the order they came."""
    return [r.case for r in relations if r.kind is RelationKind.PART and r.other == case]


def may_join(main: Case, part: Case) -> None:
    """Raises `Refusal` where joining would show somebody what they may not know, or mix drill and earnest."""
    if main.id == part.id:
        raise Refusal("relation.itself")
    if main.duress or part.duress:
        raise Refusal("relation.duress")
    if main.drill != part.drill:
        raise Refusal("relation.drill")
