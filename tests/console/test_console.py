"""An operator's evening in a real browser: by mouse, by keyboard, in light and dark, on a phone."""

import asyncio
import re
from typing import Any

import pytest
import sqlalchemy as sa
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from backoffice.cases.model import CaseStatus, Verified
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import MediaId
from backoffice.kernel.messages import MapPoint, Media, MediaKind, Role
from tests.backoffice.console.world import BANGKOK, photo
from tests.console.conftest import House

pytestmark = pytest.mark.browser

PAYLOADS = [
    "<script>window.__pwn=1</script>",
    "<img src=x onerror=window.__pwn=1>",
    "<svg/onload=window.__pwn=1>",
    '"><script>window.__pwn=1</script>',
    "'><img src=x onerror=window.__pwn=1>",
    "</textarea><script>window.__pwn=1</script>",
    "</title><script>window.__pwn=1</script>",
    "<iframe srcdoc='<script>parent.__pwn=1</script>'></iframe>",
    "<a href=javascript:window.__pwn=1>x</a>",
    "javascript:window.__pwn=1",
    "<details open ontoggle=window.__pwn=1>",
    "<body onload=window.__pwn=1>",
    "<math><mtext></mtext><img src=x onerror=window.__pwn=1></math>",
    "{{constructor.constructor('window.__pwn=1')()}}",
    "${window.__pwn=1}",
    '" autofocus onfocus=window.__pwn=1 x="',
    "\u2028window.__pwn=1\u2029",
    "<style>*{background:url(x)}</style><link rel=stylesheet href=x>",
    "&lt;script&gt;window.__pwn=1&lt;/script&gt;",
    "<base href=https://evil.example/>",
]


LATER = """() => {
  const box = document.getElementById('alarm');
  box.dataset.calls = JSON.stringify(JSON.parse(box.dataset.calls).map(([since, after]) => [since - 40000, after]));
}"""
"""As if the page had rung for forty seconds more."""


async def head(house: House, ref: str) -> Any:
    return await house.evening.deps().queries.head(f"case-{ref}")  # type: ignore[arg-type]


async def alarm(page: Page) -> int:
    return int(await page.evaluate("Number(document.documentElement.dataset.alarm)"))


async def tones(page: Page) -> int:
    return int(await page.evaluate("Number(document.documentElement.dataset.tones || 0)"))


async def until(page: Page, claim: str) -> None:
    """Wait for a claim of the page; its own policy forbids the browser driver's usual way."""
    for _ in range(100):
        if await page.evaluate(claim):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"never came true: {claim}")


async def open_case(page: Page, house: House, ref: str) -> None:
    await page.goto(f"{house.base}/console/cases/case-{ref}")
    await page.wait_for_selector("html[data-ready=yes]")


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


async def test_the_sound_rises_with_time_and_stops_when_somebody_takes_it(house: House) -> None:
    """Level 2 after 30 s, level 3 after 60 s; another operator's taking silences this page without reload."""
    page = await house.sign_in(house.cast.lin)
    await page.mouse.click(640, 700)
    await until(page, "Number(document.documentElement.dataset.tones) > 1")
    assert await alarm(page) == 2
    await page.evaluate(LATER)
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


async def test_a_new_call_appears_by_itself(house: House) -> None:
    """A hint, a refetch, a line: no reload."""
    page = await house.sign_in(house.cast.lin)
    await expect(page.locator("#link-state")).to_contain_text("实时")
    person = await house.evening.person("新", Address("telegram", "999"))
    await house.evening.case("NEW2", person)
    await house.evening.bus.publish(["case:case-NEW2", "queue"])
    await expect(page.get_by_role("link", name="NEW2")).to_be_visible(timeout=3000)


async def test_what_is_being_typed_survives_every_refresh(house: House) -> None:
    """Words, cursor, the chosen box and the focus stay while the page changes around them."""
    page = await house.sign_in(house.cast.lin)
    await open_case(page, house, "7K3F")
    await page.keyboard.press("r")
    await page.keyboard.type("请留在原地")
    case = house.cast.cases["7K3F"]
    await house.evening.said(case, Role.TRAVELLER, case.requester, "宋女士", "救护车到了吗")
    await house.evening.act(_verify(case), None)
    await house.evening.bus.publish([f"case:{case.id}"])
    await expect(page.get_by_text("救护车到了吗")).to_be_visible(timeout=3000)
    await page.keyboard.type("，不要动")
    await expect(page.locator("#reply-text")).to_have_value("请留在原地，不要动")
    assert await page.evaluate("document.activeElement.id") == "reply-text"


def _verify(case: Any) -> Any:
    async def change(work: Any) -> None:
        found = await work.uow.cases.get(case.id)
        found.verified = Verified.VERIFIED
        await work.uow.cases.save(found)

    return change


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


async def test_a_button_under_the_finger_is_not_replaced(house: House) -> None:
    """The first press lets the sound in, the queue changes before the release: nothing moves, the press counts."""
    page = await house.sign_in(house.cast.lin)
    await expect(page.locator("#link-state")).to_contain_text("实时")
    notice = page.locator("#warn-sound")
    await expect(notice).to_be_visible()
    await page.get_by_role("button", name="接手").first.hover()
    await page.mouse.down()
    await expect(page.locator("#sound")).not_to_have_class(re.compile("breached"))
    await expect(notice).to_be_visible()
    await house.evening.case("NEW2", await house.evening.person("新", Address("telegram", "999")))
    await house.evening.bus.publish(["case:case-NEW2", "queue"])
    await page.wait_for_timeout(1200)
    await expect(page.get_by_role("link", name="NEW2")).to_have_count(0)
    await page.mouse.up()
    await page.wait_for_url("**/cases/case-K9BP", timeout=4000)
    assert (await head(house, "K9BP")).owner == house.cast.lin.id


async def test_a_refused_reply_keeps_its_words(house: House) -> None:
    """The line broke while sending: a sentence says so and nothing typed is lost."""
    house.expected = "ERR_FAILED"
    page = await house.sign_in(house.cast.lin)
    await open_case(page, house, "7K3F")
    await page.keyboard.press("r")
    await page.keyboard.type("重要的话")
    await page.route("**/reply", lambda route: route.abort())
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#said")).to_contain_text("文字还在")
    await expect(page.locator("#reply-text")).to_have_value("重要的话")


async def test_a_lost_connection_is_said_and_made_up_for(house: House) -> None:
    """The page says since when; back again it catches up without reload."""
    house.expected = "ERR_INTERNET_DISCONNECTED"
    page = await house.sign_in(house.cast.lin)
    await expect(page.locator("#link-state")).to_contain_text("实时")
    await page.context.set_offline(True)
    await page.evaluate("document.dispatchEvent(new Event('x'))")
    await expect(page.locator("#link-state")).to_contain_text("连接中断", timeout=20000)
    await expect(page.locator("#warnings")).to_contain_text("警报可能听不到")
    person = await house.evening.person("新", Address("telegram", "998"))
    await house.evening.case("MSSD", person)
    await page.context.set_offline(False)
    await expect(page.get_by_role("link", name="MSSD")).to_be_visible(timeout=20000)


async def test_a_session_ended_elsewhere_silences_nothing_quietly(house: House) -> None:
    """The page says that alarms are not heard here any more."""
    house.expected = "401"
    page = await house.sign_in(house.cast.lin)
    await expect(page.locator("#link-state")).to_contain_text("实时")
    async with house.evening.database.writing() as conn:
        await conn.execute(sa.text("DELETE FROM console_session"))
        await conn.commit()
    await expect(page.locator("#warnings")).to_contain_text("登录已结束", timeout=4000)


async def test_the_map_shows_case_and_envoys_and_loads_nothing_from_outside(house: House) -> None:
    """Points, rings and outlines from our own server; every request stays on it."""
    page = await house.sign_in(house.cast.lin)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await open_case(page, house, "7K3F")
    await page.wait_for_selector(".map-case")
    await page.wait_for_selector(".map-envoy")
    await page.wait_for_selector(".map-outline", state="attached")
    assert [url for url in asked if not url.startswith((house.base, "data:"))] == []
    weight = await page.evaluate(
        "performance.getEntriesByType('resource').filter(r => !/leaflet|outlines|media/.test(r.name))"
        ".reduce((sum, r) => sum + r.encodedBodySize, 0)"
    )
    assert weight < 300_000


async def test_a_photo_is_shown_in_the_thread(house: House) -> None:
    """Inline, drawn anew by our server."""
    page = await house.sign_in(house.cast.lin)
    await open_case(page, house, "7K3F")
    await page.locator(".photo img").scroll_into_view_if_needed()
    await until(page, "document.querySelector('.photo img').naturalWidth === 640")


async def test_a_photo_still_on_its_way_appears_when_it_is_there(house: House) -> None:
    """Until then its place says so."""
    house.expected = "404"
    page = await house.sign_in(house.cast.lin)
    case = house.cast.cases["M4TR"]
    media = Media("m-late", MediaKind.PHOTO, "x.jpg")
    await house.evening.said(case, Role.TRAVELLER, case.requester, "赵敏", "", media=media)
    await open_case(page, house, "M4TR")
    await expect(page.get_by_alt_text("照片还在取，取到就显示。")).to_be_visible()
    await house.evening.file(case, MediaId("m-late"), photo())
    await until(page, "document.querySelector('.photo img').naturalWidth === 640")


async def test_sixty_payloads_run_nowhere(house: House) -> None:
    """Twenty ways to smuggle a script, each as text, name, file name and title of a place."""
    page = await house.sign_in(house.cast.lin)
    for number, payload in enumerate(PAYLOADS):
        person = await house.evening.person(
            payload, Address("telegram", f"x{number}"), call_me=payload, medicines=payload
        )
        case = await house.evening.case(f"X{number}", person, place_of_patient=payload)
        place = MapPoint(BANGKOK, payload)
        file = Media(f"f{number}", MediaKind.FILE, payload, payload)
        await house.evening.said(case, Role.TRAVELLER, person.id, payload, payload, place=place, media=file)
        await house.evening.waits(person, payload, case)
        await house.evening.alarm("channel_down", case, payload)
    for number in range(len(PAYLOADS)):
        await open_case(page, house, f"X{number}")
        assert await page.evaluate("window.__pwn") is None
    await page.goto(f"{house.base}/console/")
    assert await page.evaluate("window.__pwn") is None
    assert len(await page.locator(".queue-item").all()) == len(PAYLOADS) + 2


async def test_the_policy_alone_would_stop_a_script(house: House) -> None:
    """Even markup put into the page behind the templates' back runs nothing."""
    house.expected = ""
    page = await house.sign_in(house.cast.lin)
    await page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.__pwn=1\">')"
    )
    await page.evaluate(
        "() => document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.__pwn=1'}))"
    )
    await page.wait_for_timeout(200)
    assert await page.evaluate("window.__pwn") is None
    assert any("Content Security Policy" in trouble for trouble in house.troubles)


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


async def test_idle_is_announced_before_it_signs_out(house: House) -> None:
    """Three minutes before the half hour the page asks for a sign of life."""
    page = await house.sign_in(house.cast.lin)
    await page.evaluate("(() => { const real = Date.now; Date.now = () => real() + 28 * 60000; })()")
    await expect(page.locator("#warnings")).to_contain_text("就会退出", timeout=4000)
    await page.mouse.move(300, 300)
    await expect(page.locator("#warnings")).not_to_contain_text("就会退出")


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
