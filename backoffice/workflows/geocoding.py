"""Street addresses and typed places from a configured geocoder: asked outside any turn, never before an SOS."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from backoffice.cases.model import Audience, Case, CaseStatus, Entry
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import DeadlineId, PersonId
from backoffice.kernel.messages import Message, Role
from backoffice.ports import Deadline, DeadlineKind, FoundAddress
from backoffice.workflows import intake
from backoffice.workflows.work import Work, about

AFTER = timedelta(seconds=1)
"""The address is looked up once the letters of the dispatch are on their way."""
TYPED = "typed_place"
WORDS = "typed_words"
"""Session keys: the point to be confirmed, and the words to be looked up (sealed, unlike a deadline's payload)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to ask the geocoder: the address of a case's point, or the places some words may mean."""

    locale: str
    point: Point | None = None
    words: str = ""


async def later(work: Work, case: Case, what: str) -> None:
    """Arm a look-up (`address` or `search`) where a geocoder is configured."""
    if not work.world.geocodes or case.hidden:
        return
    due = work.now + AFTER
    payload = {"what": what}
    await work.uow.deadlines.cancel(DeadlineKind.GEOCODE, case.id)
    new = DeadlineId(work.new_id())
    await work.arm(Deadline(new, DeadlineKind.GEOCODE, case.requester, case.id, due, payload))


async def keep_words(work: Work, case: Case, words: str) -> None:
    """Remember typed words and look for the place they mean."""
    if not work.world.geocodes:
        return
    session = await work.uow.talk.session(case.requester)
    await work.uow.talk.save_session(replace(session, data=session.data | {WORDS: words[:200]}))
    await later(work, case, "search")


async def question(work: Work, case: Case, what: str) -> Asked:
    """What the geocoder is to be asked."""
    person = await work.uow.people.get(case.requester)
    if what == "address":
        return Asked("zh_Hans", case.fix.point if case.fix else None)
    session = await work.uow.talk.session(PersonId(case.requester))
    return Asked(person.locale, words=session.data.get(WORDS, ""))


async def settle(work: Work, case: Case, found: Sequence[FoundAddress], what: str) -> None:
    """An address becomes a staff line; a place is asked back, never silently used."""
    if not found or case.status is not CaseStatus.OPEN or case.hidden:
        return
    if what == "address":
        entry = Entry(case.id, work.now, Role.SYSTEM, "system", text=found[0].label, audience=Audience.STAFF)
        await work.uow.cases.add_entry(entry)
        work.uow.hint(f"case:{case.id}")
    elif case.fix is None or case.fix_is_last_known:
        await _ask(work, case, found[0])


async def _ask(work: Work, case: Case, place: FoundAddress) -> None:
    session = await work.uow.talk.session(case.requester)
    kept = {TYPED: [place.point.lat, place.point.lon, place.accuracy_m]}
    await work.uow.talk.save_session(replace(session, data=session.data | kept))
    message = Message("place.is_it_here", {"place": place.label}, intake.YES_NO)
    await work.ask(about(case, case.requester, message), "place", case.id)
