"""The bell of a case: it rings, louder and louder, until a person acknowledges; day 20 is as day 1."""

from datetime import datetime, timedelta

from backoffice.cases.model import Case, CaseStatus
from backoffice.kernel.ids import CaseId, DeadlineId
from backoffice.oncall import ladder
from backoffice.ports import Alert, Deadline, DeadlineKind
from backoffice.workflows import centring
from backoffice.workflows.work import Work

AGAIN = timedelta(seconds=60)
"""After its last rung the ladder is climbed no higher, but people are paged again and again."""
INCIDENT = timedelta(seconds=180)
"""Nobody reached for this long is an incident of its own (business.md, Paging people)."""


async def ring(work: Work, case: Case) -> None:
    """Something new: the bell rings from here, with all its rungs before it, at the centre that is open for it."""
    await centring.place(work, case)
    case.rang_at = work.now
    await work.uow.cases.save(case)
    await work.uow.deadlines.cancel(DeadlineKind.ACKNOWLEDGE, case.id)
    for level, after in enumerate(work.rules.acknowledge, 1):
        await _arm(work, case, level, work.now + after)
    work.uow.hint("queue")


async def again(work: Work, case: Case, actor: str = "traveller") -> None:
    """A repeat, told by the timeline as well."""
    await work.note(case, actor, "case.rang_again")
    await ring(work, case)


async def acknowledge(work: Work, case: Case) -> None:
    """A person of the staff has heard it: the sound and the clocks stop."""
    case.answered_at = work.now
    await work.uow.cases.save(case)
    await work.uow.deadlines.cancel(DeadlineKind.ACKNOWLEDGE, case.id)
    work.uow.hint("queue")


async def louder(work: Work, case: Case, level: int, times: int = 0) -> int:
    """Nobody has acknowledged: the rung at which people must be called, 0 for none.

    `times` counts the repeats of the last rung; once it has been an incident, everybody is called (`ladder`).
    """
    if not case.ringing:
        return 0
    if times == 0:
        await work.note(case, "system", "centre.unanswered", level=level)
        await work.uow.desk.alert(Alert(0, work.now, f"unanswered_{level}", case.id, case.ref))
    if level >= len(work.rules.acknowledge):
        await _once_more(work, case, level, times)
    work.uow.hint("queue")
    return ladder.INCIDENT if _waited(work, times) >= INCIDENT else level


def _waited(work: Work, times: int) -> timedelta:
    """How long the case had rung when the last rung came for the `times`-th time again."""
    return work.rules.acknowledge[-1] + times * AGAIN


async def _once_more(work: Work, case: Case, level: int, times: int) -> None:
    """The last rung again in a while; when that has gone on for too long it is an incident, and staff read so."""
    waited = _waited(work, times)
    if INCIDENT <= waited < INCIDENT + AGAIN:
        await work.uow.desk.alert(Alert(0, work.now, "pager_failed", case.id, case.ref))
    await _arm(work, case, level, work.now + AGAIN, times + 1)


async def _arm(work: Work, case: Case, level: int, due: datetime, times: int = 0) -> None:
    kind, new = DeadlineKind.ACKNOWLEDGE, DeadlineId(work.new_id())
    payload = {"level": level, "times": times}
    await work.arm(Deadline(new, kind, case.requester, case.id, due, payload))


async def centre_closed(work: Work, case_id: CaseId) -> None:
    """Its centre's hours are over and nobody owns it: the open one has it from here, and hears of it."""
    case = await work.uow.cases.get(case_id)
    if case.owner or case.status is not CaseStatus.OPEN:
        return
    if case.ringing:
        await centring.place(work, case)
    else:
        await ring(work, case)
