"""Which flow answers an update. Distress comes first, then answers, then everything else; nothing is silent."""

from backoffice.cases.model import CaseStatus, Origin
from backoffice.distress import classify, red_flags
from backoffice.kernel import text as reading
from backoffice.kernel.errors import Refusal
from backoffice.kernel.messages import Param
from backoffice.people.model import Reach
from backoffice.ports import Alert
from backoffice.workflows import relay
from backoffice.workflows.relay import Said
from bot.conversations import (
    albums,
    answers,
    big_files,
    claim_collecting,
    claim_filing,
    claim_said,
    claim_verdict,
    cover,
    envoy,
    envoy_life,
    family,
    meeting,
    menu,
    order_talking,
    paying,
    profile,
    relatives,
    service_order,
    silent,
    sos,
    talk,
    words,
)
from bot.conversations.turn import Turn
from bot.incoming import Contact, File, Followed, Left, Located, Paid, Pressed, Text, Unknown


async def take(turn: Turn) -> None:
    """Answer one update. Raises `errors.Refusal` when the business says no."""
    content = turn.incoming.content
    if isinstance(content, Left):
        await _left(turn)
        return
    if not turn.incoming.private:
        return
    await _heard(turn)
    await silent.overhear(turn)
    match content:
        case Paid():
            await paying.paid(turn, content)
        case Text():
            await _text(turn, content.text.strip())
        case Located():
            await sos.located(turn, content)
        case File():
            await _file(turn, content)
        case Pressed():
            await _pressed(turn, content)
        case Contact():
            await talk.contact(turn, content)
        case Followed():
            if not await relatives.came(turn, content.scene):
                await menu.welcome(turn)
        case Unknown():
            await _unknown(turn, content)
        case _:
            return


async def _heard(turn: Turn) -> None:
    """This address reaches its person: what waited for their next word goes out.

    A place that WeChat tells by itself is no word of theirs and opens no window: what is held would only be refused.
    """
    await turn.work.uow.people.heard(turn.incoming.sender.at, turn.work.now)
    content = turn.incoming.content
    if not (isinstance(content, Located) and content.automatic):
        await turn.work.uow.outbox.release_held(turn.incoming.sender.at)


async def _text(turn: Turn, said: str) -> None:
    """Typed words, in the order of what may be at stake."""
    if silent.is_duress(turn, said):
        await silent.duress(turn, said)
    elif await _is_distress(turn, said):
        if not await _only_answers(turn, said):
            await sos.cry(turn, Origin.PHRASE, said)
    elif not (await _short(turn, said) or await _longer(turn, said)):
        await talk.said(turn, said)


async def _longer(turn: Turn, said: str) -> bool:
    """A code of another chat, an order by its reference, or words that an open question asked for."""
    return (
        await envoy_life.code(turn, said)
        or await order_talking.named(turn, said)
        or await claim_verdict.named(turn, said)
        or await talk.free_answer(turn, said)
        or await meeting.word(turn, said)
    )


async def _is_distress(turn: Turn, said: str) -> bool:
    """A cry always; an emergency told as a fact unless it is an envoy's report from a job; a red flag (not
    breathing, bleeding) rings an open case again."""
    found = classify.classify(said)
    if found is not None and (found.cry or not await _at_work(turn)):
        return True
    return red_flags.is_red_flag(said) and await turn.case() is not None


async def _at_work(turn: Turn) -> bool:
    """An envoy on a job or in the middle of an order, a claimant asked what happened: the emergency they tell of is
    not their own, or is over."""
    return (
        await envoy.job(turn) is not None
        or await order_talking.at_work(turn)
        or await claim_filing.telling(turn)
    )


async def _only_answers(turn: Turn, said: str) -> bool:
    """ "Injured", said to "is anybody hurt", is the answer and no new cry."""
    found = classify.classify(said)
    meanings = words.meaning(said)
    return bool(meanings) and not (found and found.cry) and await answers.worded(turn, meanings)


async def _short(turn: Turn, said: str) -> bool:
    """A whole short message that is a digit, a command, a language or an answer."""
    digits = reading.bare(said)
    if digits.isascii() and digits.isdigit() and len(digits) <= 2:
        return await answers.typed(turn, digits)
    command = words.command_named(said)
    if command is not None:
        return await _command(turn, command, said)
    language = words.language_named(said)
    if language is not None:
        if not await service_order.language_typed(turn, said):
            await menu.speak(turn, language)
        return True
    return await _meant(turn, words.meaning(said.removeprefix("/")))


async def _meant(turn: Turn, meanings: frozenset[str]) -> bool:
    """A word: an open question's answer, else cancel, safe and the like on the open case."""
    if not meanings:
        return False
    if await answers.worded(turn, meanings):
        return True
    if meanings & {"cancel", "safe"}:
        return await sos.cancel(turn)
    if "erase" in meanings:
        return await profile.ask_erase(turn)
    if "revoke" in meanings and await family.revoke(turn):
        return True
    if "done" in meanings and await claim_said.done(turn):
        return True
    return bool(meanings & {"accept", "decline"}) and await envoy.too_late(turn)


async def _command(turn: Turn, command: str, said: str = "") -> bool:
    match command:
        case "sos":
            await sos.cry(turn, Origin.BUTTON, _behind(said))
        case "case":
            if await turn.case() is not None or not await relatives.standing(turn):
                await menu.my_case(turn)
        case "order":
            await service_order.begin(turn)
        case "cover":
            await cover.mine(turn)
        case "claim":
            await claim_filing.mine(turn)
        case "buy_cover":
            await cover.buy(turn)
        case "appeal":
            await claim_verdict.appeal(turn)
        case "profile":
            await profile.show(turn)
        case "language":
            await menu.language(turn)
        case "help":
            await menu.help_(turn)
        case "start":
            await menu.welcome(turn)
        case "envoy_on" | "envoy_off":
            return await envoy.duty(turn, command == "envoy_on")
        case _:
            return await envoy_life.command(turn, command)
    return True


def _behind(said: str) -> str:
    """The words that came with a command: kept on the case."""
    return said if said.removeprefix("/").casefold() != "sos" else ""


async def _pressed(turn: Turn, button: Pressed) -> None:
    if button.command:
        await _slash(turn, button.command)
        return
    if button.question and await answers.pressed(turn, button):
        return
    await turn.say("question.over")


async def _slash(turn: Turn, typed: str) -> None:
    """A key of the menu or a command; "/cancel" and whatever else nobody knows is read as the word it is."""
    command = words.command_named(f"/{typed}")
    if command is None or not await _command(turn, command):
        await _text(turn, typed)


async def _file(turn: Turn, file: File) -> None:
    """A photo, a voice, a file; its caption may be a cry of its own."""
    if silent.is_duress(turn, file.caption):
        await silent.duress(turn, file.caption)
    elif await _is_distress(turn, file.caption):
        await sos.cry(turn, Origin.PHRASE, file.caption)
        await big_files.told(turn, file)
    elif file.size > big_files.LARGEST:
        await big_files.sent(turn, file)
    elif not (await envoy_life.photo(turn) or await claim_collecting.taken(turn, file)):
        turn.quiet = await albums.answered(turn, file.album)
        await talk.said(turn, file.caption)


async def _unknown(turn: Turn, what: Unknown) -> None:
    """A kind we do not know: a note on the case or the job, and a friendly question."""
    case, said = await turn.case(), Said(f"[{what.kind}]")
    if case is not None:
        await relay.from_traveller(turn.work, case, turn.person, said)
    else:
        await envoy.say_in_job(turn, said)
    await turn.say("menu.unknown_kind")


async def _left(turn: Turn) -> None:
    """They blocked or unfollowed: another address may reach them; with a case open staff must know."""
    await turn.work.uow.people.set_reach(turn.incoming.sender.at, Reach.UNREACHABLE)
    case = await turn.case() or await turn.work.uow.cases.duress_of(turn.person.id)
    if case is not None and case.status is not CaseStatus.COUNTDOWN:
        await turn.work.note(case, "system", "person.left", channel=turn.incoming.sender.at.channel)
        await turn.work.uow.desk.alert(Alert(0, turn.work.now, "person_left", case.id, case.ref))
        turn.work.uow.hint("queue")


async def refused(turn: Turn, refusal: Refusal) -> None:
    """Explain a refusal in its own words; the turn it undid is gone, the message itself is kept."""
    await _heard(turn)
    params: dict[str, Param] = {k: v for k, v in refusal.params.items() if isinstance(v, str | int | float)}
    await turn.say(refusal.key, params)
