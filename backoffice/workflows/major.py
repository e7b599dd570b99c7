"""Major cases: opened, cases attached, the roster kept, places and posts, orders given, reports written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backoffice.cases.model import Case, CaseStatus
from backoffice.dispatch.model import Assignment
from backoffice.kernel import geodesy
from backoffice.kernel.errors import NotAllowed, NotFound, Refusal
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import AssignmentId, CaseId
from backoffice.major import facts, roster
from backoffice.major.model import (
    GRAVE,
    NAME_LIMIT,
    REPORT_LIMIT,
    TITLE_LIMIT,
    WORDS_LIMIT,
    Major,
    MajorId,
    MajorStatus,
    Order,
    OrderStatus,
    Person,
    PersonState,
    Place,
    Post,
    Report,
)
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import calling_envoys
from backoffice.workflows.offers import Part
from backoffice.workflows.work import Work


async def open_(work: Work, operator: Operator, title: str, scene: Point | None) -> MajorId:
    """A new one, led by who opens it until somebody takes the lead."""
    key = MajorId(work.new_id())
    made = Major(key, words(title, TITLE_LIMIT), work.now, operator.id, operator.name, _valid(scene))
    await work.uow.majors.add(made)
    _hint(work)
    return key


def _hint(work: Work) -> None:
    """Every page that shows it, and the wall, ask again."""
    work.uow.hint("queue")


def words(text: str, limit: int) -> str:
    found = text.strip()
    if not found:
        raise Refusal("centre.empty", 400)
    return found[:limit]


def _valid(point: Point | None) -> Point | None:
    if point and not geodesy.valid(point.lat, point.lon):
        raise Refusal("centre.bad_place", 400)
    return point


async def running(work: Work, key: MajorId) -> Major:
    """One that is still worked on."""
    found = await work.uow.majors.get(key)
    if found.status is not MajorStatus.OPEN:
        raise Refusal("major.closed")
    return found


async def led(work: Work, key: MajorId, operator: Operator) -> Major:
    """Only its leader or a supervisor gives orders, speaks to families and organisations, and ends it."""
    found = await running(work, key)
    if not leads(operator, found):
        raise NotAllowed("major.not_leader")
    return found


def leads(operator: Operator, major: Major) -> bool:
    return operator.role is OperatorRole.SUPERVISOR or major.leader == operator.id


async def take_lead(work: Work, key: MajorId, operator: Operator) -> None:
    """A supervisor takes the lead; everybody who acts from now on is seen under the new name."""
    if operator.role is not OperatorRole.SUPERVISOR:
        raise NotAllowed("major.not_leader")
    found = await running(work, key)
    found.leader, found.leader_name = operator.id, operator.name
    await work.uow.majors.save(found)
    _hint(work)


async def close(work: Work, key: MajorId, operator: Operator) -> None:
    """Not while an order runs: somebody is still out for it."""
    found = await led(work, key, operator)
    if any(order.running for order in await work.uow.majors.orders(key)):
        raise Refusal("major.orders_open_still")
    found.move(MajorStatus.CLOSED, work.now)
    await work.uow.majors.save(found)
    _hint(work)


async def reopen(work: Work, key: MajorId, operator: Operator) -> None:
    found = await work.uow.majors.get(key)
    if not leads(operator, found):
        raise NotAllowed("major.not_leader")
    found.move(MajorStatus.OPEN, work.now)
    await work.uow.majors.save(found)
    _hint(work)


async def attach(work: Work, key: MajorId, operator: Operator, ref: str) -> CaseId:
    """A case of the same accident, by its reference. Both timelines say so."""
    major = await running(work, key)
    case = await work.uow.cases.by_ref(ref.strip().upper())
    if case is None or case.status not in (CaseStatus.OPEN, CaseStatus.RESOLVED) or case.duress:
        raise NotFound("major.no_such_case")
    if not await work.uow.majors.attach(key, case.id, operator.id):
        raise Refusal("major.case_taken")
    if major.scene is None and case.fix:
        major.scene = case.fix.point
        await work.uow.majors.save(major)
    await work.note(case, f"operator:{operator.id}", "major.attached")
    _hint(work)
    return case.id


async def detach(work: Work, key: MajorId, operator: Operator, case_id: CaseId) -> None:
    await running(work, key)
    if not await work.uow.majors.detach(key, case_id):
        raise NotFound
    for person in await work.uow.majors.persons(key):
        if person.case == case_id:
            person.case = None
            await work.uow.majors.save_person(person)
    await work.note(await work.uow.cases.get(case_id), f"operator:{operator.id}", "major.detached")
    _hint(work)


async def add_persons(work: Work, key: MajorId, lines: Sequence[roster.Line]) -> None:
    """Lines that were read and shown to be good; numbered on from the last."""
    await running(work, key)
    there = await work.uow.majors.persons(key)
    known = {roster.key(p.name, p.document) for p in there}
    if any(roster.key(line.name, line.document) in known for line in lines):
        raise Refusal("major.roster_changed")
    first = max((p.number for p in there), default=0) + 1
    await work.uow.majors.add_persons(
        [_person(work, key, number, line) for number, line in enumerate(lines, first)]
    )
    _hint(work)


def _person(work: Work, key: MajorId, number: int, line: roster.Line) -> Person:
    return Person(
        id=work.new_id(),
        major=key,
        number=number,
        name=line.name,
        changed_at=work.now,
        phone=line.phone,
        born=line.born,
        document=line.document,
        contact=line.contact,
        note=line.note,
    )


@dataclass(frozen=True, slots=True)
class Change:
    """What is now known of one person. `version` is of what the operator saw; None leaves a thing as it is."""

    version: int
    state: PersonState | None = None
    place: str | None = None
    case: str | None = None
    note: str | None = None
    reason: str = ""


async def change_person(work: Work, key: MajorId, operator: Operator, who: tuple[str, Change]) -> None:
    """State, place, own case. Whoever saw an older state is told so; a death is set by who leads, with a reason."""
    major, (person_id, change) = await running(work, key), who
    person = await work.uow.majors.person(person_id)
    if person.major != key:
        raise NotFound
    if person.version != change.version:
        raise Refusal("major.changed_meanwhile", name=person.name)
    before = person.state
    await _move(work, person, change)
    if {before, person.state} & GRAVE and before is not person.state:
        if not leads(operator, major):
            raise NotAllowed("major.not_leader")
        person.note = f"{words(change.reason, WORDS_LIMIT)} · {person.note}"[:WORDS_LIMIT]
    person.changed_at = work.now
    await work.uow.majors.save_person(person)
    _hint(work)


async def _move(work: Work, person: Person, change: Change) -> None:
    if change.place is not None:
        place = await _place(work, person.major, change.place) if change.place else None
        if place and place.id != person.place:
            person.state = facts.state_at(place.kind, person.state)
        person.place = place.id if place else None
    if change.state is not None:
        person.state = change.state
    if change.case is not None:
        person.case = await _own_case(work, person.major, change.case) if change.case else None
    if change.note is not None:
        person.note = change.note.strip()[:WORDS_LIMIT]


async def _place(work: Work, key: MajorId, place: str) -> Place:
    found = next((p for p in await work.uow.majors.places(key) if p.id == place), None)
    if found is None:
        raise NotFound
    return found


async def _own_case(work: Work, key: MajorId, case: str) -> CaseId:
    if CaseId(case) not in await work.uow.majors.cases(key):
        raise NotFound
    return CaseId(case)


async def put_place(work: Work, key: MajorId, place: Place) -> None:
    """A new one, or the newest of what is known of one."""
    await running(work, key)
    _valid(place.point)
    await work.uow.majors.put_place(
        replace(place, name=words(place.name, NAME_LIMIT), phone=place.phone.strip()[:40])
    )
    _hint(work)


async def post_envoy(work: Work, key: MajorId, operator: Operator, at: tuple[AssignmentId, str, str]) -> None:
    """An envoy at work in an attached case gets a place of this accident and what to do there; told at once."""
    assignment_id, place_id, task = at
    await running(work, key)
    place = await _place(work, key, place_id)
    assignment = await work.uow.assignments.get(assignment_id)
    if assignment.case not in await work.uow.majors.cases(key):
        raise NotFound
    part = Part(" · ".join(w for w in (place.name, task.strip()) if w), place.point)
    await calling_envoys.give_task(work, assignment.case, operator, assignment_id, part)
    await work.uow.majors.put_post(Post(assignment_id, key, place_id))
    _hint(work)


async def give_order(work: Work, key: MajorId, operator: Operator, said: tuple[str, str]) -> None:
    """Who is to do what."""
    await led(work, key, operator)
    to, text = said
    number = len(await work.uow.majors.orders(key)) + 1
    await work.uow.majors.add_order(
        Order(
            id=work.new_id(),
            major=key,
            number=number,
            text=words(text, WORDS_LIMIT),
            to=words(to, NAME_LIMIT),
            given_by=operator.name,
            given_at=work.now,
        )
    )
    _hint(work)


async def move_order(
    work: Work, key: MajorId, operator: Operator, step: tuple[str, OrderStatus, str]
) -> None:
    """Heard, done (with what came of it), or dropped by who leads."""
    order_id, to, outcome = step
    major = await running(work, key)
    order = await work.uow.majors.order(order_id)
    if order.major != key:
        raise NotFound
    if to is OrderStatus.DROPPED and not leads(operator, major):
        raise NotAllowed("major.not_leader")
    if to is not OrderStatus.ACKNOWLEDGED:
        order.outcome = words(outcome, WORDS_LIMIT)
    order.move(to, operator.name, work.now)
    await work.uow.majors.save_order(order)
    _hint(work)


async def attached(work: Work, key: MajorId) -> list[Case]:
    """Its cases, in the order they were attached."""
    return [await work.uow.cases.get(case) for case in await work.uow.majors.cases(key)]


async def at_work(work: Work, cases: Sequence[Case]) -> list[Assignment]:
    """Envoys who have accepted in these cases and are not done."""
    return [a for case in cases for a in await work.uow.assignments.of_case(case.id) if a.working]


async def count(work: Work, key: MajorId) -> facts.Facts:
    """The facts as they stand."""
    rows = work.uow.majors
    cases = await attached(work, key)
    envoys = await at_work(work, cases)
    here = {a.id for a in envoys}
    counted = facts.Rows(
        persons=await rows.persons(key),
        places=await rows.places(key),
        orders=await rows.orders(key),
        posts=[post for post in await rows.posts(key) if post.assignment in here],
        envoys=len(envoys),
        cases=len(cases),
    )
    return facts.count(counted, work.now)


async def write_report(work: Work, key: MajorId, operator: Operator, text: tuple[str, int]) -> int:
    """Another version, with the facts as they stand now; `seen` is the newest version the writer saw."""
    said, seen = text
    await running(work, key)
    newest = max((r.number for r in await work.uow.majors.reports(key)), default=0)
    if newest != seen:
        raise Refusal("major.report_changed")
    found = (await count(work, key)).kept()
    report = Report(key, newest + 1, operator.name, work.now, words(said, REPORT_LIMIT), found)
    await work.uow.majors.add_report(report)
    _hint(work)
    return report.number
