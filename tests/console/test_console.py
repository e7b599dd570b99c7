"""An operator's evening in a real browser: by mouse, by keyboard, in light and dark, on a phone."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from backoffice.cases.model import CaseStatus
from tests.console.conftest import House
from tests.console.pages import head, open_case

pytestmark = pytest.mark.browser


async def test_from_the_one_time_link_to_the_queue(house: House) -> None:
    """One button; the link is then worth nothing, and the address bar keeps no secret."""
    token = await house.evening.link(house.cast.lin)
    context = await house.browser.new_context()
    house.contexts.append(context)
    page = await context.new_page()
    await page.goto(f"{house.base}/console/enter/{token}")
    await page.get_by_role("button", name="登录").click()
    await expect(page).to_have_url(f"{house.base}/console/account")
    await page.get_by_role("link", name="去工作").click()
    await expect(page.get_by_role("heading", name="等人接手")).to_be_visible()
    await page.goto(f"{house.base}/console/enter/{token}")
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("heading", name="这个链接已用过")).to_be_visible()


async def test_take_by_one_key_and_the_alarm_counts_down(house: House) -> None:
    """T takes the case ringing longest and opens it; a second one still rings."""
    page = await house.sign_in(house.cast.lin)
    await page.keyboard.press("t")
    await page.wait_for_url("**/cases/case-K9BP")
    assert (await head(house, "K9BP")).owner == house.cast.lin.id
    await expect(page.locator("#alarm")).to_have_attribute("data-count", "1")


async def test_reply_and_note_by_keyboard_go_where_they_say(house: House) -> None:
    """R writes to the traveller over the named channel, N is for staff; Ctrl+Enter sends; both look different."""
    page = await house.sign_in(house.cast.lin)
    await open_case(page, house, "7K3F")
    await page.keyboard.press("n")
    await expect(page.locator(".box-note")).to_contain_text("只有工作人员看得到")
    await page.keyboard.type("家属已联系")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".say.note", has_text="家属已联系")).to_be_visible(timeout=3000)
    await page.keyboard.press("Escape")
    await page.keyboard.press("r")
    await expect(page.locator(".box-traveller")).to_contain_text("发给 宋女士，经微信")
    await page.keyboard.type("星使两分钟到")
    await page.keyboard.press("Control+Enter")
    mine = page.locator(".say.ours", has_text="星使两分钟到")
    await expect(mine).to_contain_text("等待发出", timeout=3000)
    await expect(page.locator("#reply-text")).to_have_value("")
    ground = "e => getComputedStyle(e).backgroundColor"
    note = await page.locator(".say.note").first.evaluate(ground)
    ours = await page.locator(".say.ours").first.evaluate(ground)
    assert note != ours


async def test_closing_names_its_effect_and_waits_for_yes(house: House) -> None:
    """Five envoys stand down: the dialog says the number; Escape changes nothing, yes closes."""
    page = await house.sign_in(house.cast.lin)
    await open_case(page, house, "7K3F")
    dialog = page.locator("#confirm")
    await page.keyboard.press("v")
    await dialog.get_by_role("button", name="确定").click()
    await expect(page.locator(".timeline")).to_contain_text("回电：属实")
    await page.select_option("#reason", "helped")
    await page.fill("#close-summary", "伤者入院，家属到场")
    await page.get_by_role("button", name="结案 X").click()
    await expect(dialog).to_contain_text("撤回 5 位星使")
    await page.keyboard.press("Escape")
    assert (await head(house, "7K3F")).status is CaseStatus.OPEN
    await page.get_by_role("button", name="结案 X").click()
    await dialog.get_by_role("button", name="确定").click()
    await expect(page.locator(".case-head")).to_contain_text("已结案", timeout=3000)
    assert (await head(house, "7K3F")).status is CaseStatus.CLOSED


async def test_every_action_of_the_case_has_a_key_that_is_shown(house: House) -> None:
    """`?` lists them; no key means two things."""
    page = await house.sign_in(house.cast.lin)
    await open_case(page, house, "7K3F")
    await page.keyboard.press("?")
    shown = await page.locator("#keys-list dt").all_inner_texts()
    assert {"N", "R", "E", "V", "B", "U", "F", "P", "A", "H", "X", "C", "L", "Q", "S"} <= set(shown)
    assert [key for key in shown if shown.count(key) > 1] == []


PHONE = {"width": 390, "height": 844}
LOOKS = [
    pytest.param("zh_Hans", {"color_scheme": "light"}, id="zh-light"),
    pytest.param("en", {"color_scheme": "dark"}, id="en-dark"),
    pytest.param("zh_Hans", {"color_scheme": "dark", "viewport": PHONE}, id="zh-dark-phone"),
    pytest.param("en", {"color_scheme": "light", "viewport": PHONE}, id="en-light-phone"),
]
"""Every pair of language, light and size once: what one language shows wide in the dark, the other shows small."""


@pytest.mark.parametrize(("language", "look"), LOOKS)
async def test_axe_finds_nothing(language: str, look: dict[str, Any], house: House) -> None:
    """Queue and case in every look; duress, closed case, ambiguous place and the door at a desk and on a phone."""
    page = await house.sign_in(house.cast.lin, **look)
    await page.context.add_cookies([{"name": "rescue_language", "value": language, "url": house.base}])
    rarer = ("cases/case-Q8DN", "cases/case-2HVX", "cases/case-M4TR", "signed-out")
    both_ends = (language == "zh_Hans") == ("viewport" not in look)
    for path in ("", "cases/case-7K3F", *(rarer if both_ends else ())):
        await page.goto(f"{house.base}/console/{path}")
        await page.wait_for_timeout(150)
        found = await Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, path


async def test_without_scripts_the_forms_still_work(house: House) -> None:
    """Taking a case needs no JavaScript."""
    page = await house.sign_in(house.cast.lin)
    plain = await house.browser.new_context(java_script_enabled=False)
    house.contexts.append(plain)
    await plain.add_cookies(await page.context.cookies())
    simple = await plain.new_page()
    await simple.goto(f"{house.base}/console/")
    await simple.locator(".line.ringing button").first.click()
    await expect(simple).to_have_url(f"{house.base}/console/cases/case-K9BP")
    assert (await head(house, "K9BP")).owner == house.cast.lin.id
