"""Who follows a case: invited, come, allowed to know this and that, taken off again."""

from dataclasses import dataclass

from backoffice.cases import face
from backoffice.cases.model import Case, ForWhom
from backoffice.families import contacts, model, scopes
from backoffice.families.model import (
    Decider,
    Follower,
    FollowerId,
    FollowerStatus,
    Part,
    Reached,
)
from backoffice.families.scopes import Scopes
from backoffice.kernel.errors import Refusal
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import CaseId, PersonId
from backoffice.kernel.messages import Message, Sentence
from backoffice.people.model import Person
from backoffice.ports import Alert, DeadlineKind
from backoffice.workflows import family_letters, family_links, family_news, family_silence
from backoffice.workflows import stages as waiting
from backoffice.workflows.work import SILENCED, Work, about

ZONES = {"ja": "Asia/Tokyo", "ko": "Asia/Seoul", "zh_Hant": "Asia/Taipei"}


@dataclass(frozen=True, slots=True)
class Wish:
    """Who is to follow: as typed, in which language, as whose part, and who wants it (`traveller`, `operator:<id>`)."""

    by: str
    words: str
    locale: str
    part: Part = Part.RELATIVE


async def invite(work: Work, case: Case, wish: Wish) -> Follower:
    """A new follower who may know nothing yet. With a number or an address typed beside the name they are
    written to at once; where we cannot write, an operator is asked to call."""
    if case.status not in family_links.UNDER_WAY:
        raise Refusal("family.no_case")
    known = await work.uow.families.of_case(case.id)
    if sum(f.live for f in known) >= model.MOST_FOLLOWERS:
        raise Refusal("family.too_many")
    read = contacts.read(wish.words, await likely_regions(work, case, wish.locale))
    follower = Follower(
        id=FollowerId(work.new_id()),
        case=case.id,
        name=read.name or read.contact,
        invited_by=wish.by,
        invited_at=work.now,
        part=wish.part,
        named=wish.part is Part.RELATIVE and not any(f.named and f.live for f in known),
        locale=wish.locale,
        zone=contacts.zone(read.contact) or ZONES.get(wish.locale, "Asia/Shanghai"),
        contact=read.contact,
    )
    await _reach(work, follower, read.reached)
    await work.uow.families.add(follower)
    if case.duress and wish.by != "traveller":
        family_silence.let_in(case, follower)
        await work.uow.cases.save(case)
    await work.note(case, wish.by, "family.invited", part=str(follower.part))
    await _write_first(work, case, follower)
    return follower


async def likely_regions(work: Work, case: Case, locale: str) -> list[str]:
    """Whose national numbers may be meant by who invites."""
    person = await work.uow.people.get(case.requester)
    return contacts.regions(locale, person.profile.phone, case.place.country if case.place else "")


async def _reach(work: Work, follower: Follower, wanted: Reached) -> None:
    """A person of their own for who is written to outside any chat; the address there is the follower's id,
    so that no number stands in plain rows."""
    carried = {Reached.SMS: work.world.family.sms, Reached.EMAIL: work.world.family.email}
    if wanted is Reached.NONE:
        return
    if not carried.get(wanted):
        follower.reached, follower.call_since = Reached.CALL, work.now
        return
    person = Person(PersonId(work.new_id()), follower.locale, work.now, zone=follower.zone)
    await work.uow.people.add(person, Address(str(wanted), follower.id))
    follower.reached, follower.person = wanted, person.id


async def _write_first(work: Work, case: Case, follower: Follower) -> None:
    """Under duress nobody is written to at the wish of a forced hand: an operator has it to decide."""
    forced = case.duress and follower.invited_by == "traveller"
    if forced and follower.person:
        follower.call_since = work.now
        await work.uow.families.save(follower)
    if follower.call_since:
        await waiting.wanted(work, case, waiting.Stage.FAMILY)
        await work.uow.desk.alert(Alert(0, work.now, "family_call", case.id, case.ref))
        work.uow.hint("queue")
    if follower.person and not forced:
        await family_letters.first(work, case, follower, await family_links.page_link(work, follower))


async def come(work: Work, found: family_links.Opened, person: Person) -> None:
    """Somebody pressed START or scanned the code: they are the one who was invited.

    Raises `Refusal` for the traveller's own phone, and for a second person with somebody else's invitation.
    """
    follower, case = found.follower, found.case
    if person.id == case.requester and follower.part is Part.RELATIVE:
        raise Refusal("family.own_link")
    taken = follower.status is FollowerStatus.FOLLOWING and follower.reached is Reached.NONE
    if taken and follower.person and follower.person != person.id:
        raise Refusal("family.bad_link")
    follower.person, follower.reached = person.id, Reached.NONE
    if follower.part is Part.PATIENT and person.display_name:
        follower.name = person.display_name[: model.NAME_LIMIT]
    follower.locale, follower.zone = person.locale, person.zone
    follower.call_since = None
    await family_letters.first(work, case, follower, await family_links.page_link(work, follower))
    await accept(work, case, follower)
    if follower.part is Part.RELATIVE:
        await family_letters.standing(work, case, follower)


async def accept(work: Work, case: Case, follower: Follower) -> None:
    """A person's own act: from here they follow."""
    follower.heard_at = work.now
    news = follower.status is FollowerStatus.INVITED
    if news:
        follower.move(FollowerStatus.FOLLOWING, work.now)
        await family_silence.comes(work, case, follower)
    await work.uow.families.save(follower)
    if not news:
        return
    await work.note(case, f"family:{follower.id}", "family.came", part=str(follower.part))
    if follower.part is Part.PATIENT:
        await _patient_came(work, case, follower)
    else:
        await _tell_decider(work, case, follower)


async def _tell_decider(work: Work, case: Case, follower: Follower) -> None:
    who = await decider(work, case)
    if who and who != follower.person and not case.duress:
        await work.tell(about(case, who, Message("family.has_come", {"name": follower.name})))


async def _patient_came(work: Work, case: Case, patient: Follower) -> None:
    """The patient can answer: from here they decide, and are asked for everybody who follows already."""
    waiting = [f for f in await work.uow.families.of_case(case.id) if f.live and f.part is Part.RELATIVE]
    if patient.person and waiting and not case.duress:
        asked = Message("family.patient_asked", {"count": len(waiting)})
        await work.tell(family_letters.to_family(case, patient.person, asked))
    await work.uow.desk.alert(Alert(0, work.now, "patient_came", case.id, case.ref))
    work.uow.hint("queue")


async def decider(work: Work, case: Case) -> PersonId | None:
    """Who says what relatives may know."""
    found = [
        f
        for f in await work.uow.families.of_case(case.id)
        if f.part is Part.PATIENT and f.status is FollowerStatus.FOLLOWING
    ]
    patient = found[-1].person if found else None
    return model.decider_of(case.for_whom is ForWhom.OTHER, patient, case.requester)


async def decide(work: Work, case: Case, follower: Follower, wanted: Scopes, by: Decider) -> None:
    """Set what a follower may know. More is told at once, less is taken away at once: words on their way too."""
    more, less = wanted - follower.scopes, follower.scopes - wanted
    follower.scopes, follower.decided_by = wanted, by
    await work.uow.families.save(follower)
    who = {Decider.TRAVELLER: "traveller", Decider.NOBODY: "system"}.get(by, "operator")
    await work.note(case, who, "family.scopes", now=",".join(sorted(wanted)) or "none")
    if less and follower.person and follower.person != case.requester:
        await work.uow.outbox.drop_about(follower.person, case.id)
    if more:
        await waiting.wanted(work, case, waiting.Stage.FAMILY)
    if more and follower.reads:
        await family_letters.standing(work, case, follower)


async def revoke(work: Work, case: Case, follower: Follower, by: str) -> None:
    """From this commit their links open nothing, and nothing more is on its way to them."""
    unheard = case.duress and follower.status is FollowerStatus.INVITED
    follower.move(FollowerStatus.LEFT if by.startswith("family:") else FollowerStatus.REVOKED, work.now)
    follower.scopes, follower.call_since = scopes.NOTHING, None
    await work.uow.families.save(follower)
    await work.uow.families.drop_links(follower.id)
    await work.uow.deadlines.cancel(DeadlineKind.FAMILY_QR, follower.id)
    await work.note(case, by, f"family.{follower.status}")
    if follower.person == case.requester:
        await _silence(work, case)
    elif follower.person:
        await work.uow.outbox.drop_about(follower.person, case.id)
        if not unheard:
            await family_letters.ended(work, case, follower)
    await _next_named(work, case, follower)


async def _silence(work: Work, case: Case) -> None:
    """Whoever asked for help is told nothing more of it; staff see that the patient wants it so."""
    case.notes = case.notes | {SILENCED: True}
    await work.uow.cases.save(case)
    await work.uow.outbox.drop_about(case.requester, case.id)
    await work.uow.desk.alert(Alert(0, work.now, SILENCED, case.id, case.ref))
    work.uow.hint("queue")


async def _next_named(work: Work, case: Case, gone: Follower) -> None:
    """There is always one who is asked first."""
    left = [f for f in await work.uow.families.of_case(case.id) if f.live and f.part is Part.RELATIVE]
    if gone.named and left and not any(f.named for f in left):
        left[0].named = True
        await work.uow.families.save(left[0])


async def revoke_all(work: Work, case: Case, by: str) -> int:
    """One word: nobody but who says it follows any more. Returns how many did."""
    own = await decider(work, case) or case.requester
    everybody = await work.uow.families.of_case(case.id)
    live = [f for f in everybody if f.live and f.person != own and f.part is Part.RELATIVE]
    for follower in live:
        await revoke(work, case, follower, by)
    return len(live)


async def name_contact(work: Work, case: Case, follower: Follower, by: str) -> None:
    """This one is asked and answered first; the others read."""
    for other in await work.uow.families.of_case(case.id):
        if other.named and other.id != follower.id:
            other.named = False
            await work.uow.families.save(other)
    follower.named = True
    await work.uow.families.save(follower)
    await work.note(case, by, "family.named")


async def requester_follows(work: Work, case: Case, person: Person) -> None:
    """Who asked for somebody else follows the case as well: they know of the help they called and of the city they
    named; for more the patient is asked as soon as the patient can answer."""
    known = await work.uow.families.of_case(case.id)
    if any(f.person == person.id for f in known):
        return
    follower = Follower(
        id=FollowerId(work.new_id()),
        case=case.id,
        name=person.display_name[: model.NAME_LIMIT],
        invited_by="traveller",
        invited_at=work.now,
        status=FollowerStatus.FOLLOWING,
        named=not any(f.named and f.live for f in known),
        person=person.id,
        locale=person.locale,
        zone=person.zone,
        scopes=scopes.closed({scopes.Scope.CITY}),
        accepted_at=work.now,
        heard_at=work.now,
    )
    await work.uow.families.add(follower)
    await work.note(case, "traveller", "family.requester_follows")


async def taken_back(work: Work, case: Case) -> None:
    """It turns out that somebody else is in trouble: what the requester gave was not theirs to give.

    An operator's own opening stands: it saves a life.
    """
    for follower in await work.uow.families.of_case(case.id):
        given = follower.live and follower.decided_by is Decider.TRAVELLER and follower.scopes
        if given and follower.person != case.requester:
            await decide(work, case, follower, scopes.NOTHING, Decider.NOBODY)
            await work.show(case, Message("family.taken_back", {"name": follower.name}))


async def of_person(work: Work, person: PersonId) -> family_links.Opened | None:
    """The newest running case this person follows, theirs by their own chat."""
    for follower in await work.uow.families.of_person(person):
        case = await work.uow.cases.get(follower.case)
        following = follower.status is FollowerStatus.FOLLOWING and case.requester != person
        if following and model.alive(follower.live, case.closed_at, work.now):
            return family_links.Opened(follower, case)
    return None


async def end(work: Work, case_id: CaseId) -> None:
    """24 h after the close: every link is over. A case that was opened again meanwhile goes on."""
    case = await work.uow.cases.get(case_id)
    if case.closed_at is None or work.now < case.closed_at + model.AFTER_CASE:
        return
    for follower in await work.uow.families.of_case(case_id):
        if follower.live:
            follower.move(FollowerStatus.OVER, work.now)
            await work.uow.families.save(follower)
            await work.uow.families.drop_links(follower.id)
    await work.note(case, "system", "family.over")


async def tell_news(work: Work, case_id: CaseId) -> None:
    """The deadline of waiting news has passed."""
    await family_news.tell(work, await work.uow.cases.get(case_id))


async def duress_over(work: Work, case: Case) -> None:
    """Whoever came in silence hears the first words now, and how things stand. The caller saves the case."""
    for one in family_silence.over(case):
        follower = await work.uow.families.get(FollowerId(one))
        if follower.status is FollowerStatus.FOLLOWING and follower.person:
            await family_letters.first(work, case, follower, await family_links.page_link(work, follower))
        if follower.reads:
            await family_letters.standing(work, case, follower)


def may_know(case: Case, follower: Follower) -> Scopes:
    """What is shown to them now. What somebody gives under duress is shown to nobody; what staff open is.

    Whoever comes only then may know nothing, given before or not.
    """
    if family_silence.silent(case, follower):
        return scopes.NOTHING
    if follower.decided_by is not Decider.TRAVELLER:
        return follower.scopes
    return frozenset(scopes.Scope(s) for s in face.may_know(case, follower.id, frozenset(follower.scopes)))


def knows(follower: Follower) -> list[Sentence]:
    """What they may know now, for whoever decides it."""
    return family_letters.knows(follower)
