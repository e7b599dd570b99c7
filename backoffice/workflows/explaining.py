"""Why nobody comes: who was near and not asked, how those who were asked ended, kept with the case."""

from collections import Counter
from dataclasses import dataclass

from backoffice.cases.model import Case
from backoffice.dispatch import fitting, looks
from backoffice.dispatch.fitting import Reason
from backoffice.dispatch.looks import Considered, Look
from backoffice.dispatch.model import Assignment, AssignmentStatus, Envoy
from backoffice.kernel import geodesy
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import EnvoyId
from backoffice.workflows import finding
from backoffice.workflows.work import Work

EXPLAINED = 200
"""Most people named when nobody comes."""
READ = 1_000
"""Most rows of people living around that are read for it."""


async def nobody(work: Work, case: Case) -> str:
    """Nobody comes: the code that says why, kept with everybody who was near and the reason for each."""
    assignments = await work.uow.assignments.of_case(case.id)
    others = await _near_but_not(work, case, {a.envoy for a in assignments})
    answer = looks.why_nobody(others, Counter(_outcome(a) for a in assignments if _unanswered(a)))
    ring_km, named = work.rules.radii_m[-1] / 1000, tuple(others[:EXPLAINED])
    await work.uow.considerations.add(
        Look(case.id, work.now, "nobody", ring_km, case.wave, named, looks.counts(others), answer)
    )
    return answer


def _unanswered(assignment: Assignment) -> bool:
    return not assignment.working and assignment.status is not AssignmentStatus.DONE


def _outcome(assignment: Assignment) -> str:
    if assignment.reasons.get("unreachable"):
        return "unreachable"
    return "declined" if assignment.status is AssignmentStatus.DECLINED else "silent"


async def _near_but_not(work: Work, case: Case, asked: set[EnvoyId]) -> list[Considered]:
    """Who lives near or was near and was not asked, nearest first."""
    if case.fix is None:
        return []
    circle = Circle(case.fix.point, work.rules.radii_m[-1])
    wanted = finding.need(work, case, await work.uow.people.get(case.requester))
    based = await work.uow.envoys.based_near(circle.point, 2 * circle.radius_m, READ)
    others = [e for e in based if e.id not in asked and fitting.concerns(e, wanted)]
    found = [
        finding.left_out(work, circle.point, e, why) for e in others if (why := _absence(work, e, circle))
    ]
    return sorted(found, key=lambda one: (float(one.facts["distance_m"]), one.envoy))


@dataclass(frozen=True, slots=True)
class Circle:
    """The widest ring of a search."""

    point: Point
    radius_m: float

    def holds(self, point: Point) -> bool:
        return geodesy.distance_m(self.point, point) <= self.radius_m


def _absence(work: Work, envoy: Envoy, circle: Circle) -> Reason | None:
    """Why somebody who lives around is not among those asked; None when they have nothing to do with it."""
    inside = circle.holds(envoy.where(work.now))
    if inside:
        return _inside(envoy)
    if not envoy.on_duty:
        return None
    was_there = (
        envoy.position is not None and not envoy.has_fresh_fix(work.now) and circle.holds(envoy.position)
    )
    return Reason.STALE if was_there else Reason.TOO_FAR


def _inside(envoy: Envoy) -> Reason:
    if not envoy.on_duty:
        return Reason.OFF_DUTY
    return Reason.BUSY if envoy.busy_with else Reason.NOT_REACHED
