"""What the traveller is told about their case, built from facts that are true now."""

from math import ceil

from backoffice import ports
from backoffice.cases import face
from backoffice.cases.model import Case, CaseStatus
from backoffice.kernel.messages import (
    Ask,
    Choice,
    Labelled,
    Listing,
    Message,
    Param,
    PlaceWords,
    Sentence,
    Span,
    When,
)
from backoffice.people import nationality
from backoffice.people.model import Person
from backoffice.places.centres import CONSULAR_HOTLINE
from backoffice.workflows.work import SILENCED, Work

COUNTDOWN_CHOICES = (
    Choice("confirm", "button.send_now", "1"),
    Choice("cancel", "button.cancel", "0"),
)


def countdown(work: Work, case: Case) -> Message:
    """The first answer: where we think they are, and the seconds until we call."""
    seconds = max(1, ceil((case.due_at - work.now).total_seconds()))
    params: dict[str, Param] = {"seconds": seconds}
    if case.place:
        params["place"] = case.place
    if case.fix_is_last_known and case.fix:
        params["age"] = Span((work.now - case.fix.at).total_seconds())
    return Message(_countdown_key(case), params, COUNTDOWN_CHOICES)


def _countdown_key(case: Case) -> str:
    if case.fix is None:
        return "sos.countdown_no_place"
    return "sos.countdown_last_known" if case.fix_is_last_known else "sos.countdown"


def dispatched(work: Work, case: Case, person: Person, asked: int) -> Message:
    """Help is called: number, who was asked, whom to ring oneself."""
    more = [_asked(asked), *_where(work, case), *local_help(work, case, person), Sentence("sos.keep_writing")]
    return Message("sos.dispatched", {"ref": case.ref}, more=tuple(s for s in more if s))


def _asked(asked: int) -> Sentence | None:
    return Sentence("sos.envoys_asked", {"count": asked}) if asked else None


def _where(work: Work, case: Case) -> list[Sentence]:
    if case.fix_is_last_known and case.fix and case.place:
        age = Span((work.now - case.fix.at).total_seconds())
        return [Sentence("sos.using_last_known", {"place": case.place, "age": age})]
    return []


def local_help(work: Work, case: Case, person: Person) -> list[Sentence]:
    """Emergency numbers of the country, the contracted centre of the city, the consulate's and our own line."""
    country = case.place.country if case.place else ""
    lines = [
        _numbers(work, country),
        _near_centre(work, case),
        _consular(person, country),
        own_line(work, person),
    ]
    return [line for line in lines if line]


def numbers_there(work: Work, city: PlaceWords) -> list[Sentence]:
    """The emergency numbers of the patient's country, for whoever asks for help from another one."""
    numbers = _listed(work, city.country)
    return [Sentence("sos.numbers_there", {"place": city, "numbers": numbers})] if numbers else []


def _numbers(work: Work, country: str) -> Sentence | None:
    numbers = _listed(work, country)
    return Sentence("sos.local_numbers", {"numbers": numbers}) if numbers else None


def _listed(work: Work, country: str) -> Listing | None:
    numbers = work.world.places.emergency_numbers(country) if country else ()
    return Listing(tuple(_number(n) for n in numbers)) if numbers else None


def _number(number: ports.EmergencyNumber) -> Param:
    return Labelled(f"service.{number.service}", number.number) if number.service else number.number


def _near_centre(work: Work, case: Case) -> Sentence | None:
    if case.fix is None or not case.place or case.place.country != "CN":
        return None
    near = work.world.places.near_centre(case.fix.point)
    return Sentence("sos.near_centre", {"name": near.name, "city": near.city}) if near else None


def _consular(person: Person, country: str) -> Sentence | None:
    written = person.profile.nationality
    chinese = nationality.is_chinese(written) if written else person.locale == "zh_Hans"
    abroad = country not in ("", "CN", "HK", "MO", "TW")
    return Sentence("sos.consular", {"number": CONSULAR_HOTLINE}) if chinese and abroad else None


def own_line(work: Work, person: Person) -> Sentence | None:
    """The centre's own telephone line in the person's language, when there is one."""
    phones = work.world.centre_phones
    number = phones.get(person.locale) or phones.get("en") or next(iter(phones.values()), "")
    return Sentence("sos.own_line", {"number": number}) if number else None


def ask_place(case: Case) -> Message:
    """Where they are now; an old place is better than none, and envoys are on their way to it."""
    key = "sos.send_place" if case.fix is None else "sos.send_place_now"
    return Message(key, ask=Ask.LOCATION)


def status(work: Work, case: Case) -> Message:
    """How a case stands now: for "my case", for repeats, and for webhook redeliveries."""
    if case.status is CaseStatus.COUNTDOWN:
        return countdown(work, case)
    if case.status is CaseStatus.CANCELLED:
        return Message("sos.cancelled")
    if not case.active:
        return Message("case.closed", {"ref": case.ref})
    if case.notes.get(SILENCED):
        return Message("case.status_kept", {"ref": case.ref})
    return Message("case.status", {"ref": case.ref}, more=tuple(_standing(work, case)))


def _standing(work: Work, case: Case) -> list[Sentence]:
    if case.owner:
        yield_owner = Sentence("case.status_taken", {"name": case.owner_name})
    else:
        yield_owner = Sentence("case.status_alerted")
    lines = [yield_owner, _envoys(case)]
    if case.promised_at and case.promised_at > work.now:
        lines.append(Sentence("case.next_word", {"when": When(case.promised_at, work.zone(case))}))
    return lines


def _envoys(case: Case) -> Sentence:
    if face.shows_envoy(case):
        return Sentence("case.status_envoy")
    return Sentence("case.status_searching") if face.searches(case) else Sentence("case.status_no_envoy")
