"""The alarm and the line in a real browser: what sounds, what is blocked, what slept, what was lost."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.async_api import Page, expect

from backoffice.kernel.exchange import Address
from tests.console.conftest import House
from tests.console.pages import open_case, until

pytestmark = pytest.mark.browser


async def alarm(page: Page) -> int:
    return int(await page.evaluate("Number(document.documentElement.dataset.alarm)"))


async def tones(page: Page) -> int:
    return int(await page.evaluate("Number(document.documentElement.dataset.tones || 0)"))


async def test_the_sound_rises_with_time_and_stops_when_somebody_takes_it(house: House) -> None:
    """Level 2 after 30 s, level 3 after 60 s; another operator's taking silences this page without reload."""
    page = await house.sign_in(house.cast.lin)
    await page.mouse.click(640, 700)
    await until(page, "Number(document.documentElement.dataset.tones) > 1")
    assert await alarm(page) == 2
    house.evening.clock._lead += timedelta(seconds=40)  # type: ignore[attr-defined]
    await house.evening.bus.publish(["queue"])
    await until(page, "document.documentElement.dataset.alarm === '3'")
    other = await house.sign_in(house.cast.chen)
    for ref in ("K9BP", "5WXE"):
        await open_case(other, house, ref)
        await other.keyboard.press("t")
        await expect(other.locator("#said")).to_contain_text("已接手")
    await until(page, "document.documentElement.dataset.alarm === '0'")
    silent = await tones(page)
    await page.wait_for_timeout(1500)
    assert await tones(page) == silent
    await expect(page.get_by_text("没有等人接手的呼救")).to_be_visible()


async def test_the_page_says_when_its_sound_is_blocked(house: House) -> None:
    """A browser that plays nothing until somebody touches it is not an alarm: it says so, one click opens it."""
    page = await house.sign_in(house.cast.lin)
    await expect(page.locator("#warnings")).to_contain_text("浏览器拦住了声音")
    assert await tones(page) == 0
    await page.get_by_role("button", name="打开声音").click()
    await expect(page.locator("#warnings")).not_to_contain_text("浏览器拦住了声音")
    await until(page, "Number(document.documentElement.dataset.tones) > 0")


async def test_the_page_says_when_it_slept(house: House) -> None:
    """A laptop closed for five minutes heard no alarm; it says from when to when."""
    page = await house.sign_in(house.cast.lin)
    await page.evaluate("(() => { const real = Date.now; Date.now = () => real() + 300000; })()")
    await expect(page.locator("#warnings")).to_contain_text("休眠", timeout=4000)


async def test_idle_is_announced_before_it_signs_out(house: House) -> None:
    """Three minutes before the half hour the page asks for a sign of life."""
    page = await house.sign_in(house.cast.lin)
    await page.evaluate("(() => { const real = Date.now; Date.now = () => real() + 28 * 60000; })()")
    await expect(page.locator("#warnings")).to_contain_text("就会退出", timeout=4000)
    await page.mouse.move(300, 300)
    await expect(page.locator("#warnings")).not_to_contain_text("就会退出")


async def test_a_session_ended_elsewhere_silences_nothing_quietly(house: House) -> None:
    """The page says that alarms are not heard here any more."""
    house.expected = "401"
    page = await house.sign_in(house.cast.lin)
    await expect(page.locator("#link-state")).to_contain_text("实时")
    async with house.evening.database.writing() as conn:
        await conn.execute(sa.text("DELETE FROM console_session"))
        await conn.commit()
    await expect(page.locator("#warnings")).to_contain_text("登录已结束", timeout=4000)


async def test_a_lost_connection_is_said_and_made_up_for(house: House) -> None:
    """The page says since when; back again it catches up without reload, and says anew that it may not sound."""
    house.expected = "ERR_INTERNET_DISCONNECTED"
    page = await house.sign_in(house.cast.lin)
    await expect(page.locator("#link-state")).to_contain_text("实时")
    heard: list[str] = []
    await page.context.set_offline(True)
    await page.evaluate("document.dispatchEvent(new Event('x'))")
    await expect(page.locator("#link-state")).to_contain_text("连接中断", timeout=20000)
    await expect(page.locator("#warnings")).to_contain_text("警报可能听不到")
    person = await house.evening.person("新", Address("telegram", "998"))
    await house.evening.case("MSSD", person)
    page.on("request", lambda r: heard.append(r.post_data or "") if r.url.endswith("/hearing") else None)
    await page.context.set_offline(False)
    await expect(page.get_by_role("link", name="MSSD")).to_be_visible(timeout=20000)
    await expect(page.locator("#link-state")).to_contain_text("实时", timeout=20000)
    for _ in range(100):
        if heard:
            break
        await page.wait_for_timeout(100)
    assert heard[0].startswith("hears=no")


async def test_a_line_that_answers_nothing_is_a_lost_line(house: House) -> None:
    """A network that swallows everything breaks no connection: the page waits so long and no longer, and says so."""
    page = await house.sign_in(house.cast.lin)
    await page.add_init_script(
        "{const real = AbortSignal.timeout; AbortSignal.timeout = () => real.call(AbortSignal, 400);}"
    )
    await page.reload()
    await expect(page.locator("#link-state")).to_contain_text("实时")
    await page.route("**/console/", lambda _: None)
    await house.evening.bus.publish(["queue"])
    await expect(page.locator("#link-state")).to_contain_text("连接中断")
    await page.unroute("**/console/")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(page.locator("#link-state")).to_contain_text("实时")
