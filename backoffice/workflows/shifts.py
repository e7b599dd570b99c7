"""A shift: on duty, paused, over; what is handed over in writing, and what goes back loudly when somebody is away."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from backoffice.cases import relations
from backoffice.cases.model import Case, CaseStatus
from backoffice.kernel.errors import NotAllowed, NotFound, Refusal
from backoffice.kernel.ids import CaseId, OperatorId
from backoffice.oncall.shifts import DutyState, Handover
from backoffice.ports import Alert, Operator, OperatorRole
from backoffice.workflows import centre, parts, relay, ringing
from backoffice.workflows.work import Work

DESK = (OperatorRole.OPERATOR, OperatorRole.SUPERVISOR)
WORDS = 2000


async def say(work: Work, operator: Operator, to: DutyState) -> None:
    """On duty, paused, or the end of the shift: nobody goes while cases are in their hands."""
    if to is DutyState.AWAY:
        raise Refusal("shift.not_yourself", 400)
    if to is DutyState.OFF and (mine := await work.uow.shifts.owned(operator.id)):
        raise Refusal("shift.still_yours", n=len(mine))
    await work.uow.shifts.move(operator.id, to)
    await work.uow.staff.audit(work.now, operator.id, f"shift.{to}", f"operator:{operator.id}")
    work.uow.hint("queue")


async def away(work: Work, absent: OperatorId, supervisor: Operator) -> None:
    """Somebody is not there: their console no longer counts. Their cases go back by `give_back`, one by one."""
    who = await work.uow.staff.get(absent)
    if who is None or who.role not in DESK:
        raise NotFound("centre.no_such_operator")
    if who.id == supervisor.id:
        raise Refusal("shift.not_yourself", 400)
    if (await _state(work, absent)) is not DutyState.AWAY:
        await work.uow.shifts.move(absent, DutyState.AWAY)
    await work.uow.staff.audit(work.now, supervisor.id, "shift.away", f"operator:{absent}")
    work.uow.hint("queue")


async def _state(work: Work, operator: str) -> DutyState:
    found = (await work.uow.shifts.duties()).get(operator)
    return found.state if found else DutyState.OFF


async def give_back(work: Work, case_id: CaseId, absent: OperatorId, supervisor: Operator) -> bool:
    """The case is nobody's again and rings, its parts with it and under its bell; False when it had left their hands
    meanwhile, or goes with the case it is worked with."""
    case = await work.uow.cases.get(case_id)
    if case.owner != absent or not case.active or await _goes_with_its_main(work, case):
        return False
    await _leave(work, case, supervisor, rings=True)
    for part in await parts.of(work, case):
        if part.owner == absent:
            await _leave(work, part, supervisor, rings=case.status is not CaseStatus.OPEN)
    return True


async def _goes_with_its_main(work: Work, case: Case) -> bool:
    main = relations.part_of(case.id, list(await work.uow.relations.of(case.id)))
    if main is None:
        return False
    found = await work.uow.cases.get(main)
    return found.active and found.owner == case.owner


async def _leave(work: Work, case: Case, supervisor: Operator, *, rings: bool) -> None:
    was, case.owner, case.owner_name, case.owned_at = case.owner_name, None, "", None
    await work.note(case, f"operator:{supervisor.id}", "centre.left_behind", name=was)
    if rings and case.status is CaseStatus.OPEN:
        await ringing.ring(work, case)
    else:
        await work.uow.cases.save(case)
        work.uow.hint("queue")


async def write(
    work: Work, giver: Operator, taker: OperatorId, words: str, notes: Mapping[str, str]
) -> Handover:
    """All that is in one's hands, each with a word on what stands and what is next. It moves when it is read."""
    receiver = await work.uow.staff.get(taker)
    if receiver is None or not receiver.active or receiver.role not in DESK or receiver.id == giver.id:
        raise NotFound("centre.no_such_operator")
    mine = await work.uow.shifts.owned(giver.id)
    missing = [case for case in mine if not notes.get(case, "").strip()]
    if missing:
        raise Refusal("shift.note_missing", 400, ref=(await work.uow.cases.get(missing[0])).ref)
    kept = tuple((str(case), notes[case].strip()[:WORDS]) for case in mine)
    if not kept and not words.strip():
        raise Refusal("centre.empty", 400)
    made = Handover(work.new_id(), giver.id, receiver.id, work.now, words.strip()[:WORDS], kept)
    await work.uow.shifts.write(made)
    await work.uow.staff.audit(work.now, giver.id, "shift.handover", f"handover:{made.id}")
    work.uow.hint("queue")
    return made


async def receive(work: Work, case_id: CaseId, handover: Handover) -> bool:
    """One case of a handover that is being read: the note stands in it, and it is the reader's from here.

    What is worked with it goes with it, so those notes are put down with its own: by their turn they have left the
    giver's hands.
    """
    giver = await work.uow.staff.get(OperatorId(handover.giver))
    case = await work.uow.cases.get(case_id)
    if giver is None or case.owner != giver.id or not case.active:
        return False
    notes = dict(handover.notes)
    with_it = [one for one in await parts.others(work, case) if one.owner == giver.id and one.id in notes]
    for one in (case, *with_it):
        await relay.note(work, one, (giver.id, giver.name), notes[one.id])
    await centre.hand_over(work, case_id, giver, OperatorId(handover.taker))
    return True


async def acknowledge(work: Work, handover_id: str, reader: Operator) -> None:
    """Who takes over has read it. Whoever else reads it changes nothing."""
    found = await work.uow.shifts.get(handover_id)
    if found.taker != reader.id:
        raise NotAllowed("shift.not_to_you")
    if not await work.uow.shifts.acknowledge(handover_id, work.now):
        raise Refusal("shift.read_already")
    await work.uow.staff.audit(work.now, reader.id, "shift.acknowledged", f"handover:{handover_id}")
    work.uow.hint("queue")


ABSENT_AFTER = timedelta(minutes=15)
"""On duty with cases in hand and no sign of life at any console for this long: a supervisor is told."""
ABSENT = "operator_absent"


async def report_absent(work: Work) -> int:
    """One alert for each who owns cases and is not seen; nothing is taken from them by a clock alone."""
    seen: dict[str, datetime] = {}
    for line in await work.uow.staff.sessions():
        seen[line.operator] = max(line.seen_at, seen.get(line.operator, line.seen_at))
    told = {alert.text for alert in await work.uow.desk.alerts() if alert.kind == ABSENT}
    found = 0
    for duty in (await work.uow.shifts.duties()).values():
        if duty.state is DutyState.ON and work.now - seen.get(duty.operator, duty.since) > ABSENT_AFTER:
            found += await _alert_absent(work, OperatorId(duty.operator), told)
    return found


async def _alert_absent(work: Work, operator: OperatorId, told: set[str]) -> int:
    who = await work.uow.staff.get(operator)
    if who is None or who.name in told or not await work.uow.shifts.owned(operator):
        return 0
    await work.uow.desk.alert(Alert(0, work.now, ABSENT, None, who.name))
    work.uow.hint("queue")
    return 1
