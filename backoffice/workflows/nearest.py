"""Who is nearest to a case at this moment and could be asked: for an operator's eyes, nobody is asked by looking."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backoffice.cases.model import Case, CaseStatus
from backoffice.dispatch import ranking
from backoffice.workflows import dispatching, finding
from backoffice.workflows.work import Work

MOST = 12
"""As many as fit beside the map."""


@dataclass(frozen=True, slots=True)
class Near:
    """Candidates in the order of asking, and how many are left out for which reason (codes of `fitting.Reason`)."""

    order: Sequence[ranking.Candidate] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)


async def near(work: Work, case: Case) -> Near:
    """Within the widest ring, by the very order a wave would follow. Nobody for a case without a place."""
    if case.fix is None or case.status is not CaseStatus.OPEN:
        return Near()
    need = finding.need(work, case, await work.uow.people.get(case.requester))
    out = await dispatching.not_again(work, case)
    found = await finding.look(work, finding.Search(case.fix.point, work.rules.radii_m[-1], need, out))
    reasons = Counter(str(one.reason) for one in found.left_out if one.reason)
    return Near(found.order[:MOST], dict(reasons))
