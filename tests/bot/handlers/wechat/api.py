"""A tiny platform API on loopback: it hands out stable tokens and answers each path as told."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.handlers.wechat import outbound
from tests.bot.handlers.wechat import support

OK = {"errcode": 0, "errmsg": "ok"}
Answer = dict[str, Any] | web.Response | bytes


@dataclass
class Seen:
    """One request as it came."""

    path: str
    query: dict[str, str]
    body: bytes
    type: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Api:
    """`answers` are given out in turn and the last one for ever; a callable may wait first."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    good_token: str = "token-1"
    url: str = ""
    hang: dict[str, asyncio.Event] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    on_request: Callable[[str], None] | None = None

    def at(self, path: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.path == path]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/cgi-bin/")
        self.seen.append(Seen(path, dict(request.query), await request.read(), request.content_type))
        if path in self.hang:
            await self.hang[path].wait()
        return _response(self._answer(path, request.query.get("access_token", "")))

    def _answer(self, path: str, token: str) -> Answer:
        told = self.answers.get(path)
        if told:
            self.asked[path] += 1
            return told[min(self.asked[path], len(told)) - 1]
        if path == "stable_token":
            return {"access_token": self.good_token, "expires_in": 7200}
        return (
            OK if token == self.good_token else {"errcode": 40001, "errmsg": "invalid credential rid: 1-2-3"}
        )


def _response(answer: Answer) -> web.StreamResponse:
    if isinstance(answer, web.Response):
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)
    if isinstance(answer, bytes):
        return web.Response(body=answer, content_type="image/jpeg")
    return web.json_response(answer)


@dataclass
class Bench:
    """A channel over the fake API, with its stores."""

    api: Api
    channel: outbound.WechatChannel
    windows: support.Windows
    tokens: support.Tokens
    clock: support.FixedClock


@asynccontextmanager
async def bench(left: int = 5, **config: str) -> AsyncIterator[Bench]:
    """A channel whose one follower may be sent `left` messages."""
    api, clock, tokens = Api(), support.FixedClock(), support.Tokens()
    windows = support.Windows(support.open_window(left))
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", api.handle)
    server = TestServer(app)
    await server.start_server()
    api.url = str(server.make_url("")).rstrip("/")
    settings = replace(support.CONFIG, api_base=api.url, **config)
    async with aiohttp.ClientSession() as http:
        built = outbound.build(settings, http, clock, tokens, windows, lambda point: point)
        yield Bench(api, built, windows, tokens, clock)
    for gate in api.hang.values():
        gate.set()
    await server.close()
