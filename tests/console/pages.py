"""What the browser tests do with a page: open it, wait for it, look it over."""

import asyncio
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.console.conftest import House


async def head(house: House, ref: str) -> Any:
    return await house.evening.deps().queries.head(f"case-{ref}")  # type: ignore[arg-type]


async def until(page: Page, claim: str) -> None:
    """Wait for a claim of the page; its own policy forbids the browser driver's usual way."""
    for _ in range(100):
        if await page.evaluate(claim):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"never came true: {claim}")


async def at(page: Page, house: House, path: str) -> None:
    """A page of the console, its scripts running."""
    await page.goto(f"{house.base}/console/{path}")
    await page.wait_for_selector("html[data-ready=yes]")


async def open_case(page: Page, house: House, ref: str) -> None:
    await at(page, house, f"cases/case-{ref}")


async def nothing_found(page: Page) -> None:
    """Axe has no objection."""
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
