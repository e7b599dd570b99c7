"""Breaking the glass: opening a case that is not one's own, with a reason, for an hour, seen by a supervisor."""

from datetime import timedelta

from backoffice.kernel.errors import Refusal
from backoffice.kernel.ids import CaseId
from backoffice.ports import Glass, Operator
from backoffice.workflows.work import Work

LASTS = timedelta(minutes=60)
REASON = 500
SHORTEST = 4
"""Characters of a reason: "查保单" says something, a dot does not."""


async def open_case(work: Work, case_id: CaseId, operator: Operator, reason: str) -> Glass:
    """The case is open to this person for an hour; the trail, its timeline and the supervisors say so."""
    words = reason.strip()
    if not SHORTEST <= len(words) <= REASON:
        raise Refusal("glass.no_reason", 400)
    case = await work.uow.cases.get(case_id)
    made = Glass(work.new_id(), case_id, operator.id, words, work.now, work.now + LASTS)
    await work.uow.glasses.add(made)
    await work.uow.staff.audit(work.now, operator.id, "case.glass", f"case:{case_id}")
    await work.note(case, f"operator:{operator.id}", "centre.glass", name=operator.name)
    work.uow.hint("glass")
    return made


async def see(work: Work, glass: str, supervisor: Operator) -> None:
    """A supervisor has read it. Nobody sees an opening of their own."""
    if not await work.uow.glasses.see(glass, supervisor.id, work.now):
        raise Refusal("glass.not_to_see")
    await work.uow.staff.audit(work.now, supervisor.id, "glass.seen", f"glass:{glass}")
    work.uow.hint("glass")
