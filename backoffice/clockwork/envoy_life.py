"""Deadlines of envoys' working life: hours, breaks, positions, silence, papers, drills."""

from collections.abc import Awaitable, Callable, Mapping

from backoffice.clockwork import statements
from backoffice.dispatch.model import Envoy
from backoffice.enrolment.model import ApplicationId
from backoffice.enrolment.readiness import DrillId
from backoffice.kernel.ids import EnvoyId
from backoffice.ports import Deadline, DeadlineKind
from backoffice.workflows import (
    authorising,
    duty,
    enrolment,
    linking,
    readiness,
    vetting,
    watching,
)
from backoffice.workflows.work import Work


async def _envoy(work: Work, deadline: Deadline) -> Envoy:
    return await work.uow.envoys.get(EnvoyId(deadline.subject))


async def _switch(work: Work, deadline: Deadline) -> None:
    await duty.switch(work, await _envoy(work, deadline), on=bool(deadline.payload["on"]))


async def _break_over(work: Work, deadline: Deadline) -> None:
    await duty.break_over(work, await _envoy(work, deadline))


async def _position_stale(work: Work, deadline: Deadline) -> None:
    await duty.position_stale(work, await _envoy(work, deadline))


async def _document(work: Work, deadline: Deadline) -> None:
    application = await work.uow.enrolments.get(ApplicationId(deadline.subject))
    await vetting.document_due(work, application)


async def _application_old(work: Work, deadline: Deadline) -> None:
    await enrolment.grown_old(work, await work.uow.enrolments.get(ApplicationId(deadline.subject)))


async def _drill_ask(work: Work, deadline: Deadline) -> None:
    await readiness.ask_again(work, DrillId(deadline.subject))


async def _drill_over(work: Work, deadline: Deadline) -> None:
    await readiness.over(work, DrillId(deadline.subject))


async def _readiness_list(work: Work, _deadline: Deadline) -> None:
    await readiness.list_due(work)


ACTS: Mapping[DeadlineKind, Callable[[Work, Deadline], Awaitable[None]]] = {
    DeadlineKind.DUTY_SWITCH: _switch,
    DeadlineKind.BREAK_OVER: _break_over,
    DeadlineKind.POSITION_STALE: _position_stale,
    DeadlineKind.ENVOY_SILENT: watching.look,
    DeadlineKind.DOCUMENT: _document,
    DeadlineKind.APPLICATION_OLD: _application_old,
    DeadlineKind.MERGE: linking.merge_due,
    DeadlineKind.DRILL_ASK: _drill_ask,
    DeadlineKind.DRILL_OVER: _drill_over,
    DeadlineKind.READINESS_LIST: _readiness_list,
    DeadlineKind.AUTHORISATION: authorising.unanswered,
    DeadlineKind.STATEMENT: statements.due,
}
"""What happens at each; `firing` looks here first."""
