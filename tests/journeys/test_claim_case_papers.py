"""Papers of a rescue go with a claim: offered once, only what the policy asks for, by a yes, sealed anew."""

from backoffice.cases.model import Case, ForWhom
from backoffice.cases.papers import PaperKind
from backoffice.claims.evidence import From, PaperState
from backoffice.kernel.ids import MediaId, OperatorId
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import case_files
from backoffice.workflows.case_files import Named
from backoffice.workflows.work import Work
from bot.sandbox.client import Phone
from tests.backoffice.adapters import receipts
from tests.house import House
from tests.journeys.money_stories import do, later
from tests.journeys.stories import dispatched
from tests.journeys.test_claims import claim_of, covered, papers_of, receipt, said, shown

BOSS = Operator(OperatorId("boss"), "管", OperatorRole.SUPERVISOR)
HOSPITAL = ("1", "1", "今天", "泰国", "没有", "摔断了手", "2", "24000 THB", "没有")


async def rescue(desk: House, phone: Phone, for_whom: ForWhom = ForWhom.SELF) -> Case:
    """Over, with a bill that the traveller photographed and a letter and a report that the desk added."""
    begun = await dispatched(desk, phone)

    async def whose(work: Work) -> None:
        found = await work.uow.cases.get(begun.id)
        found.for_whom = for_whom
        await work.uow.cases.save(found)

    await do(desk, whose)
    await phone.upload("photo", receipts.jpeg(receipt(1)), "bill.jpg", "image/jpeg")
    await later(desk, 1, 3)
    case = await desk.case_of(phone)
    assert case is not None
    entries = await do(desk, lambda work: work.uow.cases.entries(case.id))
    bill = next(e.number for e in entries if e.media is not None)
    await do(desk, lambda work: case_files.mark(work, case.id, BOSS, bill, PaperKind.HOSPITAL_BILL))
    for name, kind in (("letter", PaperKind.GUARANTEE), ("notes", PaperKind.OTHER)):
        media = MediaId(f"m-{name}")
        await desk.core.media.put(case.id, media, receipts.jpeg(receipt(len(name))))
        given = Named(media, kind)
        await do(desk, lambda work, given=given: case_files.add(work, case.id, BOSS, given))
    await desk.close(case)
    await later(desk, 2, 2)
    return case


async def test_the_hospital_bill_of_a_rescue_goes_with_the_claim_by_one_yes(either_desk: House) -> None:
    """Neither the letter to the hospital, which these terms do not ask for, nor what is merely another is offered."""
    desk = either_desk
    phone = await desk.wechat()
    await covered(desk, phone)
    case = await rescue(desk, phone)
    offer = await said(desk, phone, "理赔", "2", *HOSPITAL)
    assert "救援记录里已有：发票原件" in offer
    assert "担保" not in offer
    assert "请发：事故或病情说明" in await said(desk, phone, "1")
    await later(desk, 1, 3)
    claim = await claim_of(desk, phone)
    (paper,) = await papers_of(desk, claim)
    assert (paper.name, paper.origin, paper.state) == ("invoice", From.CASE, PaperState.READABLE)
    assert paper.agreed_at is not None
    assert paper.media not in {p.media for p in await do(desk, lambda w: w.uow.case_papers.of_case(case.id))}
    assert await desk.core.media.get(paper.media) == receipts.jpeg(receipt(1))
    assert "case.paper_given" in await desk.timeline(case)
    kinds = sorted(paper["kind"] for paper in (await desk.exported(case.ref))["papers"])
    assert kinds == ["guarantee", "hospital_bill", "other"]


async def test_a_no_is_not_asked_again_and_gives_nothing(desk: House) -> None:
    phone = await desk.wechat()
    await covered(desk, phone)
    await rescue(desk, phone)
    await said(desk, phone, "理赔", "2", *HOSPITAL)
    assert "请发" in await said(desk, phone, "2")
    await said(desk, phone, "0", "理赔", "1")
    assert "请发" in await said(desk, phone, "1")
    assert await papers_of(desk, await claim_of(desk, phone)) == []


async def test_the_same_bill_in_a_second_claim_is_flagged(desk: House) -> None:
    """Two claims for one stay: a person looks at both."""
    phone = await desk.wechat()
    await covered(desk, phone)
    await rescue(desk, phone)
    for _ in range(2):
        begun = await said(desk, phone, "理赔")
        await said(desk, phone, *(("9",) if "您的理赔" in begun else ()))
        await said(desk, phone, "2", *HOSPITAL, "1")
        await said(desk, phone, "0")
        await later(desk, 1, 3)
    claim = await claim_of(desk, phone)
    (paper,) = await papers_of(desk, claim)
    assert len(paper.twins) == 1


async def test_a_photo_sent_for_the_claim_still_belongs_to_it(desk: House) -> None:
    phone = await desk.wechat()
    await covered(desk, phone)
    await rescue(desk, phone)
    await said(desk, phone, "理赔", "2", *HOSPITAL, "1")
    await shown(desk, phone, receipt(7))
    assert [p.origin for p in await papers_of(desk, await claim_of(desk, phone))] == [From.CASE, From.SENT]


async def test_the_bill_of_somebody_one_called_for_is_not_offered_for_ones_own_claim(desk: House) -> None:
    phone = await desk.wechat()
    await covered(desk, phone)
    await rescue(desk, phone, ForWhom.OTHER)
    assert "请发" in await said(desk, phone, "理赔", "2", *HOSPITAL)


async def test_words_instead_of_a_yes_are_kept_and_the_papers_are_offered_still(desk: House) -> None:
    phone = await desk.wechat()
    await covered(desk, phone)
    await rescue(desk, phone)
    await said(desk, phone, "理赔", "2", *HOSPITAL)
    again = await said(desk, phone, "医院说账单是复印件")
    assert again.index("已记入理赔") < again.index("救援记录里已有：发票原件")
    assert "请发：事故或病情说明" in await said(desk, phone, "1")
    assert [p.name for p in await papers_of(desk, await claim_of(desk, phone))] == ["invoice"]
