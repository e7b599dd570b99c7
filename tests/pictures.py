"""`python -m tests.pictures`: the README's pictures: one SOS played in the demo, and the console's pages."""

import asyncio
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from bot.sandbox.client import Phones
from tests import console_pictures
from tests.servers import free_port

TARGET = Path(__file__).parent.parent / "docs" / "pictures"
BROWSER = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
LINK = re.compile(r"http://localhost:\d+/console/enter/\w+")
START_S = 90


async def main() -> None:
    """Writes docs/pictures/overview.png and the console's pages; `--console` only the latter."""
    TARGET.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER)
        for path in await console_pictures.take(browser, TARGET):
            print(path)
        await browser.close()
    if "--console" not in sys.argv:
        await _overview()


async def _overview() -> None:
    port, sandbox = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        process = _demo(folder, log, {"RESCUE_HTTP__PORT": str(port), "RESCUE_SANDBOX_PORT": str(sandbox)})
        try:
            link = await asyncio.to_thread(_link, log)
            async with async_playwright() as player, aiohttp.ClientSession() as http:
                browser = await player.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER)
                await _play(browser, Phones(f"http://127.0.0.1:{sandbox}", http), (port, link))
                await browser.close()
        finally:
            process.terminate()
            process.wait(20)


def _demo(folder: str, log: Path, settings: dict[str, str]) -> "subprocess.Popen[bytes]":
    env = os.environ | settings | {"RESCUE_DATA_DIR": folder, "RESCUE_HTTP__METRICS_PORT": "0"}
    return subprocess.Popen([sys.executable, "run_bot.py", "demo"], stdout=log.open("wb"), env=env)


def _link(log: Path) -> str:
    """The printed sign-in link, once the demo runs."""
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        found = LINK.search(log.read_text())
        if found:
            return found.group()
        time.sleep(0.2)
    raise TimeoutError("the demo did not start")


async def _play(browser: Browser, phones: Phones, where: tuple[int, str]) -> None:
    port, link = where
    look = await browser.new_context(viewport={"width": 1400, "height": 860}, locale="zh-CN")
    page, console = await look.new_page(), await look.new_page()
    await page.goto(f"http://localhost:{port}/sandbox/")
    await console.goto(link)
    await console.click("main button >> nth=0")
    traveller = await phones.person("wechat", name="周婷")
    envoy = await phones.person("telegram", name="陈静")
    await traveller.location(13.7509, 100.4927)
    await envoy.wait_for("SOS", timeout=60)
    await envoy.press(0)
    await traveller.wait_for("陈静", timeout=30)
    await traveller.text("我在大皇宫门口，脚扭伤了，走不了路")
    await envoy.wait_for("脚扭伤", timeout=30)
    await envoy.text("我十分钟到，别动，我带了冰袋")
    await traveller.wait_for("冰袋", timeout=30)
    await console.goto(f"http://localhost:{port}/console/")
    await console.click('a[href*="/cases/"] >> nth=0')
    await asyncio.sleep(2)
    await _keep(page, console)


async def _keep(page: Page, console: Page) -> None:
    """Phones above, the console below."""
    shots = [Image.open(io.BytesIO(await p.screenshot())) for p in (page, console)]
    width, height = shots[0].width, sum(s.height for s in shots)
    whole = Image.new("RGB", (width, height), "white")
    for shot, top in zip(shots, (0, shots[0].height), strict=True):
        whole.paste(shot, (0, top))
    TARGET.mkdir(parents=True, exist_ok=True)
    whole.quantize(256).save(TARGET / "overview.png", optimize=True)


if __name__ == "__main__":
    asyncio.run(main())
