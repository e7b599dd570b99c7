"""What a message means for an SOS: it starts one, answers the countdown, rings again, or moves the place."""

from datetime import timedelta

from backoffice.cases.model import Case, CaseStatus, Origin
from backoffice.kernel import text
from backoffice.kernel.errors import Refusal
from backoffice.kernel.geo import Fix
from backoffice.kernel.messages import MapPoint
from backoffice.workflows import positions, relay, sos
from backoffice.workflows.relay import Said
from backoffice.workflows.sos import Cry
from bot.conversations import envoy
from bot.conversations.turn import Turn
from bot.incoming import Live, Located

QUIET_AFTER = timedelta(seconds=positions.WALK_WITHOUT_WORD_S)


async def cry(turn: Turn, origin: Origin, words: str = "", fix: Fix | None = None) -> None:
    """Somebody calls for help: a new case, or the open one rings again."""
    case = await turn.case()
    made = Cry(origin, turn.stored_at, turn.incoming.at, fix, words, turn.media)
    if case is None:
        await sos.start(turn.work, turn.person, made)
    else:
        await _again(turn, case, made)
    await _silently_too(turn)


async def _again(turn: Turn, case: Case, made: Cry) -> None:
    if made.text or made.media:
        await relay.from_traveller(turn.work, case, turn.person, Said(made.text, made.media))
    await sos.ring_again(turn.work, case, turn.person)


async def _silently_too(turn: Turn) -> None:
    """Under duress the centre hears every new sign, and the chat shows only the ordinary."""
    case = await turn.work.uow.cases.duress_of(turn.person.id)
    if case is not None:
        await sos.silent_ring(turn.work, case)


def is_duress(turn: Turn, words: str) -> bool:
    """Their duress word stands in what they wrote."""
    word = text.fold(turn.person.profile.duress_word)
    return bool(word) and word in text.fold(words)


async def duress(turn: Turn, words: str) -> None:
    """The screen shows a cancel; the centre gets a silent case, or the running one turns silent."""
    case = await turn.case()
    if case is not None:
        await relay.from_traveller(turn.work, case, turn.person, Said(words))
        await sos.under_duress(turn.work, case, turn.person)
        return
    if await turn.work.uow.cases.duress_of(turn.person.id) is None:
        made = Cry(Origin.PHRASE, turn.stored_at, turn.incoming.at, text=words)
        await sos.silent_case(turn.work, turn.person, made)
    else:
        await _silently_too(turn)
    await turn.say("sos.cancelled")


async def confirm(turn: Turn) -> bool:
    """ "Send now" typed or pressed; False when there is nothing it could mean."""
    case = await turn.case()
    if case is None:
        return False
    await sos.confirm(turn.work, case, turn.person)
    return True


async def cancel(turn: Turn) -> bool:
    """ "Cancel" typed or pressed; with no case it is remembered for a pin still on its way."""
    case = await turn.case()
    if case is not None:
        await sos.cancel(turn.work, case, turn.person)
    else:
        await sos.remember_cancel(turn.work, turn.person, turn.incoming.at)
        await turn.say("sos.nothing_to_cancel")
    return True


async def located(turn: Turn, place: Located) -> None:
    """A point came in."""
    try:
        fix = positions.understand(turn.work, place.point, place.source, turn.incoming.at, place.accuracy_m)
    except Refusal:
        await _unusable(turn, place)
        return
    if not place.own:
        await _somebody_elses(turn, place, fix)
        return
    await positions.remember(turn.work, turn.person, fix)
    if await turn.work.uow.cases.duress_of(turn.person.id):
        await _silent_place(turn, fix)
    if not place.automatic:
        await _own_place(turn, place, fix)


async def _own_place(turn: Turn, place: Located, fix: Fix) -> None:
    case = await turn.case()
    live_edit = place.live is not None and not place.live.first
    if case is not None:
        await _newer(turn, case, fix, live_edit)
        if place.live:
            await _watch(turn, case, place.live)
    elif not live_edit and not await envoy.position(turn, fix):
        await cry(turn, Origin.PIN, fix=fix)
    elif live_edit:
        await positions.envoy_moved(turn.work, turn.person, fix)


async def _newer(turn: Turn, case: Case, fix: Fix, live_edit: bool) -> None:
    """A newer position moves the case; a repeated pin on an open one rings again too."""
    placed = case.fix is not None
    await positions.moved(turn.work, case, fix)
    if placed and not live_edit or not live_edit and case.status is CaseStatus.COUNTDOWN:
        await sos.ring_again(turn.work, case, turn.person)


async def _watch(turn: Turn, case: Case, live: Live) -> None:
    ended = live.period_s == 0
    until = turn.work.now + min(QUIET_AFTER, timedelta(seconds=max(live.period_s, 1)))
    await positions.watch_live(turn.work, case, until, ended)


async def _silent_place(turn: Turn, fix: Fix) -> None:
    case = await turn.work.uow.cases.duress_of(turn.person.id)
    if case is not None:
        sos.set_place(turn.work, case, fix)
        await turn.work.uow.cases.add_fix(case.id, fix)
        await turn.work.uow.cases.save(case)


async def _unusable(turn: Turn, place: Located) -> None:
    """Nobody can stand there; somebody sharing their own place wants help all the same."""
    case = await turn.case()
    if case is not None:
        await relay.from_traveller(turn.work, case, turn.person, Said(_as_words(place)))
        await turn.say("place.impossible")
    elif place.own and not place.automatic and (place.live is None or place.live.first):
        await cry(turn, Origin.PIN, _as_words(place))


def _as_words(place: Located) -> str:
    return f"[{place.label}] {place.point.lat}, {place.point.lon}".removeprefix("[] ")


async def _somebody_elses(turn: Turn, place: Located, fix: Fix) -> None:
    """A forwarded pin or a venue: told on inside a case, never a cry."""
    case = await turn.case()
    if case is None or case.status is CaseStatus.COUNTDOWN:
        await turn.say("place.not_own")
        return
    point = MapPoint(fix.point, place.label, fix.accuracy_m)
    await relay.from_traveller(turn.work, case, turn.person, Said(place.label, place=point))
    await turn.say("place.kept_for_case")
