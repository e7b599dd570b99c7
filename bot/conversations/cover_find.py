"""Finding cover one has already: by document and date of birth, or by a telephone number proven with a code."""

from backoffice.insurance import insured
from backoffice.insurance.policies import local_day
from backoffice.kernel import text as reading
from backoffice.kernel.messages import Ask, Choice, Message
from backoffice.people import phones
from backoffice.workflows import recognising
from bot.conversations.turn import Turn, choices
from bot.incoming import Contact

BACK = Choice("back", "button.cover_back", "0")


async def ask(turn: Turn) -> None:
    offered = choices(("document", "button.cover_by_document", "1"), ("phone", "button.cover_by_phone", "2"))
    await turn.ask(Message("cover.find", choices=(*offered, BACK)), "cover.find")


async def chosen(turn: Turn, step: str, value: str) -> bool:
    """A choice; False to show everything again."""
    await turn.work.uow.talk.close_about(turn.person.id)
    if value == "back":
        return False
    if value == "document":
        await turn.ask(Message("cover.find_document", choices=(BACK,)), "cover.find_document")
    elif value == "phone":
        message = Message("cover.find_phone", choices=(BACK,), ask=Ask.CONTACT)
        await turn.ask(message, "cover.find_phone")
    return True


async def filled(turn: Turn, step: str, said: str) -> bool:
    """Typed words for one of these questions."""
    if step == "find_document":
        await _document(turn, said)
    elif step == "find_phone":
        await _phone(turn, said)
    elif step == "find_code":
        await _code(turn, said)
    else:
        return False
    return True


async def _document(turn: Turn, said: str) -> None:
    """Number and date of birth; a name typed with them is welcome and not needed."""
    try:
        person = insured.one(f"{said} 无", local_day(turn.work.now))
    except insured.Unclear:
        await turn.say("cover.find_document_unclear")
        return
    await turn.work.uow.talk.close_about(turn.person.id)
    if person.born is None:
        await turn.say("cover.find_document_unclear")
        return
    await _told(turn, await recognising.by_document(turn.work, turn.person, person.document, person.born))


async def _phone(turn: Turn, said: str) -> None:
    number = phones.parse(said, None)
    if number is None:
        await turn.say("cover.find_phone_unclear")
        return
    await turn.work.uow.talk.close_about(turn.person.id)
    if not turn.work.world.sms:
        await turn.say("cover.no_sms")
        return
    await recognising.send_code(turn.work, turn.person, number)
    tail = {"tail": phones.tail(number)}
    await turn.ask(Message("cover.find_code", tail, (BACK,)), "cover.find_code")


async def _code(turn: Turn, said: str) -> None:
    code = "".join(sign for sign in reading.fold(said) if sign.isdigit())
    found = await recognising.typed_code(turn.work, turn.person, code)
    if found is None:
        await turn.say("cover.bad_code")
        return
    await turn.work.uow.talk.close_about(turn.person.id)
    await _told(turn, found)


async def contact(turn: Turn, card: Contact) -> bool:
    """Their own number, handed over by the platform that has checked it: as good as a code."""
    asked = await turn.work.uow.talk.open_questions(turn.person.id)
    if not any(question.kind == "cover.find_phone" for question in asked):
        return False
    number = phones.parse(card.phone, None) if card.own else None
    if number is None:
        await turn.say("cover.find_phone_unclear")
        return True
    await turn.work.uow.talk.close_about(turn.person.id)
    await _told(turn, await recognising.by_phone(turn.work, turn.person, number))
    return True


async def _told(turn: Turn, count: int) -> None:
    """How many were found; nobody learns from this whether a document is known here."""
    await turn.say("cover.found" if count else "cover.not_found", {"policies": count})
