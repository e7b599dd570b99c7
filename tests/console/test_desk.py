"""The desk at work in a real browser: the alarm's turns, taking over, who is here, drafts, the map, who is woken."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from backoffice.adapters.envoy_index import CsrEnvoyIndex
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import CaseId
from backoffice.ports import OperatorRole
from backoffice.workflows import stages
from backoffice.workflows.work import Work
from tests.backoffice.console.evening import BANGKOK, Evening
from tests.console.conftest import House
from tests.console.pages import head, nothing_found, open_case, until

pytestmark = pytest.mark.browser


async def test_the_alarm_goes_round_the_room(house: House) -> None:
    """One console sounds, the others wait their turn; lost in between, they still come in by themselves."""
    house.expected = "ERR_INTERNET_DISCONNECTED"
    zhou = await house.evening.operator("周", OperatorRole.OPERATOR)
    pages = [await house.sign_in(who) for who in (house.cast.lin, zhou)]
    for page in pages:
        await page.mouse.click(640, 790)
        await expect(page.locator("#sound")).to_contain_text("声音正常")
    await _both_heard_of(house, pages)
    await house.evening.act(_ring_anew)
    await house.evening.bus.publish(["queue"])
    levels = await _settled(pages)
    waiting = pages[levels.index(0)]
    await waiting.context.set_offline(True)
    await waiting.evaluate("(() => { const real = Date.now; Date.now = () => real() + 14000; })()")
    await until(waiting, "document.documentElement.dataset.alarm === '1'")


async def _both_heard_of(house: House, pages: list[Page]) -> None:
    """The server knows that both consoles may sound: one turn is now, the other's 15 s later."""
    for _ in range(100):
        told = [await page.request.get(f"{house.base}/console/ringing") for page in pages]
        calls = [json.loads(unescape((await t.text()).split('data-calls="')[1].split('"')[0])) for t in told]
        if sorted(first[0][1] for first in calls) == [0, 15]:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"never one after the other: {calls}")


async def _settled(pages: list[Page]) -> list[int]:
    """Levels once one sounds and the other waits; before its turn comes, 15 s after the ring."""
    levels: list[int] = []
    for _ in range(60):
        levels = [
            int(await page.evaluate("Number(document.documentElement.dataset.alarm)")) for page in pages
        ]
        if sorted(levels) == [0, 1]:
            return levels
        await asyncio.sleep(0.2)
    raise AssertionError(f"never one of two: {levels}")


async def _ring_anew(work: Work) -> None:
    """One call rings from now, the other has been taken."""
    for ref in ("K9BP", "5WXE"):
        case = await work.uow.cases.get(CaseId(f"case-{ref}"))
        case.rang_at = work.now
        case.answered_at = work.now + timedelta(seconds=1) if ref == "5WXE" else None
        await work.uow.cases.save(case)


async def test_two_reach_for_the_same_case_and_the_slower_reads_who_has_it(house: House) -> None:
    """The second presses T on a page that has not heard yet."""
    house.expected = "409"
    zhou = await house.evening.operator("周", OperatorRole.OPERATOR)
    first, second = await house.sign_in(house.cast.lin), await house.sign_in(zhou)
    for page in (first, second):
        await open_case(page, house, "K9BP")
        await page.route("**/cases/case-K9BP", _not_yet)
    await asyncio.gather(first.keyboard.press("t"), second.keyboard.press("t"))
    told = await asyncio.gather(_told(first), _told(second))
    owner = (await head(house, "K9BP")).owner_name
    assert sorted(f"{owner} 已经接手这件案子" in words for words in told) == [False, True]


async def _not_yet(route: Route) -> None:
    """The page's own looks show nothing new."""
    if "x-live" in route.request.headers:
        await route.fulfill(status=204, body="")
    else:
        await route.fallback()


async def _told(page: Page) -> str:
    await expect(page.locator("#said")).not_to_be_empty(timeout=4000)
    return await page.locator("#said").inner_text()


async def test_taking_over_from_a_colleague_by_keyboard(house: House) -> None:
    """T opens the question why; Enter, a confirmation that names the effect, and the case is mine."""
    zhou = await house.evening.operator("周", OperatorRole.OPERATOR)
    page = await house.sign_in(zhou)
    await open_case(page, house, "7K3F")
    await page.keyboard.press("t")
    await page.keyboard.type("林晓下班了")
    await nothing_found(page)
    await page.keyboard.press("Enter")
    await expect(page.locator("#confirm")).to_contain_text("林晓 不再负责")
    await page.locator("#confirm button[value=yes]").click()
    await expect(page.locator(".case-head")).to_contain_text("周负责", timeout=4000)
    await expect(page.locator(".timeline")).to_contain_text("林晓下班了")
    assert (await head(house, "7K3F")).owner == zhou.id


async def test_who_else_is_looking_and_who_is_writing(house: House) -> None:
    """Names appear and go by themselves; the words being written stay where they are."""
    lin, chen = await house.sign_in(house.cast.lin), await house.sign_in(house.cast.chen)
    await open_case(lin, house, "7K3F")
    people = lin.locator(".people")
    await expect(people).not_to_contain_text("陈立")
    await open_case(chen, house, "7K3F")
    await expect(people).to_contain_text("陈立 也在看", timeout=4000)
    await chen.keyboard.press("n")
    await chen.keyboard.type("我来联系医院")
    await expect(people).to_contain_text("陈立 正在写", timeout=4000)
    assert "我来联系医院" not in await lin.content()
    await chen.goto(f"{house.base}/console/")
    await expect(people).not_to_contain_text("陈立", timeout=4000)


async def test_words_typed_outlive_a_reload(house: House) -> None:
    """Each field by itself, in the box it was written in; what was sent is not offered again."""
    page = await house.sign_in(house.cast.lin)
    await open_case(page, house, "7K3F")
    await page.keyboard.press("n")
    await page.keyboard.type("内部的话")
    await page.keyboard.press("Escape")
    await page.keyboard.press("r")
    await page.keyboard.type("给宋女士的话")
    await page.reload()
    await page.wait_for_selector("html[data-ready=yes]")
    await expect(page.locator("#reply-text")).to_have_value("给宋女士的话")
    await expect(page.locator("#note-text")).to_have_value("内部的话")
    await expect(page.locator(".box-note, .box-traveller").locator("visible=true")).to_have_count(1)
    await page.keyboard.press("n")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#note-text")).to_have_value("")
    await page.reload()
    await page.wait_for_selector("html[data-ready=yes]")
    await expect(page.locator("#note-text")).to_have_value("")
    await expect(page.locator("#reply-text")).to_have_value("给宋女士的话")


async def test_the_default_composer_is_the_note_and_only_the_owner_has_another(house: House) -> None:
    """A colleague can leave a note and nothing else; the page says whose case it is."""
    zhou = await house.evening.operator("周", OperatorRole.OPERATOR)
    page = await house.sign_in(zhou)
    await open_case(page, house, "7K3F")
    await expect(page.locator("#note-text")).to_be_visible()
    await expect(page.locator("#reply-text")).to_have_count(0)
    await expect(page.locator(".composer")).to_contain_text("负责人或主管")


@pytest.fixture
async def near(house: House, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three free envoys stand around the case in Bangkok, known to the index."""
    index = CsrEnvoyIndex()
    evening, now = house.evening, house.evening.clock.now()
    names = ["Malee", "Anong", "Prasert"]
    for number, name in enumerate(names, 1):
        at = Point(BANGKOK.lat + number * 0.01, BANGKOK.lon)
        envoy = await evening.envoy(
            name, Address("telegram", f"55{number}"), at, position=at, position_at=now
        )
        index.upsert(envoy.id, at.lat, at.lon, now.timestamp())
    monkeypatch.setattr(Evening, "world", property(lambda e: _with(e, index)))
    return names


_PLAIN = Evening.world.fget


def _with(evening: Evening, index: CsrEnvoyIndex) -> Any:
    assert _PLAIN is not None
    return replace(_PLAIN(evening), index=index)


async def test_the_nearest_stand_beside_the_map_and_one_press_asks(house: House, near: list[str]) -> None:
    """Key 1 opens the list in the order of asking, with distance, age of the fix, arrival and reasons; Ask asks."""
    page = await house.sign_in(house.cast.lin)
    await open_case(page, house, "7K3F")
    await page.keyboard.press("1")
    lines = page.locator(".nearest li")
    await expect(lines.first).to_contain_text("Malee", timeout=4000)
    await expect(lines.first).to_contain_text("1.1 km")
    await expect(lines.first).to_contain_text("位置是")
    await expect(lines.first).to_contain_text("%")
    await until(page, "Number(document.getElementById('map').dataset.near) >= 3")
    await nothing_found(page)
    await lines.first.get_by_role("button", name="询问 Malee").click()
    await expect(page.locator("#asked")).to_contain_text("Malee", timeout=4000)
    await expect(page.locator(".nearest")).not_to_contain_text("Malee", timeout=4000)
    found = await house.evening.deps().queries.case(CaseId("case-7K3F"), house.evening.clock.now())
    mine = [e for e in found.envoys if e.name == "Malee"]
    assert [e.assignment.status for e in mine] == [AssignmentStatus.ASKED]


async def test_clocks_of_provider_and_family_appear_when_they_are_wanted(house: House) -> None:
    """Whoever learns that a relative waits starts the clock; the page shows it without reload."""
    page = await house.sign_in(house.cast.lin)
    await open_case(page, house, "7K3F")
    await expect(page.locator(".clocks")).not_to_contain_text("告知家属")
    await house.evening.act(lambda work: _stage(work, wanted=True))
    await expect(page.locator(".clocks")).to_contain_text("告知家属", timeout=4000)
    await house.evening.act(lambda work: _stage(work, wanted=False))
    await expect(page.locator(".clocks")).not_to_contain_text("告知家属", timeout=4000)


async def _stage(work: Work, *, wanted: bool) -> None:
    case = await work.uow.cases.get(CaseId("case-7K3F"))
    await (stages.wanted if wanted else stages.reached)(work, case, stages.Stage.FAMILY)


async def test_putting_somebody_on_call(house: House) -> None:
    """By keyboard; the list shows it, the page rings like every other; axe finds nothing, on a phone neither."""
    page = await house.sign_in(house.cast.chen)
    await page.locator("#more-rooms summary").click()
    await page.locator(".rooms").get_by_role("link", name="值守").click()
    await page.wait_for_selector("html[data-ready=yes]")
    await expect(page.locator("main")).to_contain_text("现在没有人值守")
    await page.locator("#oc-centre").fill("北京")
    await page.keyboard.press("Tab")
    await page.keyboard.type("文静")
    await page.locator("#oc-sms").fill("+8613800138000")
    await page.keyboard.press("Enter")
    await expect(page.locator(".on-call-list")).to_contain_text("文静", timeout=4000)
    await until(page, "document.documentElement.dataset.alarm !== '0'")
    for size in ({"width": 1280, "height": 800}, {"width": 390, "height": 844}):
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        await nothing_found(page)
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    await page.goto(f"{house.base}/console/")
    await expect(page.locator(".side")).to_contain_text("文静")
