"""A console over a database of the test's own, and people who visit it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from backoffice.console import app as console
from backoffice.ports import Operator
from storage.bus import LocalBus
from storage.engine import Database
from storage.media import FileMedia
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from tests.backoffice.console.evening import Evening
from tests.clocks import FakeClock


@pytest.fixture
def evening(
    sqlite_database: Database,
    vault: Vault,
    bus: LocalBus,
    clock: FakeClock,
    bits: Callable[[int], int],
    tmp_path: Path,
) -> Evening:
    store = SqlStore(sqlite_database, vault, bus)
    media = FileMedia(tmp_path / "media", sqlite_database, vault, clock)
    return Evening(sqlite_database, vault, store, bus, clock, bits, media, tmp_path / "media")


@pytest.fixture
async def client(evening: Evening) -> AsyncIterator[TestClient[Any, Any]]:
    """The console mounted as assembly mounts it; no cookie is kept between requests."""
    root = web.Application()
    root.add_subapp("/console", console.build(evening.deps()))
    async with TestClient(TestServer(root), cookie_jar=DummyCookieJar()) as opened:
        yield opened


@dataclass
class Visitor:
    """A browser of one operator, or of nobody."""

    client: TestClient[Any, Any]
    token: str = ""
    csrf: str = ""

    @property
    def origin(self) -> str:
        return f"http://{self.client.host}:{self.client.port}"

    async def get(self, path: str, **headers: str) -> ClientResponse:
        return await self.client.get(path, headers=self._headers(headers), allow_redirects=False)

    async def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> ClientResponse:
        """As our own page does it: same origin, with the session's CSRF token."""
        body = {"csrf": self.csrf, **(form or {})}
        given = self._headers({"Origin": self.origin, **headers})
        return await self.client.post(path, data=body, headers=given, allow_redirects=False)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        cookie = {"Cookie": f"rescue_session={self.token}"} if self.token else {}
        return {**cookie, **{k.replace("_", "-"): v for k, v in more.items()}}


@pytest.fixture
def nobody(client: TestClient[Any, Any]) -> Visitor:
    return Visitor(client)


@pytest.fixture
def visit(client: TestClient[Any, Any], evening: Evening) -> Callable[[Operator], Any]:
    """`await visit(operator)`: a browser in which that operator is signed in."""

    async def sign_in(operator: Operator) -> Visitor:
        return Visitor(client, *await evening.session(operator))

    return sign_in
