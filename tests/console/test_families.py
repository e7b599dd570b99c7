"""The families' side of a case in a real browser: invited, answered, opened with a reason; no axe violations."""

import pytest
from playwright.async_api import expect

from tests.console.conftest import House
from tests.console.pages import nothing_found

pytestmark = pytest.mark.browser


async def test_an_operator_invites_answers_and_opens_the_least(house: House) -> None:
    """By keyboard from the case to the families, and what was done stands there."""
    page = await house.sign_in(house.cast.lin)
    await page.goto(f"{house.base}/console/cases/case-7K3F")
    await page.wait_for_selector("html[data-ready=yes]")
    await page.keyboard.press("j")
    await page.wait_for_url("**/family")
    await page.get_by_label("怎么称呼").fill("妈妈")
    await page.get_by_label("手机号或邮箱").fill("+8613900139000")
    await page.get_by_role("button", name="邀请并显示链接").click()
    await expect(page.locator("code.link").first).to_contain_text("/follow/")
    await nothing_found(page)
    await page.get_by_role("link", name="回到家属页").click()
    await page.wait_for_selector("html[data-ready=yes]")
    await expect(page.get_by_role("heading", name="妈妈")).to_contain_text("第一联系人")
    await page.get_by_label("回答 妈妈").fill("她没事，护士在身边。")
    await page.get_by_role("button", name="发给这位家属").click()
    await expect(page.locator("[data-live=family-thread]")).to_contain_text("护士在身边")
    await page.get_by_label("告诉所有允许知道的家属").fill("都好")
    await page.get_by_role("button", name="发给他们").click()
    await expect(page.locator("[data-live=family-thread]")).to_contain_text("都好")
    assert await page.get_by_label("属于哪一类").input_value() == "safe"
    await page.get_by_text("能知道什么").first.click()
    await page.get_by_label("病情").first.check()
    await page.get_by_label("理由").fill("昏迷，家人要告知过敏史")
    await page.get_by_role("button", name="更改", exact=True).click()
    await page.locator("#confirm button[value=yes]").click()
    await expect(page.locator("[data-live=followers]")).to_contain_text("昏迷，家人要告知过敏史")
    await nothing_found(page)
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
