"""Waking people: a signed page to the centre's own paging service, and metrics for those who watch machines."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from backoffice.adapters import pager
from backoffice.adapters.pager import WebhookPager
from backoffice.kernel.exchange import Address, RawUpdate
from backoffice.ports import PageFailed
from bot.assembly import metrics
from tests.clocks import FakeClock
from tests.house import BANGKOK, House

SECRET = "planted-page-secret"


class Desk:
    """The paging service: keeps what it gets, answers as told."""

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, str]] = []
        self.status = 204
        self.server = TestServer(self._app())

    def _app(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.post("/page", self.take), web.get("/sign-in", self.sign_in)])
        return app

    async def take(self, request: web.Request) -> web.Response:
        self.heard.append((await request.read(), request.headers["X-Rescue-Signature"]))
        return web.Response(status=self.status, headers={"Location": "/sign-in"})

    async def sign_in(self, request: web.Request) -> web.Response:
        return web.Response(text="please sign in")

    @property
    def url(self) -> str:
        return str(self.server.make_url("/page"))


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    await made.server.start_server()
    yield made
    await made.server.close()


async def test_a_page_is_signed_and_says_what_it_is_about(desk: Desk, clock: FakeClock) -> None:
    await WebhookPager(desk.url, SECRET, clock).page(2, "7K3F", "unanswered")
    ((body, signature),) = desk.heard
    assert json.loads(body) == {
        "level": 2,
        "ref": "7K3F",
        "what": "unanswered",
        "at": clock.now().isoformat(),
    }
    assert signature == hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("status", [302, 307, 400, 401, 500, 503])
async def test_only_a_yes_is_a_page(desk: Desk, clock: FakeClock, status: int) -> None:
    """A redirect to a sign-in page that answers 200 has woken nobody."""
    desk.status = status
    with pytest.raises(PageFailed, match=str(status)):
        await WebhookPager(desk.url, SECRET, clock).page(1, "7K3F", "unanswered")


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/page", "no address", "http://"])
async def test_a_pager_that_cannot_be_reached_fails_loudly(clock: FakeClock, url: str) -> None:
    with pytest.raises(PageFailed):
        await WebhookPager(url.format(port=unused_port()), SECRET, clock).page(1, "7K3F", "unanswered")


async def test_a_silent_pager_does_not_hold_up_the_ladder(
    desk: Desk, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    monkeypatch.setattr(pager, "TIME_OUT_S", 0.1)
    app = web.Application()
    app.add_routes([web.post("/page", silent)])
    async with TestServer(app) as server:
        with pytest.raises(PageFailed):
            await WebhookPager(str(server.make_url("/page")), SECRET, clock).page(1, "7K3F", "unanswered")


async def test_metrics_say_what_is_ready_and_when_a_channel_last_worked(with_platforms: House) -> None:
    """On a port of their own, without a name, a place or a word of anybody."""
    house = with_platforms
    phone = await house.telegram("Anna", "en")
    await phone.location(*BANGKOK)
    await house.pass_time(6, 1)
    just_now = RawUpdate("1", Address("telegram", "5"), b"{}", house.clock.now())
    await house.core.inbox.store(just_now)
    app = metrics.build(house.core, house.service)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        answer = await http.get(server.make_url("/metrics"))
        said = await answer.text()
    lines = dict(line.rsplit(" ", 1) for line in said.splitlines() if line and not line.startswith("#"))
    assert lines['rescue_ready{part="database"}'] == "1.0"
    assert lines['rescue_ready{part="deadlines"}'] == "1.0"
    assert float(lines['rescue_channel_last_success_seconds{channel="telegram"}']) > 0
    assert lines['rescue_channel_last_success_seconds{channel="wechat"}'] == "0.0"
    assert lines["rescue_inbox_untaken_lanes"] == "0.0"
    assert "Anna" not in said
    assert "13.75" not in said
