"""What the matrix of access knows of claims."""

from backoffice.ports import Operator, OperatorRole
from tests.backoffice.console import claim_world
from tests.backoffice.console.evening import Evening

FILLED = {"claim": "cl-0", "sheet": "pa-0-ticket", "insurer": "ACME"}
FORMS = {
    "claim.decide": {"seen": "1", "currency": "CNY"},
    "claim.circumstances": {"seen": "1", "when-alcohol": "suspected", "why": "病历里写着"},
    "claim.more": {"seen": "1", "words": "请补登机牌"},
    "claim.payee": {"name": "赵一", "account": "工行 6222020000000000"},
    "claim.pack": {"reason": "理赔核查"},
    "guest.unmask": {"reason": "核对"},
    "guest.pack": {"reason": "核对"},
}
QUERY = {"claims.statement": "?month=2026-03", "guest.statement": "?month=2026-03"}
_REVIEWERS = (OperatorRole.CLAIMS, OperatorRole.SUPERVISOR)
_FINANCE = (OperatorRole.FINANCE, OperatorRole.SUPERVISOR, OperatorRole.ADMIN)


async def prepare(evening: Evening) -> None:
    """A claim under a policy of ACME."""
    await claim_world.opened(evening)


def expected(operator: Operator, name: str) -> bool | None:
    """By hand: claims are decided by the reviewers, paid by hand by finance, seen by their own insurer only (who asks
    here sits for another one); None: not ours."""
    if name in ("claims.payments", "claims.file", "claims.statement"):
        return operator.role in _FINANCE
    if name in ("guest.claims", "guest.statement"):
        return operator.role is OperatorRole.GUEST
    if name in ("guest.claim", "guest.unmask", "guest.paper", "guest.pack"):
        return False
    if name.split(".")[0] in ("claim", "claims"):
        return operator.role in _REVIEWERS
    return None
