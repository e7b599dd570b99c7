"""Papers of a case: files that an operator has named, so that a claim can ask for them later."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backoffice.kernel.ids import CaseId, MediaId, OperatorId

LARGEST = 20 * 2**20
"""Bytes of a file that an operator adds: what people may send in chat as well."""


class PaperKind(StrEnum):
    """What a paper is. `guarantee`: the letter to the hospital."""

    HOSPITAL_BILL = "hospital_bill"
    GUARANTEE = "guarantee"
    POLICE_REPORT = "police_report"
    MEDICAL_REPORT = "medical_report"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CasePaper:
    """A file of the case, sealed under its key. `entry`: its number in the thread, 0 for one an operator added."""

    id: str
    case: CaseId
    media: MediaId
    kind: PaperKind
    at: datetime
    by: OperatorId
    entry: int = 0


STANDS_FOR: Mapping[PaperKind, tuple[str, ...]] = {
    PaperKind.HOSPITAL_BILL: ("invoice", "itemised"),
    PaperKind.GUARANTEE: ("guarantee",),
    PaperKind.POLICE_REPORT: ("police_report",),
    PaperKind.MEDICAL_REPORT: ("record", "discharge", "report"),
    PaperKind.OTHER: (),
}
"""The papers of a policy that each may be shown as, the likeliest first. What is merely another is never offered."""
