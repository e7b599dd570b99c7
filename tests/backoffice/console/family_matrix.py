"""The part of the matrix that is about families: what is typed, and who may, by hand."""

from backoffice.ports import Operator, OperatorRole
from tests.backoffice.console import people_matrix

ONE = {"follower": "f-1"}
FORMS = {
    "case.family_invite": {
        "name": "妈妈", "contact": "+8613900139000", "locale": "zh_Hans", "part": "relative",
    },
    "case.family_links": ONE,
    "case.family_revoke": ONE,
    "case.family_named": ONE,
    "case.family_called": ONE,
    "case.family_answer": ONE,
    "case.family_open": ONE | {"scope_safe": "yes", "reason": "昏迷"},
    "case.family_stage": {"stage": "hospital", "place": "曼谷医院"},
}  # fmt: skip


def expected(operator: Operator, name: str, standing: str) -> bool | None:
    """Only the owner or a supervisor speaks to families; the desk sees who waits for a call."""
    if name == "families":
        return operator.role in (OperatorRole.OPERATOR, OperatorRole.SUPERVISOR)
    if name.startswith("case.family_"):
        return people_matrix.owns(operator, standing)
    return None
