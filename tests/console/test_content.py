"""What people send in a real browser: no script of theirs runs, nothing comes from outside, photos are shown."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import MediaId
from backoffice.kernel.messages import MapPoint, Media, MediaKind, Role
from tests.backoffice.console.evening import BANGKOK, photo
from tests.console.conftest import House
from tests.console.pages import open_case, until

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
    for _ in range(100):
        if any("Content Security Policy" in trouble for trouble in house.troubles):
            break
        await page.wait_for_timeout(100)
    else:
        raise AssertionError(house.troubles)
    assert await page.evaluate("window.__pwn") is None


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


async def test_a_case_opens_at_its_newest_words_also_when_photos_come_later(house: House) -> None:
    """A photo that loads makes the thread longer; who stood at its end stays there."""
    page = await house.sign_in(house.cast.lin)
    waiting, shown = asyncio.Event(), "document.querySelector('.photo img').naturalWidth === 640"

    async def later(route: Route) -> None:
        await waiting.wait()
        await route.continue_()

    await page.route("**/console/media/**", later)
    await page.goto(f"{house.base}/console/cases/case-7K3F", wait_until="domcontentloaded")
    await page.wait_for_selector("html[data-ready=yes]")
    waiting.set()
    await until(page, shown)
    away = "(t => t.scrollHeight - t.scrollTop - t.clientHeight)(document.querySelector('.thread-box'))"
    await until(page, f"{away} < 2")


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
