"""What a message means for an SOS: it starts one, answers the countdown, rings again, or moves the place."""

from datetime import timedelta

from backoffice.cases.model import Case, CaseStatus, Origin
from backoffice.families.model import Part
from backoffice.kernel.errors import Refusal
from backoffice.kernel.geo import Fix
from backoffice.kernel.messages import MapPoint
from backoffice.workflows import following, positions, relay, sos
from backoffice.workflows.relay import Said
from backoffice.workflows.sos import Cry
from bot.conversations import envoy, envoy_life, order_points, places
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


async def _again(turn: Turn, case: Case, made: Cry) -> None:
    """What was said goes with it; a bare button is told to the envoys at work by the sign of all languages."""
    said = Said(made.text or ("" if made.media else "SOS"), made.media)
    if made.text or made.media or case.status is not CaseStatus.COUNTDOWN:
        await relay.from_traveller(turn.work, case, turn.person, said)
    await sos.ring_again(turn.work, case, turn.person)


async def confirm(turn: Turn) -> bool:
    """ "Send now" typed or pressed; False when there is nothing it could mean."""
    case = await turn.case()
    if case is None:
        return False
    await sos.confirm(turn.work, case, turn.person)
    return True


async def cancel(turn: Turn) -> bool:
    """ "Cancel" typed or pressed; with no case it is remembered for a pin still on its way.

    False for the patient of somebody else's call: that they are safe is told on the case.
    """
    case = await turn.case()
    if case is not None:
        await sos.cancel(turn.work, case, turn.person)
        return True
    await sos.remember_cancel(turn.work, turn.person, turn.incoming.at)
    follows = await following.of_person(turn.work, turn.person.id)
    if follows and follows.case.active and follows.follower.part is Part.PATIENT:
        return False
    await turn.say("family.how_to_leave" if follows else "sos.nothing_to_cancel")
    return True


async def located(turn: Turn, place: Located) -> None:
    """A point came in."""
    try:
        fix = positions.understand(turn.work, place.point, place.source, turn.incoming.at, place.accuracy_m)
    except Refusal:
        await _unusable(turn, place)
        return
    if await order_points.located(turn, place, fix):
        return
    if not place.own:
        await _somebody_elses(turn, place, fix)
        return
    await positions.remember(turn.work, turn.person, fix)
    if place.automatic:
        await positions.envoy_moved(turn.work, turn.person, fix)
    elif not await places.for_patient(turn, fix, _as_words(place)):
        await _own_place(turn, place, fix)


async def _own_place(turn: Turn, place: Located, fix: Fix) -> None:
    """In a case it moves the case; an envoy's own is theirs; anybody else's new one is a cry."""
    again = place.live is not None and not place.live.first
    case = await turn.case()
    if case is not None:
        await _newer(turn, case, fix, again)
    elif again:
        await positions.envoy_moved(turn.work, turn.person, fix)
    elif not (await envoy_life.pin(turn, fix) or await envoy.position(turn, fix)):
        await cry(turn, Origin.PIN, fix=fix)
    case = await turn.case()
    if case is not None and place.live:
        await _watch(turn, case, place.live)


async def _newer(turn: Turn, case: Case, fix: Fix, live_edit: bool) -> None:
    """A newer position moves the case; one that nobody had asked for on a placed case rings it again too."""
    asked_for = case.status is CaseStatus.OPEN and (case.fix is None or case.fix_is_last_known)
    news = await positions.moved(turn.work, case, fix)
    if live_edit or asked_for:
        return
    if case.says_safe_at and not news:
        await relay.from_traveller(turn.work, case, turn.person, Said("SOS"))
    await sos.ring_again(turn.work, case, turn.person)


async def _watch(turn: Turn, case: Case, live: Live) -> None:
    ended = live.period_s == 0
    until = turn.work.now + min(QUIET_AFTER, timedelta(seconds=max(live.period_s, 1)))
    await positions.watch_live(turn.work, case, until, ended)


async def _unusable(turn: Turn, place: Located) -> None:
    """Nobody can stand there; somebody sharing their own place wants help all the same."""
    case = await turn.case()
    if case is not None:
        await relay.from_traveller(turn.work, case, turn.person, Said(_as_words(place)))
    elif _is_call(place) and not await envoy.counts(turn):
        await cry(turn, Origin.PIN, _as_words(place))
        return
    if not place.automatic:
        await turn.say("place.impossible")


def _is_call(place: Located) -> bool:
    return place.own and not place.automatic and (place.live is None or place.live.first)


def _as_words(place: Located) -> str:
    return f"[{place.label}] {place.point.lat}, {place.point.lon}".removeprefix("[] ")


async def _somebody_elses(turn: Turn, place: Located, fix: Fix) -> None:
    """A forwarded pin or a venue: where the patient is when that was asked, else told on; never a cry."""
    if await places.for_patient(turn, fix, _as_words(place)):
        return
    said = Said(place.label, place=MapPoint(fix.point, place.label, fix.accuracy_m))
    case = await turn.case()
    if case is not None:
        await relay.from_traveller(turn.work, case, turn.person, said)
        await turn.say("place.kept_for_case")
    elif not (await envoy.say_in_job(turn, said) or await envoy_life.pin(turn, fix)):
        await turn.say("place.not_own")
