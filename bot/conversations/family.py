"""Families in chat, the traveller's side: who follows, who is invited, what each may know, the word that ends it."""

from backoffice.cases.model import Case, ForWhom
from backoffice.families import contacts, scopes
from backoffice.families.model import Decider, Follower, FollowerId, Part, Reached
from backoffice.families.scopes import Scope
from backoffice.kernel.exchange import Question
from backoffice.kernel.messages import Choice, Listing, Message, Param, Sentence, Term, When
from backoffice.workflows import family_letters, family_links, following, relay
from backoffice.workflows.following import Wish
from backoffice.workflows.relay import Said
from backoffice.workflows.work import about
from bot.conversations.turn import GOOD_FOR, Turn

LISTED_MOST = 8
SHOWN_OPENINGS = 3
SCOPE = "scope:"
UNNAMED = "…"
"""What the patient is called until they come themselves."""


async def case_of(turn: Turn) -> Case | None:
    """The running case whose followers this person may see: their own, or the one they are the patient of."""
    own = await turn.case()
    if own is not None:
        return own if own.status in family_links.UNDER_WAY else None
    found = await following.of_person(turn.work, turn.person.id)
    if found is None or found.follower.part is not Part.PATIENT or found.case.duress:
        return None
    return found.case if found.case.active else None


async def listed(turn: Turn, case: Case) -> None:
    """Everybody who follows, each with what they may know and how often their page was opened; with nobody to list
    and nothing else to choose, the name of the first is asked."""
    them = await _others(turn, case)
    no_patient = case.for_whom is ForWhom.OTHER and not await following.decider(turn.work, case)
    if not them and not no_patient:
        await _ask_name(turn, case)
        return
    lines = [line for n, f in enumerate(them, 1) for line in await _line(turn, n, f)]
    offered = [Choice("invite", "button.family_invite", "1")]
    offered += [Choice(f"f:{f.id}", f"button.family_pick_{n}", str(n + 1)) for n, f in enumerate(them, 1)]
    offered += [Choice("patient", "button.family_patient", str(len(offered) + 1))] if no_patient else []
    offered += [Choice("all_off", "button.family_all_off", "0")] if them else []
    key = "family.list" if them else "family.list_none"
    message = Message(key, {"count": len(them)}, tuple(offered), more=tuple(lines))
    await _ask(turn, case, message, "family.menu", case.id)


async def _ask_name(turn: Turn, case: Case) -> None:
    offered = (Choice("leave_it", "button.family_leave_it", "0"),)
    await _ask(turn, case, Message("family.ask_name", choices=offered), "family.name", case.id)


async def _others(turn: Turn, case: Case) -> list[Follower]:
    found = await turn.work.uow.families.of_case(case.id)
    mine = [f for f in found if f.live and f.part is Part.RELATIVE and f.person != turn.person.id]
    return mine[:LISTED_MOST]


async def _line(turn: Turn, number: int, follower: Follower) -> list[Sentence]:
    state = Term(f"family_state.{follower.status}")
    head = Sentence("family.line", {"number": number, "name": follower.name, "state": state})
    return [head, *following.knows(follower), *await _openings(turn, follower)]


async def _openings(turn: Turn, follower: Follower) -> list[Sentence]:
    times = await turn.work.uow.families.openings(follower.id)
    if not times:
        return []
    last = tuple(When(at, turn.person.zone) for at in times[-SHOWN_OPENINGS:])
    return [Sentence("family.opened", {"count": len(times), "times": Listing(last)})]


async def _ask(turn: Turn, case: Case, message: Message, kind: str, subject: str) -> None:
    until = turn.work.now + GOOD_FOR
    await turn.work.ask(about(case, turn.person.id, message), kind, subject, until)


async def _tell(turn: Turn, case: Case, message: Message) -> None:
    """In the lane of the case, so that words and the question after them keep their order."""
    tag = family_letters.link_tag(turn.work)
    await turn.work.tell(about(case, turn.person.id, message, tag))


async def answer(turn: Turn, question: Question, value: str) -> bool:
    """A choice of one of these questions."""
    case = await case_of(turn)
    if case is None or not question.open:
        await turn.say("question.over")
        return True
    await turn.work.uow.talk.close_question(question.id)
    if question.kind == "family.menu":
        await _chosen(turn, case, value)
    elif question.kind == "family.about":
        await _one_chosen(turn, case, await turn.work.uow.families.get(FollowerId(question.subject)), value)
    else:
        await _tell(turn, case, Message("family.not_invited"))
    return True


async def _chosen(turn: Turn, case: Case, value: str) -> None:
    if value == "invite":
        await _ask_name(turn, case)
    elif value == "all_off":
        await _all_off(turn, case)
    elif value == "patient":
        await _invite_patient(turn, case)
    else:
        await _one(turn, case, await turn.work.uow.families.get(FollowerId(value.removeprefix("f:"))))


async def _all_off(turn: Turn, case: Case) -> None:
    count = await following.revoke_all(turn.work, case, "traveller")
    if count:
        await _tell(turn, case, Message("family.revoked_all", {"count": count}))
    else:
        await _tell(turn, case, Message("family.nobody_follows"))


async def _invite_patient(turn: Turn, case: Case) -> None:
    patient = Wish("traveller", UNNAMED, turn.person.locale, Part.PATIENT)
    follower = await following.invite(turn.work, case, patient)
    more = await _links(turn, follower)
    await _tell(turn, case, Message("family.patient_invited", {}, more=tuple(more)))
    await _send_qr(turn, case, follower)


async def named(turn: Turn, question: Question, words: str) -> bool:
    """What a relative is called, perhaps with a number or an address: they are invited.

    A sentence is no name and goes where words go; a name is kept on the case too, for it may have been meant otherwise.
    """
    case = await case_of(turn)
    if question.kind != "family.name" or case is None:
        return False
    regions = await following.likely_regions(turn.work, case, turn.person.locale)
    if not contacts.like_a_name(contacts.read(words, regions)):
        return False
    await relay.for_staff(turn.work, case, turn.person, Said(words))
    await turn.work.uow.talk.close_question(question.id)
    follower = await following.invite(turn.work, case, Wish("traveller", words, turn.person.locale))
    await _tell_invited(turn, case, follower)
    await _one(turn, case, follower)
    return True


async def _tell_invited(turn: Turn, case: Case, follower: Follower) -> None:
    """The ways in: we write ourselves, or the traveller sends on what suits the relative."""
    name: dict[str, Param] = {"name": follower.name}
    if follower.reached in (Reached.SMS, Reached.EMAIL):
        await _tell(turn, case, Message("family.written", {"name": follower.name}))
        return
    more = await _links(turn, follower)
    if follower.reached is Reached.CALL:
        more.append(Sentence("family.will_be_called", name))
    await _tell(turn, case, Message("family.invited", {"name": follower.name}, more=tuple(more)))
    await _send_qr(turn, case, follower)


async def _send_qr(turn: Turn, case: Case, follower: Follower) -> None:
    if turn.work.world.family.wechat:
        await family_links.send_qr(turn.work, case, follower, turn.person.id)


async def _links(turn: Turn, follower: Follower) -> list[Sentence]:
    telegram = await family_links.telegram_link(turn.work, follower)
    page = await family_links.page_link(turn.work, follower)
    found = [Sentence("family.link_page", {"link": page})]
    return [*found, Sentence("family.link_telegram", {"link": telegram})] if telegram else found


async def _one(turn: Turn, case: Case, follower: Follower) -> None:
    """What this one may know, and what can be changed; only the person in trouble may change it."""
    decides = await following.decider(turn.work, case) == turn.person.id
    offered = _scope_choices(follower) if decides else []
    offered += [Choice("links", "button.family_new_link", "7")]
    offered += [Choice("off", "button.family_off", "8")]
    offered += [] if follower.named else [Choice("named", "button.family_named", "9")]
    offered += [Choice("kept", "button.family_done", "0")]
    lines = [*following.knows(follower), *await _openings(turn, follower)]
    lines += [] if decides else [Sentence("family.patient_decides")]
    message = Message("family.one", {"name": follower.name}, tuple(offered), more=tuple(lines))
    await _ask(turn, case, message, "family.about", follower.id)


def _scope_choices(follower: Follower) -> list[Choice]:
    each = [Choice(f"{SCOPE}{s}", _label(follower, s), str(n)) for n, s in enumerate(scopes.ORDER, 1)]
    return [*each, Choice(f"{SCOPE}all", "button.scope_all", str(len(each) + 1))]


def _label(follower: Follower, scope: Scope) -> str:
    """What is given already is marked, so that the same key is seen to take it back."""
    return f"button.scope_{scope}_given" if scope in follower.scopes else f"button.scope_{scope}"


async def _one_chosen(turn: Turn, case: Case, follower: Follower, value: str) -> None:
    if follower.case != case.id or not follower.live:
        await turn.say("question.over")
    elif value.startswith(SCOPE):
        await _toggle(turn, case, follower, value.removeprefix(SCOPE))
    elif value == "links":
        await _tell_invited(turn, case, follower)
    elif value == "named":
        await following.name_contact(turn.work, case, follower, "traveller")
        await _tell(turn, case, Message("family.named_set", {"name": follower.name}))
    elif value == "off":
        await following.revoke(turn.work, case, follower, "traveller")
        await _tell(turn, case, Message("family.revoked", {"name": follower.name}))
    else:
        await _tell(turn, case, Message("family.kept", {}, more=tuple(following.knows(follower))))


async def _toggle(turn: Turn, case: Case, follower: Follower, what: str) -> None:
    if await following.decider(turn.work, case) != turn.person.id:
        await _tell(turn, case, Message("family.patient_decides"))
        return
    all_of_it = what == "all"
    wanted = scopes.EVERYTHING if all_of_it else scopes.toggled(follower.scopes, Scope(what))
    await following.decide(turn.work, case, follower, wanted, Decider.TRAVELLER)
    await _one(turn, case, follower)


async def revoke(turn: Turn) -> bool:
    """The one word; False when there is nothing it could end."""
    case = await case_of(turn)
    if case is None:
        return False
    await _all_off(turn, case)
    return True
