"""Claims in chat: told, shown by photo, asked for again when they cannot be read, chased until they are whole."""

import io
import random
from datetime import date, timedelta

from PIL import Image, ImageFilter

from backoffice.claims.claim import Claim, ClaimStatus
from backoffice.claims.evidence import Paper, PaperState
from backoffice.insurance.model import PolicyId
from backoffice.insurance.policies import Insured, Policy, PolicyStatus, Source, local_day
from backoffice.kernel.money import Money
from bot.assembly import price_deed
from bot.sandbox.client import Phone
from tests.backoffice.adapters import receipts
from tests.house import BANGKOK, House, texts
from tests.journeys.money_stories import do, later
from tests.journeys.stories import answers, dispatched


async def covered(house: House, phone: Phone, product: str = "WORLD", *family: Insured) -> Policy:
    """A policy of a month around today, recognised as this phone's person's; who has a family holds it for them."""
    await phone.text("我的保障")
    await house.settle()
    person = await house.person(phone)
    assert person is not None
    today = local_day(house.clock.now())
    starts, ends = today - timedelta(days=10), today + timedelta(days=20)
    policy = Policy(
        PolicyId(f"policy-{phone.id}"), "sample", product, 1, starts, ends, Source.IMPORTED, house.clock.now(),
        Money(0, "CNY"), person.id if family else None,
        [Insured("周婷", "E12345678", date(1990, 3, 7), person=person.id), *family],
        status=PolicyStatus.CONFIRMED, number=f"S-{phone.id}",
    )  # fmt: skip
    await do(house, lambda work: work.uow.policies.add(policy))
    return policy


async def said(house: House, phone: Phone, *words: str) -> str:
    """Say these one after the other; what came back to the last."""
    before = 0
    for each in words:
        before = len(await texts(phone))
        await phone.text(each)
        await later(house, 2.5)
    return "\n".join((await texts(phone))[before:])


async def shown(house: House, phone: Phone, picture: Image.Image, **more: str) -> str:
    before = len(await texts(phone))
    await phone.upload("photo", receipts.jpeg(picture), "a.jpg", "image/jpeg", **more)
    await later(house, 1, 4, 3)
    return "\n".join((await texts(phone))[before:])


async def claim_of(house: House, phone: Phone) -> Claim:
    person = await house.person(phone)
    assert person is not None
    return (await do(house, lambda work: work.uow.claims.of_person(person.id)))[-1]


async def papers_of(house: House, claim: Claim) -> list[Paper]:
    return list(await do(house, lambda work: work.uow.claims.papers(claim.id)))


def receipt(seed: int) -> Image.Image:
    return receipts.photo(random.Random(seed))


DELAY = ("理赔", "4", "1", "2", "泰国", "11")


async def test_a_flight_delay_with_two_photos(either_desk: House) -> None:
    """Kind, consent, day, place, hours, two photos, handed in: filed and complete, and not a word of a promise kept."""
    house = either_desk
    phone = await house.wechat()
    await covered(house, phone)
    agreed = await said(house, phone, *DELAY[:2])
    assert "承运人延误证明" in agreed
    assert "只用于这次理赔" in agreed
    assert "哪一天" in await said(house, phone, DELAY[2])
    wanted = await said(house, phone, *DELAY[3:])
    assert "请发：承运人延误证明（第 1 项，共 2 项）" in wanted
    assert "看得清" in await shown(house, phone, receipt(1))
    assert "请发：机票或登机牌" in await said(house, phone, "完成")
    assert "看得清" in await shown(house, phone, receipt(2))
    back = await said(house, phone, "完成")
    assert "延误小时数：11" in back
    assert "材料齐全" in await said(house, phone, "1")
    claim = await claim_of(house, phone)
    assert claim.status is ClaimStatus.FILED
    assert claim.agreed_at is not None
    (line,) = await do(house, lambda work: work.uow.claims.lines(claim.id))
    assert (line.item, line.quantity, line.country) == ("flight_delay", 11, "TH")
    assert line.papers == {"delay_proof", "ticket"}


async def test_staff_see_a_new_picture_and_the_original_is_sealed(desk: House) -> None:
    """Without metadata; the original lies encrypted, with its hash, its time and the claimant's yes."""
    phone = await desk.telegram()
    await covered(desk, phone)
    await said(desk, phone, "claim", "4", "1", "2", "Thailand", "11")
    exif = Image.Exif()
    exif[0x010E] = "secret words"
    out = io.BytesIO()
    receipt(3).save(out, "JPEG", exif=exif, quality=90)
    await phone.upload("photo", out.getvalue() + b"<script>tail</script>", "a.jpg", "image/jpeg")
    await later(desk, 1, 4)
    (paper,) = await papers_of(desk, await claim_of(desk, phone))
    assert paper.state is PaperState.READABLE
    assert paper.view is not None
    assert paper.print is not None
    assert paper.agreed_at is not None
    view = await desk.core.media.get(paper.view)
    assert b"secret words" not in view
    assert b"tail" not in view
    files = [
        path.read_bytes() for path in (desk.core.settings.data_dir / "media").rglob("*") if path.is_file()
    ]
    assert files
    assert not any(b"secret words" in each or each[:3] == b"\xff\xd8\xff" for each in files)


async def test_an_album_is_acknowledged_once(desk: House) -> None:
    phone = await desk.telegram()
    await covered(desk, phone)
    await said(desk, phone, "claim", "4", "1", "2", "Thailand", "11")
    before = len(await texts(phone))
    for seed in (11, 12, 13):
        await phone.upload("photo", receipts.jpeg(receipt(seed)), "a.jpg", "image/jpeg", album="one")
    await later(desk, 1, 4, 3)
    answers = (await texts(phone))[before:]
    assert len(answers) == 1
    assert "files so far: 3" in answers[0]


async def test_a_blurred_photo_is_said_at_once_and_the_second_goes_to_a_person(desk: House) -> None:
    phone = await desk.wechat()
    await covered(desk, phone)
    await said(desk, phone, *DELAY)
    assert "模糊" in await shown(desk, phone, receipt(5).filter(ImageFilter.GaussianBlur(6)))
    assert "人工查看" in await shown(desk, phone, receipt(6).filter(ImageFilter.GaussianBlur(6)))
    assert "请发：机票或登机牌" in await said(desk, phone, "完成")


async def test_a_photo_after_done_that_cannot_be_read_keeps_the_claim_open(desk: House) -> None:
    """Handed in before the reader had seen it: incomplete, asked for by name, filed by itself once it is there."""
    phone = await desk.wechat()
    await covered(desk, phone)
    await said(desk, phone, *DELAY)
    await shown(desk, phone, receipt(1))
    await said(desk, phone, "完成", "0")
    assert "还缺：机票或登机牌" in await said(desk, phone, "理赔", "1")
    claim = await claim_of(desk, phone)
    assert claim.status is ClaimStatus.DRAFT


async def test_an_incomplete_claim_is_chased_until_it_is_complete(desk: House) -> None:
    """Reminders by day after growing pauses, in words that name what is missing; a photo days later files it."""
    phone = await desk.telegram()
    await covered(desk, phone)
    await said(desk, phone, "claim", "4", "1", "2", "Thailand", "11")
    await shown(desk, phone, receipt(1))
    await said(desk, phone, "done", "done", "1")
    handed_in = await said(desk, phone, "1")
    assert "Still missing: ticket or boarding pass" in handed_in
    assert (await claim_of(desk, phone)).status is ClaimStatus.INCOMPLETE
    begun, moments = desk.clock.now(), []
    for _ in range(5):
        seen = len(await texts(phone))
        await desk.pass_time(86_400, step=3_600)
        new = (await texts(phone))[seen:]
        if new:
            assert "still needs: ticket or boarding pass" in new[0]
            moments.append((desk.clock.now() - begun).days)
    assert moments == [1, 4]
    assert "complete" in await shown(desk, phone, receipt(2))
    assert (await claim_of(desk, phone)).status is ClaimStatus.FILED
    seen = len(await texts(phone))
    await desk.pass_time(86_400 * 8, step=14_400)
    assert (await texts(phone))[seen:] == []


async def test_reminders_stop_when_told(desk: House) -> None:
    phone = await desk.wechat()
    await covered(desk, phone)
    await said(desk, phone, *DELAY, "0")
    await desk.pass_time(86_400 * 1.5, step=3_600)
    assert "不再提醒" in await said(desk, phone, "2")
    seen = len(await texts(phone))
    await desk.pass_time(86_400 * 10, step=14_400)
    assert (await texts(phone))[seen:] == []


async def test_the_same_photo_in_another_claim_is_flagged_and_nobody_is_told(desk: House) -> None:
    """Saved again with other bytes: still the same picture."""
    one, other = await desk.telegram("Anna"), await desk.telegram("Ben", id="7002")
    for phone in (one, other):
        await covered(desk, phone)
        await said(desk, phone, "claim", "4", "1", "2", "Thailand", "11")
    await shown(desk, one, receipt(7))
    again = Image.open(io.BytesIO(receipts.jpeg(receipt(7), quality=60)))
    heard = await shown(desk, other, again)
    first, second = await claim_of(desk, one), await claim_of(desk, other)
    assert (await papers_of(desk, second))[0].twins == (first.ref,)
    assert (await papers_of(desk, first))[0].twins == (second.ref,)
    assert first.ref not in heard


async def test_a_photo_in_a_rescue_belongs_to_the_rescue(desk: House) -> None:
    phone = await desk.wechat()
    await covered(desk, phone)
    await said(desk, phone, *DELAY)
    await phone.location(*BANGKOK)
    await desk.pass_time(6)
    await phone.photo()
    await desk.settle()
    case = await desk.case_of(phone)
    assert case is not None
    assert "[photo]" in await desk.entries(case)
    assert await papers_of(desk, await claim_of(desk, phone)) == []


async def case_with_envoy(desk: House) -> tuple[Phone, Phone]:
    """An SOS in Bangkok with an envoy who came, said what they saw, and ended the job."""
    await price_deed.put_prices(desk.core, {"starting": True})
    traveller, envoy = await desk.wechat(), await desk.telegram("陈静", "zh-hans")
    await desk.envoy(envoy, BANGKOK)
    await dispatched(desk, traveller)
    await answers(desk, envoy, "1")
    await desk.pass_time(1800, step=60)
    await answers(desk, envoy, "到了", "左膝擦伤，已送医")
    return traveller, envoy


async def test_a_rescue_and_its_envoy_without_typing_anything_again(desk: House) -> None:
    """Day, country, course and the envoy's fee come from the case; receipt and report are attached by one yes."""
    traveller, envoy = await case_with_envoy(desk)
    await covered(desk, traveller)
    case = await desk.case_of(traveller)
    assert case is not None
    await desk.close(case)
    offer = await said(desk, traveller, "理赔")
    assert case.ref in offer
    assert "都不用再填" in offer
    assert "户外运动" in await said(desk, traveller, "1", "1")
    fee = await said(desk, traveller, "1")
    assert "除星使费用" in fee
    existing = await said(desk, traveller, "1")
    assert "星使收据" in existing
    await said(desk, traveller, "1")
    done = await said(desk, traveller, "1")
    assert "材料齐全" in done
    claim = await claim_of(desk, traveller)
    assert (claim.case, claim.status) == (case.id, ClaimStatus.FILED)
    assert claim.facts.country == "TH"
    assert claim.facts.event_on == case.opened_at.date()
    (line,) = await do(desk, lambda work: work.uow.claims.lines(claim.id))
    assert line.item == "envoy"
    assert line.amount == claim.facts.envoy_fee
    assert line.papers == {"envoy_receipt"}
    (paper,) = await papers_of(desk, claim)
    assert (paper.mime, paper.state) == ("application/pdf", PaperState.READABLE)


async def test_what_happened_is_told_and_starts_no_rescue(desk: House) -> None:
    """ "I was robbed", said to "what happened", is the answer; a cry still calls for help."""
    phone = await desk.wechat()
    await covered(desk, phone)
    things = await said(desk, phone, "理赔", "7", "1", "昨天", "泰国", "我被抢劫了")
    assert "一行一件" in things
    assert await desk.case_of(phone) is None
    assert "请发：报警回执" in await said(desk, phone, "相机 2500 CNY\n背包 800")
    claim = await claim_of(desk, phone)
    assert claim.facts.articles == (Money.of("2500", "CNY"), Money.of("800", "CNY"))
    assert claim.facts.told == "我被抢劫了"
    await phone.text("救命")
    await desk.settle()
    assert await desk.case_of(phone) is not None


async def test_a_stay_in_hospital_is_told_step_by_step(desk: House) -> None:
    """What is not understood is asked again in the same breath; a bare number is the days, not a button."""
    phone = await desk.telegram()
    await covered(desk, phone)
    assert "outdoor sport" in await said(desk, phone, "claim", "1", "1", "2026-02-27", "Thailand")
    unclear = await said(desk, phone, "gardening")
    assert unclear.index("was not recognised") < unclear.index("outdoor sport?")
    assert "How many days" in await said(desk, phone, "hiking", "I slipped on the path and broke my wrist")
    assert "How much did it cost" in await said(desk, phone, "2")
    assert "with its currency" in await said(desk, phone, "24000")
    assert "paid a part" in await said(desk, phone, "24,000 THB")
    assert "(1 of 5)" in await said(desk, phone, "1")
    claim = await claim_of(desk, phone)
    assert (claim.facts.days, claim.facts.sport) == (2, "hiking")
    assert claim.facts.amount == Money.of("24000", "THB")
    assert claim.facts.others == Money.of("0", "THB")


async def test_a_file_that_is_no_paper_is_answered_in_words(desk: House) -> None:
    """A page named as a PDF, half a picture, and a locked paper: what it is, and what to send instead."""
    phone = await desk.telegram()
    await covered(desk, phone)
    await said(desk, phone, "claim", "4", "1", "2", "Thailand", "11")
    heard = []
    for body in (
        b"<!doctype html><script>1</script>",
        receipts.jpeg(receipt(1))[:5_000],
        b"%PDF-1.7\njunk" * 9,
    ):
        before = len(await texts(phone))
        await phone.upload("document", body, "ticket.pdf", "application/pdf")
        await later(desk, 1, 4)
        heard += (await texts(phone))[before:]
    assert "neither a photo nor a PDF" in heard[0]
    assert "cannot be opened" in heard[1]
    assert "cannot be opened" in heard[2]
    claim = await claim_of(desk, phone)
    assert {paper.state for paper in await papers_of(desk, claim)} == {PaperState.UNFIT}


async def test_without_cover_nothing_is_begun(desk: House) -> None:
    phone = await desk.wechat()
    assert "没有找到" in await said(desk, phone, "理赔")


async def test_saying_no_to_the_use_of_papers_keeps_nothing(desk: House) -> None:
    phone = await desk.wechat()
    await covered(desk, phone)
    assert "没有保存任何内容" in await said(desk, phone, "理赔", "4", "2")
    person = await desk.person(phone)
    assert person is not None
    assert await do(desk, lambda work: work.uow.claims.of_person(person.id)) == []


async def test_a_holder_says_for_whom_of_the_family_they_claim(desk: House) -> None:
    """Limits and excess are each person's own: the child's delay takes nothing from the mother's."""
    phone = await desk.telegram("Anna")
    await covered(desk, phone, "WORLD", Insured("周小宝", "E00000001", date(2018, 5, 1)))
    assert "2. 周小宝" in await said(desk, phone, "claim")
    await said(desk, phone, "2", "4", "1", "2", "Thailand", "11", "done", "1", "done")
    assert "For: 周小宝" in await said(desk, phone, "1")
    claim = await claim_of(desk, phone)
    assert (claim.insured, claim.facts.hours) == (1, 11)
