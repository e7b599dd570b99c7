"""One Chromium for all the browser tests of a process; each page has a context, a profile and a server of its own."""

import shutil
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.leaving_out import leave_out

PROGRAM = shutil.which("chromium") or ""
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
PATIENCE_MS = 15_000
"""How long a page may take where a test names no time of its own: machines differ, what the page shows does not."""

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def the_browser() -> AsyncIterator[Browser]:
    """Starting one costs half a second of both cores, which was a third of a short test."""
    if not PROGRAM:
        leave_out("Chromium")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=PROGRAM, args=FLAGS)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(the_browser: Browser) -> AsyncIterator[Browser]:
    """The one Chromium, with nothing of an earlier test in it."""
    yield the_browser
    for context in the_browser.contexts:
        await context.close()


def on_its_loop(items: Sequence[pytest.Item]) -> None:
    """A browser lives on one event loop: its tests run on that one."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
