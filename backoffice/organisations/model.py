"""An organisation, the people it answers for, and the sums it is asked to authorise."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backoffice.kernel import moves
from backoffice.kernel.ids import CaseId, OperatorId, PersonId
from backoffice.kernel.money import Money


class OrganisationKind(StrEnum):
    INSURER = "insurer"
    EMPLOYER = "employer"
    AGENCY = "agency"
    SCHOOL = "school"
    CONSULAR = "consular"


@dataclass(frozen=True, slots=True)
class Organisation:
    """`code` is short and typed by people (`add-operator --organisation`).

    `sees_place`: the exact place of its people is its to know (a school's teacher on a trip); else the city alone.
    """

    code: str
    name: str
    kind: OrganisationKind
    sees_place: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """A person an organisation answers for."""

    person: PersonId
    organisation: Organisation
    since: datetime


class AuthorisationStatus(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


AUTHORISATION_MOVES: moves.Moves[AuthorisationStatus] = {
    AuthorisationStatus.ASKED: frozenset(
        {AuthorisationStatus.GRANTED, AuthorisationStatus.REFUSED, AuthorisationStatus.WITHDRAWN}
    ),
}
"""An answer is final: what a hospital was promised on it cannot be taken back by a click."""


@dataclass(frozen=True, slots=True)
class Authorisation:
    """The question whether an organisation pays up to `sum` in a case, and its answer in words.

    `due_at` is when an unanswered question escalates, not when it lapses.
    """

    id: str
    case: CaseId
    organisation: str
    sum: Money
    purpose: str
    asked_by: OperatorId
    asked_at: datetime
    due_at: datetime
    status: AuthorisationStatus = AuthorisationStatus.ASKED
    answered_by: str = ""
    answered_at: datetime | None = None
    answer: str = ""

    @property
    def open(self) -> bool:
        return self.status is AuthorisationStatus.ASKED
