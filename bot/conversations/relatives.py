"""Families in chat, the relative's side: coming by a link, asking how things stand, asking the centre, leaving."""

from backoffice.families import model
from backoffice.families.model import Part
from backoffice.kernel.errors import Refusal
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.messages import Message, Sentence
from backoffice.workflows import family_letters, family_links, family_talk, following, relay, telling
from backoffice.workflows.family_links import Opened
from backoffice.workflows.relay import Said
from bot.conversations import family
from bot.conversations.turn import Turn


async def came(turn: Turn, scene: str) -> bool:
    """START behind a deep link, or a scanned code; False when the payload is no invitation of ours.

    Raises `Refusal`: a wrong token and an ended one are refused in the same words.
    """
    token = model.payload_token(scene)
    if token is None:
        return False
    found = await family_links.find(turn.work, token)
    if found is None:
        raise Refusal("family.bad_link")
    await following.come(turn.work, found, turn.person)
    return True


async def command(turn: Turn) -> bool:
    """ "Family": the traveller's list; for somebody who follows, how things stand; else what it is for."""
    case = await family.case_of(turn)
    if case is not None:
        await family.listed(turn, case)
    elif not await standing(turn):
        await turn.say("family.no_case")
    return True


async def standing(turn: Turn) -> bool:
    """How the case they follow stands, with a fresh link to their page; False when they follow none."""
    found = await following.of_person(turn.work, turn.person.id)
    if found is None:
        return False
    found.follower.heard_at = turn.work.now
    if found.follower.scopes and not found.case.duress:
        await family_letters.standing(turn.work, found.case, found.follower)
    else:
        await turn.work.uow.families.save(found.follower)
    message = Message("family.more_here", more=tuple(await _where_more(turn, found)), drill=turn.person.drill)
    await turn.work.tell(NewLetter(turn.person.id, message, tag=family_letters.link_tag(turn.work)))
    return True


async def _where_more(turn: Turn, found: Opened) -> list[Sentence]:
    line = telling.own_line(turn.work, turn.person)
    link = await family_links.page_link(turn.work, found.follower)
    return [*([line] if line else []), Sentence("family.page", {"link": link})]


async def say(turn: Turn, what: Said) -> bool:
    """Words and files of somebody who follows: to the centre, in the families' thread; a patient's are the case's own.

    After the close nobody watches that thread: they go to the centre's general queue like anybody's.
    """
    found = await following.of_person(turn.work, turn.person.id)
    if found is None or not found.case.active:
        return False
    if found.follower.part is Part.PATIENT:
        await _of_patient(turn, found, what)
    else:
        await family_talk.ask(turn.work, found.case, found.follower, what)
    if not turn.quiet:
        reads = found.follower.part is Part.RELATIVE and not found.follower.named
        await turn.say("family.passed_on_reader" if reads else "family.passed_on")
    return True


async def _of_patient(turn: Turn, found: Opened, what: Said) -> None:
    if what.media:
        await turn.work.uow.media.of_case(what.media.id, found.case.id)
    tell = relay.for_staff if found.case.duress else relay.from_traveller
    await tell(turn.work, found.case, turn.person, what)


async def leave(turn: Turn) -> bool:
    """They want no more of it; False when they follow nothing."""
    found = await following.of_person(turn.work, turn.person.id)
    if found is None:
        return False
    await following.revoke(turn.work, found.case, found.follower, f"family:{found.follower.id}")
    return True
