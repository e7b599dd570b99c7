"""Whose case it is among the centres: the open one that fits, and the next when its hours end."""

from backoffice.cases.model import Case, CaseStatus
from backoffice.kernel.errors import NotFound
from backoffice.kernel.ids import CaseId
from backoffice.oncall import centres
from backoffice.oncall.centres import Centre, Wanted
from backoffice.ports import Operator
from backoffice.ports.work import UnitOfWork
from backoffice.workflows.work import Work


async def wanted(uow: UnitOfWork, case: Case) -> Wanted:
    """What the case asks of a centre."""
    person = await uow.people.get(case.requester)
    return Wanted(case.place.country or "" if case.place else "", person.locale)


async def place(work: Work, case: Case) -> None:
    """At every ring: a case without a centre, or one whose centre has closed while nobody owns it, gets one."""
    known = await work.uow.centres.all()
    if not known:
        return
    now = await work.uow.centres.of_case(case.id)
    if any(c.code == now and (case.owner or c.open(work.now)) for c in known):
        return
    found = centres.best(known, await wanted(work.uow, case), work.now)
    if found and found.code != now:
        await _put(work, case, found)


async def _put(work: Work, case: Case, centre: Centre) -> None:
    await work.uow.centres.place(case.id, centre.code)
    await work.note(case, "system", "centre.placed", name=centre.name)
    work.uow.hint("queue")


async def move(work: Work, case_id: CaseId, code: str, operator: Operator) -> None:
    """A person knows better which centre it belongs to."""
    case = await work.uow.cases.get(case_id)
    found = next((c for c in await work.uow.centres.all() if c.code == code), None)
    if found is None or case.status in (CaseStatus.COUNTDOWN, CaseStatus.CANCELLED):
        raise NotFound
    await work.uow.centres.place(case.id, found.code)
    await work.note(case, f"operator:{operator.id}", "centre.placed", name=found.name)
    work.uow.hint("queue")


async def closing(work: Work) -> list[CaseId]:
    """Cases nobody owns whose centre is closed although another one is open."""
    known = {c.code: c for c in await work.uow.centres.all()}
    if not any(c.open(work.now) for c in known.values()):
        return []
    untaken = await work.uow.centres.untaken()
    return [case for case, code in untaken if code not in known or not known[code].open(work.now)]


async def put(work: Work, centre: Centre, actor: str) -> None:
    """A new centre, or the newest state of a known one."""
    await work.uow.centres.put(centres.check(centre))
    await work.uow.staff.audit(work.now, actor, "centres.put", f"centre:{centre.code}")
    work.uow.hint("queue")
