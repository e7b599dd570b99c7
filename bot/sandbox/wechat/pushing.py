"""Pushing to the service: sealed, five seconds to answer, three tries that look the same, then an apology."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from urllib.parse import urlencode

import aiohttp

from bot.sandbox import clock
from bot.sandbox.config import WeChatConfig
from bot.sandbox.faults import Kind
from bot.sandbox.model import ChatMessage, Delivery, Person, Platform
from bot.sandbox.tasks import TaskGroup
from bot.sandbox.wechat import crypto
from bot.sandbox.wechat.xml import Fields, document
from bot.sandbox.world import World

TRIES = 3
APOLOGY = "该公众号暂时无法提供服务，请稍后再试"
HEADERS = {"User-Agent": "Mozilla/4.0", "Content-Type": "text/xml", "Pragma": "no-cache"}


@dataclass
class Push:
    """What is told to the service. `apologises`: the person sees when nobody answers; `message`: whose ticks move."""

    kind: str
    fields: Fields
    person: Person
    message: ChatMessage | None = None
    apologises: bool = True
    raw: str | None = None


@dataclass
class Sealed:
    """One push as it goes out, the same at every try."""

    url: str
    body: bytes


Reply = Callable[[Person, bytes, str], None]


class Pusher:
    """Pushes to one service. `reply` takes a passive reply's body; it raises ValueError when it is none."""

    def __init__(self, world: World, config: WeChatConfig, tasks: TaskGroup) -> None:
        self._world = world
        self._config = config
        self._tasks = tasks
        self._envelope = crypto.Envelope(config.aes_key, config.app_id)
        self._turns: dict[str, asyncio.Lock] = {}
        self.pending = 0
        self.reply: Reply | None = None
        self.session: aiohttp.ClientSession | None = None

    def push(self, push: Push) -> None:
        self.pending += 1
        self._tasks.start(self._deliver(push))

    def seal(self, plain: str, openid: str) -> Sealed:
        """Encrypts and signs; timestamp and nonce are fixed here, once for all tries."""
        timestamp = str(int(self._world.clock.now()))
        nonce = str(secrets.randbelow(10**10))
        encrypted = self._envelope.seal(plain, secrets.token_bytes(16))
        token = self._config.token
        query = {
            "signature": crypto.signature(token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": openid,
            "encrypt_type": "aes",
            "msg_signature": crypto.signature(token, timestamp, nonce, encrypted),
        }
        body = document([("ToUserName", self._config.original_id), ("Encrypt", encrypted)])
        return Sealed(f"{self._world.config.service}/wechat/webhook?{urlencode(query)}", body.encode())

    async def _deliver(self, push: Push) -> None:
        faults = self._world.faults.on_push("wechat", push.kind, push.person.id)
        spread = next((float(f.params.get("seconds", 1)) for f in faults if f.kind is Kind.SCATTER), None)
        delay = next((float(f.params.get("seconds", 1)) for f in faults if f.kind is Kind.DELAY), 0.0)
        copies = next((int(f.params.get("copies", 2)) for f in faults if f.kind is Kind.DUPLICATE), 1)
        unheard = sum(1 for fault in faults if fault.kind is Kind.PUSH_UNHEARD)
        plain = push.raw if push.raw is not None else document(push.fields)
        sealed = self.seal(plain, push.person.id)
        try:
            if spread is not None:
                await self._world.clock.sleep(self._world.random.uniform(0, spread))
            await self._world.clock.sleep(delay)
            await self._tries(push, sealed, ignored=copies - 1 + unheard, ordered=spread is None)
        finally:
            self.pending -= 1
            self._world.events.emit("push", {"platform": "wechat", "kind": push.kind, "state": "done"})

    async def _tries(self, push: Push, sealed: Sealed, *, ignored: int, ordered: bool) -> None:
        """Tries until answered, at most three times; `ignored` answers are lost on the way back first."""
        for number in range(TRIES + ignored):
            began = self._world.clock.now()
            body = await self._one_try(push, sealed, ordered and number == 0)
            if push.message is not None:
                push.message.tries = number + 1
            if body is not None and ignored == 0:
                self._answered(push, body)
                return
            if body is not None:
                ignored -= 1
                continue
            waited = self._world.clock.now() - began
            await self._world.clock.sleep(self._config.push_seconds - waited)
        self._unanswered(push)

    async def _one_try(self, push: Push, sealed: Sealed, ordered: bool) -> bytes | None:
        """The answer's body, None for no answer in time. In order: the next push leaves once this one has left."""
        left = asyncio.Event()
        post = asyncio.ensure_future(self._post(sealed, left))
        if ordered:
            async with self._turns.setdefault(push.person.id, asyncio.Lock()):
                leaving = asyncio.ensure_future(left.wait())
                await asyncio.wait({post, leaving}, return_when=asyncio.FIRST_COMPLETED)
                leaving.cancel()
        return await post

    async def _post(self, sealed: Sealed, left: asyncio.Event) -> bytes | None:
        try:
            return await clock.within(
                self._world.clock, self._config.push_seconds, self._request(sealed, left)
            )
        except (TimeoutError, aiohttp.ClientError):
            return None

    async def _request(self, sealed: Sealed, left: asyncio.Event) -> bytes | None:
        async with self._pool().post(
            sealed.url, data=sealed.body, headers=HEADERS, allow_redirects=False, trace_request_ctx=left
        ) as response:
            body = await response.read()
            return body if response.status == 200 else None

    def _answered(self, push: Push, body: bytes) -> None:
        if push.message is not None:
            self._world.delivered(push.person, push.message, Delivery.DELIVERED)
        if body.strip() in (b"", b"success"):
            return
        try:
            if self.reply is not None:
                self.reply(push.person, body, push.kind)
        except ValueError as error:
            self._world.violation(Platform.WECHAT, f"reply to {push.kind}", str(error))
            self._apologise(push)

    def _unanswered(self, push: Push) -> None:
        if push.message is not None:
            self._world.delivered(push.person, push.message, Delivery.LOST)
        self._apologise(push)

    def _apologise(self, push: Push) -> None:
        if push.apologises and push.person.reachable:
            self._world.say_system(push.person, APOLOGY)

    def _pool(self) -> aiohttp.ClientSession:
        if self.session is None:
            raise RuntimeError("the sandbox is not running")
        return self.session

    async def verify(self) -> dict[str, object]:
        """Plays the address check of the developer settings: GET with echostr, to be echoed."""
        timestamp, nonce = str(int(self._world.clock.now())), str(secrets.randbelow(10**10))
        echo = str(secrets.randbelow(10**18))
        query = {
            "signature": crypto.signature(self._config.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "echostr": echo,
        }
        async with self._pool().get(f"{self._world.config.service}/wechat/webhook", params=query) as response:
            body = await response.text()
            return {
                "status": response.status,
                "ok": response.status == 200 and body == echo,
                "body": body[:200],
            }


def tracing() -> aiohttp.TraceConfig:
    """Tells a push's `left` event when its body has been written to the socket."""
    trace = aiohttp.TraceConfig()

    async def sent(session: aiohttp.ClientSession, context: SimpleNamespace, params: object) -> None:
        if isinstance(context.trace_request_ctx, asyncio.Event):
            context.trace_request_ctx.set()

    trace.on_request_chunk_sent.append(sent)
    return trace
