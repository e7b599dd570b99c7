"""An envoy's duty: on and off by word or by their hours, a break, a position that is asked for when it is stale."""

from dataclasses import replace
from datetime import datetime, timedelta

from backoffice.cases.model import CaseStatus
from backoffice.dispatch.model import FRESH, Envoy
from backoffice.enrolment import duty as rules
from backoffice.enrolment import hours
from backoffice.enrolment.duty import Duty
from backoffice.enrolment.model import ApplicationStatus
from backoffice.kernel.errors import Refusal
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.ids import DeadlineId
from backoffice.kernel.messages import Choice, Listing, Message, Param, Sentence, Span, Term, When
from backoffice.ports import Deadline, DeadlineKind
from backoffice.workflows import jobs, orders
from backoffice.workflows.work import Work

WHERE = (Choice("still_here", "button.still_here", "7"), Choice("use_base", "button.use_base", "8"))
"""1 and 0 stay free for an offer that comes meanwhile."""
_ENDED = frozenset({ApplicationStatus.EXPIRED, ApplicationStatus.WITHDRAWN})


async def of(work: Work, envoy: Envoy) -> Duty:
    """Their hours and breaks; who never set any has none, in the zone of their base."""
    zone = work.world.places.time_zone(envoy.base)
    return await work.uow.duties.of(envoy.id) or Duty(envoy.id, zone)


async def settle(work: Work, envoy: Envoy) -> None:
    """A new envoy's record: the zone their hours are meant in is that of their base."""
    duty = await of(work, envoy)
    duty.zone = work.world.places.time_zone(envoy.base)
    await work.uow.duties.save(duty)
    await _arm_switch(work, envoy, duty)


async def barred(work: Work, envoy: Envoy) -> bool:
    """Their papers ran out or they left: no work until vetted again. Envoys vetted in bulk have no papers here."""
    found = await work.uow.enrolments.of_person(envoy.person)
    if any(a.status is ApplicationStatus.APPROVED for a in found):
        return False
    return any(a.status in _ENDED and a.decided_at for a in found)


async def turn(work: Work, envoy: Envoy, on: bool) -> None:
    """On or off duty by the envoy's own word, until their hours next say otherwise."""
    if on and await barred(work, envoy):
        raise Refusal("envoy.papers_over")
    await _end_break(work, envoy)
    await (start if on else stop)(work, envoy)
    message = Message("envoy.on_duty") if on else Message("envoy.off_duty")
    await tell(work, envoy, message, *await _next(work, envoy))


async def start(work: Work, envoy: Envoy) -> None:
    """On duty; whoever is in need themselves is not offered anybody else's case."""
    envoy.on_duty = True
    await work.uow.envoys.save(envoy)
    work.uow.hint(f"envoy:{envoy.id}")
    own = await work.uow.cases.active_of(envoy.person)
    if own is not None and own.status is CaseStatus.OPEN:
        await work.uow.envoys.take(envoy.id, own.id)
    await watch_position(work, envoy)


async def stop(work: Work, envoy: Envoy) -> None:
    """Off duty means no offer, ever: open ones are taken back. A job under way goes on."""
    envoy.on_duty = False
    await work.uow.envoys.save(envoy)
    work.uow.hint(f"envoy:{envoy.id}")
    await work.uow.deadlines.cancel(DeadlineKind.POSITION_STALE, envoy.id)
    await work.uow.talk.close_about(envoy.id, "where")
    await jobs.no_offers(work, envoy)
    await orders.off_duty(work, envoy)


async def tell(work: Work, envoy: Envoy, message: Message, *more: Sentence) -> None:
    await work.tell(NewLetter(envoy.person, replace(message, more=more)))


async def _next(work: Work, envoy: Envoy) -> list[Sentence]:
    """When their hours next change that, in their own zone."""
    duty = await of(work, envoy)
    switch = hours.next_switch(duty.week, duty.zone, work.now)
    if switch is None or switch.on == envoy.on_duty:
        return []
    when = {"when": When(switch.at, duty.zone)}
    return [Sentence("envoy.duty_begins_at", when) if switch.on else Sentence("envoy.duty_ends_at", when)]


async def set_hours(work: Work, envoy: Envoy, week: hours.Week) -> None:
    """Weekly hours; from here duty begins and ends by them. None at all: by word only."""
    duty = await of(work, envoy)
    duty.week = week
    await work.uow.duties.save(duty)
    await _arm_switch(work, envoy, duty)
    if not week:
        await tell(work, envoy, Message("envoy.hours_cleared"))
        return
    should = hours.on_at(week, duty.zone, work.now) and not await barred(work, envoy)
    if should != envoy.on_duty and duty.break_until is None:
        await (start if should else stop)(work, envoy)
    standing = Sentence("envoy.now_on_duty") if envoy.on_duty else Sentence("envoy.now_off_duty")
    more = (*lines(duty), standing, *await _next(work, envoy))
    await tell(work, envoy, Message("envoy.hours_kept", {"now": When(work.now, duty.zone)}), *more)


def lines(duty: Duty) -> list[Sentence]:
    """Weekly hours for reading."""
    return [
        Sentence(
            "envoy.hours_line",
            {
                "days": Listing(tuple(Term(f"weekday.{day}") for day in days)),
                "start": hours.clock(start) if start else "00:00",
                "end": hours.clock(end),
            },
        )
        for days, start, end in hours.lines(duty.week)
    ]


async def _arm_switch(work: Work, envoy: Envoy, duty: Duty) -> None:
    switch = hours.next_switch(duty.week, duty.zone, work.now)
    await work.uow.deadlines.cancel(DeadlineKind.DUTY_SWITCH, envoy.id)
    if switch:
        await _arm(work, envoy, DeadlineKind.DUTY_SWITCH, switch.at, on=switch.on)


async def _arm(work: Work, envoy: Envoy, kind: DeadlineKind, due: datetime, **payload: object) -> None:
    new = DeadlineId(work.new_id())
    await work.arm(Deadline(new, kind, envoy.person, envoy.id, due, dict(payload)))


async def switch(work: Work, envoy: Envoy, on: bool) -> None:
    """The envoy's hours begin or end. A break that is still running goes on."""
    duty = await of(work, envoy)
    await _arm_switch(work, envoy, duty)
    if on == envoy.on_duty or (on and (duty.break_until or await barred(work, envoy))):
        return
    if not on:
        await _end_break(work, envoy)
    await (start if on else stop)(work, envoy)
    message = Message("envoy.hours_begin") if on else Message("envoy.hours_end")
    await tell(work, envoy, message, *await _next(work, envoy))


async def pause(work: Work, envoy: Envoy, length: timedelta) -> None:
    """A break: no offers until it is over, then on duty again by itself."""
    if not envoy.on_duty:
        raise Refusal("envoy.not_on_duty")
    duty = await of(work, envoy)
    duty.break_until = work.now + min(length, rules.LONGEST_BREAK)
    await work.uow.duties.save(duty)
    await stop(work, envoy)
    await work.uow.deadlines.cancel(DeadlineKind.BREAK_OVER, envoy.id)
    await _arm(work, envoy, DeadlineKind.BREAK_OVER, duty.break_until)
    await tell(work, envoy, Message("envoy.break_until", {"when": When(duty.break_until, duty.zone)}))


async def _end_break(work: Work, envoy: Envoy) -> None:
    await work.uow.deadlines.cancel(DeadlineKind.BREAK_OVER, envoy.id)
    duty = await work.uow.duties.of(envoy.id)
    if duty and duty.break_until:
        duty.break_until = None
        await work.uow.duties.save(duty)


async def break_over(work: Work, envoy: Envoy) -> None:
    """Back on duty, unless their hours have ended meanwhile."""
    await _end_break(work, envoy)
    duty = await of(work, envoy)
    ended = bool(duty.week) and not hours.on_at(duty.week, duty.zone, work.now)
    if envoy.on_duty or ended or await barred(work, envoy):
        return
    await start(work, envoy)
    await tell(work, envoy, Message("envoy.break_over"), *await _next(work, envoy))


async def watch_position(work: Work, envoy: Envoy) -> None:
    """A position grows stale: a deadline asks for a new one, at sensible times only."""
    await work.uow.deadlines.cancel(DeadlineKind.POSITION_STALE, envoy.id)
    if not envoy.on_duty or envoy.position_at is None:
        return
    due = rules.ask_where_at(await of(work, envoy), envoy.position_at, FRESH, work.now)
    await _arm(work, envoy, DeadlineKind.POSITION_STALE, due)


async def positioned(work: Work, envoy: Envoy) -> None:
    """A position came in: the watch that runs already looks again by itself."""
    if envoy.on_duty and not await work.uow.deadlines.armed(DeadlineKind.POSITION_STALE, envoy.id):
        await watch_position(work, envoy)


async def position_stale(work: Work, envoy: Envoy) -> None:
    """Ask where they are; until they say so, their base counts, and offers are marked so."""
    if not envoy.on_duty or envoy.position_at is None:
        return
    if envoy.busy_with:
        await _arm(work, envoy, DeadlineKind.POSITION_STALE, work.now + FRESH)
        return
    if not envoy.has_fresh_fix(work.now):
        duty = await of(work, envoy)
        duty.asked_where_at = work.now
        await work.uow.duties.save(duty)
        age: Param = Span((work.now - envoy.position_at).total_seconds())
        until = work.now + rules.ASK_WHERE_AGAIN
        letter = NewLetter(envoy.person, Message("envoy.where", {"age": age}, WHERE), tag=f"where:{envoy.id}")
        await work.ask(letter, "where", envoy.id, until)
    await watch_position(work, envoy)


async def said_where(work: Work, envoy: Envoy, value: str) -> None:
    """ "Still here" is a statement of now; "my base" forgets the old point."""
    await work.uow.talk.close_about(envoy.id, "where")
    if value == "still_here" and envoy.position:
        envoy.position_at = work.now
    else:
        envoy.position = envoy.position_at = None
    await work.uow.envoys.save(envoy)
    work.uow.hint(f"envoy:{envoy.id}")
    await watch_position(work, envoy)
    place = work.world.places.describe(envoy.where(work.now))
    await tell(work, envoy, Message("envoy.where_kept", {"place": place}))
