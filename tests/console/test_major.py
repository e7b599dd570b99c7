"""A major case in a real browser: the roster pasted, orders by keyboard, the leaders' screen live, word previewed."""

import os

import pytest
from playwright.async_api import Page, expect

from backoffice.kernel.ids import MediaId
from backoffice.kernel.messages import Media, MediaKind, Role
from tests.backoffice.console.evening import photo
from tests.backoffice.console.test_major import BUS, accident, follows
from tests.console.conftest import House
from tests.console.pages import nothing_found

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("RESCUE_TEST_PICTURES", "")


async def clean(page: Page, name: str) -> None:
    """axe finds nothing, nothing reaches over the side; a picture where somebody asked for one."""
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
    await nothing_found(page)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert int(await page.evaluate(wide)) <= 0


async def test_the_bus_with_37_travellers(house: House) -> None:
    """Pasted with a bad line that is named; mended; a place; three brought there; families told as previewed."""
    key = await accident(house.evening, house.cast)
    await follows(house.evening, "a")
    page = await house.sign_in(house.cast.chen)
    house.expected = "422"
    await page.goto(f"{house.base}/console/major/{key}")
    await page.fill("#imp-text", BUS + "\n=cmd,1")
    await page.press("#imp-text", "Tab")
    await page.click("#import button.strong")
    await expect(page.get_by_role("alert").filter(has_text="第 39 行")).to_contain_text("公式")
    await page.fill("#imp-text", BUS)
    await page.click("#import button.strong")
    await expect(page.locator(".roster tbody tr")).to_have_count(37)
    await page.click("#new-place summary")
    await page.fill("#pl-name", "清迈医院")
    await page.press("#pl-name", "Enter")
    await expect(page.locator("#places")).to_contain_text("清迈医院")
    await page.reload()
    for row in range(3):
        await page.locator(".roster input[type=checkbox]").nth(row).check()
    await page.select_option("#set-place", label="清迈医院")
    await page.click(".ticked button")
    await expect(page.locator(".figures .hospital")).to_contain_text("3")
    await clean(page, "major")
    await page.fill("#tell-text", "车上的人都已送到医院检查。")
    await page.click("#tell button.strong")
    await expect(page.locator("#h-who")).to_contain_text("1")
    await clean(page, "major_tell")
    await page.click("text=发送：家属 1 位")
    await expect(page.locator('[data-live="sendings"]')).to_contain_text("Telegram 1")


async def test_leaders_see_the_scene_as_it_happens(house: House) -> None:
    """A photo from an envoy comes by itself; an order is given by keyboard, heard by a colleague, seen at once."""
    key = await accident(house.evening, house.cast)
    chief, lin = await house.sign_in(house.cast.chen), await house.sign_in(house.cast.lin)
    for page in (chief, lin):
        await page.goto(f"{house.base}/console/major/{key}/command")
        await page.wait_for_selector("html[data-ready=yes]")
    await chief.focus("#ord-to")
    await chief.keyboard.type("李敏")
    await chief.keyboard.press("Tab")
    await chief.keyboard.type("去第二医院清点人数")
    await chief.keyboard.press("Tab")
    await chief.keyboard.press("Enter")
    await lin.get_by_role("button", name="收到").click()
    await expect(chief.locator(".order.acknowledged")).to_contain_text("林晓")
    case = house.cast.cases["7K3F"]
    await house.evening.file(case, MediaId("m-scene"), photo())
    media = Media(MediaId("m-scene"), MediaKind.PHOTO)
    await house.evening.said(case, Role.ENVOY, "e-900", "Somchai", "三辆救护车到了", media=media)
    await house.evening.bus.publish([f"case:{case.id}"])
    await expect(chief.locator(".scene li").first).to_contain_text("三辆救护车到了", timeout=2000)
    await expect(chief.locator(".scene img").first).to_be_visible()
    await clean(chief, "major_command")
    await chief.set_viewport_size({"width": 390, "height": 844})
    await clean(chief, "major_command_phone")
