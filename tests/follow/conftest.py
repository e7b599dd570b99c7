"""The families' page in a real browser at phone size, over the whole service with both platforms played."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, Page

from bot.sandbox.client import Phone
from tests import house as house_
from tests.clocks import FakeClock
from tests.house import House
from tests.journeys import families

PHONE = {"width": 390, "height": 844}


@dataclass
class Family:
    """A running case, its traveller's phone, a relative's token, and a browser."""

    house: House
    anna: Phone
    token: str
    browser: Browser
    troubles: list[str] = field(default_factory=list)
    weight: dict[str, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"{self.house.base}/follow/{self.token}"

    async def page(self, **options: Any) -> Page:
        """A phone's browser; what it complains of fails the test, what it fetches is weighed."""
        context = await self.browser.new_context(**({"viewport": PHONE, "locale": "zh-CN"} | options))
        page = await context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda m: self.troubles.append(m.text) if m.type == "error" else None)
        page.on("requestfinished", lambda r: self.fetched.append(r))
        return page

    fetched: list[Any] = field(default_factory=list)


@pytest_asyncio.fixture(loop_scope="session")
async def family(
    browser: Browser, sqlite_url: str, tmp_path: Path, clock: FakeClock
) -> AsyncIterator[Family]:
    """Anna in Bangkok has invited her mother, who may know the exact place."""
    async with house_.opened(sqlite_url, tmp_path / "data", clock) as house:
        anna = await house.telegram("Anna")
        await families.helped(house, anna)
        token = await families.invited(house, anna, "妈妈", "safe", "exact")
        made = Family(house, anna, token, browser)
        yield made
        assert [t for t in made.troubles if "404" not in t] == []
