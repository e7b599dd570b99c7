"""What a mother in another country sees: at phone size, live, without scripts, and nothing once it is taken away."""

import asyncio
import time

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Route, expect

from backoffice.cases.model import Case
from backoffice.workflows import centre
from tests.follow.conftest import Family
from tests.journeys import stories

pytestmark = pytest.mark.browser
HEAVIEST = 100_000  # bytes before the map


async def _case(family: Family) -> Case:
    return await stories.now(family.house, family.anna)


async def _through_the_door(family: Family, page: Page) -> None:
    await page.goto(family.url)
    await page.get_by_role("button").first.click()
    await page.wait_for_selector("main[data-page]")


async def _weight(family: Family) -> int:
    """Bytes of everything the page has fetched so far, each once."""
    total = 0
    for url in {r.url for r in family.fetched if r.method == "GET" and not r.url.endswith("/live")}:
        async with family.house.http.get(url) as answer:
            total += len(await answer.read())
    return total


async def _clean(page: Page) -> None:
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


async def test_a_phone_sees_the_state_live_and_light(family: Family) -> None:
    """Door, page, news without reload or loss of what was typed, weight, contrast; then the map as far as allowed."""
    page = await family.page()
    await page.goto(family.url)
    await expect(page.get_by_role("heading", level=1)).to_have_text("家人邀请您了解近况")
    await _clean(page)
    await _through_the_door(family, page)
    await page.wait_for_selector("html[data-ready=yes]")
    await expect(page.get_by_role("heading", level=1)).to_have_text("已呼救，指挥中心已接到")
    await expect(page.locator("#live")).to_have_text("有新消息会自动显示。")
    await page.get_by_label("您的问题").fill("她吃")
    await family.house.do(centre.take, (await _case(family)).id)
    await expect(page.get_by_role("heading", level=1)).to_have_text("指挥中心有专人在处理")
    assert await page.get_by_label("您的问题").input_value() == "她吃"
    assert "曼谷时间" in await page.inner_text(".state")
    assert "北京时间" in await page.inner_text(".state")
    assert 5_000 < await _weight(family) < HEAVIEST
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await _clean(page)
    await page.emulate_media(color_scheme="dark")
    await _clean(page)
    await page.get_by_role("button", name="看地图").click()
    await page.wait_for_selector("#map[data-drawn=exact] path.map-point")
    assert await page.context.cookies() == []
    assert {r.url.split("/")[2] for r in family.fetched} == {family.house.base.split("/")[2]}


async def test_news_while_the_page_opens_and_a_server_away_for_a_moment(family: Family) -> None:
    """What happens before the line stands is asked for when it does; an error of the server empties no page."""
    page = await family.page()
    go = asyncio.Event()

    async def held(route: Route) -> None:
        await go.wait()
        await route.continue_()

    await page.route("**/live", held)
    await _through_the_door(family, page)
    await family.house.do(centre.take, (await _case(family)).id)
    go.set()
    await expect(page.get_by_role("heading", level=1)).to_have_text("指挥中心有专人在处理")
    await page.get_by_label("您的问题").fill("她吃")
    await page.route(f"**/{family.token}", lambda route: route.fulfill(status=503, body=""))
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    await expect(page.locator("#live")).to_have_text("连接断开，正在重连。也可以按「更新」。")
    await expect(page.get_by_role("heading", level=1)).to_have_text("指挥中心有专人在处理")
    await page.unroute(f"**/{family.token}")
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    await expect(page.locator("#live")).to_have_text("有新消息会自动显示。")
    await expect(page.get_by_label("您的问题")).to_have_value("她吃")
    family.troubles = [said for said in family.troubles if "503" not in said]


async def test_a_revoked_page_is_empty_within_a_second(family: Family) -> None:
    """It stands open before somebody's eyes while the traveller types the word."""
    page = await family.page()
    await _through_the_door(family, page)
    await page.wait_for_selector("html[data-ready=yes]")
    await expect(page.locator("#live")).not_to_be_empty()
    await family.anna.text("stop sharing")
    await family.house.settle()
    began = time.monotonic()
    await expect(page.get_by_text("已呼救")).to_have_count(0)
    await expect(page.get_by_role("heading", level=1)).to_have_text("这个链接打不开")
    assert time.monotonic() - began < 1.0
    assert "Bangkok" not in await page.content()


async def test_without_scripts_the_page_tells_everything_but_the_map(family: Family) -> None:
    """It reloads itself, a button updates it, a question can be asked, and every language is one press away."""
    page = await family.page(java_script_enabled=False)
    await _through_the_door(family, page)
    content = await page.content()
    assert '<meta http-equiv="refresh" content="60">' in content
    assert "已呼救，指挥中心已接到" in content
    assert "曼谷" in content
    await expect(page.locator("#show-map")).to_be_hidden()
    await family.house.do(centre.take, (await _case(family)).id)
    await page.get_by_role("button", name="更新").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("指挥中心有专人在处理")
    await page.get_by_label("您的问题").fill("她吃饭了吗")
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator(".thread .own")).to_contain_text("她吃饭了吗")
    for name, title in (("English", "Family page"), ("日本語", "ご家族のページ"), ("한국어", "가족 페이지")):
        await page.get_by_role("link", name=name).click()
        await expect(page).to_have_title(title)
