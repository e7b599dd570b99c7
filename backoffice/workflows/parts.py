"""Cases worked as one: whoever has the main case has its parts."""

from collections.abc import Sequence

from backoffice.cases import relations
from backoffice.cases.model import Case, CaseStatus
from backoffice.workflows import ringing
from backoffice.workflows.work import Work

RUNNING = frozenset({CaseStatus.OPEN, CaseStatus.RESOLVED})


async def of(work: Work, case: Case) -> Sequence[Case]:
    """The running cases that are part of this one."""
    found = relations.parts(case.id, list(await work.uow.relations.of(case.id)))
    cases = [await work.uow.cases.get(part) for part in found]
    return [part for part in cases if part.status in RUNNING]


async def follow(work: Work, case: Case) -> Sequence[Case]:
    """The main case has a new owner: so have its parts. Returns those whose clients have to be told."""
    moved = []
    for part in await of(work, case):
        if part.owner != case.owner:
            moved.append(part)
        part.owner, part.owner_name, part.owned_at = case.owner, case.owner_name, work.now
        await ringing.acknowledge(work, part)
    for part in moved:
        await work.note(part, f"operator:{case.owner}", "centre.taken", name=case.owner_name)
    return moved
