"""An SOS: countdown, confirm, cancel, fire, dispatch, ring again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backoffice.cases import face
from backoffice.cases.model import Case, CaseStatus, Entry, Origin
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel import ids
from backoffice.kernel.errors import Stale
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.geo import Fix
from backoffice.kernel.ids import CaseId, DeadlineId
from backoffice.kernel.messages import Choice, Media, Message, Role, Sentence
from backoffice.people.model import Person
from backoffice.ports import Deadline, DeadlineKind
from backoffice.workflows import (
    dispatching,
    geocoding,
    intake,
    jobs,
    offers,
    order_sos,
    promises,
    ringing,
    sealing,
    telling,
)
from backoffice.workflows.work import Work, about, arm

_ENVOY_STANDS = {
    AssignmentStatus.ARRIVED: "case.status_arrived",
    AssignmentStatus.UNDER_WAY: "case.status_under_way",
}
_ABOUT_ENVOYS = frozenset({"case.status_envoy", *_ENVOY_STANDS.values(), face.SEARCHING, face.NOBODY})
CANCEL_REMEMBERED = timedelta(minutes=1)
"""A cancel that overtook its pin waits this long for it (business.md, What starts an SOS)."""
REF_TRIES = 6


@dataclass(frozen=True, slots=True)
class Cry:
    """What started an SOS. `stored_at` is when we stored it, `true_at` the platform's time of it."""

    origin: Origin
    stored_at: datetime
    true_at: datetime
    fix: Fix | None = None
    text: str = ""
    media: Media | None = None


async def start(work: Work, person: Person, cry: Cry) -> Case:
    """Open a case in countdown; late cries ring at once, a pin whose cancel came first is stood down at once.

    What was asked about the profile or the language waits for another day: from here words belong to the case.
    """
    case = await _new_case(work, person, cry)
    await work.uow.talk.close_about(person.id)
    await work.uow.cases.add(case)
    await work.note(case, "traveller", "case.started", origin=str(cry.origin), late=case.late)
    await keep(work, case, person, cry)
    if await _cancel_came_first(work, person, cry):
        await _stand_down(work, case, person)
    elif case.late:
        await dispatch(work, case, person)
    else:
        await _count_down(work, case, person)
    return case


async def for_somebody(work: Work, person: Person, cry: Cry, by: str) -> Case:
    """An operator (`by`, an actor) calls for help for somebody: a person has decided, nothing counts down."""
    case = await _new_case(work, person, cry)
    await work.uow.talk.close_about(person.id)
    await work.uow.cases.add(case)
    await work.note(case, by, "case.started", origin=str(cry.origin), late=False)
    await keep(work, case, person, cry)
    await dispatch(work, case, person)
    return case


async def _new_case(work: Work, person: Person, cry: Cry) -> Case:
    fix, last_known = await _place(work, person, cry)
    case = Case(
        id=CaseId(work.new_id()),
        ref=await _free_ref(work),
        requester=person.id,
        origin=cry.origin,
        opened_at=work.now,
        due_at=cry.stored_at + work.rules.countdown,
        true_at=cry.true_at,
        late=cry.stored_at - cry.true_at > work.rules.late_after,
        drill=person.drill,
    )
    set_place(work, case, fix, last_known)
    return case


def set_place(work: Work, case: Case, fix: Fix | None, last_known: bool = False) -> None:
    """Where the case is, with its words."""
    case.fix, case.fix_is_last_known = fix, last_known
    case.place = work.world.places.describe(fix.point) if fix else None


async def _place(work: Work, person: Person, cry: Cry) -> tuple[Fix | None, bool]:
    if cry.fix:
        return cry.fix, False
    known = await work.uow.people.last_fix(person.id)
    fresh = known is not None and work.now - known.at <= work.rules.last_known
    if not fresh:
        known = await order_sos.place(work, person.id)
    return (known, True) if known else (None, False)


async def _free_ref(work: Work) -> str:
    for attempt in range(REF_TRIES):
        ref = ids.new_ref(work.world.bits, 4 if attempt < 3 else 6)
        if await work.uow.cases.ref_free(ref):
            return ref
    raise Stale("no free case reference")


async def keep(work: Work, case: Case, person: Person, cry: Cry) -> None:
    """Keep what came on the case: words, files and the point, never a reason to wait."""
    if cry.fix:
        await work.uow.cases.add_fix(case.id, cry.fix)
    if cry.text or cry.media:
        entry = Entry(case.id, work.now, Role.TRAVELLER, person.id, person.display_name, cry.text, cry.media)
        await work.uow.cases.add_entry(entry)


async def _count_down(work: Work, case: Case, person: Person) -> None:
    kind = DeadlineKind.COUNTDOWN
    await work.arm(Deadline(DeadlineId(work.new_id()), kind, case.requester, case.id, case.due_at))
    await tell_countdown(work, case, person)


async def tell_countdown(work: Work, case: Case, person: Person) -> None:
    """The countdown as it stands, with its two answers; said again it is the same question, newly put."""
    await work.ask(
        about(case, person.id, telling.countdown(work, case), f"how:{case.id}"), "countdown", case.id
    )


async def tell_standing(work: Work, case: Case, person: Person) -> None:
    """How the case stands now; a countdown still running can be answered."""
    if case.status is CaseStatus.COUNTDOWN:
        await tell_countdown(work, case, person)
    else:
        message = await _with_envoys(work, case, telling.status(work, case))
        await work.tell(about(case, person.id, message, f"how:{case.id}"))


async def _with_envoys(work: Work, case: Case, message: Message) -> Message:
    """Somebody who has come, or is on the way, is told as that."""
    key = await _envoys_stand(work, case)
    lines = (Sentence(key) if s.key == "case.status_envoy" else s for s in message.more)
    return replace(message, more=tuple(lines))


async def _envoys_stand(work: Work, case: Case) -> str:
    """The line about whoever comes; under duress the one that stood on the screen when it began."""
    if case.faced:
        return face.envoys(case)
    states = {a.status for a in await jobs.working(work, case)}
    return next((key for status, key in _ENVOY_STANDS.items() if status in states), "case.status_envoy")


async def _cancel_came_first(work: Work, person: Person, cry: Cry) -> bool:
    kept = await work.uow.deadlines.armed(DeadlineKind.FORGOTTEN_CANCEL, person.id)
    if kept is None or kept.due < cry.stored_at or cry.true_at > datetime.fromisoformat(kept.payload["at"]):
        return False
    await work.uow.deadlines.cancel(DeadlineKind.FORGOTTEN_CANCEL, person.id)
    return True


async def remember_cancel(work: Work, person: Person, at: datetime) -> None:
    """A cancel with nothing to cancel: its pin may still be on the way."""
    until = work.now + CANCEL_REMEMBERED
    payload = {"at": at.isoformat()}
    await work.uow.deadlines.cancel(DeadlineKind.FORGOTTEN_CANCEL, person.id)
    kind = DeadlineKind.FORGOTTEN_CANCEL
    await work.arm(Deadline(DeadlineId(work.new_id()), kind, person.id, person.id, until, payload))


async def _first_question(work: Work, case: Case, person: Person) -> None:
    """Whether help is still needed comes first when the cry was held up on its way."""
    if not case.late:
        await intake.next_question(work, case, person)
        return
    choices = (Choice("yes", "button.still_need", "1"), Choice("no", "button.no_longer", "0"))
    message = Message("sos.late", {"ref": case.ref}, choices)
    await work.ask(about(case, person.id, message), "late", case.id)


async def confirm(work: Work, case: Case, person: Person) -> None:
    """Send now. After the dispatch it says how things stand."""
    if case.status is not CaseStatus.COUNTDOWN:
        await tell_standing(work, case, person)
        return
    await work.uow.deadlines.cancel(DeadlineKind.COUNTDOWN, case.id)
    await work.note(case, "traveller", "case.confirmed")
    await dispatch(work, case, person)


async def cancel(work: Work, case: Case, person: Person) -> None:
    """Before the dispatch nobody is told; after it the case stays open until the centre has heard their voice."""
    if case.status is CaseStatus.COUNTDOWN:
        await _stand_down(work, case, person)
    else:
        await says_safe(work, case, person)


async def _stand_down(work: Work, case: Case, person: Person) -> None:
    await work.tell(_cancelled(case, person))
    await work.uow.deadlines.cancel(DeadlineKind.COUNTDOWN, case.id)
    case.move(CaseStatus.CANCELLED)
    case.closed_at = work.now
    await work.uow.cases.save(case)
    await work.uow.talk.close_about(case.id)
    await sealing.seal_soon(work, case)
    await work.note(case, "traveller", "case.cancelled")


def _cancelled(case: Case, person: Person) -> NewLetter:
    """One and the same letter for a cancel and for a cancel under duress, down to its lane."""
    return about(case, person.id, Message("sos.cancelled"), f"how:{case.id}")


async def says_safe(work: Work, case: Case, person: Person) -> None:
    """Marks "says they are safe": the centre verifies by voice, envoys hold."""
    hold = [Sentence("sos.envoys_hold")] if face.shows_envoy(case) else []
    message = Message("sos.says_safe", {"ref": case.ref}, more=(*hold, Sentence("sos.still_needed")))
    await work.tell(about(case, person.id, message, f"how:{case.id}"))
    news = case.says_safe_at is None
    case.says_safe_at = case.says_safe_at or work.now
    await work.uow.cases.save(case)
    await work.note(case, "traveller", "case.says_safe")
    if news:
        await offers.hold(work, case)
    work.uow.hint("queue")


async def under_duress(work: Work, case: Case, person: Person) -> None:
    """The screen shows exactly what a cancel shows, in time or late; the centre gets a silent case."""
    if case.status is CaseStatus.COUNTDOWN:
        await _hide(work, case, person)
    else:
        await says_safe(work, case, person)
        await _put_on_face(work, case)
        await ringing.again(work, case)
    await work.note(case, "traveller", "case.duress")


async def _hide(work: Work, case: Case, person: Person) -> None:
    """As cancelled in time: what was on its way to this screen is dropped, and the chat knows of no case."""
    await work.uow.outbox.drop_about(person.id, case.id)
    await work.tell(_cancelled(case, person))
    await work.uow.deadlines.cancel(DeadlineKind.COUNTDOWN, case.id)
    case.duress = True
    await _open(work, case)
    await work.uow.talk.close_about(case.id)


async def _put_on_face(work: Work, case: Case) -> None:
    """Nobody is sent any more; the screen goes on with the case as it stands there, the search by its own clock.

    Words of people that are still on their way do not arrive: an operator may have asked the wrong thing.
    """
    if case.duress:
        return
    await work.uow.outbox.drop_talk(case.requester, case.id)
    message = await _with_envoys(work, case, telling.status(work, case))
    line = next((s.key for s in message.more if s.key in _ABOUT_ENVOYS), face.NOBODY)
    offers_ = await dispatching.offered(work, case)
    widens = await work.uow.deadlines.armed(DeadlineKind.WIDEN, case.id)
    await dispatching.stop(work, case, "offer.stood_down")
    case.duress = True
    them = {str(f.id): f.scopes for f in await work.uow.families.of_case(case.id)}
    face.put_on(case, line, offers_, them)
    if widens:
        await arm(work, case, DeadlineKind.WIDEN, widens.due)


async def silent_case(work: Work, person: Person, cry: Cry) -> Case:
    """A duress word with no case open: a silent one, of which the chat says nothing."""
    case = await _new_case(work, person, cry)
    case.duress = True
    await work.uow.cases.add(case)
    await keep(work, case, person, cry)
    await _open(work, case)
    await work.note(case, "traveller", "case.duress")
    return case


async def fire(work: Work, case: Case, person: Person) -> None:
    """The countdown has run out in silence: silence dispatches."""
    await work.note(case, "system", "case.countdown_over")
    await dispatch(work, case, person)


async def dispatch(work: Work, case: Case, person: Person) -> None:
    """Wake the centre and ask the envoys; then the questions, one at a time."""
    await _open(work, case)
    await work.uow.talk.close_about(case.id, "countdown")
    stays = await order_sos.carry(work, case)
    asked = 0 if stays else await dispatching.begin(work, case)
    await work.uow.cases.save(case)
    told = telling.dispatched(work, case, person, asked)
    await work.tell(about(case, person.id, told))
    if case.fix is None or case.fix_is_last_known:
        await work.tell(about(case, person.id, telling.ask_place(case)))
    if stays:
        await work.tell_traveller(case, order_sos.told(case, stays))
    elif case.fix and not asked:
        await promises.tell_nobody(work, case)
    await _first_question(work, case, person)
    await _hand_on(work, case, person)
    if case.fix:
        await geocoding.later(work, case, "address")


async def _hand_on(work: Work, case: Case, person: Person) -> None:
    """An envoy in need is an envoy nobody may count on."""
    envoy = await work.uow.envoys.of_person(person.id)
    if envoy is not None:
        await jobs.hand_on(work, envoy, case)
        await order_sos.hand_on(work, envoy)


async def _open(work: Work, case: Case) -> None:
    case.move(CaseStatus.OPEN)
    case.dispatched_at = work.now
    await work.note(case, "system", "case.dispatched")
    await ringing.ring(work, case)


async def ring_again(work: Work, case: Case, person: Person) -> None:
    """A repeat on an open case: never refused, rings until somebody acknowledges it."""
    if case.status is CaseStatus.COUNTDOWN:
        await tell_countdown(work, case, person)
        return
    if case.status is CaseStatus.RESOLVED:
        case.move(CaseStatus.OPEN)
    held, case.says_safe_at = case.says_safe_at is not None, None
    await ringing.again(work, case)
    await work.tell(about(case, person.id, await _rang(work, case), f"how:{case.id}"))
    if held and not case.duress:
        await offers.go_on(work, case)
    await _search_if_nobody(work, case)
    await work.uow.talk.close_about(case.id, "late")
    await intake.next_question(work, case, person)


async def _rang(work: Work, case: Case) -> Message:
    status = await _with_envoys(work, case, telling.status(work, case))
    return Message("sos.rang_again", {"ref": case.ref}, more=status.more)


async def _search_if_nobody(work: Work, case: Case) -> None:
    """Nobody is coming and nobody is being asked: whoever is near now is."""
    if not (face.shows_envoy(case) or face.searches(case)):
        await dispatching.begin_shown(work, case)
        await work.uow.cases.save(case)
