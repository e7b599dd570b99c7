"""The page with the phones: nothing from outside, nothing inline, and it works in a browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.sandbox import page
from bot.sandbox.clock import SystemClock
from tests.sandbox import stage as stages

NAMED = re.compile(r'(?:src|href)="([^"]+)"|from "([^"]+)"|fetch\("([^"]+)"')


@pytest_asyncio.fixture(loop_scope="session")
async def live() -> AsyncIterator[stages.Stage]:
    """A stage on the machine's clock."""
    built, down = await stages.raised(SystemClock())
    yield built
    await down()


async def test_every_file_the_page_names_is_served_from_here(stage: stages.Stage) -> None:
    """Relative, present, under the policy."""
    sources = [path for path in page.STATIC.iterdir() if path.suffix in (".html", ".js")]
    names = {name for path in sources for found in NAMED.findall(path.read_text()) for name in found if name}
    files = {
        name.replace("./", "static/") for name in names if "$" not in name and not name.startswith("api/")
    }
    assert {"static/main.js", "leaflet/leaflet.js", "static/world.json"} <= files
    for name in files:
        async with stage.session.get(f"{stage.base}/sandbox/{name}") as response:
            assert response.status == 200, name
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_nothing_comes_from_outside_and_nothing_is_inline() -> None:
    """The policy allows neither, and neither is there."""
    for path in page.STATIC.iterdir():
        text = path.read_text(encoding="utf-8")
        outside = re.findall(r"""(?:src|href|url\(|import)\s*[=(]?\s*["']?(https?:)?//""", text)
        assert not outside, path.name
    html = (page.STATIC / "index.html").read_text()
    assert not re.search(r"<script(?![^>]*src)|<style| style=| on\w+=", html)


def test_every_word_is_there_in_both_languages() -> None:
    """Each key used in the scripts stands in the table, with two different entries or a proper name."""
    table = (Path(page.STATIC) / "i18n.js").read_text(encoding="utf-8")
    known = set(re.findall(r'(\w+): \["[^"]+", "[^"]+"\]', table))
    used: set[str] = set()
    for path in page.STATIC.glob("*.js"):
        used |= set(re.findall(r'\bt\("(\w+)"', path.read_text(encoding="utf-8")))
    used |= set(re.findall(r'data-t="(\w+)"', (page.STATIC / "index.html").read_text()))
    assert used <= known, used - known


@pytest.mark.browser
async def test_a_pin_is_shared_from_the_map_and_a_button_is_pressed(
    live: stages.Stage, browser: Browser
) -> None:
    """Somebody who has never seen the page: plus, location, a place, send; then an answer by a tap."""
    view = await browser.new_page(locale="zh-CN", viewport={"width": 1400, "height": 860})
    troubles: list[str] = []
    view.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    view.on("pageerror", lambda error: troubles.append(str(error)))
    await view.goto(f"{live.base}/sandbox")
    await _share_place(view, live)
    await _press(view, live)
    await view.close()
    assert troubles == []


async def _share_place(view: Any, live: stages.Stage) -> None:
    phone = view.locator(".phone-wechat").first
    await phone.get_by_label("更多", exact=True).last.click()
    await phone.get_by_role("button", name="位置").click()
    await phone.get_by_role("button", name="河内还剑湖").click()
    await phone.get_by_role("button", name="发送这个位置").click()
    push = (await live.service.until(1))[0].push
    assert (push.find("MsgType"), push.find("Location_X")) == ("location", "21.028700")
    await phone.locator(".row-location").wait_for()


async def _press(view: Any, live: stages.Stage) -> None:
    keyboard = {"inline_keyboard": [[{"text": "接单 <b>", "callback_data": "accept"}]]}
    await live.bot("sendMessage", chat_id=int(stages.LI.id), text="<img src=x>", reply_markup=keyboard)
    await view.locator(".phone-telegram").first.get_by_role("button", name="接单 <b>").click()
    query = (await live.service.until(2))[1].update["callback_query"]
    assert query["data"] == "accept"
    await live.bot("answerCallbackQuery", callback_query_id=query["id"], text="已接单")
    await view.get_by_text("已接单").wait_for()
