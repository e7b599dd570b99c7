"""Tags on cases, and saying that a ring was heard without taking the case."""

from backoffice.cases.model import Case, CaseStatus
from backoffice.kernel.errors import NotFound, Refusal
from backoffice.kernel.ids import CaseId
from backoffice.ports import Operator
from backoffice.workflows import centre, ringing
from backoffice.workflows.work import Work

LONGEST = 24
"""Characters of a tag: a word for sorting by, no place for somebody's story."""
MOST = 12


async def _case(work: Work, case_id: CaseId) -> Case:
    case = await work.uow.cases.get(case_id)
    if case.status in (CaseStatus.COUNTDOWN, CaseStatus.CANCELLED):
        raise NotFound
    return case


def _word(text: str) -> str:
    found = " ".join(text.split())
    if not found or len(found) > LONGEST:
        raise Refusal("tags.length", 400, n=LONGEST)
    return found


async def tag(work: Work, case_id: CaseId, operator: Operator, text: str) -> None:
    """Already there is as good as put."""
    case, word = await _case(work, case_id), _word(text)
    if len((await work.uow.tags.used()).get(case_id, ())) >= MOST:
        raise Refusal("tags.too_many", n=MOST)
    if await work.uow.tags.add(case.id, word):
        await work.note(case, f"operator:{operator.id}", "centre.tagged", tag=word)
        work.uow.hint("queue")


async def untag(work: Work, case_id: CaseId, operator: Operator, text: str) -> None:
    case, word = await _case(work, case_id), _word(text)
    if await work.uow.tags.remove(case.id, word):
        await work.note(case, f"operator:{operator.id}", "centre.untagged", tag=word)
        work.uow.hint("queue")


async def seen(work: Work, case_id: CaseId, operator: Operator) -> None:
    """The newest ring was heard by whoever answers for the case; nobody who has none does so from a list."""
    case = await centre.owned(work, case_id, operator)
    if case.owner is None:
        raise Refusal("centre.nobody_owns")
    await ringing.acknowledge(work, case)
    await work.note(case, f"operator:{operator.id}", "centre.seen", name=operator.name)
