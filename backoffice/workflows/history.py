"""How envoys answered, counted for their record: nothing that was never delivered is held against anybody."""

from backoffice.dispatch.model import Assignment, Envoy
from backoffice.dispatch.standing import Answer, Call, silent
from backoffice.workflows.work import Work


async def answered(work: Work, envoy: Envoy, answer: Answer) -> None:
    """An envoy's answer to a cry, for their history. Drills are kept apart from real figures."""
    if not envoy.synthetic:
        await work.uow.standings.answered(envoy.id, Call.SOS, answer)


async def taken_back(work: Work, assignment: Assignment) -> None:
    """A question ends unanswered: silence only if it had been on their screen long enough."""
    if silent(assignment.asked_at, work.now):
        envoy = await work.uow.envoys.get(assignment.envoy)
        reached = await work.uow.standings.reached_at(envoy.person, assignment.case, assignment.asked_at)
        if silent(reached, work.now):
            await answered(work, envoy, Answer.SILENT)


async def worked(work: Work, envoy: Envoy) -> None:
    """A job of theirs is over: rest counts from here."""
    await work.uow.standings.worked(envoy.id)
