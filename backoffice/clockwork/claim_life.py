"""Deadlines of claims."""

from collections.abc import Awaitable, Callable, Mapping

from backoffice.ports import Deadline, DeadlineKind
from backoffice.workflows import claim_appeals, claim_reminding, claim_review
from backoffice.workflows.work import Work

ACTS: Mapping[DeadlineKind, Callable[[Work, Deadline], Awaitable[None]]] = {
    DeadlineKind.CLAIM_REMIND: claim_reminding.due,
    DeadlineKind.CLAIM_DAY: claim_review.day_ends,
    DeadlineKind.CLAIM_CLOSE: claim_appeals.close_due,
}
