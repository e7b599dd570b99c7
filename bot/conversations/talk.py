"""Words, files and contacts that answer nothing: into the case, the job, or the centre's queue."""

from backoffice.cases.model import Case, CaseStatus
from backoffice.kernel.messages import Message
from backoffice.people import phones
from backoffice.workflows import guardians, intake, relay, telling
from backoffice.workflows.relay import Said
from backoffice.workflows.work import about
from bot.conversations import (
    claim_filing,
    claim_said,
    claim_verdict,
    cover,
    cover_find,
    envoy,
    envoy_life,
    menu,
    order_talking,
    places,
    profile,
    relatives,
    service_order,
)
from bot.conversations.turn import Turn
from bot.incoming import Contact


async def said(turn: Turn, words: str) -> None:
    """Plain words or a file."""
    what = Said(words, turn.media)
    case = await turn.case()
    if case is not None:
        await _in_case(turn, case, what)
    elif not await _to_others(turn, what):
        await menu.not_understood(turn, what)


async def _to_others(turn: Turn, what: Said) -> bool:
    """Whom they are talking with: the party of a job or an order, a relative's case; a claim comes last, for nobody
    waits on the street for it."""
    return (
        await envoy.say_in_job(turn, what)
        or await order_talking.say(turn, what)
        or await relatives.say(turn, what)
        or await claim_said.said(turn, what)
    )


async def _in_case(turn: Turn, case: Case, what: Said) -> None:
    await relay.from_traveller(turn.work, case, turn.person, what)
    await _tells_age(turn, case, what.text)
    if turn.quiet:
        await places.typed(turn, case, what.text)
    elif case.status is CaseStatus.COUNTDOWN:
        seconds = telling.countdown(turn.work, case).params["seconds"]
        message = Message("sos.kept_in_countdown", {"seconds": seconds})
        await turn.work.tell(about(case, turn.person.id, message, tag=f"how:{case.id}"))
    elif not await places.typed(turn, case, what.text) and case.owner is None:
        message = Message("case.noted", {"ref": case.ref})
        await turn.work.tell(about(case, turn.person.id, message, tag=f"noted:{case.id}"))


async def _tells_age(turn: Turn, case: Case, words: str) -> None:
    """Somebody under age: the guardian is asked for, after the question that is open now."""
    if case.status is CaseStatus.OPEN and await guardians.heard(turn.work, case, words):
        await intake.next_question(turn.work, case, turn.person)


async def free_answer(turn: Turn, words: str) -> bool:
    """Words that fill in what the newest open question asked for; False when they do not fit."""
    for question in await turn.work.uow.talk.open_questions(turn.person.id):
        if question.kind == "intake.phone":
            return await _number(turn, words)
        if question.kind == "intake.guardian":
            case = await turn.case()
            return case is not None and await intake.guardian(turn.work, case, turn.person, words)
        if question.kind == "intake.place_of_patient":
            case = await turn.case()
            if case is not None:
                await relay.from_traveller(turn.work, case, turn.person, Said(words))
                await intake.place_of_patient(turn.work, case, turn.person, words)
                return True
        if question.kind.startswith("order.") and await service_order.filled(turn, question, words):
            return True
        if question.kind.startswith("cover.") and await cover.filled(turn, question, words):
            return True
        if await claim_verdict.filled(turn, question, words):
            return True
        if question.kind.startswith("claim.") and await claim_filing.filled(turn, question, words):
            return True
        if question.kind.startswith("profile.") and await profile.filled(turn, question, words):
            return True
        if await envoy_life.free_answer(turn, question, words):
            return True
    return await _just_a_number(turn, words)


async def _just_a_number(turn: Turn, words: str) -> bool:
    """ "To use another number, just send it": nothing but a number, in an open case."""
    case = await turn.case()
    if case is None or case.status is not CaseStatus.OPEN or any(c.isalpha() for c in words):
        return False
    return await intake.phone(turn.work, case, turn.person, words)


async def _number(turn: Turn, words: str) -> bool:
    """A telephone number; what else was written with it goes on the case as words."""
    case = await turn.case()
    if not await intake.phone(turn.work, case, turn.person, words):
        return case is not None and phones.looks_like_one(words) and await _unclear(turn, case, words)
    if case is not None and any(c.isalpha() for c in words):
        await relay.from_traveller(turn.work, case, turn.person, Said(words))
    return True


async def _unclear(turn: Turn, case: Case, words: str) -> bool:
    """A number too short or too long: staff see it as written, its owner is asked again, nobody else hears it."""
    await relay.note(turn.work, case, (turn.person.id, turn.person.display_name), words)
    await turn.say("intake.phone_unclear")
    return True


async def contact(turn: Turn, card: Contact) -> None:
    """A number handed over: their own is kept, another's goes to staff on the case."""
    if await envoy_life.contact(turn, card) or await cover_find.contact(turn, card):
        return
    case = await turn.case()
    if card.own and await intake.phone(turn.work, case, turn.person, card.phone):
        if case is None:
            await turn.say("profile.saved")
        return
    if case is not None:
        await relay.note(turn.work, case, (turn.person.id, turn.person.display_name), card.phone)
        await turn.say("case.contact_kept")
        return
    await menu.not_understood(turn, Said(card.phone))
