"""Deadlines of claims."""

from collections.abc import Awaitable, Callable, Mapping

from backoffice.ports import Deadline, DeadlineKind
from backoffice.workflows import claim_reminding
from backoffice.workflows.work import Work

ACTS: Mapping[DeadlineKind, Callable[[Work, Deadline], Awaitable[None]]] = {
    DeadlineKind.CLAIM_REMIND: claim_reminding.due,
}
