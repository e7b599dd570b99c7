"""What the matrix of access knows of the centre's own work: the list, searching, shifts, centres, reports, health."""

from backoffice.oncall.centres import Centre
from backoffice.oncall.shifts import Handover
from backoffice.ports import Operator, OperatorRole
from backoffice.ports.centres import SavedView
from backoffice.workflows.work import Work
from tests.backoffice.console import people_matrix
from tests.backoffice.console.evening import Evening

FILLED = {"view": "view-1", "centre": "bj", "handover": "ho-1", "what": "stages", "ending": "csv"}
FORMS = {
    "search": {"q": "7K3F"},
    "list.bulk": {"deed": "tag", "tag": "媒体", "case": "case-7K3F"},
    "list.keep": {"name": "我的"},
    "shift.say": {"to": "on"},
    "shift.write": {"to": "op-林晓", "words": "平静"},
    "centres.put": {
        "code": "bj", "name": "北京", "position": "1", "day": "0", "zone": "Asia/Shanghai", "start": "08:00",
        "end": "20:00", "regions": "CN", "languages": "zh",
    },
    "case.tag": {"tag": "媒体"},
    "case.untag": {"tag": "媒体"},
    "case.centre": {"centre": "bj"},
}  # fmt: skip
_DESK = {OperatorRole.OPERATOR, OperatorRole.SUPERVISOR}
_ABOVE = {OperatorRole.SUPERVISOR, OperatorRole.ADMIN}


async def prepare(evening: Evening, operator: Operator) -> None:
    """One of everything the routes name, the handover to whoever visits."""

    async def fill(w: Work) -> None:
        await w.uow.centres.put(Centre("bj", "北京"))
        await w.uow.views.put(SavedView("view-1", operator.id, "我的", False, ""))
        await w.uow.shifts.write(Handover("ho-1", "op-林晓", operator.id, w.now, "平静", ()))

    await evening.act(fill)


def expected(operator: Operator, name: str, standing: str) -> bool | None:
    """By hand: the desk works, doctors look, those above answer for it; None: not ours."""
    role = operator.role
    if name in ("case.tag", "case.untag", "case.labels"):
        return people_matrix.sees_case(operator, standing)
    if name == "case.centre":
        return role in _DESK and people_matrix.sees_case(operator, standing)
    simple = {
        "search": people_matrix.CLINIC | {OperatorRole.CLAIMS, OperatorRole.ADMIN},
        "list": people_matrix.CLINIC,
        "list.keep": people_matrix.CLINIC,
        "list.drop": people_matrix.CLINIC,
        "list.bulk": _DESK,
        "list.export": _DESK,
        "shift.away": {OperatorRole.SUPERVISOR},
        "centres": _DESK | {OperatorRole.ADMIN},
        "health": _DESK | {OperatorRole.ADMIN},
    }
    if name in simple:
        return role in simple[name]
    if name.startswith("shift"):
        return role in _DESK
    return role in _ABOVE if name.startswith(("centres.", "reports")) else None
