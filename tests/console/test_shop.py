"""Orders and money in a real browser: by keyboard, on a phone, in both languages, with nothing axe objects to."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from backoffice.orders.model import OrderStatus
from tests.backoffice.console import shop_world
from tests.backoffice.console.shop_world import Shop
from tests.console.conftest import House
from tests.console.pages import at

pytestmark = pytest.mark.browser


@pytest.fixture
async def shop(house: House) -> Shop:
    made = await shop_world.opened(house.evening)
    await shop_world.proposed(house.evening, made, "op-fin")
    return made


async def test_an_order_is_answered_and_ended_without_a_mouse(house: House, shop: Shop) -> None:
    """E writes to the envoy, X opens the end with its reason and what is charged; the confirmation names the order."""
    page = await house.sign_in(house.cast.lin)
    await at(page, house, "orders/order-BBBB3")
    await page.keyboard.press("e")
    await page.keyboard.type("请带上身份证")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".thread-box")).to_contain_text("请带上身份证")
    await page.keyboard.press("Escape")
    await page.keyboard.press("x")
    await expect(page.locator("#reason-end")).to_be_focused()
    await page.keyboard.type("旅客来电取消")
    await page.keyboard.press("Enter")
    await expect(page.locator("#confirm-words")).to_contain_text("BBBB3")
    await page.get_by_role("button", name="确定").click()
    await expect(page.locator(".case-head")).to_contain_text("已取消")
    found = await house.evening.deps().shop.order(shop.orders["BBBB3"].id, house.evening.clock.now())
    assert found.order.status is OrderStatus.CANCELLED


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
async def test_the_rooms_of_orders_and_money_please_axe_and_fit(
    house: House, shop: Shop, scheme: str, width: int
) -> None:
    page = await house.sign_in(house.cast.chen, viewport={"width": width, "height": 844}, color_scheme=scheme)
    paths = (
        "orders",
        "orders/order-CCCC4",
        "money",
        "money/payments/pay-odd",
        "money/payouts",
        "money/ledger",
    )
    for path in paths:
        await at(page, house, path)
        found = (await Axe().run(page)).response["violations"]
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == [], path
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
