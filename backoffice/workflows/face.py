"""Under duress after the dispatch the screen shows an ordinary late cancel (docs/decisions/duress.md).

The search it speaks of goes by the same clock and looks at the same map, and asks nobody.
"""

from backoffice.cases import face
from backoffice.cases.model import Case, CaseStatus
from backoffice.dispatch.fitting import Reason
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel.ids import EnvoyId
from backoffice.ports import DeadlineKind
from backoffice.workflows import finding
from backoffice.workflows.work import Work, arm


async def begin(work: Work, case: Case) -> int:
    """The search begins anew on the screen; returns how many it says are asked. The caller saves the case."""
    if case.fix is None or not case.faced:
        return 0
    before = face.asked(case)
    if not await _look_out(work, case, 0) and before:
        face.looks(case, True, face.ring(case), before)
        await _arm(work, case)
    return len(face.asked(case))


async def widen(work: Work, case: Case) -> bool:
    """The time in which somebody might have accepted is over; True when the wider ring has nobody either."""
    if case.status is not CaseStatus.OPEN or not case.faced or not face.searches(case):
        return False
    found = await _look_out(work, case, face.ring(case) + 1)
    await work.uow.cases.save(case)
    return not found


async def newcomers(work: Work, case: Case) -> None:
    """A promised time has passed: whoever is near now would be asked."""
    if case.fix is not None and case.faced and not face.searches(case):
        await _look_out(work, case, 0)
        await work.uow.cases.save(case)


async def _look_out(work: Work, case: Case, first: int) -> bool:
    """The first ring in which somebody could be asked whom the screen does not count yet."""
    before, last = face.asked(case), len(work.rules.radii_m) - 1
    for ring in range(first, last + 1):
        new = await _would_be_asked(work, case, ring)
        if new:
            face.looks(case, True, ring, [*before, *new])
            await _arm(work, case)
            return True
    face.looks(case, False, last, before)
    return False


async def _would_be_asked(work: Work, case: Case, ring: int) -> list[EnvoyId]:
    if case.fix is None:
        return []
    out = dict.fromkeys(face.asked(case), Reason.ASKED)
    for assignment in await work.uow.assignments.of_case(case.id):
        if assignment.status is not AssignmentStatus.STOOD_DOWN:
            out[assignment.envoy] = Reason.ASKED
    need = finding.need(work, case, await work.uow.people.get(case.requester))
    found = await finding.look(work, finding.Search(case.fix.point, work.rules.radii_m[ring], need, out))
    return [one.envoy.id for one in found.order[: work.rules.wave_size]]


async def _arm(work: Work, case: Case) -> None:
    await arm(work, case, DeadlineKind.WIDEN, work.now + work.rules.widen_after)
