"""Drills for envoys: an offer that is none, who answered it and how fast, and a weekly list of who did not."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from backoffice.dispatch.model import Envoy
from backoffice.enrolment import daytime, readiness
from backoffice.enrolment.readiness import Drill, DrillAnswer, DrillId, DrillOffer
from backoffice.kernel import geodesy
from backoffice.kernel.errors import Refusal
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import DeadlineId, EnvoyId, LetterId, OperatorId, PersonId
from backoffice.kernel.messages import Choice, Message, Param
from backoffice.ports import Alert, Deadline, DeadlineKind
from backoffice.workflows.work import Work

DESK = PersonId("desk")
"""Deadlines of the centre itself fire under the desk's lock."""
LIST = "readiness"
MOST_ASKED = 300
MOST_RADIUS_M = 100_000.0
MOST_NAMED = 20
CENTRE_ZONE = "Asia/Shanghai"
CHOICES = (Choice("accept", "button.accept", "91"), Choice("decline", "button.decline", "90"))
"""1 and 0 stay free for a real offer that comes meanwhile."""


@dataclass(frozen=True, slots=True)
class Order:
    """What an operator asks for; metres."""

    point: Point
    radius_m: float
    weekly: bool = False


async def begin(work: Work, operator: OperatorId, order: Order) -> int:
    """Ask everybody on duty and free near the place; returns how many."""
    if not geodesy.valid(order.point.lat, order.point.lon) or not 0 < order.radius_m <= MOST_RADIUS_M:
        raise Refusal("centre.drill_bad_place", 400)
    drill = Drill(DrillId(work.new_id()), work.now, operator, order.point, order.radius_m, order.weekly)
    await work.uow.drills.add(drill)
    asked = await _ask_all(work, drill)
    if order.weekly:
        await _arm(work, DeadlineKind.DRILL_ASK, drill.id, work.now + readiness.WEEK)
    await work.uow.staff.audit(work.now, operator, "drill.begun", drill.id)
    return asked


async def _ask_all(work: Work, drill: Drill) -> int:
    found = work.world.index.within(drill.point.lat, drill.point.lon, drill.radius_m)[:MOST_ASKED]
    ids = [EnvoyId(envoy) for envoy, _ in found]
    booked = await work.uow.orders.taken(ids, work.now, work.now + readiness.OPEN_FOR)
    envoys = [e for e in await work.uow.envoys.many(ids) if _may_be_asked(e) and e.id not in booked]
    for envoy in envoys:
        await _ask(work, drill, envoy)
    await _arm(work, DeadlineKind.DRILL_OVER, drill.id, work.now + readiness.OPEN_FOR)
    await _list_weekly(work)
    return len(envoys)


def _may_be_asked(envoy: Envoy) -> bool:
    """As with a real offer: off duty or on a job nobody is asked."""
    return envoy.on_duty and envoy.busy_with is None and not envoy.synthetic


async def _ask(work: Work, drill: Drill, envoy: Envoy) -> None:
    cell = geodesy.cell(drill.point.lat, drill.point.lon)
    band = str(geodesy.band_from_cell(cell, envoy.where(work.now)))
    params: dict[str, Param] = {"cell": cell.code, "band": band}
    message = Message("envoy.drill_offer", params, CHOICES, drill=True)
    until = work.now + readiness.OPEN_FOR
    letter = await work.ask(NewLetter(envoy.person, message), "drill", f"{drill.id}:{envoy.id}", until)
    await work.uow.drills.ask(DrillOffer(drill.id, envoy.id, LetterId(letter), work.now))


async def _arm(work: Work, kind: DeadlineKind, subject: str, due: datetime) -> None:
    await work.arm(Deadline(DeadlineId(work.new_id()), kind, DESK, subject, due))


async def answer(work: Work, envoy: Envoy, subject: str, value: str) -> None:
    """An answer in time counts once; no real figure hears of it."""
    drill, _, asked = subject.partition(":")
    offer = await work.uow.drills.offer(DrillId(drill), EnvoyId(asked))
    if offer is None or offer.envoy != envoy.id:
        raise Refusal("offer.not_yours")
    if offer.answer is not DrillAnswer.WAITING:
        raise Refusal("envoy.drill_over")
    offer.answer = DrillAnswer.ACCEPTED if value == "accept" else DrillAnswer.DECLINED
    offer.answered_at = work.now
    await work.uow.drills.save(offer)
    await work.uow.talk.close_about(subject)
    await work.tell(NewLetter(envoy.person, Message("envoy.drill_answered", drill=True)))


async def over(work: Work, drill: DrillId) -> None:
    """Time is over: latencies from when the platform took each question, silence told from not delivered."""
    offers = await work.uow.drills.offers(drill)
    taken = await work.uow.drills.taken([o.letter for o in offers])
    for offer in offers:
        offer.taken_at = taken.get(offer.letter)
        readiness.close(offer)
        await work.uow.drills.save(offer)
    answered = sum(o.answered_at is not None for o in offers)
    await work.uow.desk.alert(Alert(0, work.now, "drill_over", None, f"{answered}/{len(offers)}"))
    work.uow.hint("queue")


async def ask_again(work: Work, drill_id: DrillId) -> None:
    """A weekly drill, a week on: a drill of its own, and the next one armed."""
    last = await work.uow.drills.get(drill_id)
    drill = Drill(DrillId(work.new_id()), work.now, last.ordered_by, last.point, last.radius_m, weekly=True)
    await work.uow.drills.add(drill)
    await _ask_all(work, drill)
    await _arm(work, DeadlineKind.DRILL_ASK, drill.id, work.now + readiness.WEEK)


async def stop_weekly(work: Work, operator: OperatorId, drill: DrillId) -> None:
    """No further repetition."""
    if not await work.uow.deadlines.cancel(DeadlineKind.DRILL_ASK, drill):
        raise Refusal("centre.drill_not_weekly")
    await work.uow.staff.audit(work.now, operator, "drill.stopped", drill)


async def _list_weekly(work: Work) -> None:
    """Monday morning at the centre: who did not answer. Armed once, as long as there are drills."""
    if await work.uow.deadlines.armed(DeadlineKind.READINESS_LIST, LIST):
        return
    today = daytime.today(work.now, CENTRE_ZONE)
    monday = today + timedelta(days=7 - today.weekday())
    await _arm(work, DeadlineKind.READINESS_LIST, LIST, daytime.at(monday, time(9), CENTRE_ZONE))


async def list_due(work: Work) -> None:
    """One line for the desk: who did not answer the drills of the week. No drills, no line, no next Monday."""
    offers = await work.uow.drills.since(work.now - readiness.WEEK)
    if not offers:
        return
    silent = [r.envoy for r in readiness.by_envoy(offers) if r.silent and not r.answered]
    names = [e.name for e in await work.uow.envoys.many(silent[:MOST_NAMED])]
    text = f"{len(silent)}: {', '.join(names)}" if silent else "0"
    await work.uow.desk.alert(Alert(0, work.now, "readiness", None, text))
    work.uow.hint("queue")
    await _list_weekly(work)
