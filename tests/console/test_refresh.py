"""What a page does while it asks for itself again: nothing typed, pressed or chosen is lost."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import FilePayload, Route, expect

from backoffice.cases.model import Kind, Verified
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import CaseId, MediaId
from backoffice.kernel.messages import Media, MediaKind, Role
from backoffice.workflows.work import Work
from tests.backoffice.console.evening import photo
from tests.console.conftest import House
from tests.console.pages import head, open_case

pytestmark = pytest.mark.browser


async def test_a_new_call_appears_by_itself(house: House) -> None:
    """A hint, a refetch, a line: no reload."""
    page = await house.sign_in(house.cast.lin)
    await expect(page.locator("#link-state")).to_contain_text("实时")
    person = await house.evening.person("新", Address("telegram", "999"))
    await house.evening.case("NEW2", person)
    await house.evening.bus.publish(["case:case-NEW2", "queue"])
    await expect(page.get_by_role("link", name="NEW2")).to_be_visible(timeout=3000)


async def test_what_is_being_typed_survives_every_refresh(house: House) -> None:
    """Words, cursor, the chosen box and the focus stay while the page changes around them."""
    page = await house.sign_in(house.cast.lin)
    await open_case(page, house, "7K3F")
    await page.keyboard.press("r")
    await page.keyboard.type("请留在原地")
    case = house.cast.cases["7K3F"]
    await house.evening.said(case, Role.TRAVELLER, case.requester, "宋女士", "救护车到了吗")
    await house.evening.act(_verify(case), None)
    await house.evening.bus.publish([f"case:{case.id}"])
    await expect(page.get_by_text("救护车到了吗")).to_be_visible(timeout=3000)
    await page.keyboard.type("，不要动")
    await expect(page.locator("#reply-text")).to_have_value("请留在原地，不要动")
    assert await page.evaluate("document.activeElement.id") == "reply-text"


def _verify(case: Any) -> Any:
    async def change(work: Any) -> None:
        found = await work.uow.cases.get(case.id)
        found.verified = Verified.VERIFIED
        await work.uow.cases.save(found)

    return change


async def test_a_button_under_the_finger_is_not_replaced(house: House) -> None:
    """The first press lets the sound in, the queue changes before the release: nothing moves, the press counts."""
    page = await house.sign_in(house.cast.lin)
    await expect(page.locator("#link-state")).to_contain_text("实时")
    notice = page.locator("#warn-sound")
    await expect(notice).to_be_visible()
    await page.get_by_role("button", name="接手").first.hover()
    await page.mouse.down()
    await expect(page.locator("#sound")).not_to_have_class(re.compile("breached"))
    await expect(notice).to_be_visible()
    await house.evening.case("NEW2", await house.evening.person("新", Address("telegram", "999")))
    async with page.expect_response(lambda r: "x-live" in r.request.headers and r.url == page.url):
        await house.evening.bus.publish(["case:case-NEW2", "queue"])
    await page.wait_for_timeout(200)
    await expect(page.get_by_role("link", name="NEW2")).to_have_count(0)
    await page.mouse.up()
    await page.wait_for_url("**/cases/case-K9BP", timeout=4000)
    assert (await head(house, "K9BP")).owner == house.cast.lin.id


async def test_a_refused_reply_keeps_its_words(house: House) -> None:
    """The line broke while sending: a sentence says so and nothing typed is lost."""
    house.expected = "ERR_FAILED"
    page = await house.sign_in(house.cast.lin)
    await open_case(page, house, "7K3F")
    await page.keyboard.press("r")
    await page.keyboard.type("重要的话")
    await page.route("**/reply", lambda route: route.abort())
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#said")).to_contain_text("文字还在")
    await expect(page.locator("#reply-text")).to_have_value("重要的话")


async def test_what_changes_while_the_page_opens_is_on_it(house: House) -> None:
    """Between the drawing of a page and the first word of its line no hint can come: it asks once more."""
    page = await house.sign_in(house.cast.lin)
    go, case = asyncio.Event(), house.cast.cases["7K3F"]

    async def held(route: Route) -> None:
        await go.wait()
        await route.continue_()

    await page.route("**/console/live/case-7K3F*", held)
    await open_case(page, house, "7K3F")
    await house.evening.said(case, Role.TRAVELLER, case.requester, "宋女士", "刚才又有一辆车")
    go.set()
    await expect(page.get_by_text("刚才又有一辆车")).to_be_visible(timeout=9000)


async def test_a_field_nobody_touched_shows_what_a_colleague_settled(house: House) -> None:
    """And one that somebody is about to change keeps their choice: nobody undoes the other's by saving."""
    page = await house.sign_in(house.cast.lin)
    await open_case(page, house, "7K3F")
    await expect(page.locator("#link-state")).to_contain_text("实时")
    await page.select_option("#fact-hurt", "no")
    await house.evening.act(_settled)
    await house.evening.bus.publish(["case:case-7K3F"])
    await expect(page.locator("#fact-kind")).to_have_value("illness")
    await expect(page.locator("#fact-hurt")).to_have_value("no")


async def test_a_chosen_file_outlives_a_refresh(house: House) -> None:
    """Another photo comes in while somebody has chosen the paper to add."""
    page = await house.sign_in(house.cast.lin)
    await open_case(page, house, "7K3F")
    await expect(page.locator("#link-state")).to_contain_text("实时")
    await page.locator("#name-paper summary").click()
    paper = FilePayload(name="bill.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4")
    await page.set_input_files("#paper-file", paper)
    case, media = house.cast.cases["7K3F"], MediaId("m-bill")
    await house.evening.file(case, media, photo())
    shown = Media(media, MediaKind.PHOTO, "b.jpg", "image/jpeg", 40_000)
    await house.evening.said(case, Role.TRAVELLER, case.requester, "宋女士", "还有这张", media=shown)
    await house.evening.bus.publish([f"case:{case.id}"])
    await expect(page.locator("#paper-entry option")).to_have_count(3)
    assert await page.evaluate("document.getElementById('paper-file').files[0].name") == "bill.pdf"
    await expect(page.locator("#link-state")).to_contain_text("实时")


async def _settled(work: Work) -> None:
    found = await work.uow.cases.get(CaseId("case-7K3F"))
    found.kind = Kind.ILLNESS
    await work.uow.cases.save(found)


async def test_sent_words_go_from_the_box_that_stands_there_by_then(house: House) -> None:
    """The box is replaced while the words are on their way: they go out once; what is typed meanwhile stays."""
    page = await house.sign_in(house.cast.lin)
    await open_case(page, house, "7K3F")
    sent: list[str] = []
    answered = asyncio.Event()

    async def slow(route: Route) -> None:
        sent.append(route.request.post_data or "")
        answer = await route.fetch()
        await answered.wait()
        await route.fulfill(response=answer)

    await page.route("**/reply", slow)
    await page.keyboard.press("r")
    await page.keyboard.type("救护车三分钟到")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".say.ours", has_text="救护车三分钟到")).to_be_visible()
    await house.evening.act(_sent_one)
    await house.evening.bus.publish(["case:case-7K3F"])
    await expect(page.locator(".box-traveller")).to_contain_text("窗口内还可发 4 条")
    await page.keyboard.press("Control+Enter")
    answered.set()
    await expect(page.locator("#reply-text")).to_have_value("")
    assert len(sent) == 1
    answered.clear()
    await page.keyboard.type("先别动")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".say.ours", has_text="先别动")).to_be_visible()
    await page.keyboard.type("他")
    async with page.expect_response("**/reply"):
        answered.set()
    await page.wait_for_timeout(500)
    await expect(page.locator("#reply-text")).to_have_value("先别动他")


async def _sent_one(work: Work) -> None:
    """The message went out: one less may follow."""
    assert await work.uow.windows.reserve("oSong", work.now, 0)


async def test_an_older_answer_never_lies_over_a_newer_one(house: House) -> None:
    """Who is here is asked twice in a row; the first answer comes last."""
    lin, chen = await house.sign_in(house.cast.lin), await house.sign_in(house.cast.chen)
    await open_case(lin, house, "7K3F")
    await expect(lin.locator("#link-state")).to_contain_text("实时")
    first, late = asyncio.Event(), asyncio.Event()

    async def overtaken(route: Route) -> None:
        answer = await route.fetch()
        if not first.is_set():
            first.set()
            await late.wait()
        await route.fulfill(response=answer)

    await lin.route("**/people", overtaken)
    await open_case(chen, house, "7K3F")
    await asyncio.wait_for(first.wait(), 5)
    await chen.keyboard.press("n")
    await chen.keyboard.type("我来")
    await lin.wait_for_timeout(700)
    late.set()
    await lin.wait_for_timeout(300)
    await expect(lin.locator(".people")).to_contain_text("陈立 正在写")


async def test_the_chosen_line_and_the_chosen_item_stay_chosen(house: House) -> None:
    """The queue changes around a line, the server's answer comes to an item: Enter means what it meant."""
    page = await house.sign_in(house.cast.lin)
    await expect(page.locator("#link-state")).to_contain_text("实时")
    for _ in range(2):
        await page.keyboard.press("j")
    chosen = page.locator(".chosen a.ref")
    await expect(chosen).to_have_text("5WXE")
    await house.evening.case("NEW2", await house.evening.person("新", Address("telegram", "999")))
    await house.evening.bus.publish(["queue"])
    await expect(page.get_by_role("link", name="NEW2")).to_be_visible()
    await expect(chosen).to_have_text("5WXE")
    await open_case(page, house, "7K3F")
    go = asyncio.Event()

    async def held(route: Route) -> None:
        await go.wait()
        await route.continue_()

    await page.route("**/console/search", held)
    await page.keyboard.press("Control+k")
    await page.keyboard.type("星使")
    await page.wait_for_timeout(300)
    await page.keyboard.press("ArrowDown")
    item = page.locator("#command-list [aria-selected=true]")
    before = await item.inner_text()
    go.set()
    await expect(page.locator("#command-list [data-kind=case]").first).to_be_visible()
    await expect(item).to_have_text(before, use_inner_text=True)
