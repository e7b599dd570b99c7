"""What an envoy says: answers to offers, progress, duty, position, words inside a job."""

from datetime import timedelta

from backoffice.cases.model import Case, ForWhom
from backoffice.dispatch.model import WORKING, Assignment, AssignmentStatus, Envoy
from backoffice.distress import classify, red_flags
from backoffice.kernel.exchange import Question
from backoffice.kernel.geo import Fix
from backoffice.kernel.ids import AssignmentId
from backoffice.kernel.messages import MapPoint, Message, Sentence
from backoffice.workflows import duty as duties
from backoffice.workflows import jobs, offers, positions, relay
from backoffice.workflows.relay import Said
from backoffice.workflows.work import about
from bot.conversations.turn import Turn

LATELY = timedelta(hours=1)
"""An answer this long after the question may still be meant for it."""


async def me(turn: Turn) -> Envoy | None:
    return await turn.work.uow.envoys.of_person(turn.person.id)


async def answer_offer(turn: Turn, assignment: str, value: str) -> bool:
    """`accept` or `decline`; False when the sender is no envoy."""
    envoy = await me(turn)
    if envoy is None:
        return False
    step = jobs.accept if value == "accept" else jobs.decline
    await step(turn.work, AssignmentId(assignment), envoy)
    return True


async def answer_job(turn: Turn, assignment: str, value: str) -> bool:
    """`on_my_way`, `arrived`, `need_help`, `cannot_go_on`."""
    envoy = await me(turn)
    if envoy is None:
        return False
    await jobs.progress(turn.work, AssignmentId(assignment), envoy, value)
    return True


async def counts(turn: Turn) -> bool:
    """On duty or on a job: their position is an envoy's."""
    envoy = await me(turn)
    return envoy is not None and (envoy.on_duty or envoy.busy_with is not None)


async def position(turn: Turn, fix: Fix) -> bool:
    """On duty a pin is the envoy's position, not a cry, and on a job those in the case see it. SOS is still offered."""
    if not await positions.envoy_moved(turn.work, turn.person, fix):
        return False
    await say_in_job(turn, Said(place=MapPoint(fix.point, accuracy_m=fix.accuracy_m)))
    await turn.say("envoy.position_kept", {"place": turn.work.world.places.describe(fix.point)})
    return True


async def duty(turn: Turn, on: bool) -> bool:
    """On and off duty by a word. Off duty means no offer, ever: open ones are taken back."""
    envoy = await me(turn)
    if envoy is None:
        return False
    await duties.turn(turn.work, envoy, on)
    return True


async def too_late(turn: Turn) -> bool:
    """An answer to an offer that was taken back a moment ago; False when there was none."""
    envoy = await me(turn)
    if envoy is None:
        return False
    over = await turn.work.uow.assignments.of_envoy(envoy.id, frozenset({AssignmentStatus.STOOD_DOWN}))
    if not over or turn.work.now - over[0].asked_at > LATELY:
        return False
    await turn.say("offer.gone")
    return True


async def offer_lines(turn: Turn, question: Question) -> list[Sentence]:
    """What an offer was about, for an envoy who has several."""
    envoy = await me(turn)
    if envoy is None:
        return []
    assignment = await turn.work.uow.assignments.get(AssignmentId(question.subject))
    case = await turn.work.uow.cases.get(assignment.case)
    known = offers.offered(turn.work, case, envoy)
    told = {"place": known["place"], "cell": known["cell"], "band": known["band"]}
    return [Sentence("offer.sos", told)]


async def job(turn: Turn) -> tuple[Envoy, Assignment, Case] | None:
    """The job the sender is on, if any."""
    envoy = await me(turn)
    if envoy is None:
        return None
    working = await turn.work.uow.assignments.of_envoy(envoy.id, WORKING)
    if not working:
        return None
    return envoy, working[0], await turn.work.uow.cases.get(working[0].case)


async def say_in_job(turn: Turn, said: Said) -> bool:
    """Words, files and places of an envoy on a job go to the case; False when there is no job."""
    found = await job(turn)
    if found is None:
        return False
    envoy, _, case = found
    grave = bool(classify.classify(said.text) or red_flags.is_red_flag(said.text))
    if grave:
        await jobs.reports_danger(turn.work, case, envoy)
    if grave and case.for_whom is ForWhom.OTHER:
        await _through_a_person(turn, case, envoy, said)
    else:
        await relay.from_envoy(turn.work, case, envoy, said)
    return True


async def _through_a_person(turn: Turn, case: Case, envoy: Envoy, said: Said) -> None:
    """A patient who is worse: whoever asked for help from afar hears it from the centre, not from a machine."""
    await relay.envoy_for_staff(turn.work, case, envoy, said)
    await turn.work.tell(about(case, envoy.person, Message("job.grave_kept"), tag=f"grave:{case.id}"))
