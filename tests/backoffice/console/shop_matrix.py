"""What the matrix of access knows of the pages about orders and money."""

from backoffice.ports import Operator, OperatorRole
from tests.backoffice.console import policy_world, shop_world
from tests.backoffice.console.evening import Evening

FILLED = {
    "order": "order-CCCC4", "review": "1", "file": "m-scene", "paper": "report", "payment": "pay-held",
    "slip": "slip-1", "task": "task-1", "payout": "payout-1", "person": "p-9901", "kind": "fund",
    "policy": "pol-1", "request": "req-1",
}  # fmt: skip
SLIP = {"amount": "10", "currency": "CNY", "way": "bank", "reference": "B-9", "day": "2026-03-01"}
FORMS = {
    "order.answer": {"to": "envoy"},
    "order.unmask": {"reason": "听不清"},
    "order.end": {"reason": "旅客来电", "charge": "table"},
    "order.absent": {"who": "envoy", "reason": "电话确认"},
    "order.reassign": {"reason": "车坏了"},
    "order.to_sos": {"reason": "昏倒"},
    "order.review": {"decision": "talked", "why": "谈过"},
    "money.put_in": SLIP | {"kind": "top_up", "subject": ""},
    "money.book": SLIP | {"kind": "refund"},
    "money.outcome": {"done": "yes", "reference": "T-1"},
    "insuring.unmask": {"reason": "核对理赔"},
    "insuring.record": {"said": "confirmed", "number": "PA-1"},
    "insuring.remit": SLIP | {"subject": "sample"},
    "payout.payee": {"name": "x", "phone": "+66812345699", "provider": "recorded", "account": "1"},
}
QUERY = {
    "payout.statement": "?week=2026-03-02",
    "insuring.statement": "?insurer=sample&month=2026-03",
}
_DESK = (OperatorRole.OPERATOR, OperatorRole.SUPERVISOR)
_FINANCE = (OperatorRole.FINANCE, OperatorRole.SUPERVISOR, OperatorRole.ADMIN)


async def prepare(evening: Evening) -> None:
    """One of everything the routes name."""
    shop = await shop_world.opened(evening)
    await shop_world.proposed(evening, shop)
    await policy_world.applied(evening)


def expected(operator: Operator, name: str) -> bool | None:
    """By hand: the desk works orders, a supervisor judges them, finance and those above touch money
    and insurers, claims reads policies; None: not ours."""
    if name == "order.review":
        return operator.role is OperatorRole.SUPERVISOR
    if name.startswith("order"):
        return operator.role in _DESK
    if name.startswith(("money", "payout", "ledger")):
        return operator.role in _FINANCE
    if name in ("insuring", "insuring.policy", "insuring.unmask"):
        return operator.role in (*_FINANCE, OperatorRole.CLAIMS)
    if name.startswith("insuring"):
        return operator.role in _FINANCE
    return None
