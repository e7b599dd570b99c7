"""A service with nothing in it but ears, and a sandbox that talks to it: the stage of these tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.sandbox import app as sandbox_app
from bot.sandbox.client import Phones
from bot.sandbox.clock import Clock, ManualClock
from bot.sandbox.config import PersonSeed, SandboxConfig, TelegramConfig, WeChatConfig
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.wechat import crypto, xml

TOKEN = "7000000:sandbox-token"
SECRET = "hook-secret"
APP_ID, APP_SECRET = "wx5a1dba110c0d0001", "0123456789abcdef0123456789abcdef"
WECHAT_TOKEN, AES_KEY = "rescue-token", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
WANG = PersonSeed("wechat", "oTEST0000000000000000000001", "王女士")
LI = PersonSeed("telegram", "7000000001", "Li Wei", language_code="zh-hans", phone_number="+8613800000000")
SOMSAK = PersonSeed("telegram", "7000000002", "Somsak", role="envoy", language_code="th")

Answer = Callable[["Heard"], Awaitable[web.Response]]


@dataclass
class Heard:
    """One push as the service got it."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def update(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def push(self) -> xml.Node:
        """The decrypted WeChat message."""
        return xml.read(crypto.Envelope(AES_KEY, APP_ID).open(xml.read(self.body).find("Encrypt")))


async def ok(heard: Heard) -> web.Response:
    return web.Response(text="success")


@dataclass
class Service:
    """The ears: every push is kept in `heard`; `answer` decides what comes back."""

    heard: list[Heard] = field(default_factory=list)
    answer: Answer = ok
    more: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        heard = Heard(request.path, dict(request.query), dict(request.headers), await request.read())
        self.heard.append(heard)
        self.more.set()
        return await self.answer(heard)

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.route("*", "/{path:.*}", self.take)])
        return app

    async def until(self, count: int) -> list[Heard]:
        async with asyncio.timeout(5):
            while len(self.heard) < count:
                self.more.clear()
                await self.more.wait()
        return self.heard


@dataclass
class Stage:
    """Service, sandbox and phones, all on loopback."""

    service: Service
    sandbox: Sandbox
    phones: Phones
    session: aiohttp.ClientSession
    base: str
    clock: Clock

    async def bot(self, method: str, **fields: Any) -> dict[str, Any]:
        """Calls the Bot API with a JSON body."""
        async with self.session.post(f"{self.base}/bot{TOKEN}/{method}", json=fields) as response:
            return dict(await response.json())

    async def wechat(self, method: str, body: Any = None, **query: str) -> dict[str, Any]:
        """Calls the server API with the stable token."""
        token = (await self.stable())["access_token"]
        return await self.cgi(method, body, access_token=token, **query)

    async def stable(self, **more: Any) -> dict[str, Any]:
        body = {"grant_type": "client_credential", "appid": APP_ID, "secret": APP_SECRET, **more}
        return await self.cgi("stable_token", body)

    async def cgi(self, method: str, body: Any = None, **query: str) -> dict[str, Any]:
        url = f"{self.base}/cgi-bin/{method}"
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        verb = "GET" if body is None else "POST"
        async with self.session.request(verb, url, data=data, params=query) as response:
            assert response.status == 200
            return dict(json.loads(await response.read()))

    async def wang(self) -> Any:
        return await self.phones.person("wechat", id=WANG.id)

    async def li(self) -> Any:
        return await self.phones.person("telegram", id=LI.id)

    def advance(self, seconds: float) -> Awaitable[None]:
        assert isinstance(self.clock, ManualClock)
        return self.clock.advance(seconds)


def settings(service: str, **changes: Any) -> SandboxConfig:
    values: dict[str, Any] = {
        "service": service,
        "telegram": TelegramConfig(TOKEN, SECRET),
        "wechat": WeChatConfig(APP_ID, APP_SECRET, WECHAT_TOKEN, AES_KEY),
        "people": (WANG, LI, SOMSAK),
    }
    return SandboxConfig(**(values | changes))


async def raised(clock: Clock) -> tuple[Stage, Callable[[], Awaitable[None]]]:
    """A stage ready to play on, and what takes it down."""
    service = Service()
    ears = TestServer(service.app())
    await ears.start_server()
    application = sandbox_app.build(settings(str(ears.make_url("")).rstrip("/")), clock)
    server = TestServer(application)
    await server.start_server()
    session = aiohttp.ClientSession()
    base = str(server.make_url("")).rstrip("/")
    stage = Stage(service, application[sandbox_app.SANDBOX], Phones(base, session), session, base, clock)

    async def down() -> None:
        await session.close()
        await server.close()
        await ears.close()

    return stage, down
