"""Where the engine meets the flows of envoys' working life: commands, answers, free words, photos, pins, contacts."""

from collections.abc import Awaitable, Callable, Mapping

from backoffice.kernel.exchange import Question
from backoffice.kernel.geo import Fix
from bot.conversations import enrolment, enrolment_answers, envoy_day, family, linking, portrait, relatives
from bot.conversations.turn import Turn
from bot.incoming import Contact

_COMMANDS: Mapping[str, Callable[[Turn], Awaitable[bool]]] = {
    "enrol": enrolment.command,
    "envoy_leave": enrolment.leave,
    "link": linking.command,
    "family": relatives.command,
    "unfollow": relatives.leave,
    "portrait": portrait.command,
}


async def command(turn: Turn, name: str) -> bool:
    """A command of these flows; False when it is none, or not for this sender."""
    found = _COMMANDS.get(name)
    return await found(turn) if found else await envoy_day.command(turn, name)


ANSWERS: Mapping[str, Callable[[Turn, Question, str], Awaitable[bool]]] = {
    "enrol": enrolment.answer,
    "leave": enrolment.left,
    "link": linking.answer,
    "break": envoy_day.answer,
    "hours": envoy_day.answer,
    "transport": envoy_day.answer,
    "where": envoy_day.answer,
    "drill": envoy_day.answer,
    "complain": envoy_day.answer,
    "family": family.answer,
    portrait.ASKED: portrait.answer,
}
"""Kind of question -> who takes the chosen value."""


async def free_answer(turn: Turn, question: Question, words: str) -> bool:
    """Typed words for one of these questions; False when they are none of it."""
    if question.kind.startswith("family."):
        return await family.named(turn, question, words)
    if question.kind.startswith("enrol."):
        return await enrolment_answers.typed(turn, question, words)
    return await envoy_day.typed(turn, question, words)


async def code(turn: Turn, words: str) -> bool:
    """A linking code of another chat."""
    return await linking.typed(turn, words)


async def photo(turn: Turn) -> bool:
    """A file an application has asked for, or an envoy's own portrait."""
    return await enrolment_answers.photo(turn) or await portrait.photo(turn)


async def pin(turn: Turn, fix: Fix) -> bool:
    """A point an application has asked for."""
    return await enrolment_answers.pin(turn, fix)


async def contact(turn: Turn, card: Contact) -> bool:
    """A number an application has asked for."""
    return await enrolment_answers.contact(turn, card)
