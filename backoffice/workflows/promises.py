"""Promised times: the next word comes before this one, and a deadline row keeps it."""

from datetime import datetime

from backoffice.cases import face
from backoffice.cases.model import Case, CaseStatus
from backoffice.kernel.messages import Message, Param, When
from backoffice.ports import Alert, DeadlineKind
from backoffice.workflows import explaining
from backoffice.workflows.work import Work, arm


async def tell_nobody(work: Work, case: Case) -> None:
    """Traveller and operators are told plainly that nobody has accepted, with the next promised time.

    Where somebody is there already and more were wanted, only the operators are; under duress only the screen.
    """
    if case.duress:
        await _tell_traveller(work, case)
        return
    why = await explaining.nobody(work, case)
    await work.note(case, "system", "dispatch.nobody", radius_km=work.rules.radii_m[-1] / 1000, why=why)
    await work.uow.desk.alert(Alert(0, work.now, "nobody_near", case.id, case.ref))
    work.uow.hint("queue")
    if not case.envoys_taken:
        await _tell_traveller(work, case)


async def _tell_traveller(work: Work, case: Case) -> None:
    promised = await give(work, case)
    radius = work.rules.radii_m[-1] / 1000
    params: dict[str, Param] = {"radius": radius, "when": When(promised, work.zone(case))}
    await work.show(case, Message("sos.nobody_near", params), f"nobody:{case.id}")


async def give(work: Work, case: Case) -> datetime:
    """The next word will come before this time: a deadline row keeps it."""
    promised = case.promised_at = work.now + work.rules.promise
    await work.uow.cases.save(case)
    await arm(work, case, DeadlineKind.PROMISE, promised)
    return promised


async def keep(work: Work, case: Case) -> None:
    """The word that was promised is being given. The caller saves the case."""
    case.promised_at = None
    await work.uow.deadlines.cancel(DeadlineKind.PROMISE, case.id)


async def passed(work: Work, case: Case) -> bool:
    """The promised time passed without a word: the person is told the new time. False when none was due any more.

    Under duress no word may be given: the screen moves the time as ever, and staff are not alarmed about it.
    """
    if case.status is not CaseStatus.OPEN or case.hidden or face.shows_envoy(case):
        return False
    params: dict[str, Param] = {"when": When(await give(work, case), work.zone(case))}
    await work.show(case, Message("sos.promise_moved", params), f"nobody:{case.id}")
    if case.duress:
        return True
    await work.note(case, "system", "case.promise_passed")
    await work.uow.desk.alert(Alert(0, work.now, "promise_passed", case.id, case.ref))
    work.uow.hint("queue")
    return True
