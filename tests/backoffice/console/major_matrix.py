"""The part of the matrix that is about major cases: what exists, what is typed, and who may, by hand."""

from backoffice.major.model import Major, MajorId, Order
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows.work import Work
from tests.backoffice.console.evening import Evening

FILLED = {"major": "major-1"}
FORMS = {
    "major.open": {"title": "清迈大巴事故"},
    "major.roster": {"text": "王磊"},
    "major.preview": {"scope": "safe"},
    "major.send": {"scope": "safe", "seal": "0"},
    "major.attach": {"ref": "7K3F"},
    "major.detach": {"case": "case-7K3F"},
    "major.person": {"who": "p:0", "state": "safe"},
    "major.place": {"kind": "hospital", "name": "清迈医院"},
    "major.post": {"assignment": "a-1", "place": "pl-1"},
    "major.order": {"to": "李敏"},
    "major.order_move": {"order": "o-1", "status": "acknowledged"},
}


async def prepare(e: Evening) -> None:
    """One accident."""

    async def step(w: Work) -> None:
        key = MajorId("major-1")
        await w.uow.majors.add(Major(key, "事故", w.now, w.new_id(), "陈立"))  # type: ignore[arg-type]
        await w.uow.majors.add_order(Order("o-1", key, 1, "x", "y", "z", w.now))

    await e.act(step)


def expected(operator: Operator, name: str) -> bool | None:
    """The desk works a major case; who leads it is the workflow's to ask. None for other routes."""
    if name == "guest.reports":
        return operator.role is OperatorRole.GUEST
    if name == "major" or name.startswith("major."):
        return operator.role in (OperatorRole.OPERATOR, OperatorRole.SUPERVISOR)
    return None
