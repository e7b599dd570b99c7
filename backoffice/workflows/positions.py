"""Positions: understood, kept, and told on when they are news."""

from datetime import datetime

from backoffice.cases.model import Case, CaseStatus
from backoffice.kernel import geodesy
from backoffice.kernel.errors import Refusal
from backoffice.kernel.geo import Fix, RawPoint, Source
from backoffice.kernel.ids import DeadlineId
from backoffice.kernel.messages import Message
from backoffice.people.model import Person
from backoffice.ports import Alert, Deadline, DeadlineKind
from backoffice.workflows import dispatching, jobs
from backoffice.workflows.work import Work, about

JITTER_M = 25.0
"""A move shorter than this is not news (issue: a newer location moves the case)."""
AMBIGUOUS_M = 700.0
"""Accuracy said of a point with two readings (business.md, Place and time)."""
WALK_WITHOUT_WORD_S = 180
"""Live sharing that says nothing for this long has gone quiet."""


def understand(
    work: Work, raw: RawPoint, source: Source, at: datetime, accuracy_m: float | None = None
) -> Fix:
    """A fix from what was received; raises a `Refusal` for coordinates nobody can stand at."""
    if not geodesy.valid(raw.lat, raw.lon):
        raise Refusal("place.impossible")
    point, ambiguous, other = work.world.places.fix(raw)
    if ambiguous:
        accuracy_m = max(accuracy_m or 0.0, AMBIGUOUS_M)
    return Fix(point, raw, source, at, accuracy_m, ambiguous, other)


async def remember(work: Work, person: Person, fix: Fix) -> None:
    """The person's last known fix; their zone follows it."""
    known = await work.uow.people.last_fix(person.id)
    if known is None or known.at <= fix.at:
        await work.uow.people.put_fix(person.id, fix)


async def moved(work: Work, case: Case, fix: Fix) -> bool:
    """A newer position of an active case; True when it is news. The envoy's map moves."""
    if case.fix and fix.at < case.fix.at:
        await work.uow.cases.add_fix(case.id, fix)
        return False
    if case.fix and not case.fix_is_last_known and geodesy.distance_m(case.fix.point, fix.point) < JITTER_M:
        return False
    first = case.fix is None
    case.fix, case.fix_is_last_known = fix, False
    case.place = work.world.places.describe(fix.point)
    await work.uow.cases.add_fix(case.id, fix)
    await work.uow.cases.save(case)
    await work.note(case, "traveller", "case.moved", first=first)
    await _tell_envoys(work, case)
    if first and case.status is CaseStatus.OPEN:
        await _search_now(work, case)
    return True


async def _tell_envoys(work: Work, case: Case) -> None:
    for assignment in await jobs.working(work, case):
        envoy = await work.uow.envoys.get(assignment.envoy)
        message = Message("job.moved", place=jobs.where(case))
        await work.tell(about(case, envoy.person, message, tag=f"map:{case.id}"))


async def _search_now(work: Work, case: Case) -> None:
    """The place was missing at dispatch: now envoys can be asked."""
    asked = await dispatching.begin(work, case)
    await work.uow.cases.save(case)
    if asked:
        await work.tell(about(case, case.requester, Message("sos.place_found", {"count": asked})))
    else:
        await dispatching.tell_nobody(work, case)


async def watch_live(work: Work, case: Case, until: datetime, ended: bool) -> None:
    """Live sharing has no end of its own on the wire: our timer notices that it went quiet or ran out."""
    await work.uow.deadlines.cancel(DeadlineKind.LIVE_QUIET, case.id)
    if ended:
        await live_stopped(work, case)
        return
    kind = DeadlineKind.LIVE_QUIET
    await work.arm(Deadline(DeadlineId(work.new_id()), kind, case.requester, case.id, until))


async def live_stopped(work: Work, case: Case) -> None:
    """The moving position has stopped: staff see it, the traveller is asked for a new one."""
    if case.status is not CaseStatus.OPEN:
        return
    await work.note(case, "system", "case.live_ended")
    await work.uow.desk.alert(Alert(0, work.now, "live_ended", case.id, case.ref))
    await work.tell(about(case, case.requester, Message("sos.live_ended"), tag=f"live:{case.id}"))


async def envoy_moved(work: Work, person: Person, fix: Fix) -> bool:
    """An envoy's own position; True when the sender is an envoy on duty or on a job."""
    envoy = await work.uow.envoys.of_person(person.id)
    if envoy is None or not (envoy.on_duty or envoy.busy_with):
        return False
    envoy.position, envoy.position_at = fix.point, fix.at
    await work.uow.envoys.save(envoy)
    work.uow.hint(f"envoy:{envoy.id}")
    return True
