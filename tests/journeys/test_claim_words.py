"""What a claimant writes while papers are collected: kept with the claim, answered, never lost; a cry still wins."""

from backoffice.claims import said as said_
from backoffice.claims.claim import Claim, ClaimStatus
from backoffice.claims.evidence import MORE
from backoffice.workflows import claim_review
from bot.sandbox.client import Phone
from tests.backoffice.adapters import receipts
from tests.house import BANGKOK, House, texts
from tests.journeys.claim_stories import FIRST, claim_now
from tests.journeys.money_stories import do, later
from tests.journeys.stories import answers, dispatched
from tests.journeys.test_claims import DELAY, claim_of, covered, papers_of, receipt, said, shown


async def kept(desk: House, phone: Phone) -> list[str]:
    return [each.text for each in said_.of(await claim_of(desk, phone))]


async def whole(desk: House, phone: Phone) -> Claim:
    """A delay, handed in with both papers."""
    await covered(desk, phone)
    await said(desk, phone, *DELAY)
    await shown(desk, phone, receipt(1))
    await said(desk, phone, "完成")
    await shown(desk, phone, receipt(2))
    await said(desk, phone, "完成", "1")
    claim = await claim_of(desk, phone)
    assert claim.status is ClaimStatus.FILED
    return claim


async def sent_back(desk: House, claim: Claim, words: str, *papers: str) -> None:
    seen = (await claim_now(desk, claim)).version
    asked = claim_review.Asked(papers, words, seen)
    await do(desk, lambda work: claim_review.more(work, claim.id, FIRST, asked))
    await later(desk, 2, 2)


async def test_words_while_papers_are_collected_are_kept_and_answered(desk: House) -> None:
    """In the answer: who reads them and what is wanted now; "done" goes on as after a photo."""
    phone = await desk.wechat()
    await covered(desk, phone)
    await said(desk, phone, *DELAY)
    answer = await said(desk, phone, "航空公司说三天后才给证明")
    assert "已记入理赔" in answer
    assert "现在请发：承运人延误证明" in answer
    assert await kept(desk, phone) == ["航空公司说三天后才给证明"]
    assert await desk.queue() == []
    assert "看得清" in await shown(desk, phone, receipt(1))
    assert "请发：机票或登机牌" in await said(desk, phone, "完成")


async def test_words_meant_for_somebody_else_go_to_the_centre(desk: House) -> None:
    """One digit takes them out of the claim and puts them in the queue."""
    phone = await desk.wechat()
    await covered(desk, phone)
    await said(desk, phone, *DELAY, "你们周末有人上班吗")
    assert "指挥中心" in await said(desk, phone, "2")
    assert await kept(desk, phone) == []
    assert [item.text for item in await desk.queue()] == ["你们周末有人上班吗"]


async def test_what_stands_under_a_photo_is_kept_with_the_claim(desk: House) -> None:
    phone = await desk.telegram()
    await covered(desk, phone)
    await said(desk, phone, "claim", "4", "1", "2", "Thailand", "11")
    await phone.upload(
        "photo", receipts.jpeg(receipt(1)), "a.jpg", "image/jpeg", text="the second page is lost"
    )
    await later(desk, 1, 4, 3)
    assert await kept(desk, phone) == ["the second page is lost"]


async def test_an_emergency_told_while_papers_are_collected_calls_for_help(desk: House) -> None:
    """Asked what happened it is the answer; asked for a photo it may be happening now."""
    phone = await desk.wechat()
    await covered(desk, phone)
    await said(desk, phone, *DELAY)
    await phone.text("我被抢劫了")
    await desk.settle()
    assert await desk.case_of(phone) is not None
    assert await kept(desk, phone) == []


async def test_a_reviewers_question_is_answered_in_words_and_the_claim_comes_back(desk: House) -> None:
    """Words and a photo, then "done": what was promised happens, and the reviewer has both."""
    phone = await desk.wechat()
    claim = await whole(desk, phone)
    await sent_back(desk, claim, "请说明为什么改签")
    assert (await claim_now(desk, claim)).status is ClaimStatus.INCOMPLETE
    assert "回复“完成”" in await said(desk, phone, "航空公司取消了第一班")
    await shown(desk, phone, receipt(3))
    assert (await claim_now(desk, claim)).status is ClaimStatus.INCOMPLETE
    assert "材料齐全" in await said(desk, phone, "完成")
    found = await claim_now(desk, claim)
    assert found.status is ClaimStatus.FILED
    assert await kept(desk, phone) == ["航空公司取消了第一班"]
    assert [p.name for p in await papers_of(desk, found)][-1] == MORE


async def test_two_papers_wanted_again_are_asked_for_one_after_the_other(desk: House) -> None:
    """One of them is beyond the clauses of this kind: the claim waits for that one too."""
    phone = await desk.wechat()
    claim = await whole(desk, phone)
    await sent_back(desk, claim, "", "ticket", "police_report")
    await shown(desk, phone, receipt(3))
    assert (await claim_now(desk, claim)).status is ClaimStatus.INCOMPLETE
    assert "报警回执" in await said(desk, phone, "完成")
    await shown(desk, phone, receipt(4))
    found = await claim_now(desk, claim)
    assert found.status is ClaimStatus.FILED
    assert [p.name for p in await papers_of(desk, found) if p.state == "readable"][-2:] == [
        "ticket",
        "police_report",
    ]


async def test_handed_in_with_two_missing_done_leads_from_one_to_the_next(desk: House) -> None:
    """The second photo belongs to the second paper, although nothing but "done" was said between."""
    phone = await desk.wechat()
    await covered(desk, phone)
    await said(desk, phone, *DELAY, "完成", "1", "完成", "1")
    assert "先发：承运人延误证明" in await said(desk, phone, "1")
    claim = await claim_of(desk, phone)
    assert claim.status is ClaimStatus.INCOMPLETE
    await shown(desk, phone, receipt(1))
    assert "请发：机票或登机牌" in await said(desk, phone, "完成")
    await shown(desk, phone, receipt(2))
    assert (await claim_now(desk, claim)).status is ClaimStatus.FILED
    assert [p.name for p in await papers_of(desk, claim)] == ["delay_proof", "ticket"]


async def test_done_is_understood_whatever_was_said_before_it(desk: House) -> None:
    """Given to the centre, or put off and taken up again by a photo: "done" still goes on with the claim."""
    phone = await desk.wechat()
    await covered(desk, phone)
    await said(desk, phone, *DELAY, "你们周末有人上班吗")
    answer = await said(desk, phone, "2")
    assert "照常进行" in answer
    assert "现在请发：承运人延误证明" in answer
    await shown(desk, phone, receipt(1))
    await said(desk, phone, "0")
    assert "请发：机票或登机牌" in await said(desk, phone, "完成")


async def test_what_an_envoy_says_on_a_job_reaches_the_job(desk: House) -> None:
    """Also while a claim of their own wants a paper: somebody waits for these words."""
    traveller, envoy = await desk.telegram("Anna"), await desk.wechat("陈静")
    await covered(desk, envoy)
    await said(desk, envoy, *DELAY)
    await desk.envoy(envoy, BANGKOK)
    case = await dispatched(desk, traveller)
    await answers(desk, envoy, "11")
    await said(desk, envoy, "我在商场正门")
    assert await kept(desk, envoy) == []
    assert "我在商场正门" in await desk.entries(case)


async def test_a_reminder_repeats_what_the_reviewer_asked(desk: House) -> None:
    """And ends when told to, or when the claimant says that this is all."""
    phone = await desk.wechat()
    claim = await whole(desk, phone)
    await sent_back(desk, claim, "请说明为什么改签")
    seen = len(await texts(phone))
    await desk.pass_time(86_400 * 1.5, step=3_600)
    assert "还需要补充：请说明为什么改签" in "\n".join((await texts(phone))[seen:])
    assert "材料齐全" in await said(desk, phone, "第一班取消了", "完成")
    assert (await claim_now(desk, claim)).status is ClaimStatus.FILED
