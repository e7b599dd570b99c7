"""Duress: the screen shows the ordinary, and a silent case hears everything."""

from backoffice.cases.model import Case, Origin
from backoffice.distress import classify, red_flags
from backoffice.kernel import text
from backoffice.kernel.errors import Refusal
from backoffice.kernel.geo import Fix
from backoffice.kernel.messages import MapPoint
from backoffice.workflows import positions, relay, ringing, sos
from backoffice.workflows.relay import Said
from backoffice.workflows.sos import Cry
from bot.conversations import words
from bot.conversations.turn import Turn
from bot.incoming import Contact, File, Located, Pressed, Text, Unknown


def is_duress(turn: Turn, said: str) -> bool:
    """Their duress word stands in what they wrote."""
    word = text.fold(turn.person.profile.duress_word)
    return bool(word) and word in text.fold(said)


async def duress(turn: Turn, said: str) -> None:
    """The screen shows a cancel; the centre gets a silent case, or the running one turns silent."""
    case = await turn.case()
    if case is not None:
        await relay.for_staff(turn.work, case, turn.person, Said(said, turn.media))
        await sos.under_duress(turn.work, case, turn.person)
        return
    if await turn.work.uow.cases.duress_of(turn.person.id) is None:
        made = Cry(Origin.PHRASE, turn.stored_at, turn.incoming.at, text=said, media=turn.media)
        await sos.silent_case(turn.work, turn.person, made)
    await turn.say_urgently("sos.cancelled")


async def overhear(turn: Turn) -> None:
    """Whatever somebody under duress sends is kept on their case; a new sign of need rings a hidden one again.

    One that stands on the screen is moved and rung by what the chat does with any case.
    """
    case = await turn.work.uow.cases.duress_of(turn.person.id)
    if case is None:
        return
    said = _heard(turn)
    if said is not None:
        await relay.for_staff(turn.work, case, turn.person, said)
        turn.work.overheard.add(case.id)
    if case.faced:
        return
    if isinstance(turn.incoming.content, Located):
        await _place(turn, case, turn.incoming.content)
    if _rings(turn):
        await ringing.again(turn.work, case)


def _heard(turn: Turn) -> Said | None:
    match turn.incoming.content:
        case Text() as typed:
            return Said(typed.text)
        case File() as file:
            return Said(file.caption, turn.media)
        case Contact() as card:
            return Said(card.phone)
        case Unknown() as unknown:
            return Said(f"[{unknown.kind}]")
    return None


def _rings(turn: Turn) -> bool:
    match turn.incoming.content:
        case Text(text=said) | File(caption=said):
            named = words.command_named(said) == "sos" or is_duress(turn, said)
            return named or classify.classify(said) is not None or red_flags.is_red_flag(said)
        case Pressed() as button:
            return button.command == "sos"
        case Located() as place:
            return place.own and not place.automatic and (place.live is None or place.live.first)
    return False


async def _place(turn: Turn, case: Case, place: Located) -> None:
    """Their own position moves the silent case; somebody else's is told on it."""
    try:
        fix = positions.understand(turn.work, place.point, place.source, turn.incoming.at, place.accuracy_m)
    except Refusal:
        point = f"[{place.label}] {place.point.lat}, {place.point.lon}".removeprefix("[] ")
        await relay.for_staff(turn.work, case, turn.person, Said(point))
        return
    if place.own:
        await _moved(turn, case, fix)
    else:
        point_ = MapPoint(fix.point, place.label, fix.accuracy_m)
        await relay.for_staff(turn.work, case, turn.person, Said(place.label, place=point_))


async def _moved(turn: Turn, case: Case, fix: Fix) -> None:
    await turn.work.uow.cases.add_fix(case.id, fix)
    if case.fix is None or case.fix.at <= fix.at:
        sos.set_place(turn.work, case, fix)
    await turn.work.uow.cases.save(case)
