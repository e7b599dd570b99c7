"""Talk inside a case: each party hears the others through the service, labelled, without numbers or ids."""

from dataclasses import dataclass, replace

from backoffice.cases import face
from backoffice.cases.model import Audience, Case, Entry
from backoffice.dispatch.model import Envoy
from backoffice.kernel.ids import PersonId
from backoffice.kernel.messages import MapPoint, Media, Message, Param, Role, Speaker
from backoffice.people.model import Person
from backoffice.relaying import masking
from backoffice.workflows import jobs
from backoffice.workflows.work import SILENCED, Work, about

mask = masking.mask
"""Numbers and ids taken out; staff read the original in the console."""
UNMASKED = "unmasked"
"""In a case's notes: an operator lifted the masking (`workflows/unmasking`)."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one party contributes: words, a file, a point."""

    text: str = ""
    media: Media | None = None
    place: MapPoint | None = None


def lifted(case: Case) -> bool:
    """Whether the parties of this case may give each other numbers."""
    return bool(case.notes.get(UNMASKED))


def message(speaker: Speaker, said: Said, masked: bool = True) -> Message:
    """What the others read: who speaks, then the words; a file or a point goes with it."""
    text = mask(said.text) if masked else said.text
    params: dict[str, Param] = {"text": text}
    key = "relay.text" if text else ("relay.media" if said.media else "relay.place")
    place = replace(said.place, title=mask(said.place.title)) if said.place and masked else said.place
    return Message(key, params, speaker=speaker, media=said.media, place=place)


async def from_traveller(work: Work, case: Case, person: Person, said: Said) -> int:
    """The traveller's words: kept on the case, to the envoys at work; the centre reads along.

    Under duress staff alone read them. Returns the entry's number, 0 where it stood on the case already.
    """
    if face.shows_envoy(case):
        await _say_hidden(work, case, (person.id, "relay.number_hidden"), said)
    if case.duress:
        return await for_staff(work, case, person, said)
    entry = Entry(
        case.id, work.now, Role.TRAVELLER, person.id, person.display_name, said.text, said.media, said.place
    )
    number = await _keep(work, case, entry)
    speaker = Speaker(Role.TRAVELLER, mask(person.display_name))
    for assignment in await jobs.working(work, case):
        envoy = await work.uow.envoys.get(assignment.envoy)
        await work.tell(about(case, envoy.person, message(speaker, said, not lifted(case)), entry=number))
    return number


async def for_staff(work: Work, case: Case, person: Person, said: Said) -> int:
    """What staff alone read on a case: words under duress, words after its close. Nobody is told.

    0 where this turn's words stand on the case already.
    """
    if case.id in work.overheard:
        return 0
    entry = Entry(
        case.id, work.now, Role.TRAVELLER, person.id, person.display_name, said.text, said.media, said.place,
        Audience.STAFF,
    )  # fmt: skip
    return await _keep(work, case, entry)


async def envoy_for_staff(work: Work, case: Case, envoy: Envoy, said: Said) -> int:
    """What an envoy writes for staff alone."""
    entry = Entry(
        case.id, work.now, Role.ENVOY, envoy.id, envoy.name, said.text, said.media, said.place, Audience.STAFF
    )
    return await _keep(work, case, entry)


async def from_envoy(work: Work, case: Case, envoy: Envoy, said: Said) -> int:
    """An envoy's words: to the traveller and the other envoys at work."""
    entry = Entry(case.id, work.now, Role.ENVOY, envoy.id, envoy.name, said.text, said.media, said.place)
    number = await _keep(work, case, entry)
    words = message(Speaker(Role.ENVOY, envoy.name), said, not lifted(case))
    readers = await _readers(work, case, envoy.person)
    for person in readers:
        await work.tell(about(case, person, words, entry=number))
    if readers:
        await _say_hidden(work, case, (envoy.person, "job.number_hidden"), said)
    return number


async def _say_hidden(work: Work, case: Case, to: tuple[PersonId, str], said: Said) -> None:
    """Nobody believes that a number was given when the other side reads dots. `to`: who wrote it, in which words."""
    if not lifted(case) and mask(said.text) != said.text:
        person, key = to
        await work.tell(about(case, person, Message(key), f"hidden:{case.id}:{person}"))


async def from_operator(work: Work, case: Case, author: tuple[str, str], to: PersonId, said: Said) -> int:
    """An operator's words (`author` = id and name) to one person of the case; numbers stay in, staff may give them."""
    entry = Entry(case.id, work.now, Role.OPERATOR, author[0], author[1], said.text, said.media, said.place)
    number = await _keep(work, case, entry)
    speaker = Speaker(Role.OPERATOR, author[1])
    await work.tell(about(case, to, message(speaker, said, masked=False), entry=number))
    return number


async def note(work: Work, case: Case, author: tuple[str, str], text: str) -> int:
    """An internal note: staff alone."""
    return await _keep(
        work, case, Entry(case.id, work.now, Role.OPERATOR, *author, text, audience=Audience.STAFF)
    )


async def _keep(work: Work, case: Case, entry: Entry) -> int:
    work.uow.hint(f"case:{case.id}")
    return await work.uow.cases.add_entry(replace(entry, channel=work.channel))


async def _readers(work: Work, case: Case, but: PersonId) -> list[PersonId]:
    """Who hears an envoy: not a screen under duress, and nobody whom the patient wants to be told nothing."""
    people = [] if case.duress or case.notes.get(SILENCED) else [case.requester]
    for assignment in await jobs.working(work, case):
        people.append((await work.uow.envoys.get(assignment.envoy)).person)
    return [p for p in dict.fromkeys(people) if p != but]
