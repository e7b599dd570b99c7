"""Letters to relatives: the first, how things stand, news, the end. An exact place stands on the page alone."""

from collections.abc import Sequence

from backoffice.cases.model import Case
from backoffice.families import scopes, stages
from backoffice.families.model import Follower
from backoffice.families.scopes import Scope
from backoffice.families.stages import Moment, Stage
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.ids import PersonId
from backoffice.kernel.messages import Listing, Message, Param, PlaceWords, Sentence, Term, Urgency, When
from backoffice.workflows import family_silence, telling
from backoffice.workflows import stages as waiting
from backoffice.workflows.work import Work, about

PLACES = "family_places"
"""In a case's notes: the names of hospitals and other places told as stages, in their order."""


def to_family(case: Case, to: PersonId, message: Message, tag: str = "") -> NewLetter:
    """A letter to a relative: never in the lane of an SOS."""
    letter = about(case, to, message, tag)
    return NewLetter(letter.to, letter.message, Urgency.NORMAL, letter.case, tag=tag)


def link_tag(work: Work) -> str:
    """Marks a letter with a link in it: what stays of it afterwards has no token (`storage/link_letters`)."""
    return f"link:{work.new_id()}"


async def first(work: Work, case: Case, follower: Follower, link: str) -> None:
    """What anybody may know: their relative is in touch with the centre, whom to call, and where more will stand.

    Under duress, as after the close, only the last two.
    """
    if follower.person is None:
        return
    person = await work.uow.people.get(follower.person)
    line = telling.own_line(work, person)
    key = "family.patient_first" if follower.part == "patient" else "family.first"
    if family_silence.plain_letter(case, follower):
        key = "family.first_plain"
    more = ([line] if line else []) + [Sentence("family.page", {"link": link})]
    await work.tell(to_family(case, follower.person, Message(key, more=tuple(more)), link_tag(work)))


async def standing(work: Work, case: Case, follower: Follower) -> None:
    """How things stand, as far as they may know: after they came, after they were allowed more, when they ask.

    Told from here they are up to date. Under duress nothing is told.
    """
    if follower.person is None or case.duress:
        return
    events = await work.uow.cases.events(case.id)
    message = Message("family.standing", more=tuple(_facts(case, follower, stages.told(events))))
    if follower.scopes and follower.person != case.requester:
        await work.tell(to_family(case, follower.person, message, f"family:{case.id}"))
        await waiting.reached(work, case, waiting.Stage.FAMILY)
        follower.told_at = work.now
    follower.told_upto = len(events)
    await work.uow.families.save(follower)


def _facts(case: Case, follower: Follower, moments: Sequence[Moment]) -> list[Sentence]:
    said = [stage(case, follower, moments[-1])] if moments and Scope.SAFE in follower.scopes else []
    place = city(case)
    if place and scopes.place(follower.scopes) is not scopes.Precision.NONE:
        said.append(Sentence("family.in_city", {"place": place}))
    return [*said, *knows_own(follower)]


def city(case: Case) -> PlaceWords | None:
    """Where the case is, to the city."""
    if case.place is None:
        return None
    return PlaceWords(case.place.country, case.place.city, None, case.place.zone)


def stage(case: Case, follower: Follower, moment: Moment) -> Sentence:
    """One stage with its time; a hospital's name only for those who may know the place or the illness."""
    params: dict[str, Param] = {"when": When(moment.at, zone_of(case, follower))}
    name = place_name(case, follower, moment)
    if name:
        params["place"] = name
        return Sentence(f"family.stage_{moment.stage}_at", params)
    return Sentence(f"family.stage_{moment.stage}", params)


def zone_of(case: Case, follower: Follower) -> str:
    """The zone in which times are said to this reader: the traveller's would tell where they are."""
    if case.place is None or scopes.place(follower.scopes) is scopes.Precision.NONE:
        return follower.zone
    return case.place.zone


def place_name(case: Case, follower: Follower, moment: Moment) -> str:
    """The hospital's or other place's name, where this reader may know it."""
    names = case.notes.get(PLACES, ())
    allowed = follower.scopes & {Scope.EXACT, Scope.MEDICAL}
    if moment.stage not in stages.PLACED or not allowed or not 0 <= moment.detail < len(names):
        return ""
    return str(names[moment.detail])


async def news(work: Work, case: Case, follower: Follower, moments: Sequence[Moment]) -> None:
    """What is new, in one message."""
    if follower.person is None:
        return
    more = tuple(stage(case, follower, m) for m in moments)
    await work.tell(to_family(case, follower.person, Message("family.news", more=more)))
    await waiting.reached(work, case, waiting.Stage.FAMILY)


async def ended(work: Work, case: Case, follower: Follower) -> None:
    """They follow no more; nothing else is said."""
    if follower.person is None:
        return
    person = await work.uow.people.get(follower.person)
    line = telling.own_line(work, person)
    message = Message("family.ended", more=(line,) if line else ())
    await work.tell(NewLetter(follower.person, message))


def knows(follower: Follower) -> list[Sentence]:
    """What they may know, said to whoever decides."""
    if not follower.scopes:
        return [Sentence("family.knows_nothing", {"name": follower.name})]
    return [Sentence("family.knows", {"name": follower.name, "scopes": _listed(follower)})]


def knows_own(follower: Follower) -> list[Sentence]:
    """The same, said to themselves."""
    return [Sentence("family.you_may_know", {"scopes": _listed(follower)})] if follower.scopes else []


def _listed(follower: Follower) -> Listing:
    shown = [s for s in scopes.ORDER if s in follower.scopes]
    if Scope.EXACT in shown:
        shown.remove(Scope.CITY)
    return Listing(tuple(Term(f"scope.{s}") for s in shown))


BRIEF = tuple(Stage)
"""Stages that have words short enough for a notice (`family.brief_*`)."""
