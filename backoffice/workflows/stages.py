"""Hooks for the clocks of a case that other processes start and stop: a provider engaged, the family told.

Whoever learns that a provider is needed, or that a relative waits for word, calls `wanted`; whoever engages one, or
tells a relative, calls `reached`. The board's clocks run between the two.
"""

from enum import StrEnum

from backoffice.cases.model import Case
from backoffice.workflows.work import Work


class Stage(StrEnum):
    PROVIDER = "provider"
    FAMILY = "family"


async def wanted(work: Work, case: Case, stage: Stage) -> None:
    """From now on the clock of this stage runs; asking again changes nothing."""
    if await work.uow.stages.want(case.id, stage):
        work.uow.hint("queue")
        work.uow.hint(f"case:{case.id}")


async def reached(work: Work, case: Case, stage: Stage) -> None:
    """The clock of this stage stops, and the timeline says so once."""
    if await work.uow.stages.reach(case.id, stage):
        await work.note(case, "system", f"case.stage_{stage}")
        work.uow.hint("queue")
