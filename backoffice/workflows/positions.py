"""Positions: understood, kept, and told on when they are news."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from backoffice.cases import face
from backoffice.cases.model import Case, CaseStatus
from backoffice.kernel import geodesy
from backoffice.kernel.errors import Refusal
from backoffice.kernel.geo import Fix, RawPoint, Source
from backoffice.kernel.ids import DeadlineId
from backoffice.kernel.messages import Message, Sentence, Urgency
from backoffice.people.model import Person
from backoffice.ports import Alert, Deadline, DeadlineKind
from backoffice.workflows import dispatching, duty, intake, jobs, promises, telling
from backoffice.workflows.work import Work, about

JITTER_M = 25.0
"""A move shorter than this is not news (issue: a newer location moves the case)."""
AMBIGUOUS_M = 700.0
"""Accuracy said of a point with two readings (business.md, Place and time)."""
WALK_WITHOUT_WORD_S = 180
"""Live sharing that says nothing for this long has gone quiet."""
ZONE_AGAIN_M = 20_000.0
"""A move shorter than this is not looked at for a new time zone."""
SEARCH_AGAIN_M = 5_000.0
"""Farther than this from where envoys were asked, those near the new place are asked too."""


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
    if known is not None and known.at > fix.at:
        return
    await work.uow.people.put_fix(person.id, fix)
    if known is None or geodesy.distance_m(known.point, fix.point) > ZONE_AGAIN_M:
        await _zone(work, person, fix)


async def _zone(work: Work, person: Person, fix: Fix) -> None:
    zone = work.world.places.time_zone(fix.point)
    if zone != person.zone:
        person.zone = zone
        await work.uow.people.save(person)


async def moved(work: Work, case: Case, fix: Fix) -> bool:
    """A newer position of an active case; True when it is news. The envoy's map moves.

    Once the patient's own place is known, the requester's position is kept and moves nothing.
    """
    if case.fix and (fix.at < case.fix.at or case.notes.get(intake.PATIENTS_OWN)):
        await work.uow.cases.add_fix(case.id, fix)
        return False
    if case.fix and _still_there(case, fix):
        case.fix = replace(case.fix, at=fix.at)
        await work.uow.cases.save(case)
        return False
    search = _search_anew(case, fix)
    first, was = case.fix is None, case.place.country if case.place else ""
    case.fix, case.fix_is_last_known = fix, False
    case.place = work.world.places.describe(fix.point)
    await work.uow.cases.add_fix(case.id, fix)
    await work.uow.cases.save(case)
    await work.note(case, "traveller", "case.moved", first=first)
    if not case.duress:
        await _tell_envoys(work, case)
    numbers = await _numbers(work, case) if case.place.country != was else []
    if not (search and await _search_now(work, case, numbers)) and numbers:
        await work.show(case, Message(numbers[0].key, numbers[0].params, more=tuple(numbers[1:])))
    return True


async def _numbers(work: Work, case: Case) -> list[Sentence]:
    """Whom to ring oneself: what was told at the dispatch was another country's, or nothing."""
    if case.status is not CaseStatus.OPEN:
        return []
    return telling.local_help(work, case, await work.uow.people.get(case.requester))


def _still_there(case: Case, fix: Fix) -> bool:
    """Jitter: the old point stays, so that small steps add up to news, and is as fresh as the new fix."""
    if case.fix is None or case.fix_is_last_known or case.fix.source is Source.TYPED:
        return False
    return geodesy.distance_m(case.fix.point, fix.point) < JITTER_M


def _search_anew(case: Case, fix: Fix) -> bool:
    """Nobody is coming, and those asked were asked for no place, for a doubtful one or for one far from here."""
    if case.status is not CaseStatus.OPEN or face.shows_envoy(case):
        return False
    if case.fix is None or case.fix_is_last_known:
        return True
    return geodesy.distance_m(case.fix.point, fix.point) > SEARCH_AGAIN_M


async def _tell_envoys(work: Work, case: Case) -> None:
    for assignment in await jobs.working(work, case):
        if assignment.place:
            continue
        envoy = await work.uow.envoys.get(assignment.envoy)
        message = Message("job.moved", place=jobs.where(case))
        letter = about(case, envoy.person, message, tag=f"map:{case.id}")
        await work.tell(replace(letter, urgency=Urgency.NORMAL))


async def _search_now(work: Work, case: Case, more: Sequence[Sentence]) -> bool:
    """Now envoys can be asked at the right place; who was asked before keeps their offer. True when that was told."""
    asked = await dispatching.begin_shown(work, case)
    await work.uow.cases.save(case)
    if asked:
        await work.show(case, Message("sos.place_found", {"count": asked}, more=tuple(more)))
    elif dispatching.may_send(case):
        await promises.tell_nobody(work, case)
    return bool(asked)


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
    await work.show(case, Message("sos.live_ended"), f"live:{case.id}")


async def envoy_moved(work: Work, person: Person, fix: Fix) -> bool:
    """An envoy's own position; True when the sender is an envoy on duty or on a job. An older fix changes nothing."""
    envoy = await work.uow.envoys.of_person(person.id)
    if envoy is None or not (envoy.on_duty or envoy.busy_with):
        return False
    if envoy.position_at is None or fix.at >= envoy.position_at:
        envoy.position, envoy.position_at = fix.point, fix.at
        await work.uow.envoys.save(envoy)
        work.uow.hint(f"envoy:{envoy.id}")
        await duty.positioned(work, envoy)
    return True
