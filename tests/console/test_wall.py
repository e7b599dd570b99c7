"""The big screen in a real browser: at once, still under a hand, and no larger after a week."""

import asyncio
import os
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Route, expect

from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Point
from backoffice.major import roster
from backoffice.ports import OperatorRole
from backoffice.workflows import major
from tests.backoffice.console import wall_scene
from tests.backoffice.console.test_major import BUS, accident
from tests.console.conftest import House
from tests.console.pages import until

pytestmark = pytest.mark.browser
BIG = {"width": 1920, "height": 1080}
PICTURES = os.environ.get("RESCUE_TEST_PICTURES", "")


async def the_wall(house: House, **options: Any) -> Page:
    """A display signed in by its own token, on a screen as they hang in centres."""
    operator = await house.evening.operator("大屏", OperatorRole.WALL)
    token, _ = await house.evening.session(operator)
    context = await house.browser.new_context(**({"viewport": BIG} | options))
    house.contexts.append(context)
    await context.add_cookies([{"name": "rescue_session", "value": token, "url": house.base}])
    page = await context.new_page()
    house.watch(page)
    return page


async def opened(page: Page, house: House) -> None:
    await page.goto(f"{house.base}/console/wall")
    await until(page, "Boolean(document.body.dataset.shown)")


async def new_case(house: House, ref: str, at: Point) -> None:
    person = await house.evening.person(f"旅客{ref}", Address("telegram", f"w{ref}"))
    case = await house.evening.case(ref, person, point=at)
    await house.evening.happened(case, "system", "case.dispatched")
    await house.evening.bus.publish([f"case:{case.id}", "queue"])


async def test_the_wall_shows_a_change_within_a_second_and_fits_only_when_the_set_of_cities_changes(
    house: House,
) -> None:
    """By itself; a second case of the same city moves nothing; a hand's gesture holds it still until F; a pointer
    left lying covers no figure."""
    page = await the_wall(house)
    await opened(page, house)
    fits = "Number(document.getElementById('map').dataset.fits)"
    before = await page.evaluate(fits)
    assert "林晓" not in await page.content()
    await new_case(house, "TYO2", Point(35.68, 139.76))
    await expect(page.locator("#map")).to_contain_text("东京", timeout=1000)
    assert await page.evaluate(fits) == before + 1
    await new_case(house, "TYO3", Point(35.69, 139.75))
    await expect(page.locator("#map")).to_contain_text("东京 2", timeout=1000)
    assert await page.evaluate(fits) == before + 1
    await page.mouse.move(600, 400)
    await page.mouse.down()
    await page.mouse.move(660, 430)
    await page.mouse.up()
    await expect(page.locator("#follow")).to_be_visible()
    centre = await page.evaluate("wall.map.map.getCenter()")
    await new_case(house, "PARS", Point(48.86, 2.35))
    await expect(page.locator("#map")).to_contain_text("巴黎", timeout=1000)
    assert await page.evaluate("wall.map.map.getCenter()") == centre
    await page.keyboard.press("f")
    assert await page.evaluate(fits) == before + 2
    await expect(page.locator("#follow")).to_be_hidden()
    await page.mouse.move(640, 300)
    await expect(page.locator(".corner")).to_have_css("opacity", "1")
    await expect(page.locator(".corner")).to_have_css("opacity", "0")
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


async def test_a_lost_line_is_said_and_the_wall_comes_back_by_itself(house: House) -> None:
    """Offline it says since when; back again it shows what happened meanwhile, without a hand."""
    house.expected = "ERR_INTERNET_DISCONNECTED"
    page = await the_wall(house)
    await page.clock.install()
    await opened(page, house)
    await page.context.set_offline(True)
    await page.clock.run_for(41_000)
    await expect(page.locator("#link")).to_contain_text("画面停在")
    await new_case(house, "SYDN", Point(-33.87, 151.2))
    await page.context.set_offline(False)
    await expect(page.locator("#map")).to_contain_text("悉尼", timeout=8000)
    await page.clock.run_for(2_000)
    await expect(page.locator("#link")).to_have_text("实时")


async def test_an_answer_that_never_comes_is_not_waited_for(house: House) -> None:
    """A network that swallows one answer breaks no connection: the next question is asked all the same."""
    page = await the_wall(house)
    await page.add_init_script(
        "{const real = AbortSignal.timeout; AbortSignal.timeout = () => real.call(AbortSignal, 400);}"
    )
    await opened(page, house)
    asked = asyncio.Event()

    async def swallowed(route: Route) -> None:
        if asked.is_set():
            await route.continue_()
        asked.set()

    await page.route("**/console/wall/data", swallowed)
    await new_case(house, "OSLO", Point(59.91, 10.75))
    await asyncio.wait_for(asked.wait(), 10)
    await expect(page.locator("#map")).to_contain_text("奥斯陆")


WEEK_MS = 7 * 24 * 3600 * 1000
STEPS = 28


async def test_a_week_leaves_it_as_large_as_a_minute(house: House) -> None:
    """1,000 changes over seven days of its own clock: nodes, listeners, layers stay flat, nobody signs it out."""
    page = await the_wall(house)
    session = await page.context.new_cdp_session(page)
    await page.clock.install()
    await opened(page, house)
    await page.evaluate(_BUSY)
    sizes = []
    for step in range(STEPS):
        await page.clock.fast_forward(WEEK_MS // STEPS)
        await page.evaluate(_ASK_OFTEN)
        if step in (4, STEPS - 1):
            sizes.append(await _size(page, session))
    early, late = sizes
    assert int(await page.evaluate("document.body.dataset.shown")) >= 1000
    assert late["nodes"] <= early["nodes"] * 1.1 + 50, sizes
    assert late["listeners"] <= early["listeners"] + 20, sizes
    assert late["layers"] <= early["layers"] + 3, sizes
    assert late["ticks"] <= 6
    assert late["heap"] <= early["heap"] * 1.35 + 1_000_000, sizes
    assert page.url.endswith("/console/wall")


_ASK_OFTEN = "(async () => { for (let n = 0; n < 36; n += 1) await wall.read(); })()"


async def _size(page: Page, session: Any) -> dict[str, float]:
    await session.send("HeapProfiler.enable")
    await session.send("HeapProfiler.collectGarbage")
    await session.send("Performance.enable")
    metrics = {m["name"]: m["value"] for m in (await session.send("Performance.getMetrics"))["metrics"]}
    count = "[Object.keys(wall.map.map._layers).length, document.querySelectorAll('#ticker > li').length]"
    layers, ticks = await page.evaluate(count)
    return {
        "nodes": metrics["Nodes"],
        "listeners": metrics["JSEventListeners"],
        "heap": metrics["JSHeapUsedSize"],
        "layers": layers,
        "ticks": ticks,
    }


_BUSY = """(async () => {
  const real = await (await fetch("/console/wall/data", { headers: { "X-Live": "1" } })).json();
  const stages = ["ringing", "taken", "coming", "beside", "safe"];
  const ask = fetch;
  let n = 0;
  const changed = () => {
    n += 1;
    const list = (count, make) => [...Array(count).keys()].map(make);
    return { ...real, now: Date.now(),
      cities: list(9, (i) => (Math.floor(n / 48) + i) % 40).map((c) => (
        { key: `XX:${c}`, at: [c - 20, c * 4 - 80], n: 1 + n % 4, name: `城市${c}`, since: 1,
          stage: stages[(n + c) % 5] })),
      ticker: list(6, (i) => (
        { key: String(n * 3 - i), time: "12:00:00", word: "呼救", place: `地方${n}`, stage: stages[n % 5] })),
      lines: list(n % 7, (i) => (
        { key: String(i), stage: stages[(n + i) % 5], word: "x", place: `地方${n}`, kind: "事故", since: 1 })),
      alerts: [{ key: `k${n % 9}`, word: `提醒${n % 9}`, n: n % 5, since: 1 }] };
  };
  const answer = { status: 200, ok: true, json: async () => changed() };
  window.fetch = (url, how) => String(url).includes("/wall/data") ? answer : ask(url, how);
})()"""
"""Answers of a busy service: other cities, other lines and other stages every time."""


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
async def test_everything_stands_on_the_screen(house: House, locale: str) -> None:
    """At 1920 x 1080 in both languages nothing is cut off, and letters can be read from five metres."""
    house.evening.clock.live = False  # type: ignore[attr-defined]
    await wall_scene.world(house.evening)
    await wall_scene.planted(house.evening)
    key = await accident(house.evening, house.cast)
    persons = roster.read(BUS).good
    await house.evening.act(lambda work: major.add_persons(work, key, persons))
    house.evening.clock.go()  # type: ignore[attr-defined]
    page = await the_wall(house)
    await page.context.add_cookies(
        [{"name": "rescue_language", "value": locale, "url": f"{house.base}/console/"}]
    )
    await opened(page, house)
    if PICTURES:
        await page.wait_for_timeout(700)
        await page.screenshot(path=f"{PICTURES}/wall_{locale}.png")
    await expect(page.locator("#majors b").filter(has_text="37")).to_have_count(2)
    assert await page.evaluate(_CUT_OFF) == []
    assert await page.evaluate("document.documentElement.scrollHeight") <= BIG["height"]
    assert float(await page.evaluate(_SMALLEST)) >= 19


_CUT_OFF = """(() => {
  const low = (node, box) => node.getBoundingClientRect().bottom > box.getBoundingClientRect().bottom + 1;
  const wide = (node) => node.scrollWidth > node.clientWidth + 2;
  const boxes = [...document.querySelectorAll('main article, main .cases, main .ticker')];
  const cut = boxes.filter((box) => [...box.querySelectorAll('li, h2, dl, p')].some((n) => low(n, box) || wide(n)));
  const over = (n) => n.getBoundingClientRect().right > innerWidth - 10;
  const out = [...document.querySelectorAll('header > *')].filter(over);
  return [...cut, ...out].map((box) => box.className + box.id);
})()"""
_SMALLEST = """(() => {
  const shown = (n) => n.children.length === 0 && n.textContent.trim() && n.getClientRects().length;
  const said = [...document.querySelectorAll('header *, main *')].filter(shown);
  return Math.min(...said.map((n) => parseFloat(getComputedStyle(n).fontSize)));
})()"""
