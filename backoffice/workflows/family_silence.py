"""Families under duress: whoever comes meanwhile is told nothing of the case until an operator acts."""

from backoffice.cases.model import Case, CaseStatus
from backoffice.families.model import Follower
from backoffice.ports import Alert
from backoffice.workflows import stages as waiting
from backoffice.workflows.work import Work

CAME, LET_IN = "families_came_silently", "families_let_in"
"""In a case's notes: who has come during the duress, and for whom an operator has decided during it."""


def silent(case: Case, follower: Follower) -> bool:
    """They came during the duress, and no operator has decided what they may know."""
    return case.duress and follower.id in case.notes.get(CAME, ()) and not _decided(case, follower)


def plain_letter(case: Case, follower: Follower) -> bool:
    """Whether the first words say nothing of the case: under duress as where no case is open any more."""
    return case.status is CaseStatus.CLOSED or (case.duress and not _decided(case, follower))


def plain_page(case: Case, follower: Follower) -> bool:
    """The same for the head of the page; whoever came before the duress reads what stood there."""
    return case.status is CaseStatus.CLOSED or silent(case, follower)


def _decided(case: Case, follower: Follower) -> bool:
    return follower.id in case.notes.get(LET_IN, ())


def let_in(case: Case, follower: Follower) -> None:
    """An operator wants them to know; the caller saves the case."""
    if case.duress and not _decided(case, follower):
        case.notes = case.notes | {LET_IN: [*case.notes.get(LET_IN, ()), follower.id]}


async def comes(work: Work, case: Case, follower: Follower) -> None:
    """Somebody comes for the first time: under duress an operator has it to decide and to call. The caller saves
    the follower."""
    if not case.duress or _decided(case, follower):
        return
    case.notes = case.notes | {CAME: [*case.notes.get(CAME, ()), follower.id]}
    await work.uow.cases.save(case)
    follower.call_since = work.now
    await waiting.wanted(work, case, waiting.Stage.FAMILY)
    await work.uow.desk.alert(Alert(0, work.now, "family_call", case.id, case.ref))
    work.uow.hint("queue")


def over(case: Case) -> list[str]:
    """The duress has ended: the ids of those who came in silence, to be told now. The caller saves the case."""
    came = [str(one) for one in case.notes.get(CAME, ())]
    case.notes = {key: value for key, value in case.notes.items() if key not in (CAME, LET_IN)}
    return came
