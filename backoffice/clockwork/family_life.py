"""What happens in families' matters when a deadline passes."""

from collections.abc import Awaitable, Callable, Mapping

from backoffice.families.model import FollowerId
from backoffice.kernel.ids import CaseId
from backoffice.ports import Deadline, DeadlineKind
from backoffice.workflows import family_links, following
from backoffice.workflows.work import Work


async def _news(work: Work, deadline: Deadline) -> None:
    await following.tell_news(work, CaseId(deadline.subject))


async def _end(work: Work, deadline: Deadline) -> None:
    await following.end(work, CaseId(deadline.subject))


async def _qr(work: Work, deadline: Deadline) -> None:
    await family_links.renew_qr(work, FollowerId(deadline.subject))


ACTS: Mapping[DeadlineKind, Callable[[Work, Deadline], Awaitable[None]]] = {
    DeadlineKind.FAMILY_NEWS: _news,
    DeadlineKind.FAMILY_END: _end,
    DeadlineKind.FAMILY_QR: _qr,
}
