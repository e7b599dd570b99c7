"""The close of a case by hand: nothing required is missing, what was done is written down, parts close with it."""

from backoffice.cases import closing
from backoffice.cases.closing import CloseOut, Facts
from backoffice.cases.model import Case
from backoffice.kernel.errors import Refusal
from backoffice.kernel.ids import CaseId
from backoffice.ports import Operator
from backoffice.workflows import centre, parts, relay
from backoffice.workflows.work import Work


async def close(work: Work, case_id: CaseId, operator: Operator, out: CloseOut) -> None:
    """Raises `Refusal` naming the first thing still missing."""
    case = await centre.owned(work, case_id, operator)
    lacking = closing.missing(case, out, await facts(work, case))
    if lacking:
        raise Refusal(f"close.missing_{lacking[0]}")
    if out.summary.strip():
        await relay.note(work, case, (operator.id, operator.name), out.summary.strip()[:4000])
    for part in await parts.of(work, case):
        await centre.close(work, part.id, operator, out.reason)
    await centre.close(work, case_id, operator, out.reason)


async def facts(work: Work, case: Case) -> Facts:
    """What stands beside the case's own fields."""
    running = await work.uow.checklists.running(case.id)
    related = bool(await work.uow.relations.of(case.id))
    return Facts(sum(len(one.missing) for one in running), related)
