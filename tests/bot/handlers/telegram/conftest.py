"""A clock that stands still, an intake that remembers, and a Bot API server that answers as told."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from backoffice.kernel.exchange import Accepted, RawUpdate
from bot.channel import Answer
from bot.handlers.telegram import outbound
from bot.handlers.telegram.config import TelegramConfig

TOKEN = "700000001:AAF-planted_token-for_the_tests-000000"
SECRET = "Planted_Secret-1"


class StillClock:
    """Moves only when told to."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.forward(seconds)
        await asyncio.sleep(0)


@dataclass
class RememberingIntake:
    """Keeps what was stored; `fault` is raised instead of storing, `gate` holds the store back."""

    stored: list[RawUpdate] = field(default_factory=list)
    fault: Exception | None = None
    gate: asyncio.Event | None = None
    asked_for_words: int = 0

    async def accept(self, raw: RawUpdate) -> Accepted:
        if self.gate is not None:
            await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        duplicate = any(raw.key == each.key for each in self.stored)
        if not duplicate:
            self.stored.append(raw)
        return Accepted(len(self.stored), duplicate, raw.sender, raw.arrived_at)

    async def answer(self, accepted: Accepted, within_s: float) -> Answer | None:
        self.asked_for_words += 1
        return None

    async def written(self, answer: Answer) -> None:
        raise AssertionError("nothing rides in a Telegram answer")


@dataclass
class FakeApi:
    """A Bot API over HTTP: answers from `replies` (else success) and keeps every call."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    replies: list[Any] = field(default_factory=list)
    files: dict[str, Any] = field(default_factory=dict)
    base: str = ""

    def refuse(self, status: int, description: str | None, **parameters: int) -> None:
        body: dict[str, Any] = {"ok": False, "error_code": status}
        if description is not None:
            body["description"] = description
        if parameters:
            body["parameters"] = parameters
        self.reply(body, status)

    def reply(self, body: Any, status: int = 200) -> None:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        self.replies.append((status, text.encode() if isinstance(text, str) else text))

    def hang(self) -> None:
        self.replies.append("hang")

    def drop(self) -> None:
        self.replies.append("drop")

    @property
    def method(self) -> str:
        return self.calls[-1][0]

    @property
    def sent(self) -> dict[str, Any]:
        return self.calls[-1][1]

    async def api(self, request: web.Request) -> web.StreamResponse:
        assert request.match_info["token"] == TOKEN
        form = {key: _value(value) for key, value in (await request.post()).items()}
        self.calls.append((request.match_info["method"], form))
        return await self._next(request)

    async def _next(self, request: web.Request) -> web.StreamResponse:
        reply = self.replies.pop(0) if self.replies else (200, json.dumps(_message()).encode())
        if reply == "hang":
            await asyncio.sleep(30)
        if not isinstance(reply, tuple):
            request.transport.close()  # type: ignore[union-attr]
            return web.Response()
        return web.Response(status=reply[0], body=reply[1], headers=_onward(reply[0], request))

    async def file(self, request: web.Request) -> web.StreamResponse:
        found = self.files.get(request.match_info["path"], 404)
        if isinstance(found, int):
            return web.Response(status=found, headers=_onward(found, request))
        return web.Response(body=found)


def _onward(status: int, request: web.Request) -> dict[str, str]:
    return {"Location": str(request.url)} if 300 <= status < 400 else {}


def _value(value: Any) -> Any:
    return (value.filename, value.file.read()) if isinstance(value, web.FileField) else value


def _message() -> dict[str, Any]:
    chat = {"id": 7000000001, "type": "private", "first_name": "测试"}
    return {"ok": True, "result": {"message_id": 501, "date": 1767225600, "chat": chat, "text": "x"}}


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def intake() -> RememberingIntake:
    return RememberingIntake()


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    fake = FakeApi()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/bot{token}/{method}", fake.api)
    app.router.add_get("/file/bot{token}/{path:.+}", fake.file)
    server = TestServer(app)
    await server.start_server(access_log=None)  # the platform's own log may name the bot; ours may not
    fake.base = str(server.make_url("")).rstrip("/")
    yield fake
    await server.close()


@pytest.fixture
def config(api: FakeApi) -> TelegramConfig:
    return TelegramConfig(TOKEN, SECRET, api.base)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def channel(
    config: TelegramConfig, http: aiohttp.ClientSession, clock: StillClock
) -> outbound.TelegramChannel:
    return outbound.build(config, http, clock)


@pytest.fixture(autouse=True)
def token_never_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Every test of this folder also claims: the token and the secret are in no log line."""
    caplog.set_level(logging.DEBUG)
    yield
    written = "\n".join(logging.Formatter().format(record) for record in caplog.get_records("call"))
    assert TOKEN.split(":")[1] not in written
    assert SECRET not in written
