"""Finding envoys for an SOS: rings, waves, and plain words when nobody is there."""

from collections.abc import Sequence
from datetime import datetime

from backoffice.cases import face
from backoffice.cases.model import Case, CaseStatus
from backoffice.dispatch import looks, ranking
from backoffice.dispatch.fitting import Reason
from backoffice.dispatch.looks import Look
from backoffice.dispatch.model import Assignment, AssignmentStatus, Envoy
from backoffice.kernel.ids import EnvoyId
from backoffice.ports import Alert, DeadlineKind
from backoffice.workflows import face as screen
from backoffice.workflows import finding, offers, promises
from backoffice.workflows.work import Work, arm

UNREACHABLE = "unreachable"


async def begin(work: Work, case: Case) -> int:
    """Start or reopen the search; returns how many envoys are being asked now. The caller saves the case."""
    if case.fix is None or case.duress or not may_send(case):
        return 0
    case.searching, case.ring, case.wave = True, 0, 0
    asked = await _ask_rings(work, case)
    waiting = len(await _waiting(work, case))
    if waiting and not asked:
        case.searching = True
        await arm(work, case, DeadlineKind.WIDEN, work.now + work.rules.widen_after)
    return waiting


async def begin_shown(work: Work, case: Case) -> int:
    """The same when a person's own message asks for it: under duress their screen alone believes in it."""
    return await screen.begin(work, case) if case.duress else await begin(work, case)


def may_send(case: Case) -> bool:
    """For somebody else in another place, the requester's pin sends nobody (business.md)."""
    return not case.notes.get("patient_elsewhere")


async def _ask_rings(work: Work, case: Case) -> int:
    for ring in range(case.ring, len(work.rules.radii_m)):
        case.ring = ring
        asked = await _ask_wave(work, case)
        if asked:
            await arm(work, case, DeadlineKind.WIDEN, work.now + work.rules.widen_after)
            return asked
    case.searching = False
    return 0


async def _ask_wave(work: Work, case: Case, size: int = 0) -> int:
    """Ask the next wave. After each one there is another look: more to ask, or nobody left who can answer."""
    await work.uow.deadlines.cancel(DeadlineKind.WAVE, case.id)
    found = await _look(work, case)
    wave, unreachable = await _reachable(work, found.order, size or work.rules.wave_size)
    await offers.put(work, case, wave)
    if wave:
        await arm(work, case, DeadlineKind.WAVE, work.now + work.rules.wave_gap)
        case.wave += 1
        everybody = finding.picture(found, wave, unreachable)
        radius = work.rules.radii_m[case.ring] / 1000
        facts = {"wave": case.wave, "asked": len(wave), "ring_km": radius, "unreachable": len(unreachable)}
        await work.note(case, "system", "dispatch.wave", **facts)
        named, counts = looks.kept(everybody), looks.counts(everybody)
        await finding.remember(work, found, Look(case.id, work.now, "wave", radius, case.wave, named, counts))
    await _tell_unreachable(work, case, unreachable)
    return len(wave)


async def _reachable(
    work: Work, candidates: Sequence[ranking.Candidate], most: int
) -> tuple[list[ranking.Candidate], list[Envoy]]:
    """The next wave, and who would have been in it but has no address that reaches them."""
    wave: list[ranking.Candidate] = []
    unreachable: list[Envoy] = []
    for one in candidates:
        if len(wave) == most:
            break
        if await offers.reaches(work, one.envoy):
            wave.append(one)
        else:
            unreachable.append(one.envoy)
    return wave, unreachable


async def _tell_unreachable(work: Work, case: Case, envoys: Sequence[Envoy]) -> None:
    """Not delivered is not silence: staff read who could not be asked, each once a case."""
    told = case.notes.get(UNREACHABLE, [])
    new = [e for e in envoys if e.id not in told]
    if new:
        case.notes = case.notes | {UNREACHABLE: [*told, *(e.id for e in new)]}
        names = ", ".join(e.name for e in new)
        await work.uow.desk.alert(Alert(0, work.now, "cannot_be_reached", case.id, names))


async def _look(work: Work, case: Case) -> finding.Found:
    """Everybody in the ring, in the order of asking."""
    if case.fix is None:
        return finding.Found([], {}, [])
    need = finding.need(work, case, await work.uow.people.get(case.requester))
    out = await not_again(work, case)
    radius = work.rules.radii_m[case.ring]
    return await finding.look(work, finding.Search(case.fix.point, radius, need, out))


async def not_again(work: Work, case: Case) -> dict[EnvoyId, Reason]:
    """Who was asked and may not be asked again: all but the stood down when the search reopens."""
    asked = await work.uow.assignments.of_case(case.id)
    return {
        a.envoy: Reason.DECLINED if a.status is AssignmentStatus.DECLINED else Reason.ASKED
        for a in asked
        if a.status is not AssignmentStatus.STOOD_DOWN
    }


async def next_wave(work: Work, case: Case) -> None:
    """The gap between two waves is over, or nobody of the last one is left to wait for."""
    if not _goes_on(case):
        return
    await _give_up_unreachable(work, case)
    asked = await _ask_wave(work, case)
    await work.uow.cases.save(case)
    if not asked and not await _anybody_left(work, case):
        await widen(work, case)


async def widen(work: Work, case: Case) -> None:
    """Nobody has accepted in time: the wider ring, or plain words when there is none."""
    if case.duress and await screen.widen(work, case):
        await promises.tell_nobody(work, case)
    if not _goes_on(case):
        return
    await _give_up_unreachable(work, case)
    until = await _waves_answer_until(work, case)
    if until > work.now:
        await arm(work, case, DeadlineKind.WIDEN, until)
        await work.uow.cases.save(case)
        return
    await work.uow.deadlines.cancel(DeadlineKind.WIDEN, case.id)
    case.ring += 1
    asked = await _ask_rings(work, case)
    case.ring = min(case.ring, len(work.rules.radii_m) - 1)
    await work.uow.cases.save(case)
    if not asked:
        await promises.tell_nobody(work, case)


def _goes_on(case: Case) -> bool:
    return case.searching and case.status is CaseStatus.OPEN and not case.duress


async def _waves_answer_until(work: Work, case: Case) -> datetime:
    """In the widest ring the newest wave has its whole time to answer before anybody says "nobody"."""
    asked = [a.asked_at for a in await _waiting(work, case)]
    if case.ring < len(work.rules.radii_m) - 1 or not asked:
        return work.now
    return max(asked) + work.rules.widen_after


async def offered(work: Work, case: Case) -> list[EnvoyId]:
    """Whose offers are open."""
    return [a.envoy for a in await _waiting(work, case)]


async def _waiting(work: Work, case: Case) -> list[Assignment]:
    """Offers nobody has answered yet."""
    every = await work.uow.assignments.of_case(case.id)
    return [a for a in every if a.status is AssignmentStatus.ASKED]


async def _anybody_left(work: Work, case: Case) -> bool:
    every = await work.uow.assignments.of_case(case.id)
    return any(a.status is AssignmentStatus.ASKED or a.working for a in every)


async def one_less(work: Work, case: Case) -> None:
    """Somebody asked will not come: when they were the last, go on at once."""
    if _goes_on(case) and not await _anybody_left(work, case):
        await next_wave(work, case)


async def _give_up_unreachable(work: Work, case: Case) -> None:
    """Whom the offer cannot reach any more is not waited for, and listed as unreachable."""
    gone = []
    for assignment in await _waiting(work, case):
        envoy = await work.uow.envoys.get(assignment.envoy)
        if not await offers.reaches(work, envoy):
            assignment.reasons = assignment.reasons | {UNREACHABLE: True}
            await offers.close(work, assignment)
            gone.append(envoy)
    await _tell_unreachable(work, case, gone)


async def ask_newcomers(work: Work, case: Case) -> None:
    """Whoever has come on duty near since nobody was left to ask."""
    if case.duress:
        await screen.newcomers(work, case)
        return
    if case.searching or case.fix is None or not may_send(case):
        return
    case.searching, case.ring = True, 0
    await _ask_rings(work, case)
    await work.uow.cases.save(case)


async def ask_now(work: Work, case: Case, size: int) -> int:
    """An operator wants so many more asked at once, as far out as we look. The caller saves the case."""
    case.searching, case.ring = True, len(work.rules.radii_m) - 1
    asked = await _ask_wave(work, case, size)
    await arm(work, case, DeadlineKind.WIDEN, work.now + work.rules.widen_after)
    return asked


async def stop(work: Work, case: Case, message: str) -> None:
    """End the search: everybody still asked is stood down; offers not yet sent are dropped."""
    await _end(work, case)
    face.search_ends(case)
    for assignment in await _waiting(work, case):
        await offers.take_back(work, case, assignment, message)


async def filled(work: Work, case: Case) -> None:
    """As many as were wanted are coming; whom an operator asked by hand is still welcome.

    Under duress no search runs that could end: the clock of it is the screen's.
    """
    if not case.duress:
        await _end(work, case)
    for assignment in await _waiting(work, case):
        if not assignment.by_hand:
            await offers.take_back(work, case, assignment, "offer.stood_down")


async def _end(work: Work, case: Case) -> None:
    for kind in (DeadlineKind.WAVE, DeadlineKind.WIDEN):
        await work.uow.deadlines.cancel(kind, case.id)
    case.searching = False
