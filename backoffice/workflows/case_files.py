"""Papers of a case as an operator names them: a file of its thread, or one that came another way."""

from dataclasses import dataclass

from backoffice.cases.model import Audience, Case, CaseStatus
from backoffice.cases.papers import CasePaper, PaperKind
from backoffice.kernel.errors import NotAllowed, NotFound
from backoffice.kernel.ids import CaseId, MediaId
from backoffice.kernel.messages import MediaKind
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows.work import Work

FILE = "case_file"
PAPERS = frozenset({MediaKind.PHOTO, MediaKind.FILE})
"""A voice or a video is no paper."""
_THERE = frozenset({CaseStatus.OPEN, CaseStatus.RESOLVED, CaseStatus.CLOSED})


@dataclass(frozen=True, slots=True)
class Named:
    """A file and what it is."""

    media: MediaId
    kind: PaperKind
    entry: int = 0


async def mark(work: Work, case_id: CaseId, operator: Operator, entry: int, kind: PaperKind) -> None:
    """A photo or file that a party sent is this kind of paper, instead of what it was named before.

    Raises `NotFound` for an entry without one and for internal notes, `NotAllowed` for anybody but the owner or a
    supervisor.
    """
    case = await _owned(work, case_id, operator)
    said = next((e for e in await work.uow.cases.entries(case.id) if e.number == entry), None)
    if said is None or said.audience is not Audience.PARTIES:
        raise NotFound
    if said.media is None or said.media.kind not in PAPERS:
        raise NotFound
    media = MediaId(said.media.id)
    for known in await work.uow.case_papers.of_case(case.id):
        if known.media == media:
            await work.uow.case_papers.remove(case.id, known.id)
    await _put(work, case, operator, Named(media, kind, entry))


async def add(work: Work, case_id: CaseId, operator: Operator, given: Named) -> None:
    """A paper that came another way (a fax, a counter, a mail): its bytes are in the media store already."""
    await _put(work, await _owned(work, case_id, operator), operator, given)


async def remove(work: Work, case_id: CaseId, operator: Operator, paper: str) -> None:
    """Named by mistake: no claim is offered it any more; the file stays where it is."""
    case = await _owned(work, case_id, operator)
    if not await work.uow.case_papers.remove(case.id, paper):
        raise NotFound
    await work.note(case, f"operator:{operator.id}", "case.paper_unmarked")


async def _put(work: Work, case: Case, operator: Operator, named: Named) -> None:
    made = CasePaper(work.new_id(), case.id, named.media, named.kind, work.now, operator.id, named.entry)
    await work.uow.case_papers.add(made)
    await work.note(case, f"operator:{operator.id}", "case.paper_marked", paper=str(named.kind))


async def _owned(work: Work, case_id: CaseId, operator: Operator) -> Case:
    """Papers come for weeks after a case was closed."""
    case = await work.uow.cases.get(case_id)
    if case.status not in _THERE:
        raise NotFound
    if case.owner != operator.id and operator.role is not OperatorRole.SUPERVISOR:
        raise NotAllowed("centre.not_yours")
    return case


def ours(handle: str) -> bool:
    """Whether a handle of `papers.SOURCE` is a file of a case, taken as it is."""
    return handle.startswith(f"{FILE}:")


def handle(paper: CasePaper) -> str:
    return f"{FILE}:{paper.case}:{paper.media}"


def media_of(handle: str) -> MediaId:
    """The file behind a handle."""
    return MediaId(handle.split(":", 2)[2])
