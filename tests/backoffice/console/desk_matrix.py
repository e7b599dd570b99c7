"""The part of the matrix that is about working a case: what exists, what is typed, and who may, by hand."""

from backoffice.kernel.ids import MediaId
from backoffice.ports import Operator, OperatorRole
from tests.backoffice.console import people_matrix
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.world import Cast

LATER = "2030-01-01T08:00"
FILLED = {"code": "stroke", "macro": "macro-not-hurt"}
FORMS = {
    "case.close": {"reason": "helped", "summary": "已由家人接走"},
    "case.begin_protocol": {"protocol": "accident"},
    "case.tick": {"protocol": "accident", "step": "scene", "done": "yes"},
    "case.macro": {"macro": "macro-not-hurt"},
    "case.fields": {"kind": "accident"},
    "case.add_task": {"kind": "reminder", "when": LATER},
    "case.snooze_task": {"task": "t-1", "minutes": "10", "why": "等医院回话"},
    "case.end_task": {"task": "t-1"},
    "case.drop_task": {"task": "t-1"},
    "case.link": {"ref": "M4TR"},
    "case.merge": {"ref": "M4TR"},
    "case.unlink": {"other": "case-M4TR"},
    "case.split": {"other": "case-M4TR"},
    "case.paper_mark": {"entry": "2", "kind": "hospital_bill"},
    "case.paper_unmark": {"paper": "p-1"},
    "protocol.put": {"edition": "1", "name_zh_Hans": "中风", "name_en": "Stroke", "zh_0": "问", "en_0": "Ask"},
    "macro.put": {"version": "0", "position": "1"},
}  # fmt: skip
QUERY = {"case.paper_add": "?kind=other"}
DECLINED = {"case.translate": "没有需要翻译的话", "case.paper_add": "没有选文件"}
"""Admitted, and then told that everybody here wrote Chinese, or that no file came."""
OWNERS = {
    "case.macro", "case.fields", "case.report", "case.add_task", "case.snooze_task", "case.end_task",
    "case.drop_task", "case.link", "case.unlink", "case.merge", "case.split", "case.paper_mark", "case.paper_unmark",
    "case.paper_add",
}  # fmt: skip


async def prepare(e: Evening, cast: Cast) -> None:
    """A voice made playable before stands beside the photo."""
    await e.file(cast.cases["7K3F"], MediaId("m-street-mp3"), b"ID3")


def expected(operator: Operator, name: str, standing: str) -> bool | None:
    """The owner or a supervisor decides; whoever works on the case medically ticks; supervisors keep the books."""
    desk = operator.role in (OperatorRole.OPERATOR, OperatorRole.SUPERVISOR)
    if name in OWNERS:
        return people_matrix.owns(operator, standing)
    if name in ("case.begin_protocol", "case.tick", "case.translate", "media.voice", "protocols"):
        return desk or operator.role is OperatorRole.DOCTOR
    if name == "tasks":
        return desk
    if name.startswith(("protocol.", "macro.")):
        return operator.role is OperatorRole.SUPERVISOR
    return None
