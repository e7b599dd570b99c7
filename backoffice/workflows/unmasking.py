"""Direct contact in an emergency: an operator lets the parties of a case exchange numbers, and takes it back."""

from backoffice.cases.model import Case
from backoffice.kernel.errors import Refusal
from backoffice.kernel.ids import CaseId
from backoffice.kernel.messages import Message
from backoffice.ports import Operator
from backoffice.workflows import centre, jobs, relay
from backoffice.workflows.work import Work, about

REASON_LIMIT = 500
"""Characters of a reason; it is kept as an internal note, sealed with the case."""


async def lift(work: Work, case_id: CaseId, operator: Operator, reason: str) -> None:
    """From now on numbers and ids pass between the parties of this case. Asked again, nothing changes.

    `reason` is required: it stands in an internal note; the timeline and the trail say who and when.
    Raises `Refusal` without a reason, `NotAllowed` for anybody but the owner or a supervisor.
    """
    case = await centre.owned(work, case_id, operator)
    why = reason.strip()[:REASON_LIMIT]
    if not why:
        raise Refusal("centre.no_reason", 400)
    if relay.lifted(case):
        return
    case.notes = case.notes | {relay.UNMASKED: work.now.isoformat()}
    await work.uow.cases.save(case)
    await relay.note(work, case, (operator.id, operator.name), why)
    await work.note(case, f"operator:{operator.id}", "centre.unmasked")
    await work.uow.staff.audit(work.now, operator.id, "case.unmask", case.id)
    await _tell(work, case, Message("case.unmasked"), Message("job.unmasked"))


async def restore(work: Work, case_id: CaseId, operator: Operator) -> None:
    """Numbers and ids are hidden again; what was read stays read."""
    case = await centre.owned(work, case_id, operator)
    if not relay.lifted(case):
        return
    case.notes = {key: value for key, value in case.notes.items() if key != relay.UNMASKED}
    await work.uow.cases.save(case)
    await work.note(case, f"operator:{operator.id}", "centre.masked")
    await work.uow.staff.audit(work.now, operator.id, "case.mask", case.id)
    await _tell(work, case, Message("case.masked"), Message("job.masked"))


async def _tell(work: Work, case: Case, traveller: Message, job: Message) -> None:
    """The parties may act on it only if they know; nothing reaches a phone under duress."""
    await work.tell_traveller(case, traveller)
    for assignment in await jobs.working(work, case):
        envoy = await work.uow.envoys.get(assignment.envoy)
        await work.tell(about(case, envoy.person, job))
