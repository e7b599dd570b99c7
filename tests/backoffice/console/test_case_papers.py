"""Papers of a case: its owner says which file is what, adds what came another way, and nobody else does."""

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import ClientResponse

from backoffice.cases.papers import LARGEST, CasePaper, PaperKind
from backoffice.kernel.ids import MediaId
from backoffice.ports import Operator, OperatorRole
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening, photo
from tests.backoffice.console.test_trail import trail
from tests.backoffice.console.world import busy

CASE = "/console/cases/case-7K3F"


async def papers(e: Evening) -> list[CasePaper]:
    async with e.store.begin(e.clock.now()) as uow:
        found = await uow.cases.by_ref("7K3F")
        assert found is not None
        return list(await uow.case_papers.of_case(found.id))


async def upload(visitor: Visitor, body: bytes, kind: str = "hospital_bill") -> ClientResponse:
    """As the page's script sends a file: the body is the file."""
    headers = {
        "Origin": visitor.origin,
        "X-CSRF": visitor.csrf,
        "Content-Type": "application/octet-stream",
        "Cookie": f"rescue_session={visitor.token}",
        "Accept": "application/json",
    }
    return await visitor.client.post(f"{CASE}/papers/add?kind={kind}", data=body, headers=headers)


@pytest.fixture
async def owner(evening: Evening, visit: Callable[[Operator], Any]) -> Visitor:
    visitor: Visitor = await visit((await busy(evening)).lin)
    return visitor


async def test_a_photo_of_the_thread_is_named_and_named_anew(evening: Evening, owner: Visitor) -> None:
    """One file is one kind of paper; the page and the timeline say so."""
    for kind in ("police_report", "hospital_bill"):
        form = {"entry": "2", "kind": kind}
        assert (await owner.post(f"{CASE}/papers/mark", form)).status == 303
    (paper,) = await papers(evening)
    assert (paper.media, paper.kind, paper.entry) == (MediaId("m-street"), PaperKind.HOSPITAL_BILL, 2)
    page = await (await owner.get(CASE)).text()
    assert "医院账单" in page
    assert "标出材料" in page
    assert (await owner.post(f"{CASE}/papers/unmark", {"paper": paper.id})).status == 303
    assert await papers(evening) == []


@pytest.mark.parametrize("entry", ["1", "4", "99"])
async def test_words_and_notes_are_no_papers(evening: Evening, owner: Visitor, entry: str) -> None:
    assert (await owner.post(f"{CASE}/papers/mark", {"entry": entry, "kind": "other"})).status == 404
    assert await papers(evening) == []


async def test_a_file_that_came_another_way_is_sealed_with_the_case(evening: Evening, owner: Visitor) -> None:
    """Readable again under the case's key, on the page, and every look at it is on record."""
    body = photo()
    answer = await upload(owner, body)
    assert (answer.status, (await answer.json())["ok"]) == (200, True)
    (paper,) = await papers(evening)
    assert (paper.kind, paper.entry) == (PaperKind.HOSPITAL_BILL, 0)
    assert await evening.media.get(paper.media) == body
    assert (await owner.get(f"/console/media/{paper.media}")).status == 200
    kept = [row[1:] for row in await trail(evening)]
    assert ("case.paper_add", "case:case-7K3F") in kept
    assert ("media.view", f"media:{paper.media}") in kept


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<!doctype html><script>1</script>", 400),
        (b"", 400),
        (b"%PDF-1.7 junk", 400),
        (b"x" * (LARGEST + 1), 413),
    ],
    ids=["page", "nothing", "broken", "huge"],
)
async def test_what_is_no_paper_is_not_kept(
    evening: Evening, owner: Visitor, body: bytes, status: int
) -> None:
    answer = await upload(owner, body)
    assert answer.status == status
    assert (await answer.json())["said"]
    assert await papers(evening) == []


async def test_only_the_owner_or_a_supervisor_names_papers(
    evening: Evening, owner: Visitor, visit: Callable[[Operator], Any]
) -> None:
    other: Visitor = await visit(await evening.operator("旁", OperatorRole.OPERATOR))
    assert (await other.post(f"{CASE}/papers/mark", {"entry": "2", "kind": "other"})).status == 403
    assert (await upload(other, photo())).status == 403
    boss: Visitor = await visit(await evening.operator("管", OperatorRole.SUPERVISOR))
    assert (await upload(boss, photo(), "guarantee")).status == 200
    assert [paper.kind for paper in await papers(evening)] == [PaperKind.GUARANTEE]
