"""One offer to one envoy: what it may say, whom it reaches, how it is taken back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backoffice.cases.model import Case
from backoffice.dispatch import ranking
from backoffice.dispatch.model import Assignment, AssignmentStatus, Envoy
from backoffice.kernel import geodesy
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import AssignmentId
from backoffice.kernel.messages import Choice, Listing, Message, Param, Term
from backoffice.people.model import Reach
from backoffice.workflows import history, pricing
from backoffice.workflows.work import Work, about


async def reaches(work: Work, envoy: Envoy) -> bool:
    """An address of theirs still takes messages, as far as we know."""
    return any(i.reach is Reach.OK for i in await work.uow.people.identities(envoy.person))


@dataclass(frozen=True, slots=True)
class Part:
    """What an operator wants of one envoy: their own task in words, their own place, asked by hand or by the search."""

    task: str = ""
    place: Point | None = None
    by_hand: bool = False


ANY_PART = Part()


async def put(work: Work, case: Case, wave: Sequence[ranking.Candidate], part: Part = ANY_PART) -> None:
    """Ask each of a wave; who was stood down before is told that it is for the same case."""
    before = {a.envoy: a for a in await work.uow.assignments.of_case(case.id)}
    terms = await pricing.terms_told(work, case)
    for one in wave:
        assignment = _assignment(work, case, one, part)
        stood_down = before.get(one.envoy.id)
        if stood_down:
            assignment = _again(stood_down, assignment)
            await work.uow.assignments.save(assignment)
        else:
            await work.uow.assignments.add(assignment)
        key = "offer.sos_again" if stood_down else "offer.sos"
        message = offer(work, case, one, "offer.sos_by_hand" if part.by_hand else key, part)
        message = replace(message, more=(*message.more, *terms))
        await work.ask(about(case, one.envoy.person, message), "offer", assignment.id)


def _again(old: Assignment, new: Assignment) -> Assignment:
    """The same assignment, asked once more with what is true now."""
    old.move(AssignmentStatus.ASKED)
    old.asked_at, old.wave, old.ring_km, old.answered_at = new.asked_at, new.wave, new.ring_km, None
    old.distance_m, old.from_base, old.reasons = new.distance_m, new.from_base, new.reasons
    old.task, old.place, old.by_hand = new.task, new.place, new.by_hand
    return old


def _assignment(work: Work, case: Case, one: ranking.Candidate, part: Part) -> Assignment:
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
        task=part.task,
        place=part.place,
        by_hand=part.by_hand,
    )


def offer(work: Work, case: Case, one: ranking.Candidate, key: str, part: Part = ANY_PART) -> Message:
    """One fixed cell and a distance band from its centre: never the point, never who."""
    if one.from_base:
        key += "_from_base"
    choices = (Choice("accept", "button.accept", "1"), Choice("decline", "button.decline", "0"))
    return Message(key, offered(work, case, one.envoy, part.place), choices)


def offered(work: Work, case: Case, envoy: Envoy, place: Point | None = None) -> dict[str, Param]:
    """What an envoy may know of a case, or of their own place in it, before they accept."""
    point = place or (case.fix.point if case.fix else envoy.base)
    cell = geodesy.cell(point.lat, point.lon)
    params: dict[str, Param] = {"cell": cell.code}
    params["band"] = str(geodesy.band_from_cell(cell, envoy.where(work.now)))
    params["languages"] = Listing(tuple(Term(f"language.{code}") for code in envoy.languages))
    params["place"] = replace(case.place, distance=None) if case.place else ""
    return params


async def close(work: Work, assignment: Assignment) -> None:
    """Whatever they answer from here on comes too late."""
    await history.taken_back(work, assignment)
    assignment.move(AssignmentStatus.STOOD_DOWN)
    await work.uow.assignments.save(assignment)
    await work.uow.talk.close_about(assignment.id)


async def hold(work: Work, case: Case) -> None:
    """The traveller says they are safe: envoys under way hold until the centre has verified."""
    await _tell_working(work, case, Message("job.hold"))


async def go_on(work: Work, case: Case) -> None:
    """The traveller takes it back: envoys who hold are needed again."""
    await _tell_working(work, case, Message("job.go_on"))


async def _tell_working(work: Work, case: Case, message: Message) -> None:
    """One tag for both: of two that wait only the later is true."""
    for assignment in await work.uow.assignments.of_case(case.id):
        if assignment.working:
            envoy = await work.uow.envoys.get(assignment.envoy)
            await work.tell(about(case, envoy.person, message, tag=f"hold:{case.id}"))


async def take_back(work: Work, case: Case, assignment: Assignment, message: str) -> None:
    """Take an open offer back; who never saw it is told nothing."""
    await close(work, assignment)
    envoy: Envoy = await work.uow.envoys.get(assignment.envoy)
    unsent = await work.uow.outbox.drop_about(envoy.person, case.id)
    if not unsent:
        await work.tell(about(case, envoy.person, Message(message)))
