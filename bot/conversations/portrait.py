"""An approved envoy's portrait in chat: "my photo" gives it, replaces it or withdraws it."""

from backoffice.kernel.exchange import Question
from backoffice.kernel.messages import Choice, MediaKind, Message
from backoffice.workflows import duty, portraits
from bot.conversations import envoy
from bot.conversations.turn import Turn

ASKED = "portrait"
KEEP = Choice("keep", "button.portrait_keep", "9")
WITHDRAW = Choice("withdraw", "button.portrait_withdraw", "8")


async def command(turn: Turn) -> bool:
    """Asks for a photo, with what it is for; False for whoever is no envoy."""
    known = await envoy.me(turn)
    given = bool(turn.person.profile.portrait)
    if known is None or (not given and await duty.barred(turn.work, known)):
        return False
    if given:
        await turn.ask(Message("envoy.portrait_ask_again", choices=(WITHDRAW, KEEP)), ASKED)
    else:
        await turn.ask(Message("envoy.portrait_ask", choices=(KEEP,)), ASKED)
    return True


async def answer(turn: Turn, question: Question, value: str) -> bool:
    """Withdrawn, or left as it is."""
    if not question.open:
        await turn.say("question.over")
        return True
    await turn.work.uow.talk.close_question(question.id)
    gone = value == "withdraw" and await portraits.forget(turn.work, turn.person.id)
    await turn.say("envoy.portrait_withdrawn" if gone else "envoy.portrait_unchanged")
    return True


async def photo(turn: Turn) -> bool:
    """The photo that was asked for; on a case or a job of theirs photos belong there."""
    if turn.media is None or not await _asked(turn):
        return False
    known = await envoy.me(turn)
    if known is None:
        return False
    if turn.media.kind is not MediaKind.PHOTO:
        await turn.say("enrol.photo_please")
        return True
    await turn.work.uow.talk.close_about(turn.person.id, ASKED)
    await portraits.replace(turn.work, known, turn.media)
    await turn.say("envoy.portrait_kept")
    return True


async def _asked(turn: Turn) -> bool:
    """It is what was asked last."""
    newest = (await turn.work.uow.talk.open_questions(turn.person.id))[:1]
    if not newest or newest[0].kind != ASKED:
        return False
    return await turn.case() is None and await envoy.job(turn) is None
