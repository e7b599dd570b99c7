"""Claims in the console: decided on what the page showed, packed without what strangers sent, masked for insurers."""

import ast
import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backoffice.claims.claim import ClaimId, ClaimStatus
from backoffice.console import texts
from backoffice.kernel.ids import OperatorId
from backoffice.organisations.model import Organisation, OrganisationKind
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import claims
from tests.backoffice.console import claim_world
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.test_trail import trail

ONE = "/console/claims/cl-0"
GUEST = "/console/guest/claims/cl-0"


@pytest.fixture
async def desk(evening: Evening, visit: Callable[[Operator], Any]) -> Visitor:
    """A reviewer before two simple claims."""
    await claim_world.opened(evening, 2)
    visitor: Visitor = await visit(await evening.operator("核", OperatorRole.CLAIMS))
    return visitor


async def status(e: Evening, claim: str = "cl-0") -> ClaimStatus:
    async with e.store.begin(e.clock.now()) as uow:
        return (await uow.claims.get(ClaimId(claim))).status


async def shown(visitor: Visitor, path: str = ONE) -> str:
    answer = await visitor.get(path)
    assert answer.status == 200
    return await answer.text()


def form_of(page: str) -> dict[str, str]:
    """What the page's own decision form would send."""
    part = page[page.index("/decide") :]
    part = part[: part.index("</form>")]
    fields = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', part)
    return {name: value for name, value in fields if name != "csrf"}


async def test_the_list_says_what_is_simple_and_until_when(desk: Visitor) -> None:
    page = await shown(desk, "/console/claims")
    assert page.count("data-line") == 2
    assert "QX00AB" in page
    assert "CNY 400.00" in page
    assert 'data-due="' in page


async def test_a_claim_shows_clause_arithmetic_and_the_letter_in_the_claimants_language(
    desk: Visitor,
) -> None:
    page = await shown(desk)
    assert "条款 3.7" in page
    assert "每延误满 4 小时" in page
    assert "letter-text" in page
    assert form_of(page)["sum-1"] == "400.00"


async def test_one_press_decides_on_what_was_shown_and_no_older_page_does(
    evening: Evening, desk: Visitor
) -> None:
    form = form_of(await shown(desk))
    assert (await desk.post(f"{ONE}/decide", form | {"seen": "0"})).status == 409
    assert await status(evening) is ClaimStatus.FILED
    assert (await desk.post(f"{ONE}/decide", form)).status == 303
    assert await status(evening) is ClaimStatus.APPROVED
    assert (await desk.post(f"{ONE}/decide", form)).status == 409
    assert ("claim.decide", "claim:cl-0") in [row[1:] for row in await trail(evening)]


@pytest.mark.parametrize(
    ("typed", "answer"), [("abc", 400), ("700", 422), ("100", 422), ("-5", 400), ("1e3", 400), ("", 303)]
)
async def test_what_is_typed_for_a_line_is_checked(
    evening: Evening, desk: Visitor, typed: str, answer: int
) -> None:
    """No sum, over the clause's limit, another sum without a reason: nothing changes; empty is the proposal."""
    form = form_of(await shown(desk)) | {"sum-1": typed}
    assert (await desk.post(f"{ONE}/decide", form)).status == answer
    assert (await status(evening) is ClaimStatus.FILED) == (answer != 303)


async def test_the_next_simple_claim_follows_and_then_the_list(desk: Visitor) -> None:
    first = await desk.get("/console/claims/next")
    assert first.headers["Location"] == "/console/claims/cl-0"
    after = await desk.get("/console/claims/next?after=cl-0")
    assert after.headers["Location"] == "/console/claims/cl-1"
    for claim in ("cl-0", "cl-1"):
        path = f"/console/claims/{claim}"
        assert (await desk.post(f"{path}/decide", form_of(await shown(desk, path)))).status == 303
    assert (await desk.get("/console/claims/next")).headers["Location"] == "/console/claims"


async def test_sent_back_it_names_papers_and_words(evening: Evening, desk: Visitor) -> None:
    seen = form_of(await shown(desk))["seen"]
    wrong = await desk.post(f"{ONE}/more", {"seen": seen, "paper-passwd": "yes"})
    assert wrong.status == 404
    assert (
        await desk.post(f"{ONE}/more", {"seen": seen, "paper-ticket": "yes", "words": "请拍清楚"})
    ).status == 303
    assert await status(evening) is ClaimStatus.INCOMPLETE


async def pack_of(visitor: Visitor, path: str) -> zipfile.ZipFile:
    answer = await visitor.post(f"{path}/pack", {"reason": "核赔抽查"})
    assert answer.status == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    return zipfile.ZipFile(io.BytesIO(await answer.read()))


async def test_the_pack_holds_index_drawn_papers_timeline_and_true_hashes(
    evening: Evening, desk: Visitor
) -> None:
    """Only what was drawn anew is inside; the download and its reason are on record."""
    found = await pack_of(desk, ONE)
    index = found.read("index.html").decode()
    drawn = [name for name in found.namelist() if name.startswith("papers/")]
    assert len(drawn) == 1
    assert drawn[0] in index
    assert "已提交" in index
    assert "<script" not in index
    for line in found.read("SHA256SUMS.txt").decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(found.read(name)).hexdigest() == digest
    assert found.read(drawn[0]).startswith(b"\xff\xd8\xff")
    assert ("claim.pack", "claim:cl-0 核赔抽查") in [row[1:] for row in await trail(evening)]


async def test_a_pack_without_a_reason_is_not_made(desk: Visitor) -> None:
    assert (await desk.post(f"{ONE}/pack", {"reason": " "})).status == 400


async def test_a_paper_is_shown_as_drawn_and_only_its_own_claims(desk: Visitor) -> None:
    good = await desk.get(f"{ONE}/papers/pa-0-ticket")
    assert (good.status, good.content_type) == (200, "image/jpeg")
    assert "sandbox" in good.headers["Content-Security-Policy"]
    assert (await desk.get(f"{ONE}/papers/pa-0-invoice")).status == 404
    assert (await desk.get(f"{ONE}/papers/pa-1-ticket")).status == 404


async def test_what_finance_pays_shows_payee_and_sum_and_no_papers(
    evening: Evening, desk: Visitor, visit: Callable[[Operator], Any]
) -> None:
    """The account is written down by another than who decided; finance records the outcome."""
    assert (await desk.post(f"{ONE}/decide", form_of(await shown(desk)))).status == 303
    payee = {"name": "赵 一", "account": "工行 6222 0200 1234 5678"}
    assert (await desk.post(f"{ONE}/payee", payee)).status == 403
    other: Visitor = await visit(await evening.operator("另", OperatorRole.CLAIMS))
    assert (await other.post(f"{ONE}/payee", payee | {"name": "钱二"})).status == 422
    assert (await other.post(f"{ONE}/payee", payee)).status == 303
    finance: Visitor = await visit(await evening.operator("账", OperatorRole.FINANCE))
    page = await shown(finance, "/console/claims/payments")
    assert "6222 0200 1234 5678" in page
    assert (await finance.get(ONE)).status == 403
    csv = await (await finance.get("/console/claims/payments/file")).text()
    assert "QX00AB,赵 一,工行 6222 0200 1234 5678,CNY,400.00" in csv


async def insurer(e: Evening, visit: Callable[[Operator], Any], code: str, kind: OrganisationKind) -> Visitor:
    made = Operator(OperatorId(f"g-{code}"), code, OperatorRole.GUEST, "", code)

    async def step(w: Any) -> None:
        await w.uow.organisations.put(Organisation(code, code, kind))
        await w.uow.staff.add(made)

    await e.act(step)
    visitor: Visitor = await visit(made)
    return visitor


async def test_an_insurer_sees_its_own_claims_masked_until_it_says_why(
    evening: Evening, desk: Visitor, visit: Callable[[Operator], Any]
) -> None:
    """No name, no papers; with a reason everything, for ten minutes, on record."""
    guest = await insurer(evening, visit, "ACME", OrganisationKind.INSURER)
    page = await shown(guest, "/console/guest/claims")
    assert "QX00AB" in page
    assert "赵一" not in page
    page = await shown(guest, GUEST)
    assert "赵一" not in page
    assert "PN20260000" not in page
    assert "赵＊＊" in page
    assert (await guest.get(f"{GUEST}/papers/pa-0-ticket")).status == 404
    assert (await guest.post(f"{GUEST}/unmask", {"reason": "核对病历"})).status == 303
    assert "赵一" in await shown(guest, GUEST)
    assert (await guest.get(f"{GUEST}/papers/pa-0-ticket")).status == 200
    assert "赵一" not in await shown(guest, GUEST.replace("cl-0", "cl-1"))
    evening.clock.advance(601)
    assert "赵一" not in await shown(guest, GUEST)
    assert ("claim.unmasked", "claim:cl-0 核对病历") in [row[1:] for row in await trail(evening)]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("OTHER", OrganisationKind.INSURER),
        ("ACME", OrganisationKind.EMPLOYER),
        ("ACME", OrganisationKind.CONSULAR),
    ],
)
async def test_nobody_else_among_the_guests_learns_that_a_claim_exists(
    evening: Evening, desk: Visitor, visit: Callable[[Operator], Any], code: str, kind: OrganisationKind
) -> None:
    guest = await insurer(evening, visit, code, kind)
    assert "QX00AB" not in await shown(guest, "/console/guest/claims")
    for path in ("", "/papers/pa-0-ticket"):
        assert (await guest.get(f"{GUEST}{path}")).status == 404
    for path in ("unmask", "pack"):
        assert (await guest.post(f"{GUEST}/{path}", {"reason": "x"})).status == 404


async def test_the_insurers_pack_and_month_are_its_own(
    evening: Evening, desk: Visitor, visit: Callable[[Operator], Any]
) -> None:
    guest = await insurer(evening, visit, "ACME", OrganisationKind.INSURER)
    assert "index.html" in (await pack_of(guest, GUEST)).namelist()
    assert ("claim.pack", "claim:cl-0 核赔抽查") in [row[1:] for row in await trail(evening)]
    csv = await (await guest.get("/console/guest/statement?month=2026-03")).text()
    assert csv.startswith("\ufeffclaim,policy,kind")
    assert (await guest.get("/console/guest/statement?month=march")).status == 400


def noted() -> set[str]:
    """Every code that a workflow puts on a claim's timeline."""
    found: set[str] = {f"claim.{status}" for status in ClaimStatus if status is not ClaimStatus.DRAFT}
    for path in Path(claims.__file__).parent.glob("claim*.py"):
        for call in (n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)):
            if ast.unparse(call.func) in ("note", "claims.note"):
                found |= {
                    a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
                }
    return found


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_a_claims_timeline_is_in_words(language: str) -> None:
    """A reviewer and an insurer read sentences, never a code."""
    book = texts.load().keys(language)
    assert len(noted()) > 15
    assert [
        code for code in sorted(noted()) if f"claim_event.{code.removeprefix('claim.')}" not in book
    ] == []


async def test_a_reviewer_enters_what_they_found_and_the_rules_run_again(
    evening: Evening, desk: Visitor
) -> None:
    """The proposal, the letter and "simple" follow; the record says who and why, and what was told stands."""
    seen = form_of(await shown(desk))["seen"]
    entered = {"seen": seen, "hours": "5", "when-alcohol": "no", "why": "证明上写的是五小时"}
    assert (await desk.post(f"{ONE}/circumstances", entered)).status == 303
    page = await shown(desk)
    assert form_of(page)["sum-1"] == "200.00"
    assert "证明上写的是五小时" in page
    assert "核" in page
    assert (await desk.post(f"{ONE}/circumstances", entered)).status == 409
    async with evening.store.begin(evening.clock.now()) as uow:
        claim = await uow.claims.get(ClaimId("cl-0"))
        assert claim.facts.hours == 9
        assert "claim.circumstances" in [e.what for e in await uow.claims.events(claim.id)]
    assert ("claim.circumstances", "claim:cl-0") in [row[1:] for row in await trail(evening)]


async def test_a_suspicion_takes_the_one_press_away_and_a_certainty_excludes(desk: Visitor) -> None:
    """Suspected: the line is left open for a person. Established: refused with its clause."""
    for standing, sum_, words in (("suspected", "", "酒后"), ("established", "0.00", "不赔")):
        seen = form_of(await shown(desk))["seen"]
        entered = {"seen": seen, "when-alcohol": standing, "why": "急诊记录"}
        assert (await desk.post(f"{ONE}/circumstances", entered)).status == 303
        page = await shown(desk)
        assert form_of(page)["sum-1"] == sum_
        assert words in page
    assert (await desk.get("/console/claims/next")).headers["Location"] == "/console/claims/cl-1"


@pytest.mark.parametrize(
    ("entered", "answer"),
    [
        ({"why": ""}, 422),
        ({"why": "x", "when-boredom": "suspected"}, 422),
        ({"why": "x", "when-alcohol": "maybe"}, 400),
        ({"why": "x", "country": "XX1"}, 400),
        ({"why": "x", "hours": "-4"}, 400),
        ({"why": "x", "event_on": "tomorrow"}, 400),
    ],
)
async def test_what_is_no_finding_is_not_kept(desk: Visitor, entered: dict[str, str], answer: int) -> None:
    seen = form_of(await shown(desk))["seen"]
    assert (await desk.post(f"{ONE}/circumstances", {"seen": seen, **entered})).status == answer
    assert form_of(await shown(desk))["seen"] == seen
