"""The menu and the small talk around it: start, help, my case, language, what was not understood."""

from dataclasses import replace

from backoffice.cases.model import Case
from backoffice.kernel.messages import Choice, Message, Sentence
from backoffice.ports import QueueItem
from backoffice.workflows import relay, sos, telling
from backoffice.workflows.relay import Said
from bot.conversations.turn import Turn

LANGUAGES = ("zh_Hans", "zh_Hant", "en", "ja", "ko")


async def welcome(turn: Turn) -> None:
    """The first words: what this is for and how to call."""
    await turn.say("menu.welcome", {}, *_own_line(turn))


async def help_(turn: Turn) -> None:
    more = (
        Sentence("menu.help_family"),
        Sentence("menu.help_order"),
        Sentence("menu.help_cover"),
        Sentence("menu.help_claim"),
        await _envoys(turn),
        *_own_line(turn),
    )
    await turn.say("menu.help", {}, *more)


async def _envoys(turn: Turn) -> Sentence:
    """Envoys read what they can type; everybody else how to become one, and how to join their two chats."""
    known = await turn.work.uow.envoys.of_person(turn.person.id)
    return Sentence("envoy.help") if known else Sentence("menu.help_more")


def _own_line(turn: Turn) -> list[Sentence]:
    line = telling.own_line(turn.work, turn.person)
    return [line] if line else []


async def my_case(turn: Turn) -> None:
    """How their case stands; with none open, how to call."""
    case = await turn.case()
    if case is None:
        await turn.say("menu.no_case")
        return
    await sos.tell_standing(turn.work, case, turn.person)


async def language(turn: Turn) -> None:
    """Ask which language; each is named in itself."""
    offered = tuple(Choice(tag, f"language_name.{tag}", str(i)) for i, tag in enumerate(LANGUAGES, 1))
    await turn.ask(Message("menu.language", choices=offered), "language")


async def speak(turn: Turn, locale: str) -> None:
    """From here on in this language."""
    turn.person.locale, turn.person.locale_chosen = locale, True
    await turn.work.uow.people.save(turn.person)
    await turn.say("menu.language_set")
    case = await turn.case()
    if case is not None:
        await sos.tell_standing(turn.work, case, turn.person)


async def not_understood(turn: Turn, said: Said) -> None:
    """It goes to the centre's queue; the sender is told so and how to call."""
    closed = await to_centre(turn, said)
    if closed and not closed.hidden:
        await turn.say("case.after_close", {"ref": closed.ref})
    else:
        await turn.say("menu.not_understood")


async def to_centre(turn: Turn, said: Said) -> Case | None:
    """Into the centre's queue, after a close onto the case as well, which is returned."""
    closed = await turn.work.uow.cases.last_closed_of(turn.person.id)
    words = said.text or f"[{said.media.kind if said.media else ''}]"
    item = QueueItem(0, turn.person.id, turn.work.now, words[:4000], media=said.media)
    if closed:
        item = replace(item, after_ref=closed.ref, case=closed.id)
        await relay.for_staff(turn.work, closed, turn.person, said)
    await turn.work.uow.desk.queue(item)
    turn.work.uow.hint("queue")
    return closed
