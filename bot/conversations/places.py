"""A place in typed words, for a case that still has none: found offline, confirmed by the person."""

from dataclasses import replace

from backoffice.cases.model import Case, CaseStatus
from backoffice.kernel.geo import Datum, Fix, Point, RawPoint, Source
from backoffice.kernel.messages import Message
from backoffice.workflows import geocoding, intake, positions
from backoffice.workflows.work import about
from bot.conversations.turn import Turn

SESSION_KEY = geocoding.TYPED
PATIENT = frozenset({"intake.place_of_patient", "patient_place"})
"""Questions that a place on a map answers."""


async def typed(turn: Turn, case: Case, words: str) -> bool:
    """Words that name a city, while the case has no place: asked back, never silently used."""
    if not _unplaced(case) or case.status is not CaseStatus.OPEN:
        return False
    await geocoding.keep_words(turn.work, case, words)
    found = turn.work.world.places.find(words)
    if not found:
        return False
    session = await turn.work.uow.talk.session(turn.person.id)
    point = [found[0].point.lat, found[0].point.lon]
    await turn.work.uow.talk.save_session(replace(session, data=session.data | {SESSION_KEY: point}))
    message = Message("place.is_it_here", {"place": found[0].words}, intake.YES_NO)
    await turn.work.ask(about(case, turn.person.id, message), "place", case.id)
    return True


def _unplaced(case: Case) -> bool:
    """Nobody has told where they are now."""
    return case.fix is None or case.fix_is_last_known


async def for_patient(turn: Turn, fix: Fix, words: str) -> bool:
    """A place sent while we ask where the patient is, is the patient's; False when nobody has asked."""
    case = await turn.case()
    asked = await turn.work.uow.talk.open_questions(turn.person.id)
    if case is None or not any(q.kind in PATIENT for q in asked if q.subject == case.id):
        return False
    case.place_of_patient = case.place_of_patient or words[:500]
    await turn.work.uow.talk.close_about(case.id, "intake.place_of_patient")
    await intake.patient_at(turn.work, case, fix)
    await intake.next_question(turn.work, case, turn.person)
    return True


async def confirmed(turn: Turn, value: str) -> bool:
    """Yes: the case is there, to the city's precision. No: they are asked to share the place."""
    case = await turn.case()
    session = await turn.work.uow.talk.session(turn.person.id)
    point = session.data.get(SESSION_KEY)
    if case is None or point is None or not _unplaced(case):
        await turn.say("question.over")
        return True
    await turn.work.uow.talk.close_about(case.id, "place")
    if value != "yes":
        await turn.say("place.then_send_it")
        return True
    raw = RawPoint(point[0], point[1], Datum.WGS84)
    accuracy = point[2] if len(point) > 2 else intake.TYPED_ACCURACY_M
    where = Point(point[0], point[1])
    await positions.moved(turn.work, case, Fix(where, raw, Source.TYPED, turn.work.now, accuracy))
    return True
