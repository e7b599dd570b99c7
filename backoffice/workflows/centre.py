"""What operators do with a case: take, speak, note, call, close, and the queue beside the cases."""

from backoffice.cases import face
from backoffice.cases.closing import BY_A_PERSON
from backoffice.cases.model import Case, CaseStatus, CloseReason, Verified
from backoffice.kernel.errors import IllegalMove, NotAllowed, NotFound, Refusal
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.ids import CaseId, OperatorId
from backoffice.kernel.messages import Message, Param, Role, Speaker
from backoffice.people import phones
from backoffice.ports import DeadlineKind, Operator, OperatorRole
from backoffice.workflows import (
    case_tasks,
    dispatching,
    following,
    intake,
    jobs,
    parts,
    promises,
    relay,
    ringing,
    sealing,
)
from backoffice.workflows.relay import Said
from backoffice.workflows.work import Work


async def take(work: Work, case_id: CaseId, operator: Operator) -> None:
    """Take the case: the sound stops, the clocks stop, the traveller learns who has it."""
    case = await _running(work, case_id)
    if (
        case.owner
        and case.owner != operator.id
        and not case.ringing
        and operator.role is OperatorRole.OPERATOR
    ):
        raise Refusal("centre.taken_by_other", name=case.owner_name)
    already = case.owner == operator.id
    case.owner, case.owner_name, case.owned_at = operator.id, operator.name, work.now
    await ringing.acknowledge(work, case)
    await work.note(case, f"operator:{operator.id}", "centre.taken", name=operator.name)
    await case_tasks.taken(work, case)
    if not already:
        await _tell_everybody(work, case)


async def take_as_seen(work: Work, case_id: CaseId, operator: Operator, seen: str) -> None:
    """`take`, by somebody who saw the case in `seen`'s hands (empty: nobody's): whoever was faster keeps it."""
    case = await _running(work, case_id)
    if case.owner and case.owner not in (seen, operator.id):
        raise Refusal("centre.taken_by_other", name=case.owner_name)
    await take(work, case_id, operator)


async def take_over(work: Work, case_id: CaseId, operator: Operator, seen: str, reason: str) -> None:
    """From a colleague's hands, with a reason that is kept. Atomic: the row changes only in the state it was read
    in (`Cases.save`), and only while it is still the colleague's who was seen."""
    case = await _running(work, case_id)
    if case.owner and case.owner not in (seen, operator.id):
        raise Refusal("centre.taken_by_other", name=case.owner_name)
    why, was = _words(reason)[:500], case.owner_name
    already = case.owner == operator.id
    case.owner, case.owner_name, case.owned_at = operator.id, operator.name, work.now
    await ringing.acknowledge(work, case)
    if already:
        return
    await work.note(
        case, f"operator:{operator.id}", "centre.taken_over", name=operator.name, was=was, reason=why
    )
    await case_tasks.taken(work, case)
    await _tell_everybody(work, case)


async def _running(work: Work, case_id: CaseId) -> Case:
    """A case the centre works on: nobody of the staff knows of a countdown, nor acts on what is over."""
    case = await work.uow.cases.get(case_id)
    if case.status in (CaseStatus.COUNTDOWN, CaseStatus.CANCELLED):
        raise NotFound
    if not case.active:
        raise IllegalMove
    return case


async def _tell_everybody(work: Work, case: Case) -> None:
    """The client of the case, and the clients of the cases worked with it, learn who has it."""
    await tell_taken(work, case, case.owner_name)
    for part in await parts.follow(work, case):
        await tell_taken(work, part, case.owner_name)


async def tell_taken(work: Work, case: Case, name: str) -> None:
    person = await work.uow.people.get(case.requester)
    params: dict[str, Param] = {"name": name}
    key = "centre.taken"
    if person.profile.phone:
        key, params["tail"] = "centre.taken_with_number", phones.tail(person.profile.phone)
    await work.show(case, Message(key, params))


async def hand_over(work: Work, case_id: CaseId, operator: Operator, to: OperatorId) -> None:
    """Give the case to somebody else; the traveller learns the new name."""
    case = await owned(work, case_id, operator)
    receiver = await work.uow.staff.get(to)
    if receiver is None or not receiver.active:
        raise NotFound("centre.no_such_operator")
    case.owner, case.owner_name, case.owned_at = receiver.id, receiver.name, work.now
    await work.uow.cases.save(case)
    await work.note(case, f"operator:{operator.id}", "centre.handed_over", name=receiver.name)
    await _tell_everybody(work, case)
    work.uow.hint("queue")


async def owned(work: Work, case_id: CaseId, operator: Operator) -> Case:
    """Only the owner or a supervisor acts on a case."""
    case = await _running(work, case_id)
    if case.owner != operator.id and operator.role is not OperatorRole.SUPERVISOR:
        raise NotAllowed("centre.not_yours")
    return case


async def reply(work: Work, case_id: CaseId, operator: Operator, text: str) -> None:
    """Words to the traveller. Under duress nothing is written: nothing in chat may name the case."""
    case = await owned(work, case_id, operator)
    if case.duress:
        raise Refusal("centre.duress_silent")
    author = (operator.id, operator.name)
    await relay.from_operator(work, case, author, case.requester, Said(_words(text)))
    await promises.keep(work, case)
    await ringing.acknowledge(work, case)


def _words(text: str) -> str:
    if not text.strip():
        raise Refusal("centre.empty", 400)
    return text.strip()[:4000]


async def reply_envoy(work: Work, case_id: CaseId, operator: Operator, text: str) -> None:
    """Words to the envoys at work on the case."""
    case = await owned(work, case_id, operator)
    working = await jobs.working(work, case)
    if not working:
        raise Refusal("centre.no_envoy")
    for assignment in working:
        envoy = await work.uow.envoys.get(assignment.envoy)
        await relay.from_operator(work, case, (operator.id, operator.name), envoy.person, Said(_words(text)))


async def note(work: Work, case_id: CaseId, operator: Operator, text: str) -> None:
    """An internal note; anybody of the staff may leave one."""
    case = await work.uow.cases.get(case_id)
    if case.status in (CaseStatus.COUNTDOWN, CaseStatus.CANCELLED):
        raise NotFound
    await relay.note(work, case, (operator.id, operator.name), _words(text))


async def called(work: Work, case_id: CaseId, operator: Operator, outcome: Verified) -> None:
    """What came of the call-back. A person under duress is not called."""
    case = await owned(work, case_id, operator)
    if case.duress:
        raise Refusal("centre.duress_silent")
    case.verified = outcome
    if outcome is Verified.VERIFIED:
        await promises.keep(work, case)
    await ringing.acknowledge(work, case)
    await work.note(case, f"operator:{operator.id}", f"centre.called_{outcome}")
    await case_tasks.called(work, case, outcome)
    if outcome is Verified.NO_ANSWER:
        await work.tell_traveller(case, Message("centre.no_answer", {"ref": case.ref}))
    elif outcome is Verified.NO_NUMBER:
        await intake.ask_phone_again(work, case, await work.uow.people.get(case.requester))


async def set_number(work: Work, case_id: CaseId, operator: Operator, phone: str) -> None:
    """A telephone number the operator learnt."""
    case = await owned(work, case_id, operator)
    person = await work.uow.people.get(case.requester)
    number = phones.parse(phone, case.place.country if case.place else None)
    if number is None:
        raise Refusal("centre.bad_number", 400)
    person.profile.phone = number
    await work.uow.people.save(person)
    if case.verified is Verified.NO_NUMBER:
        case.verified = Verified.NOT_YET
        await work.uow.cases.save(case)
    await work.note(case, f"operator:{operator.id}", "centre.number_set", tail=phones.tail(number))
    await case_tasks.number_known(work, case)
    await work.uow.talk.close_about(case.id, "intake.phone")
    await intake.next_question(work, case, person)


async def close(work: Work, case_id: CaseId, operator: Operator, reason: CloseReason) -> None:
    """End the case with a reason: envoys lose everything at once, the place is sealed within a minute."""
    case = await owned(work, case_id, operator)
    await jobs.end_all(work, case)
    case.move(CaseStatus.CLOSED)
    case.closed_at, case.close_reason, case.envoys_taken = work.now, reason, 0
    await promises.keep(work, case)
    await ringing.acknowledge(work, case)
    await work.uow.deadlines.cancel(DeadlineKind.LIVE_QUIET, case.id)
    await _may_be_asked_again(work, case)
    await sealing.seal_soon(work, case)
    await work.uow.talk.close_about(case.id)
    await case_tasks.end_all(work, case)
    await work.note(case, f"operator:{operator.id}", "centre.closed", reason=str(reason))
    if reason not in BY_A_PERSON:
        await work.show(case, Message("case.closed", {"ref": case.ref}))


async def _may_be_asked_again(work: Work, case: Case) -> None:
    """An envoy whose own SOS is over is free again."""
    envoy = await work.uow.envoys.of_person(case.requester)
    if envoy is not None:
        await work.uow.envoys.release(envoy.id, case.id)
        work.uow.hint(f"envoy:{envoy.id}")


async def reopen(work: Work, case_id: CaseId, operator: Operator) -> None:
    """The matter is not over: the case is open again and in this operator's hands."""
    case = await work.uow.cases.get(case_id)
    other = await work.uow.cases.active_of(case.requester)
    if other is not None and other.id != case.id:
        raise Refusal("centre.other_case_open", ref=other.ref)
    case.move(CaseStatus.OPEN)
    case.closed_at = case.close_reason = None
    case.owner, case.owner_name, case.owned_at, case.answered_at = (
        operator.id,
        operator.name,
        work.now,
        work.now,
    )
    await work.uow.deadlines.cancel(DeadlineKind.SEAL, case.id)
    await work.uow.cases.save(case)
    await work.note(case, f"operator:{operator.id}", "centre.reopened")
    await case_tasks.taken(work, case)
    params: dict[str, Param] = {"ref": case.ref, "name": operator.name}
    await work.show(case, Message("case.reopened", params))
    work.uow.hint("queue")


async def ask_again(work: Work, case_id: CaseId, operator: Operator) -> None:
    """Ask envoys once more, from the first ring."""
    case = await owned(work, case_id, operator)
    if case.status is not CaseStatus.OPEN or case.envoys_taken >= case.envoys_wanted:
        raise Refusal("centre.nothing_to_ask")
    await work.note(case, f"operator:{operator.id}", "centre.ask_again")
    asked = await dispatching.begin(work, case)
    await work.uow.cases.save(case)
    if not asked and not case.duress:
        await promises.tell_nobody(work, case)


async def end_duress(work: Work, case_id: CaseId, operator: Operator) -> None:
    """The person is out of the coercer's reach: the case is an ordinary one from here."""
    case = await owned(work, case_id, operator)
    other = await work.uow.cases.active_of(case.requester)
    if other is not None and other.id != case.id:
        raise Refusal("centre.other_case_open", ref=other.ref)
    case.duress = False
    face.take_off(case)
    await following.duress_over(work, case)
    await work.uow.cases.save(case)
    await work.note(case, f"operator:{operator.id}", "centre.duress_ended")
    work.uow.hint("queue")


async def finish_queue_item(work: Work, item: int, operator: Operator) -> None:
    await work.uow.desk.finish(item, work.now)
    await work.uow.staff.audit(work.now, operator.id, "queue.finished", str(item))
    work.uow.hint("queue")


async def reopen_from_queue(work: Work, item: int, operator: Operator) -> None:
    """One key: the message after a close reopens its case."""
    found = next((q for q in await work.uow.desk.waiting() if q.id == item), None)
    if found is None or found.case is None:
        raise NotFound("centre.no_case_behind")
    await reopen(work, found.case, operator)
    await work.uow.desk.finish(item, work.now)


async def answer_queue_item(work: Work, item: int, operator: Operator, text: str) -> None:
    """Words to somebody who wrote outside any case."""
    found = next((q for q in await work.uow.desk.waiting() if q.id == item), None)
    if found is None:
        raise NotFound("centre.no_such_item")
    if await work.uow.cases.duress_of(found.person):
        raise Refusal("centre.duress_silent")
    if found.order is not None:
        raise Refusal("centre.answer_in_order")
    message = relay.message(Speaker(Role.OPERATOR, operator.name), Said(_words(text)), masked=False)
    await work.tell(NewLetter(found.person, message))
    await work.uow.staff.audit(work.now, operator.id, "queue.answered", str(item))


async def seen_alert(work: Work, alert: int, operator: Operator) -> None:
    await work.uow.desk.seen(alert, work.now)
    await work.uow.staff.audit(work.now, operator.id, "alert.seen", str(alert))
    work.uow.hint("queue")
