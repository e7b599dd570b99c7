"""Asking an organisation for a sum, its answer, and what happens when none comes."""

from dataclasses import dataclass, replace
from datetime import timedelta

from backoffice.cases.model import Case
from backoffice.kernel.errors import NotAllowed, NotFound, Refusal
from backoffice.kernel.ids import CaseId, DeadlineId
from backoffice.kernel.money import Money
from backoffice.kernel.moves import check
from backoffice.organisations.model import (
    AUTHORISATION_MOVES,
    Authorisation,
    AuthorisationStatus,
    Membership,
)
from backoffice.ports import Alert, Deadline, DeadlineKind, Operator
from backoffice.workflows import centre
from backoffice.workflows.work import Work

WAITS = (timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=4))
"""What the one who asks chooses from, by urgency."""
LEVELS = 3
"""Unanswered: the desk is told, then again, then for the last time; each after the same wait."""
WORDS = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """A sum for a purpose, put to an organisation by its code."""

    organisation: str
    sum: Money
    purpose: str
    wait: timedelta


async def ask(work: Work, case_id: CaseId, operator: Operator, question: Question) -> Authorisation:
    """The owner (or a supervisor) asks an organisation that answers for the person of this case."""
    case = await centre.owned(work, case_id, operator)
    if not await _bound(work, case, question.organisation):
        raise NotFound("authorisation.not_theirs")
    _check(question)
    made = Authorisation(
        work.new_id(), case.id, question.organisation, question.sum, question.purpose.strip(),
        operator.id, work.now, work.now + question.wait,
    )  # fmt: skip
    await work.uow.authorisations.add(made)
    await _arm(work, case, made, 1)
    facts = await _facts(work, made)
    await work.note(case, f"operator:{operator.id}", "authorisation.asked", **facts)
    return made


def _check(question: Question) -> None:
    if question.sum.minor <= 0:
        raise Refusal("authorisation.no_sum", 400)
    if not question.purpose.strip() or len(question.purpose) > WORDS:
        raise Refusal("authorisation.no_purpose", 400)


async def _bound(work: Work, case: Case, code: str) -> Membership | None:
    bound = await work.uow.organisations.of_person(case.requester)
    return next((m for m in bound if m.organisation.code == code), None)


async def _arm(work: Work, case: Case, asked: Authorisation, level: int) -> None:
    due = work.now + (asked.due_at - asked.asked_at)
    new = DeadlineId(work.new_id())
    payload = {"level": level}
    await work.arm(Deadline(new, DeadlineKind.AUTHORISATION, case.requester, asked.id, due, payload))


async def answer(work: Work, asked_id: str, guest: Operator, granted: bool, words: str) -> None:
    """Yes or no from somebody of the organisation that was asked, once; a no says why."""
    asked = await work.uow.authorisations.get(asked_id)
    if asked.organisation != guest.organisation:
        raise NotFound
    if (not granted and not words.strip()) or len(words) > WORDS:
        raise Refusal("authorisation.why", 400)
    to = AuthorisationStatus.GRANTED if granted else AuthorisationStatus.REFUSED
    await _settle(work, asked, to, guest, words)
    case = await work.uow.cases.get(asked.case)
    facts = await _facts(work, asked)
    await work.note(case, f"operator:{guest.id}", f"authorisation.{to}", **facts)
    kind = "authorisation_granted" if granted else "authorisation_refused"
    await work.uow.desk.alert(Alert(0, work.now, kind, case.id, f"{case.ref}: {asked.sum}"))
    work.uow.hint("queue")


async def withdraw(work: Work, asked_id: str, case_id: CaseId, operator: Operator) -> None:
    """The question is no longer needed."""
    case = await centre.owned(work, case_id, operator)
    asked = await work.uow.authorisations.get(asked_id)
    if asked.case != case.id:
        raise NotFound
    await _settle(work, asked, AuthorisationStatus.WITHDRAWN, operator, "")
    facts = await _facts(work, asked)
    await work.note(case, f"operator:{operator.id}", "authorisation.withdrawn", **facts)


async def _settle(
    work: Work, asked: Authorisation, to: AuthorisationStatus, by: Operator, words: str
) -> None:
    settled = replace(
        asked,
        status=check(AUTHORISATION_MOVES, asked.status, to),
        answered_by=by.id,
        answered_at=work.now,
        answer=words.strip(),
    )
    if not await work.uow.authorisations.settle(settled):
        raise NotAllowed("authorisation.answered")
    await work.uow.deadlines.cancel(DeadlineKind.AUTHORISATION, asked.id)
    await work.uow.staff.audit(work.now, by.id, f"authorisation.{to}", f"authorisation:{asked.id}")


async def unanswered(work: Work, deadline: Deadline) -> None:
    """The organisation's time is over: the desk is told to call; the last time a supervisor decides."""
    asked = await work.uow.authorisations.get(deadline.subject)
    if not asked.open:
        return
    case, level = await work.uow.cases.get(asked.case), int(deadline.payload["level"])
    await work.note(case, "system", "authorisation.unanswered", **await _facts(work, asked))
    kind = "authorisation_for_supervisor" if level >= LEVELS else "authorisation_unanswered"
    await work.uow.desk.alert(Alert(0, work.now, kind, case.id, f"{case.ref}: {asked.sum}"))
    if level < LEVELS:
        await _arm(work, case, asked, level + 1)
    work.uow.hint("queue")


async def _facts(work: Work, asked: Authorisation) -> dict[str, str]:
    """For the timeline: who was asked, and for how much."""
    organisation = await work.uow.organisations.get(asked.organisation)
    return {"organisation": organisation.name if organisation else asked.organisation, "sum": str(asked.sum)}
