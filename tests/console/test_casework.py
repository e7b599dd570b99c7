"""Working a case in a real browser, by keyboard and by mouse: checklist, macros, tasks, joining, closing, voice."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from backoffice.cases.model import CaseStatus, CloseReason, Hurt, Kind
from backoffice.kernel.ids import MediaId
from backoffice.kernel.messages import Media, MediaKind, Role
from tests.backoffice.adapters.test_voices import spoken
from tests.console.conftest import House
from tests.console.pages import head, nothing_found, open_case

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("RESCUE_TEST_SHOTS", "")
"""A folder for pictures of the pages, for whoever wants to look."""


async def clean(page: Page, name: str) -> None:
    await nothing_found(page)
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


async def yes(page: Page) -> None:
    """What the dialog asks is wanted."""
    await page.locator("#confirm[open] button[value=yes]").click()


async def test_a_case_is_worked_by_keyboard_alone(house: House) -> None:
    """Protocol begun and ticked, a macro sent, the report written, the case closed with what its code requires."""
    page = await house.sign_in(house.cast.lin)
    await open_case(page, house, "7K3F")
    await page.keyboard.press("4")
    steps = page.locator("#protocol-accident .steps li")
    await expect(steps).to_have_count(9)
    for done in (1, 2):
        await page.keyboard.press("3")
        await expect(page.locator("#protocol-accident .ticked")).to_have_count(done)
    await expect(steps.first).to_contain_text(house.cast.lin.name)
    await page.keyboard.press("Escape")
    await page.keyboard.press("7")
    await page.keyboard.type("伤者已上救护车，等医院床位")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".thread")).to_contain_text("等医院床位")
    await page.keyboard.press("Escape")
    await page.keyboard.press("=")
    await page.locator("#macro-macro-bleeding").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#confirm-words")).to_contain_text("请用干净的布直接按住伤口")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".say.ours").last).to_contain_text("请用干净的布直接按住伤口")
    assert (await head(house, "7K3F")).hurt is Hurt.YES
    await page.locator("body").click(position={"x": 2, "y": 2})
    await page.keyboard.press("v")
    await yes(page)
    await expect(page.locator('[data-live="next"] h3 .quiet-word').first).to_contain_text("已核实")
    await clean(page, "case-worked")
    await page.keyboard.press("x")
    await page.keyboard.press("End")
    await page.locator("#reason").select_option("helped")
    await page.keyboard.press("Tab")
    await page.keyboard.type("伤者入院，家属到场，星使离开")
    await page.keyboard.press("Control+Enter")
    await yes(page)
    await expect(page.locator(".case-head")).to_contain_text("已结案")
    closed = await head(house, "7K3F")
    assert (closed.status, closed.close_reason) == (CaseStatus.CLOSED, CloseReason.HELPED)


async def test_a_case_is_worked_by_mouse(house: House) -> None:
    """Facts, a reminder, words for later and their cancelling, putting off with a reason; joining and taking apart."""
    page = await house.sign_in(house.cast.lin)
    await open_case(page, house, "7K3F")
    await page.locator("#fact-kind").select_option("illness")
    await page.locator('[data-live="facts"] button').click()
    await expect(page.locator(".timeline")).to_contain_text("类型定为：疾病")
    assert (await head(house, "7K3F")).kind is Kind.ILLNESS
    await page.locator("#new-reminder summary").click()
    await page.locator("#reminder-text").fill("问手术结果")
    await page.locator("#reminder-when").fill(await _later(page, 2))
    await page.locator("#new-reminder button").click()
    tasks = page.locator('[data-live="tasks"] .notes')
    await expect(tasks).to_contain_text("问手术结果")
    await page.locator("#new-message summary").click()
    await page.locator("#later-text").fill("请问现在感觉怎样？")
    await page.locator("#later-when").fill(await _later(page, 3))
    await page.locator("#new-message button").click()
    await yes(page)
    await expect(tasks).to_contain_text("请问现在感觉怎样？")
    await expect(tasks).to_contain_text("到时自动发给求助人")
    first = tasks.locator("li", has_text="问手术结果")
    await first.locator("details summary").click()
    await first.locator("input[name=minutes]").fill("30")
    await first.locator("input[name=why]").fill("还在手术")
    await first.locator("details button").click()
    await expect(first).to_contain_text("推迟过 1 次：还在手术")
    await clean(page, "case-tasks")
    await tasks.locator("li", has_text="请问现在感觉怎样？").get_by_role("button", name="取消").click()
    await yes(page)
    await expect(tasks).not_to_contain_text("请问现在感觉怎样？")
    await page.locator("#related-box summary").click()
    await page.locator("#merge-ref").fill("m4tr")
    await page.get_by_role("button", name="并入本案").click()
    await yes(page)
    await expect(page.locator('[data-live="related"]')).to_contain_text("M4TR")
    await expect(page.locator("#reply-part option")).to_have_count(2)
    await page.get_by_role("button", name="分开").click()
    await yes(page)
    await expect(page.locator("#reply-part")).to_have_count(0)
    await page.goto(f"{house.base}/console/tasks")
    await expect(page.locator(".due-line", has_text="问手术结果")).to_have_count(1)
    await clean(page, "tasks")


async def _later(page: Page, hours: int) -> str:
    """So many hours from now on the centre's wall clock, as a date field takes it."""
    return str(
        await page.evaluate(
            """(hours) => {
              const zone = document.body.dataset.zone, at = new Date(Date.now() + hours * 3600000);
              return at.toLocaleString("sv-SE", { timeZone: zone }).replace(" ", "T").slice(0, 16);
            }""",
            hours,
        )
    )


async def test_a_voice_is_heard_and_a_supervisor_writes_a_protocol(house: House) -> None:
    """The browser really decodes what was made of WeChat's AMR; the book is edited on a phone as well."""
    case = house.cast.cases["7K3F"]
    voice = MediaId("m-voice")
    await house.evening.file(case, voice, spoken("amr", "libopencore_amrnb"))
    media = Media(voice, MediaKind.VOICE, "", "audio/amr", 3_000)
    await house.evening.said(case, Role.TRAVELLER, case.requester, "宋女士", "", media=media)
    page = await house.sign_in(house.cast.chen)
    await open_case(page, house, "7K3F")
    seconds = await page.locator("audio").evaluate(
        """(audio) => new Promise((done, failed) => {
          audio.onloadedmetadata = () => done(audio.duration);
          audio.onerror = () => failed(new Error("no voice"));
          audio.load();
        })"""
    )
    assert 1.8 < seconds < 2.4
    await page.goto(f"{house.base}/console/protocols")
    await clean(page, "protocols")
    await page.locator('a[href="/console/protocols/stroke"]').click()
    await page.wait_for_selector("html[data-ready=yes]")
    await page.locator("#zh-9").fill("告诉急救人员本中心电话")
    await page.locator("#en-9").fill("Give the ambulance our number")
    await clean(page, "protocol")
    await page.get_by_role("button", name="存为新版").click()
    await yes(page)
    await expect(page.locator("#p-stroke")).to_contain_text("第 2 版")
    await page.locator('a[href="/console/macros/macro-stroke"]').click()
    await page.wait_for_selector("html[data-ready=yes]")
    await page.set_viewport_size({"width": 390, "height": 844})
    await clean(page, "macro")
