"""The console in a real browser: Debian's Chromium against a server of the test's own, over real storage."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Page

from backoffice.console import app as console
from backoffice.kernel.clock import SystemClock
from backoffice.ports import Operator
from storage.bus import LocalBus
from storage.engine import Database
from storage.media import FileMedia
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from tests.backoffice.console.world import Cast, Evening, busy
from tests.clocks import FakeClock


class MovedClock(FakeClock):
    """Set up in its own time, then as many seconds behind the machine's as the setting-up left it."""

    def __init__(self) -> None:
        super().__init__(SystemClock().now())
        self.live = False

    def now(self) -> Any:
        if not self.live:
            return super().now()
        return SystemClock().now() + self._lead

    @property
    def beginning(self) -> object:
        """It is set to the time of the world it is given."""
        return "with the world"

    def go(self) -> None:
        """From here on the clock runs."""
        self._lead = super().now() - SystemClock().now()
        self.live = True


@dataclass
class House:
    """A served console with people in it."""

    evening: Evening
    cast: Cast
    base: str
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    expected: str = "nothing"
    """Words of the one kind of trouble a test makes on purpose."""

    async def sign_in(self, operator: Operator, **options: Any) -> Page:
        """A page in a browser of its own, signed in, the queue open."""
        token, _ = await self.evening.session(operator)
        size = {"width": 1280, "height": 800}
        context = await self.browser.new_context(**({"viewport": size} | options))
        self.contexts.append(context)
        await context.add_cookies([{"name": "rescue_session", "value": token, "url": self.base}])
        page = await context.new_page()
        self.watch(page)
        await page.goto(f"{self.base}/console/")
        await page.wait_for_selector("html[data-ready=yes]")
        return page

    def watch(self, page: Page) -> None:
        """Errors and CSP refusals of a page fail the test that made them."""
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda m: self.troubles.append(m.text) if m.type == "error" else None)


@pytest_asyncio.fixture(loop_scope="session")
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """An open database on the browser's loop."""
    opened = await Database.open(sqlite_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def house(
    browser: Browser,
    sqlite_database: Database,
    vault: Vault,
    bus: LocalBus,
    bits: Callable[[int], int],
    tmp_path: Path,
) -> AsyncIterator[House]:
    clock = MovedClock()
    media = FileMedia(tmp_path / "media", sqlite_database, vault, clock)
    store = SqlStore(sqlite_database, vault, bus)
    evening = Evening(sqlite_database, vault, store, bus, clock, bits, media, tmp_path / "media")
    cast = await busy(evening)
    clock.go()
    base, stop = await _serve(evening)
    made = House(evening, cast, base, browser)
    yield made
    for context in made.contexts:
        await context.close()
    await stop()
    assert [t for t in made.troubles if made.expected not in t] == []


async def _serve(evening: Evening) -> tuple[str, Callable[[], Awaitable[None]]]:
    root = web.Application()
    root.add_subapp("/console", console.build(evening.deps()))
    runner = web.AppRunner(root, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}", runner.cleanup
