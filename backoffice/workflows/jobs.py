"""An envoy's part in an SOS: the first acceptance wins, then on the way, arrived, in need, cannot go on."""

from collections.abc import Sequence

from backoffice import ports
from backoffice.cases.model import Case, CaseStatus
from backoffice.dispatch import code_words
from backoffice.dispatch.model import WORKING, Assignment, AssignmentStatus, Envoy
from backoffice.dispatch.standing import Answer
from backoffice.kernel.errors import Refusal
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.ids import AssignmentId, CaseId, PersonId
from backoffice.kernel.messages import (
    Choice,
    Listing,
    MapPoint,
    Message,
    Param,
    Sentence,
    Span,
    Term,
    Urgency,
)
from backoffice.ports import Alert
from backoffice.workflows import (
    dispatching,
    finding,
    guardians,
    history,
    offers,
    portraits,
    pricing,
    promises,
    ringing,
    watching,
)
from backoffice.workflows.work import Work, about

JOB_CHOICES = {
    AssignmentStatus.ACCEPTED: ("on_my_way", "arrived", "need_help", "cannot_go_on"),
    AssignmentStatus.UNDER_WAY: ("arrived", "need_help", "cannot_go_on"),
    AssignmentStatus.ARRIVED: ("need_help", "cannot_go_on"),
}
DIGITS = {"on_my_way": "1", "arrived": "2", "need_help": "3", "cannot_go_on": "4"}


async def accept(work: Work, assignment_id: AssignmentId, envoy: Envoy) -> None:
    """First acceptance wins by one conditional UPDATE; whoever is second is told so at once."""
    assignment = await _own(work, assignment_id, envoy)
    if assignment.working:
        await _brief(work, await work.uow.cases.get(assignment.case), assignment, envoy)
    elif assignment.status is AssignmentStatus.ASKED and await _won(work, assignment, envoy):
        await _begin_job(work, assignment, envoy)
    else:
        await _too_late(work, assignment, envoy)


async def _own(work: Work, assignment_id: AssignmentId, envoy: Envoy) -> Assignment:
    assignment = await work.uow.assignments.get(assignment_id)
    if assignment.envoy != envoy.id:
        raise Refusal("offer.not_yours")
    return assignment


async def _won(work: Work, assignment: Assignment, envoy: Envoy) -> bool:
    if assignment.by_hand:
        await _make_room(work, await work.uow.cases.get(assignment.case))
    if not await work.uow.cases.take_envoy_place(assignment.case):
        return False
    if await work.uow.envoys.take(envoy.id, assignment.case):
        return True
    await work.uow.cases.give_envoy_place_back(assignment.case)
    return False


async def _make_room(work: Work, case: Case) -> None:
    """Whom an operator asked by hand comes over and above those who are there."""
    if case.envoys_taken >= case.envoys_wanted:
        case.envoys_wanted = case.envoys_taken + 1
        await work.uow.cases.save(case)


async def _too_late(work: Work, assignment: Assignment, envoy: Envoy) -> None:
    if assignment.status is AssignmentStatus.ASKED:
        await history.answered(work, envoy, Answer.ACCEPTED)
        assignment.move(AssignmentStatus.STOOD_DOWN)
        await work.uow.assignments.save(assignment)
    await work.uow.talk.close_about(assignment.id)
    case = await work.uow.cases.get(assignment.case)
    await work.tell(about(case, envoy.person, Message("offer.gone")))


async def _begin_job(work: Work, assignment: Assignment, envoy: Envoy) -> None:
    case = await work.uow.cases.get(assignment.case)
    assignment.move(AssignmentStatus.ACCEPTED)
    assignment.answered_at = work.now
    assignment.code_word = await _code_word(work, case)
    await work.uow.assignments.save(assignment)
    await history.answered(work, envoy, Answer.ACCEPTED)
    await work.uow.talk.close_about(assignment.id)
    await work.note(case, f"envoy:{envoy.id}", "dispatch.accepted", name=envoy.name)
    if case.envoys_taken >= case.envoys_wanted:
        await dispatching.filled(work, case)
    if not case.duress:
        await promises.keep(work, case)
    await work.uow.cases.save(case)
    await no_offers(work, envoy)
    await _brief(work, case, assignment, envoy)
    await _tell_traveller(work, case, assignment, envoy)
    await watching.begin(work, assignment, envoy)
    work.uow.hint(f"envoy:{envoy.id}")
    work.uow.hint("queue")


async def _code_word(work: Work, case: Case) -> str:
    """Whoever gave the job back still knows the word they had: the next envoy gets another."""
    known = {a.code_word for a in await work.uow.assignments.of_case(case.id)}
    return code_words.pick(work.world.bits, known)


async def _brief(work: Work, case: Case, assignment: Assignment, envoy: Envoy) -> None:
    """The exact point, the first name, the code word and how to write."""
    person = await work.uow.people.get(case.requester)
    params: dict[str, Param] = {
        "ref": case.ref,
        "name": person.display_name or Term("job.the_traveller"),
        "code_word": Term(f"code_word.{assignment.code_word}"),
    }
    more = _about_place(case) if assignment.place is None else []
    more += [Sentence("job.says_safe")] if case.says_safe_at else []
    more += [Sentence("job.minor")] if case.notes.get(guardians.MINOR) else []
    more += [Sentence("job.task", {"task": assignment.task})] if assignment.task else []
    message = Message("job.accepted", params, place=own_place(case, assignment), more=tuple(more))
    await work.tell(about(case, envoy.person, message))
    await ask_progress(work, case, assignment, envoy)


def _about_place(case: Case) -> list[Sentence]:
    more = [Sentence("job.place", {"place": case.place})] if case.place else []
    more += [Sentence("job.last_known")] if case.fix_is_last_known else []
    return more + ([Sentence("job.ambiguous")] if case.fix and case.fix.ambiguous else [])


def where(case: Case) -> MapPoint | None:
    """The exact point as a moving map: later ones with the same name move it."""
    if case.fix is None:
        return None
    return MapPoint(case.fix.point, case.ref, case.fix.accuracy_m, f"case:{case.id}")


def own_place(case: Case, assignment: Assignment) -> MapPoint | None:
    """Where this envoy goes: the place an operator gave them, which never moves, else the case's."""
    if assignment.place is None:
        return where(case)
    return MapPoint(assignment.place, case.ref)


async def ask_progress(work: Work, case: Case, assignment: Assignment, envoy: Envoy) -> None:
    """What the envoy can say next, by button or digit."""
    values = JOB_CHOICES.get(assignment.status, ())
    choices = tuple(Choice(v, f"button.{v}", DIGITS[v]) for v in values)
    message = Message(f"job.next_{assignment.status}", {"ref": case.ref}, choices)
    await work.ask(about(case, envoy.person, message), "job", assignment.id)


async def _tell_traveller(work: Work, case: Case, assignment: Assignment, envoy: Envoy) -> None:
    arrival = await finding.arrival_s(work, case, assignment, envoy)
    params: dict[str, Param] = {
        "name": envoy.name,
        "languages": Listing(tuple(Term(f"language.{code}") for code in envoy.languages)),
        "eta": Span(arrival),
        "code_word": Term(f"code_word.{assignment.code_word}"),
    }
    key = f"sos.envoy_coming_{envoy.sex}" if envoy.sex in ("female", "male") else "sos.envoy_coming"
    await work.tell_traveller(case, Message(key, params))
    await portraits.show_in_case(work, case, envoy, assignment.id)


async def decline(work: Work, assignment_id: AssignmentId, envoy: Envoy) -> None:
    """Not now: never asked again for this case."""
    assignment = await _own(work, assignment_id, envoy)
    if assignment.status is not AssignmentStatus.ASKED:
        await _too_late(work, assignment, envoy)
        return
    assignment.move(AssignmentStatus.DECLINED)
    assignment.answered_at = work.now
    await work.uow.assignments.save(assignment)
    await history.answered(work, envoy, Answer.DECLINED)
    await work.uow.talk.close_about(assignment.id)
    case = await work.uow.cases.get(assignment.case)
    await work.note(case, f"envoy:{envoy.id}", "dispatch.declined", name=envoy.name)
    await work.tell(about(case, envoy.person, Message("offer.declined")))
    await dispatching.one_less(work, case)


async def no_offers(work: Work, envoy: Envoy) -> None:
    """Busy now, off duty or in need themselves: what they were asked and have not answered is taken back."""
    for assignment in await work.uow.assignments.of_envoy(envoy.id, frozenset({AssignmentStatus.ASKED})):
        case = await work.uow.cases.get(assignment.case)
        await offers.close(work, assignment)
        await work.uow.outbox.drop_about(envoy.person, case.id)
        await dispatching.one_less(work, case)


async def progress(work: Work, assignment_id: AssignmentId, envoy: Envoy, value: str) -> None:
    """One of `on_my_way`, `arrived`, `need_help`, `cannot_go_on`."""
    assignment = await _own(work, assignment_id, envoy)
    if not assignment.working:
        raise Refusal("job.over")
    case = await work.uow.cases.get(assignment.case)
    await _STEPS[value](work, case, assignment, envoy)


async def _on_my_way(work: Work, case: Case, assignment: Assignment, envoy: Envoy) -> None:
    if assignment.status is AssignmentStatus.ACCEPTED:
        await _step(work, case, assignment, AssignmentStatus.UNDER_WAY)
        await work.tell_traveller(case, Message("sos.envoy_on_way", {"name": envoy.name}))
    await ask_progress(work, case, assignment, envoy)


async def _arrived(work: Work, case: Case, assignment: Assignment, envoy: Envoy) -> None:
    if assignment.status is not AssignmentStatus.ARRIVED:
        await _step(work, case, assignment, AssignmentStatus.ARRIVED)
        params: dict[str, Param] = {
            "name": envoy.name,
            "code_word": Term(f"code_word.{assignment.code_word}"),
        }
        await work.tell_traveller(case, Message("sos.envoy_arrived", params))
    await ask_progress(work, case, assignment, envoy)


async def _step(work: Work, case: Case, assignment: Assignment, to: AssignmentStatus) -> None:
    assignment.move(to)
    await work.uow.assignments.save(assignment)
    await work.note(case, f"envoy:{assignment.envoy}", f"job.{to}")


async def _need_help(work: Work, case: Case, assignment: Assignment, envoy: Envoy) -> None:
    await work.note(case, f"envoy:{envoy.id}", "job.need_help", name=envoy.name)
    await work.uow.desk.alert(Alert(0, work.now, "envoy_needs_help", case.id, envoy.name))
    await ringing.again(work, case, f"envoy:{envoy.id}")
    await work.tell(about(case, envoy.person, Message("job.help_noted")))
    await ask_progress(work, case, assignment, envoy)


async def reports_danger(work: Work, case: Case, envoy: Envoy) -> None:
    """An envoy's report of something grave about the person they help: the bell of the case rings for it."""
    await work.note(case, f"envoy:{envoy.id}", "job.reports_danger", name=envoy.name)
    await work.uow.desk.alert(Alert(0, work.now, "envoy_reports_danger", case.id, envoy.name))
    await ringing.again(work, case, f"envoy:{envoy.id}")


async def _cannot_go_on(work: Work, case: Case, assignment: Assignment, envoy: Envoy) -> None:
    """The envoy gives the job back: they lose the place at once and the search reopens."""
    came = assignment.status is AssignmentStatus.ARRIVED
    assignment.move(AssignmentStatus.WITHDRAWN)
    await work.uow.assignments.save(assignment)
    if not (came or case.duress):
        await portraits.take_back(work, case.id, case.requester, assignment.id)
    await release(work, case, assignment, envoy)
    await work.uow.cases.give_envoy_place_back(case.id)
    case = await work.uow.cases.get(case.id)
    await work.note(case, f"envoy:{envoy.id}", "job.withdrawn", name=envoy.name)
    await work.tell(about(case, envoy.person, Message("job.withdrawn")))
    if case.status is CaseStatus.OPEN:
        await _search_again(work, case, envoy)


async def _search_again(work: Work, case: Case, lost: Envoy) -> None:
    """Under duress only staff learn of it: whether somebody else is sent is theirs to decide."""
    await work.uow.desk.alert(Alert(0, work.now, "envoy_withdrew", case.id, case.ref))
    work.uow.hint("queue")
    if case.duress:
        return
    asked = await dispatching.begin(work, case)
    await work.uow.cases.save(case)
    more = (Sentence("sos.asking_again", {"count": asked}),) if asked else ()
    await work.tell_traveller(case, Message("sos.envoy_lost", {"name": lost.name}, more=more))
    if not asked:
        await promises.tell_nobody(work, case)


async def release(work: Work, case: Case, assignment: Assignment, envoy: Envoy) -> None:
    """From here the envoy may know nothing more of the case."""
    await work.uow.envoys.release(envoy.id, case.id)
    await history.worked(work, envoy)
    await work.uow.talk.close_about(assignment.id)
    await work.uow.outbox.drop_about(envoy.person, case.id)
    await _clear_screen(work, case, envoy)
    work.uow.hint(f"envoy:{envoy.id}")


async def _clear_screen(work: Work, case: Case, envoy: Envoy) -> None:
    """Maps and pins that stand in their chats are taken away (business.md: one second later they see nothing)."""
    for at in await work.uow.outbox.points_shown(envoy.person, case.id):
        gone = Message("job.place_gone", {"ref": case.ref}, drill=case.drill)
        await work.uow.outbox.put(NewLetter(envoy.person, gone, Urgency.SOS, case.id, only=at))
        work.uow.hint("letters")


async def end_all(work: Work, case: Case) -> None:
    """The case is over: working envoys are done, the asked stood down."""
    await dispatching.stop(work, case, "offer.stood_down")
    for assignment in await working(work, case):
        envoy = await work.uow.envoys.get(assignment.envoy)
        if assignment.status is not AssignmentStatus.ARRIVED:
            await portraits.take_back(work, case.id, case.requester, assignment.id)
        assignment.move(AssignmentStatus.DONE)
        await work.uow.assignments.save(assignment)
        await release(work, case, assignment, envoy)
        earned = await pricing.earn(work, case, assignment, envoy)
        await work.tell(about(case, envoy.person, Message("job.over", {"ref": case.ref}, more=earned)))


async def hand_on(work: Work, envoy: Envoy, own: Case) -> None:
    """An envoy in danger: their jobs go to others at once, and nobody asks them while their own case runs."""
    for assignment in await work.uow.assignments.of_envoy(envoy.id, WORKING):
        await _cannot_go_on(work, await work.uow.cases.get(assignment.case), assignment, envoy)
    await work.uow.envoys.take(envoy.id, own.id)
    await no_offers(work, envoy)
    work.uow.hint(f"envoy:{envoy.id}")


async def case_of(uow: ports.UnitOfWork, person: PersonId) -> CaseId | None:
    """The case an envoy is at work on: what they send belongs to it."""
    envoy = await uow.envoys.of_person(person)
    found = await uow.assignments.of_envoy(envoy.id, WORKING) if envoy else []
    return found[0].case if found else None


async def working(work: Work, case: Case) -> Sequence[Assignment]:
    return [a for a in await work.uow.assignments.of_case(case.id) if a.working]


_STEPS = {
    "on_my_way": _on_my_way,
    "arrived": _arrived,
    "need_help": _need_help,
    "cannot_go_on": _cannot_go_on,
}
