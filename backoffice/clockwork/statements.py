"""Monday morning where an envoy works: the week's statement goes out when there is something to state."""

from datetime import datetime, timedelta

from backoffice.enrolment import daytime
from backoffice.kernel.ids import PersonId
from backoffice.ports import Deadline
from backoffice.workflows import papers, payouts, statement_days
from backoffice.workflows.work import Work

WEEK = timedelta(days=7)


async def due(work: Work, deadline: Deadline) -> None:
    """Every week up to now that has lines in it; a service that slept past Monday catches up, by day."""
    person = PersonId(deadline.subject)
    envoy = await work.uow.envoys.of_person(person)
    if envoy is None:
        return
    zone = await statement_days.zone_of(work, envoy)
    await _state(work, person, datetime.fromisoformat(deadline.payload[statement_days.WEEK]), zone)
    if await payouts.to_state(work, person, work.now):
        await work.arm(statement_days.following(work, person, zone))


async def _state(work: Work, person: PersonId, at: datetime, zone: str) -> None:
    after = daytime.by_day(work.now, zone)
    this_week = statement_days.monday(work.now, zone) - WEEK
    while at < this_week:
        if await payouts.to_state(work, person, at):
            await papers.send_statement(work, person, at, after if after > work.now else None)
        at += WEEK
