"""Finding envoys for an SOS: rings, waves, and plain words when nobody is there."""

from dataclasses import replace
from datetime import datetime

from backoffice.cases.model import Case, CaseStatus
from backoffice.dispatch import ranking
from backoffice.dispatch.model import Assignment, AssignmentStatus, Envoy
from backoffice.kernel import geodesy
from backoffice.kernel.ids import AssignmentId, DeadlineId, EnvoyId
from backoffice.kernel.messages import Choice, Listing, Message, Param, Term, When
from backoffice.ports import Alert, Deadline, DeadlineKind
from backoffice.workflows.work import Work, about

ASK_LIMIT = 600
"""Most envoys ever looked at in one ring: 20 waves of 30."""


async def begin(work: Work, case: Case) -> int:
    """Start or reopen the search; returns how many envoys were asked at once. The caller saves the case."""
    if case.fix is None or case.duress or not _may_send(case):
        return 0
    case.searching, case.ring, case.wave = True, 0, 0
    return await _ask_rings(work, case)


def _may_send(case: Case) -> bool:
    """For somebody else in another place, the requester's pin sends nobody (business.md)."""
    return not case.notes.get("patient_elsewhere")


async def _ask_rings(work: Work, case: Case) -> int:
    for ring in range(case.ring, len(work.rules.radii_m)):
        case.ring = ring
        asked = await _ask_wave(work, case)
        if asked:
            await _arm(work, case, DeadlineKind.WIDEN, work.now + work.rules.widen_after)
            return asked
    case.searching = False
    return 0


async def _ask_wave(work: Work, case: Case) -> int:
    candidates = await _candidates(work, case)
    wave = candidates[: work.rules.wave_size]
    for one in wave:
        await _offer(work, case, one)
    if len(candidates) > len(wave):
        await _arm(work, case, DeadlineKind.WAVE, work.now + work.rules.wave_gap)
    case.wave += bool(wave)
    if wave:
        radius = work.rules.radii_m[case.ring] / 1000
        await work.note(case, "system", "dispatch.wave", wave=case.wave, asked=len(wave), ring_km=radius)
    return len(wave)


async def _candidates(work: Work, case: Case) -> list[ranking.Candidate]:
    if case.fix is None:
        return []
    point, radius = case.fix.point, work.rules.radii_m[case.ring]
    found = dict(work.world.index.within(point.lat, point.lon, radius)[:ASK_LIMIT])
    closed = await _not_again(work, case)
    rows = await work.uow.envoys.many([EnvoyId(e) for e in found if e not in closed])
    fitting = [e for e in rows if ranking.may_be_asked(e, case.requester, case.drill)]
    return ranking.ranked([ranking.candidate(e, found[e.id], work.now) for e in fitting])


async def _not_again(work: Work, case: Case) -> set[EnvoyId]:
    """Who was asked and may not be asked again: all but the stood down when the search reopens."""
    asked = await work.uow.assignments.of_case(case.id)
    return {a.envoy for a in asked if a.status is not AssignmentStatus.STOOD_DOWN}


async def _offer(work: Work, case: Case, one: ranking.Candidate) -> None:
    before = [a for a in await work.uow.assignments.of_case(case.id) if a.envoy == one.envoy.id]
    assignment = before[0] if before else _assignment(work, case, one)
    if before:
        assignment.move(AssignmentStatus.ASKED)
        assignment.asked_at, assignment.wave = work.now, case.wave + 1
        await work.uow.assignments.save(assignment)
    else:
        await work.uow.assignments.add(assignment)
    key = "offer.sos_again" if before else "offer.sos"
    await work.ask(about(case, one.envoy.person, offer(work, case, one, key)), "offer", assignment.id)


def _assignment(work: Work, case: Case, one: ranking.Candidate) -> Assignment:
    return Assignment(
        id=AssignmentId(work.new_id()),
        case=case.id,
        envoy=one.envoy.id,
        asked_at=work.now,
        wave=case.wave + 1,
        ring_km=work.rules.radii_m[case.ring] / 1000,
        distance_m=one.distance_m,
        from_base=one.from_base,
        reasons=one.reasons,
    )


def offer(work: Work, case: Case, one: ranking.Candidate, key: str) -> Message:
    """One fixed cell and a distance band from its centre: never the point, never who."""
    point = case.fix.point if case.fix else one.envoy.base
    cell = geodesy.cell(point.lat, point.lon)
    band = geodesy.band_from_cell(cell, one.envoy.where(work.now))
    params: dict[str, Param] = {"band": str(band), "cell": cell.code}
    params["languages"] = Listing(tuple(Term(f"language.{code}") for code in one.envoy.languages))
    params["place"] = replace(case.place, distance=None) if case.place else ""
    if one.from_base:
        key += "_from_base"
    choices = (Choice("accept", "button.accept", "1"), Choice("decline", "button.decline", "0"))
    return Message(key, params, choices)


async def _arm(work: Work, case: Case, kind: DeadlineKind, due: datetime) -> None:
    await work.uow.deadlines.cancel(kind, case.id)
    await work.arm(Deadline(DeadlineId(work.new_id()), kind, case.requester, case.id, due))


async def next_wave(work: Work, case: Case) -> None:
    """The gap between two waves is over."""
    if case.searching and case.status is CaseStatus.OPEN:
        await _ask_wave(work, case)
        await work.uow.cases.save(case)


async def widen(work: Work, case: Case) -> None:
    """Nobody has accepted in time: the wider ring, or plain words when there is none."""
    if not case.searching or case.status is not CaseStatus.OPEN:
        return
    case.ring += 1
    asked = await _ask_rings(work, case) if case.ring < len(work.rules.radii_m) else 0
    case.ring = min(case.ring, len(work.rules.radii_m) - 1)
    await work.uow.cases.save(case)
    if not asked:
        await tell_nobody(work, case)


async def tell_nobody(work: Work, case: Case) -> None:
    """Traveller and operators are told plainly that nobody has accepted, with the next promised time."""
    promised = await promise(work, case)
    radius = work.rules.radii_m[-1] / 1000
    params: dict[str, Param] = {"radius": radius, "when": When(promised, work.zone(case))}
    await work.tell(about(case, case.requester, Message("sos.nobody_near", params), tag=f"nobody:{case.id}"))
    await work.note(case, "system", "dispatch.nobody", radius_km=radius)
    await work.uow.desk.alert(Alert(0, work.now, "nobody_near", case.id, case.ref))
    work.uow.hint("queue")


async def promise(work: Work, case: Case) -> datetime:
    """The next word will come before this time: a deadline row keeps it."""
    promised = case.promised_at = work.now + work.rules.promise
    await work.uow.cases.save(case)
    await _arm(work, case, DeadlineKind.PROMISE, promised)
    return promised


async def promise_passed(work: Work, case: Case) -> None:
    """The promised time passed without a word: the centre is paged and the person told the new time."""
    if case.status is not CaseStatus.OPEN or case.envoys_taken:
        return
    params: dict[str, Param] = {"when": When(await promise(work, case), work.zone(case))}
    await work.tell(
        about(case, case.requester, Message("sos.promise_moved", params), tag=f"nobody:{case.id}")
    )
    await work.note(case, "system", "case.promise_passed")
    await work.uow.desk.alert(Alert(0, work.now, "promise_passed", case.id, case.ref))
    work.uow.hint("queue")


async def hold(work: Work, case: Case) -> None:
    """The traveller says they are safe: envoys under way hold until the centre has verified."""
    for assignment in await work.uow.assignments.of_case(case.id):
        if assignment.working:
            envoy = await work.uow.envoys.get(assignment.envoy)
            await work.tell(about(case, envoy.person, Message("job.hold"), tag=f"hold:{case.id}"))


async def stop(work: Work, case: Case, message: str) -> None:
    """End the search: everybody still asked is stood down; offers not yet sent are dropped."""
    for kind in (DeadlineKind.WAVE, DeadlineKind.WIDEN, DeadlineKind.PROMISE):
        await work.uow.deadlines.cancel(kind, case.id)
    case.searching = False
    for assignment in await work.uow.assignments.of_case(case.id):
        if assignment.status is AssignmentStatus.ASKED:
            await _stand_down(work, case, assignment, message)


async def _stand_down(work: Work, case: Case, assignment: Assignment, message: str) -> None:
    assignment.move(AssignmentStatus.STOOD_DOWN)
    await work.uow.assignments.save(assignment)
    await work.uow.talk.close_about(assignment.id)
    envoy: Envoy = await work.uow.envoys.get(assignment.envoy)
    unsent = await work.uow.outbox.drop_about(envoy.person, case.id)
    if not unsent:
        await work.tell(about(case, envoy.person, Message(message)))
