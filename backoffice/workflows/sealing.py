"""Exact positions do not outlive their case: they are sealed soon after its end."""

from datetime import timedelta

from backoffice.cases.model import Case
from backoffice.kernel.ids import DeadlineId
from backoffice.ports import Deadline, DeadlineKind
from backoffice.workflows.work import Work

SEAL_AFTER = timedelta(seconds=50)
"""Sealed within 60 s of the end (business.md, Data): the deadline leaves time for a busy runner."""


async def seal_soon(work: Work, case: Case) -> None:
    """Arm the seal of a case that has just ended."""
    due = work.now + SEAL_AFTER
    await work.arm(Deadline(DeadlineId(work.new_id()), DeadlineKind.SEAL, case.requester, case.id, due))
