"""Two chats of one person: a code is asked for in one and typed in the other."""

from backoffice.enrolment import linking as codes
from backoffice.kernel.errors import Refusal
from backoffice.kernel.exchange import Question
from backoffice.workflows import linking
from bot.conversations.turn import Turn


async def command(turn: Turn) -> bool:
    """Show a code. Inside an own SOS it is no time for that: the words belong to the case."""
    if await turn.case() is not None:
        return False
    await linking.show(turn.work, turn.person, turn.incoming.sender.at)
    return True


async def typed(turn: Turn, words: str) -> bool:
    """A whole message that is a living code; with the word for it also one that is none, which is said."""
    found = codes.typed(words)
    if found is None or await turn.case() is not None:
        return False
    code, meant = found
    if await linking.typed(turn.work, turn.person, turn.incoming.sender.at, code):
        return True
    if meant:
        raise Refusal("link.bad_code")
    return False


async def answer(turn: Turn, question: Question, value: str) -> bool:
    """Yes or no to making the two one."""
    if not question.open:
        await turn.say("question.over")
        return True
    await linking.answered(turn.work, turn.person, turn.incoming.sender.at, value)
    return True
