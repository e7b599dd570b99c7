"""The questions after dispatch, one at a time; none of them delays help."""

from collections.abc import Sequence

from backoffice.cases import face
from backoffice.cases.model import Case, CaseStatus, ForWhom, Hurt, Kind, Verified
from backoffice.kernel import geodesy
from backoffice.kernel.geo import Datum, Fix, Point, RawPoint, Source
from backoffice.kernel.messages import Ask, Choice, Message, Role, Sentence
from backoffice.people import phones
from backoffice.people.model import Person
from backoffice.ports import FoundPlace
from backoffice.workflows import (
    case_tasks,
    dispatching,
    family_letters,
    following,
    guardians,
    promises,
    telling,
)
from backoffice.workflows.work import Work, about

STEPS = ("phone", "guardian", "for_whom", "place_of_patient", "kind", "hurt")
CHOICES: dict[str, tuple[Choice, ...]] = {
    "phone": (Choice("skip", "button.no_number", "9"),),
    "guardian": (Choice("own", "button.i_am_guardian", "1"), Choice("none", "button.no_guardian", "9")),
    "for_whom": (Choice("self", "button.for_me", "1"), Choice("other", "button.for_other", "2")),
    "place_of_patient": (Choice("here", "button.same_place", "1"),),
    "kind": (
        Choice("accident", "kind.accident", "1"),
        Choice("illness", "kind.illness", "2"),
        Choice("crime", "kind.crime", "3"),
        Choice("lost", "kind.lost", "4"),
        Choice("disaster", "kind.disaster", "5"),
        Choice("other", "kind.other", "6"),
    ),
    "hurt": (
        Choice("yes", "button.hurt", "1"),
        Choice("no", "button.not_hurt", "2"),
        Choice("unsure", "button.unsure", "3"),
    ),
}
ASKED = "asked"
ELSEWHERE = "patient_elsewhere"
"""Note of a case: the patient may be in another place than the pin; envoys wait for the answer."""
PATIENTS_OWN = "place_is_patients"
"""Note of a case: its place is the patient's own, told or chosen; the requester's position moves it no more."""
FAR_M = 100_000.0
"""Farther from the pin than this, a city named for the patient is another place, not a suburb."""
TYPED_ACCURACY_M = 10_000.0
"""A city typed as a place is known to the city, not to the street."""
YES_NO = (Choice("yes", "button.yes", "1"), Choice("no", "button.no", "2"))


async def next_question(work: Work, case: Case, person: Person) -> None:
    """Ask the first thing still unknown; nothing while the chat knows of no case or it is not open."""
    if case.status is not CaseStatus.OPEN or case.hidden or case.notes.get(ELSEWHERE):
        return
    await guardians.known(work, case, person)
    step = next((s for s in STEPS if _wanted(case, person, s)), None)
    if step is None or await _asked_something(work, case, person):
        return
    case.notes = case.notes | {ASKED: [*case.notes.get(ASKED, ()), step]}
    await work.uow.cases.save(case)
    ask = Ask.CONTACT if step == "phone" else None
    message = Message(f"intake.{step}", choices=CHOICES[step], ask=ask)
    await work.ask(about(case, person.id, message), f"intake.{step}", case.id)


async def _asked_something(work: Work, case: Case, person: Person) -> bool:
    """One question at a time: the open one is answered or closed first."""
    open_ = await work.uow.talk.open_questions(person.id)
    return any(q.subject == case.id and q.kind.partition(".")[0] in ("intake", "late") for q in open_)


def _wanted(case: Case, person: Person, step: str) -> bool:
    if step in case.notes.get(ASKED, ()):
        return False
    return {
        "phone": not person.profile.phone,
        "guardian": guardians.wanted(case),
        "for_whom": case.for_whom is ForWhom.UNKNOWN,
        "place_of_patient": case.for_whom is ForWhom.OTHER and not case.place_of_patient,
        "kind": case.kind is Kind.UNKNOWN,
        "hurt": case.hurt is Hurt.UNKNOWN,
    }[step]


async def answer(work: Work, case: Case, person: Person, step: str, value: str) -> None:
    """A choice of one step; then the next."""
    await work.uow.talk.close_about(case.id, f"intake.{step}")
    if step == "phone":
        await no_number(work, case)
    elif step == "guardian":
        await guardians.chosen(work, case, value)
    elif step == "for_whom":
        case.for_whom = ForWhom(value)
        await _told_before(work, case)
        if case.for_whom is ForWhom.OTHER:
            await following.taken_back(work, case)
            await following.requester_follows(work, case, person)
    elif step == "kind":
        case.kind = Kind(value)
    elif step == "hurt":
        case.hurt = Hurt(value)
    await _settled(work, case, person, step, value)


async def _settled(work: Work, case: Case, person: Person, step: str, value: str) -> None:
    await work.uow.cases.save(case)
    await work.uow.talk.close_about(case.id, f"intake.{step}")
    await work.note(case, "traveller", f"intake.{step}", answer=value)
    if not _more(case, person):
        await work.show(case, Message("intake.thanks", {"ref": case.ref}, more=(Sentence("family.hint"),)))
    await next_question(work, case, person)


def _more(case: Case, person: Person) -> bool:
    return bool(case.notes.get(ELSEWHERE)) or any(_wanted(case, person, s) for s in STEPS)


async def no_number(work: Work, case: Case) -> None:
    """A visible state of the case with a task of its own."""
    case.verified = Verified.NO_NUMBER if case.verified is Verified.NOT_YET else case.verified
    if case.owner:
        await case_tasks.calls(work, case)


async def phone(work: Work, case: Case | None, person: Person, text: str) -> bool:
    """A telephone number, typed or handed over by a button; False when there is none in `text`."""
    region = case.place.country if case and case.place else None
    known = phones.parse(text, region)
    number = known or phones.unusual(text)
    if number is None:
        return False
    person.profile.phone = number
    await work.uow.people.save(person)
    if case and case.active:
        if case.verified is Verified.NO_NUMBER:
            case.verified = Verified.NOT_YET
        await case_tasks.number_known(work, case)
        said = "intake.phone_kept" if known else "intake.phone_kept_unusual"
        await work.show(case, Message(said, {"tail": phones.tail(number)}))
        await _settled(work, case, person, "phone", "given")
    return True


async def guardian(work: Work, case: Case, person: Person, text: str) -> bool:
    """Who answers for somebody under age, typed; False without a number."""
    if not await guardians.told(work, case, person, text):
        return False
    await _settled(work, case, person, "guardian", "given")
    return True


async def _told_before(work: Work, case: Case) -> None:
    """ "My mother collapsed in Shanghai": words said before anybody asked may name the patient's city."""
    for entry in await work.uow.cases.entries(case.id):
        if entry.role is Role.TRAVELLER and await patient_elsewhere(work, case, entry.text):
            return


async def place_of_patient(work: Work, case: Case, person: Person, text: str) -> None:
    """Where the person in trouble is, in words. A far city stops the search near the requester's pin."""
    case.place_of_patient = text[:500]
    await work.uow.talk.close_about(case.id, "intake.place_of_patient")
    await patient_elsewhere(work, case, text)
    await _settled(work, case, person, "place_of_patient", "given")


async def patient_elsewhere(work: Work, case: Case, text: str) -> bool:
    """When the words name a city far from the pin, ask whether it is that city, and send nobody until then."""
    found = [f for f in work.world.places.find(text) if _far(case, f)] if text else []
    if not found or case.for_whom is not ForWhom.OTHER:
        return False
    at = found[0].point
    case.notes = case.notes | {ELSEWHERE: True, "patient_at": [at.lat, at.lon], "patient_words": text[:500]}
    await dispatching.stop(work, case, "offer.stood_down")
    await work.uow.cases.save(case)
    message = Message("intake.is_it_there", {"place": found[0].words}, YES_NO)
    await work.ask(about(case, case.requester, message), "patient_place", case.id)
    return True


def _far(case: Case, found: FoundPlace) -> bool:
    return case.fix is None or geodesy.distance_m(case.fix.point, found.point) > FAR_M


async def settle_patient_place(work: Work, case: Case, person: Person, yes: bool) -> None:
    """The place of the patient is known: the case moves there and envoys are asked there."""
    at, words = case.notes.get("patient_at"), case.notes.get("patient_words", "")
    if yes and at:
        point = Point(at[0], at[1])
        raw = RawPoint(at[0], at[1], Datum.WGS84)
        case.place_of_patient = case.place_of_patient or words
        await patient_at(work, case, Fix(point, raw, Source.TYPED, work.now, TYPED_ACCURACY_M))
    else:
        await _ask_there(work, case, yes)
    await next_question(work, case, person)


async def patient_at(work: Work, case: Case, fix: Fix) -> None:
    """The patient's own place, confirmed or chosen on a map: the case is there from now on."""
    was = case.place.country if case.place else ""
    case.fix, case.fix_is_last_known = fix, False
    case.place = work.world.places.describe(fix.point)
    case.notes = case.notes | {PATIENTS_OWN: True}
    await work.uow.cases.add_fix(case.id, fix)
    await dispatching.stop(work, case, "offer.stood_down")
    city = family_letters.city(case)
    abroad = telling.numbers_there(work, city) if city and city.country != was else []
    await _ask_there(work, case, True, abroad)


async def _ask_there(work: Work, case: Case, known: bool, more: Sequence[Sentence] = ()) -> None:
    await work.uow.talk.close_about(case.id, "patient_place")
    case.notes = {k: v for k, v in case.notes.items() if not k.startswith("patient_")}
    coming = face.shows_envoy(case)
    asked = 0 if coming else await dispatching.begin_shown(work, case)
    await work.uow.cases.save(case)
    await work.note(case, "traveller", "case.patient_place", yes=known, asked=asked)
    await work.show(case, Message("intake.place_kept", {"count": asked}, more=tuple(more)))
    if not asked and not coming and case.fix:
        await promises.tell_nobody(work, case)


async def ask_phone_again(work: Work, case: Case, person: Person) -> None:
    """The centre has no number: that is the question now; the one that was open comes after it."""
    asked = [s for s in case.notes.get(ASKED, ()) if s != "phone"]
    for question in await work.uow.talk.open_questions(person.id):
        if question.subject == case.id and question.kind.startswith("intake."):
            await work.uow.talk.close_question(question.id)
            asked = [s for s in asked if question.kind != f"intake.{s}"]
    case.notes = case.notes | {ASKED: asked}
    await next_question(work, case, person)
