"""When an envoy reads their week: Monday morning where they work, and only when there is something to state."""

from datetime import datetime, time, timedelta

from backoffice.dispatch.model import Envoy
from backoffice.enrolment import daytime
from backoffice.kernel.ids import DeadlineId, PersonId
from backoffice.ports import Deadline, DeadlineKind
from backoffice.workflows.work import Work

MORNING = time(9)
WEEK = "week"
"""The payload's moment within the week that is stated."""


async def zone_of(work: Work, envoy: Envoy) -> str:
    """The zone their working hours are meant in."""
    own = await work.uow.duties.of(envoy.id)
    return own.zone if own else work.world.places.time_zone(envoy.base)


async def watch(work: Work, person: PersonId) -> None:
    """Something was booked for this envoy: the next Monday morning states it. One deadline a person."""
    envoy = await work.uow.envoys.of_person(person)
    if envoy is None or envoy.synthetic:
        return
    if await work.uow.deadlines.armed(DeadlineKind.STATEMENT, person) is None:
        await work.arm(following(work, person, await zone_of(work, envoy)))


def following(work: Work, person: PersonId, zone: str) -> Deadline:
    """The deadline of the coming Monday; it states the week that ends that midnight."""
    due = monday(work.now, zone)
    payload = {WEEK: (due - timedelta(days=1)).isoformat()}
    return Deadline(DeadlineId(work.new_id()), DeadlineKind.STATEMENT, person, person, due, payload)


def monday(now: datetime, zone: str) -> datetime:
    """The first Monday at nine there whose week has `now` in it. UTC."""
    today = daytime.today(now, zone)
    return daytime.at(today + timedelta(days=7 - today.weekday()), MORNING, zone)
