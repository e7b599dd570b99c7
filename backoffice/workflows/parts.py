"""Cases worked as one: whoever has one of them has them all."""

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


async def others(work: Work, case: Case) -> Sequence[Case]:
    """The running cases worked with this one: its parts, or its main case with the other parts."""
    main = relations.part_of(case.id, list(await work.uow.relations.of(case.id)))
    if main is None:
        return await of(work, case)
    head = await work.uow.cases.get(main)
    if head.status not in RUNNING:
        return []
    return [head, *(part for part in await of(work, head) if part.id != case.id)]


async def follow(work: Work, case: Case) -> Sequence[Case]:
    """The case has a new owner: so have those worked with it. Returns those whose clients have to be told."""
    moved = []
    for other in await others(work, case):
        if other.owner != case.owner:
            moved.append(other)
        other.owner, other.owner_name, other.owned_at = case.owner, case.owner_name, work.now
        await ringing.acknowledge(work, other)
    for other in moved:
        await work.note(other, f"operator:{case.owner}", "centre.taken", name=case.owner_name)
    return moved
