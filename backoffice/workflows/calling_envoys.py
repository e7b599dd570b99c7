"""Operators ask for envoys: more, one by name, a wave by hand; each with a task and a place of their own."""

from dataclasses import replace

from backoffice.cases.model import Case, CaseStatus
from backoffice.dispatch import fitting, looks, ranking
from backoffice.dispatch.fitting import Reason
from backoffice.dispatch.looks import Look
from backoffice.dispatch.model import Assignment, AssignmentStatus, Envoy
from backoffice.kernel import geodesy
from backoffice.kernel.errors import Refusal
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import AssignmentId, CaseId, EnvoyId
from backoffice.kernel.messages import MapPoint, Message, Sentence
from backoffice.ports import Operator
from backoffice.workflows import centre, dispatching, explaining, finding, jobs, offers
from backoffice.workflows.offers import Part
from backoffice.workflows.work import Work, about

MOST_WANTED = 20
"""A bus accident takes two envoys for five hospitals; more than this is a mistyped number."""
TASK_LIMIT = 500
"""Characters of a task: it has to fit on a small screen."""


async def wanted(work: Work, case_id: CaseId, operator: Operator, number: int) -> None:
    """How many envoys this case needs. More: the search goes on; as many as are there: it ends."""
    case = await _open(work, case_id, operator)
    if not max(1, case.envoys_taken) <= number <= MOST_WANTED:
        raise Refusal("centre.bad_number_of_envoys", 400)
    case.envoys_wanted = number
    await work.note(case, f"operator:{operator.id}", "centre.envoys_wanted", number=number)
    if number > case.envoys_taken:
        await dispatching.begin(work, case) or await explaining.nobody(work, case)
    else:
        await dispatching.filled(work, case)
    await work.uow.cases.save(case)
    work.uow.hint("queue")


async def _open(work: Work, case_id: CaseId, operator: Operator) -> Case:
    """A case this operator owns, that is still open."""
    case = await centre.owned(work, case_id, operator)
    if case.status is not CaseStatus.OPEN:
        raise Refusal("centre.nothing_to_ask")
    return case


async def wave(work: Work, case_id: CaseId, operator: Operator, size: int) -> None:
    """So many more are asked at once, the next in order as far out as we look."""
    case = await _open(work, case_id, operator)
    if not 1 <= size <= finding.LOOKED_AT:
        raise Refusal("centre.bad_number_of_envoys", 400)
    if case.fix is None or case.duress or case.envoys_taken >= case.envoys_wanted:
        raise Refusal("centre.nothing_to_ask")
    if not await dispatching.ask_now(work, case, size):
        raise Refusal("centre.nobody_left_to_ask")
    await work.note(case, f"operator:{operator.id}", "centre.wave_by_hand", size=size)
    await work.uow.cases.save(case)


async def by_name(work: Work, case_id: CaseId, operator: Operator, envoy_id: EnvoyId, part: Part) -> None:
    """Ask this one, over and above the search, with their own task and place."""
    case = await _open(work, case_id, operator)
    envoy = await work.uow.envoys.get(envoy_id)
    point = part.place or (case.fix.point if case.fix else None)
    if point is None:
        raise Refusal("centre.no_place_yet")
    _fit_to_print(part)
    await _may_be_asked(work, case, envoy)
    candidate = await _weighed(work, case, envoy, point)
    await offers.put(work, case, [candidate], replace(part, by_hand=True))
    await _remember(work, case, candidate)
    await work.note(case, f"operator:{operator.id}", "centre.asked_by_name", name=envoy.name)


def _fit_to_print(part: Part) -> None:
    if len(part.task) > TASK_LIMIT:
        raise Refusal("centre.task_too_long", 400)
    if part.place and not geodesy.valid(part.place.lat, part.place.lon):
        raise Refusal("centre.bad_place", 400)


async def _may_be_asked(work: Work, case: Case, envoy: Envoy) -> None:
    """Off duty means no offer, ever; who declined is not asked again for this case; nobody is asked in vain."""
    need = finding.need(work, case, await work.uow.people.get(case.requester))
    standing = (await work.uow.standings.of([envoy.id]))[envoy.id]
    if not fitting.concerns(envoy, need):
        raise Refusal("centre.envoy_not_for_this")
    reason = fitting.why_not(envoy, standing, need, work.now)
    if reason is Reason.OFF_DUTY:
        raise Refusal("centre.envoy_off_duty")
    if reason is not None:
        raise Refusal("centre.envoy_busy")
    before = {a.envoy: a.status for a in await work.uow.assignments.of_case(case.id)}.get(envoy.id)
    if before is AssignmentStatus.ASKED:
        raise Refusal("centre.envoy_already_asked")
    if before not in (None, AssignmentStatus.STOOD_DOWN):
        raise Refusal("centre.envoy_declined")
    if not await offers.reaches(work, envoy):
        raise Refusal("centre.envoy_unreachable")


async def _weighed(work: Work, case: Case, envoy: Envoy, point: Point) -> ranking.Candidate:
    need = finding.need(work, case, await work.uow.people.get(case.requester))
    standing = (await work.uow.standings.of([envoy.id]))[envoy.id]
    metres = geodesy.distance_m(point, envoy.where(work.now))
    return ranking.weigh(envoy, metres, standing, ranking.Around(need, work.now))


async def _remember(work: Work, case: Case, one: ranking.Candidate) -> None:
    asked = looks.asked([one], 1)
    ring_km = work.rules.radii_m[case.ring] / 1000
    standings = await work.uow.standings.of([one.envoy.id])
    found = finding.Found([one], standings, [])
    look = Look(case.id, work.now, "by_hand", ring_km, case.wave, tuple(asked), looks.counts(asked))
    await finding.remember(work, found, look)


async def give_task(
    work: Work, case_id: CaseId, operator: Operator, assignment_id: AssignmentId, part: Part
) -> None:
    """A task and a place of their own for an envoy at work on the case; they are told at once."""
    case = await _open(work, case_id, operator)
    _fit_to_print(part)
    assignment = await work.uow.assignments.get(assignment_id)
    if assignment.case != case.id or not assignment.working:
        raise Refusal("centre.no_envoy")
    if not part.task and not part.place:
        raise Refusal("centre.empty", 400)
    assignment.task, assignment.place = part.task or assignment.task, part.place or assignment.place
    await work.uow.assignments.save(assignment)
    await _tell_task(work, case, assignment)
    envoy = await work.uow.envoys.get(assignment.envoy)
    await work.note(case, f"operator:{operator.id}", "centre.task_given", name=envoy.name)


async def _tell_task(work: Work, case: Case, assignment: Assignment) -> None:
    envoy = await work.uow.envoys.get(assignment.envoy)
    more = (Sentence("job.task", {"task": assignment.task}),) if assignment.task else ()
    place: MapPoint | None = jobs.own_place(case, assignment) if assignment.place else None
    message = Message("job.task_given", {"ref": case.ref}, place=place, more=more)
    await work.tell(about(case, envoy.person, message))
