"""The centre's own work in a real browser: the command bar, the list, shifts, centres, reports, health."""

import pytest
from playwright.async_api import Page, expect

from backoffice.cases.macros import CLIENT_LOCALES, Macro
from backoffice.oncall.centres import Centre
from backoffice.oncall.model import Hours
from tests.console.conftest import House
from tests.console.pages import at, head, nothing_found, open_case

pytestmark = pytest.mark.browser


async def yes(page: Page, words: str) -> None:
    """The confirmation names the effect; Tab to the yes, Enter."""
    await expect(page.locator("#confirm")).to_contain_text(words)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")


async def test_the_command_bar_finds_cases_pages_and_deeds(house: House) -> None:
    """Ctrl-K anywhere: four digits of a number open the case; there a deed is done by its name; a page by the mouse."""
    text = dict.fromkeys(CLIENT_LOCALES, "已经收到您的求助")
    macro = Macro("m1", 1, {"zh_Hans": "已经收到", "en": "Received"}, text)
    await house.evening.act(lambda w: w.uow.macros.put(macro))
    page = await house.sign_in(house.cast.lin)
    bar, options = page.locator("#command"), page.locator("#command-list [role=option]")
    await page.keyboard.press("Control+k")
    await expect(page.locator("#command-input")).to_be_focused()
    await page.keyboard.type("8000")
    await expect(options.first).to_contain_text("7K3F", timeout=4000)
    await expect(options.first).to_contain_text("电话相符")
    await nothing_found(page)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/cases/case-7K3F")
    await page.wait_for_selector("html[data-ready=yes]")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("内部备注")
    await expect(options.first).to_contain_text("N")
    await page.keyboard.press("Enter")
    await expect(bar).to_be_hidden()
    await expect(page.locator("#note-text")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("快捷语: ")
    await expect(options.first).to_contain_text("已经收到")
    await page.keyboard.press("Enter")
    await expect(page.locator("#confirm")).to_contain_text("已经收到您的求助")
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await expect(page.locator("#keys-list")).to_contain_text("Ctrl K")
    await page.keyboard.press("Escape")
    await page.locator("#command-open").click()
    await page.keyboard.type("列表")
    await page.locator("#command-list [data-kind=page]", has_text="列表").click()
    await page.wait_for_url("**/console/list")
    await page.wait_for_selector("html[data-ready=yes]")
    await page.keyboard.press("/")
    await page.keyboard.type("没有人说过的话")
    await expect(page.locator("#command-none")).to_be_visible(timeout=4000)
    await page.keyboard.press("Escape")
    await expect(bar).to_be_hidden()


async def test_words_said_are_found_and_a_doctor_finds_less(house: House) -> None:
    """What was written in a case leads to it; a case under duress is not there for a doctor."""
    from backoffice.ports import OperatorRole

    lin = await house.sign_in(house.cast.lin)
    doctor = await house.sign_in(await house.evening.operator("医生", OperatorRole.DOCTOR))
    for page, expected in ((lin, 1), (doctor, 0)):
        await page.keyboard.press("Control+k")
        await page.keyboard.type("何志强")
        if expected:
            await expect(page.locator("#command-list")).to_contain_text("Q8DN", timeout=4000)
        else:
            await expect(page.locator("#command-none")).to_be_visible(timeout=4000)
    await doctor.locator("#command-input").fill("青霉素")
    await expect(doctor.locator("#command-list")).to_contain_text("7K3F", timeout=4000)
    await expect(doctor.locator("#command-list")).to_contain_text("案内说过")


async def test_the_list_is_filtered_kept_and_worked_in_bulk(house: House) -> None:
    """By keyboard: a filter, a view of it, two lines chosen, a tag after a confirmation with their number."""
    page = await house.sign_in(house.cast.lin)
    await at(page, house, "list")
    await nothing_found(page)
    await page.keyboard.press("f")
    await expect(page.locator("#f-owner")).to_be_focused()
    await page.keyboard.type("我的")
    await page.keyboard.press("Enter")
    await page.select_option("#f-owner", "me")
    await page.locator(".filters button.strong").press("Enter")
    await page.wait_for_url("**owner=me**")
    await page.wait_for_selector("html[data-ready=yes]")
    await expect(page.locator("[data-line]")).to_have_count(4)
    await page.keyboard.press("b")
    await page.keyboard.type("我手里的")
    await page.keyboard.press("Enter")
    await expect(page.locator(".views")).to_contain_text("我手里的", timeout=4000)
    await page.wait_for_selector("html[data-ready=yes]")
    for _ in range(2):
        await page.keyboard.press("j")
        await page.keyboard.press("v")
    await expect(page.locator("#bulk-count")).to_have_text("2")
    await page.keyboard.press("d")
    await page.select_option("#bulk-deed", "tag")
    await page.fill("#bulk-tag", "台风")
    await page.locator("#bulk-go").press("Enter")
    await yes(page, "2 件案件加上标签")
    await expect(page.locator("#said")).to_contain_text("已完成 2 件", timeout=4000)
    await expect(page.locator(".tags", has_text="台风")).to_have_count(2, timeout=4000)
    await nothing_found(page)


async def test_bulk_by_mouse_on_a_phone(house: House) -> None:
    """All shown are chosen and taken; the page stands in 390 pixels."""
    zhou = await house.evening.operator("周", house.cast.lin.role)
    page = await house.sign_in(zhou, viewport={"width": 390, "height": 844})
    await at(page, house, "list?owner=none&state=ringing")
    await page.locator("#bulk-all").check()
    await page.select_option("#bulk-deed", "take")
    await page.locator("#bulk-go").click()
    await expect(page.locator("#confirm")).to_contain_text("2 件")
    await page.locator("#confirm button[value=yes]").click()
    await expect(page.locator("#said")).to_contain_text("已完成 2 件", timeout=4000)
    assert (await head(house, "K9BP")).owner == zhou.id
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    await nothing_found(page)


async def test_a_shift_is_handed_over_between_two_desks(house: House) -> None:
    """On duty by a key; a word for each case; read by the other, whose the cases are then; away by the supervisor."""
    lin, chen = await house.sign_in(house.cast.lin), await house.sign_in(house.cast.chen)
    await at(lin, house, "shift")
    await nothing_found(lin)
    await lin.keyboard.press("d")
    await expect(lin.locator("[data-live=state]")).to_contain_text("在岗", timeout=4000)
    notes = lin.locator("textarea[id^=note-]")
    for n in range(await notes.count()):
        await notes.nth(n).fill(f"第 {n + 1} 件：等医院回电")
    await lin.select_option("#to", house.cast.chen.id)
    await lin.fill("#words", "夜里平静")
    await lin.keyboard.press("Control+Enter")
    await yes(lin, "4 件案件的交班")
    await expect(lin.locator("[data-live=papers]")).to_contain_text("还没有读", timeout=4000)
    await at(chen, house, "shift")
    await nothing_found(chen)
    await chen.keyboard.press("k")
    await yes(chen, "4 件案件由您负责")
    await expect(chen.locator("[data-live=papers]")).to_contain_text("已读", timeout=4000)
    assert (await head(house, "7K3F")).owner == house.cast.chen.id
    await open_case(chen, house, "7K3F")
    await expect(chen.locator(".say.note", has_text="等医院回电")).to_be_visible()
    await at(chen, house, "shift")
    await chen.locator("[data-live=there] li", has_text="林晓").get_by_role("button").click()
    await expect(chen.locator("#confirm")).to_contain_text("林晓 标为离岗")
    await chen.locator("#confirm button[value=yes]").click()
    await expect(chen.locator("[data-live=there] li", has_text="林晓")).to_contain_text("离岗", timeout=4000)


async def test_centres_are_entered_and_a_case_is_moved_and_tagged(house: House) -> None:
    """A centre by the form; the case's own card puts a tag and moves it there."""

    async def madrid(work: object) -> None:
        await work.uow.centres.put(Centre("mad", "马德里", Hours("Europe/Madrid"), ("zh",), ("ES",), 2))  # type: ignore[attr-defined]

    await house.evening.act(madrid)
    page = await house.sign_in(house.cast.chen)
    await at(page, house, "centres")
    await page.fill("#ce-code", "bj")
    await page.fill("#ce-name", "北京中心")
    await page.fill("#ce-regions", "th vn")
    await page.fill("#ce-languages", "zh en")
    await page.keyboard.press("Enter")
    await expect(page.locator(".lines")).to_contain_text("北京中心", timeout=4000)
    await expect(page.locator(".lines")).to_contain_text("泰国")
    await nothing_found(page)
    await open_case(page, house, "7K3F")
    await page.wait_for_selector("#new-tag")
    await page.keyboard.press("k")
    await page.keyboard.type("媒体")
    await page.keyboard.press("Enter")
    await expect(page.locator("#labels .chip", has_text="媒体")).to_be_visible(timeout=4000)
    await page.select_option("#new-centre", "bj")
    await page.locator("#labels form[action$=centre] button").click()
    await page.wait_for_timeout(900)  # somebody reads the question before saying yes
    await page.locator("#confirm button[value=yes]").click()
    await expect(page.locator("#labels strong")).to_have_text("北京中心", timeout=4000)
    await expect(page.locator(".timeline")).to_contain_text("归 北京中心", timeout=4000)
    await nothing_found(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_reports_and_health_are_read_by_everybody(house: House, scheme: str) -> None:
    """Pictures with names for who cannot see them, numbers to take away; clean in both lights, in both languages."""
    page = await house.sign_in(house.cast.chen, color_scheme=scheme)
    for language in ("zh", "en"):
        await at(page, house, "reports")
        plots = page.locator("svg.plot[role=img]")
        assert await plots.count() >= 8
        assert all([await plots.nth(n).get_attribute("aria-label") for n in range(await plots.count())])
        await nothing_found(page)
        numbers = await page.locator("a[href*='reports/stages.csv']").first.get_attribute("href")
        taken = await page.request.get(f"{house.base}{numbers}")
        assert taken.ok
        assert 'filename="stages-' in taken.headers["content-disposition"]
        await at(page, house, "health")
        await expect(page.locator(".checks li")).to_have_count(6)
        await nothing_found(page)
        if language == "zh":
            await page.locator("#account summary").click()
            await page.get_by_role("button", name="English").click()
            await page.wait_for_selector("html[lang=en]")
