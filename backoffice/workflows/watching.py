"""An envoy on a job who goes silent: asked for a word first, then the centre is alarmed."""

from datetime import datetime, timedelta

from backoffice.dispatch.model import Assignment, AssignmentStatus, Envoy
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.ids import AssignmentId, DeadlineId
from backoffice.kernel.messages import Message, Param, Span, Urgency
from backoffice.ports import Alert, Deadline, DeadlineKind
from backoffice.workflows import ringing
from backoffice.workflows.work import Work

ASKED, ALARMED = "asked", "alarmed"


async def begin(work: Work, assignment: Assignment, envoy: Envoy) -> None:
    """From the acceptance on somebody looks whether a word or a position comes."""
    await _arm(work, assignment, envoy, work.now + _near(work, assignment), "", work.now)


def _limit(work: Work, assignment: Assignment) -> timedelta:
    """On the scene people are busy with each other: there silence may last longer."""
    on_scene = assignment.status is AssignmentStatus.ARRIVED
    return work.world.duty.silent_on_scene if on_scene else work.world.duty.silent


def _near(work: Work, assignment: Assignment) -> timedelta:
    return _limit(work, assignment) * work.world.duty.near


async def _arm(
    work: Work, assignment: Assignment, envoy: Envoy, due: datetime, stage: str, since: datetime
) -> None:
    payload = {"stage": stage, "since": since.isoformat()}
    kind, new = DeadlineKind.ENVOY_SILENT, DeadlineId(work.new_id())
    await work.uow.deadlines.cancel(kind, assignment.id)
    await work.arm(Deadline(new, kind, envoy.person, assignment.id, due, payload))


async def look(work: Work, deadline: Deadline) -> None:
    """No sign since `since`: one step further; any sign: from there anew. A job that is over is not watched."""
    assignment = await work.uow.assignments.get(AssignmentId(deadline.subject))
    if not assignment.working:
        return
    envoy = await work.uow.envoys.get(assignment.envoy)
    since, stage = datetime.fromisoformat(deadline.payload["since"]), str(deadline.payload["stage"])
    sign = await last_sign(work, assignment, envoy)
    if sign > since:
        stage = ""
    quiet = work.now - sign
    if quiet < _near(work, assignment):
        await _arm(work, assignment, envoy, sign + _near(work, assignment), "", sign)
    elif quiet < _limit(work, assignment):
        await _ask(work, assignment, envoy, stage, quiet)
        await _arm(work, assignment, envoy, sign + _limit(work, assignment), ASKED, sign)
    else:
        await _alarm(work, assignment, envoy, stage, quiet)
        await _arm(work, assignment, envoy, work.now + _near(work, assignment), ALARMED, sign)


async def last_sign(work: Work, assignment: Assignment, envoy: Envoy) -> datetime:
    """Their newest word from any chat, or their newest position, since they took the job."""
    heard = [identity.heard_at for identity in await work.uow.people.identities(envoy.person)]
    known = [at for at in (assignment.answered_at, envoy.position_at, *heard) if at]
    return max([at for at in known if at <= work.now], default=assignment.asked_at)


async def _ask(work: Work, assignment: Assignment, envoy: Envoy, stage: str, quiet: timedelta) -> None:
    if stage:
        return
    case = await work.uow.cases.get(assignment.case)
    params: dict[str, Param] = {"ref": case.ref, "quiet": Span(quiet.total_seconds())}
    message = Message("job.still_there", params, drill=case.drill)
    await work.tell(NewLetter(envoy.person, message, Urgency.SOS, case.id, tag=f"quiet:{assignment.id}"))


async def _alarm(work: Work, assignment: Assignment, envoy: Envoy, stage: str, quiet: timedelta) -> None:
    """Once for each silence: the bell of the case rings until somebody of the staff has heard it."""
    if stage == ALARMED:
        return
    case = await work.uow.cases.get(assignment.case)
    minutes = int(quiet.total_seconds() // 60)
    await work.note(case, "system", "job.silent", name=envoy.name, minutes=minutes)
    await work.uow.desk.alert(Alert(0, work.now, "envoy_silent", case.id, envoy.name))
    await ringing.ring(work, case)
