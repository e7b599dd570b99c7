"""The door payment providers knock on: proves who they are, stores what they tell, then answers."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from aiohttp import web

from backoffice.adapters.wechat_pay_keys import BadSignature
from backoffice.kernel import errors
from backoffice.kernel.clock import Clock
from backoffice.money.model import Heard
from backoffice.ports.money import PayFailure

log = logging.getLogger(__name__)
PATH = "/push/payments/{provider}"
BODY_CAP = 64 * 1024
READ_S = 5.0


class PushReader(Protocol):
    """One provider's pushes, checked and understood. Raises `BadSignature` and `PayFailure` (cannot check now)."""

    async def read(self, headers: Mapping[str, str], body: bytes) -> Heard | None: ...


class News(Protocol):
    """Where what was told is kept (`storage.payment_queue`)."""

    async def store(self, heard: Heard, now: datetime) -> bool: ...


class Door:
    """One route for all providers; each answers in the form WeChat Pay documents (`code`, `message`)."""

    def __init__(
        self, readers: Mapping[str, PushReader], news: News, clock: Clock, wake: Callable[[], None]
    ) -> None:
        self._readers, self._news, self._clock, self._wake = readers, news, clock, wake

    def routes(self) -> list[web.RouteDef]:
        return [web.post(PATH, self.handle)]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """200 once it is stored; a repeat is 200 as well and changes nothing."""
        reader = self._readers.get(request.match_info["provider"])
        if reader is None:
            raise web.HTTPNotFound
        body = await _body(request)
        try:
            heard = await reader.read(request.headers, body)
        except BadSignature:
            return _no(401, "signature")
        except PayFailure as failure:
            return _no(503, failure.code)
        if heard is None:
            return web.json_response({"code": "SUCCESS"})
        return await self._keep(heard)

    async def _keep(self, heard: Heard) -> web.Response:
        try:
            await self._news.store(heard, self._clock.now())
        except (errors.Unavailable, OSError):
            log.exception("a payment push could not be stored")
            return _no(503, "not stored")
        self._wake()
        return web.json_response({"code": "SUCCESS"})


async def _body(request: web.Request) -> bytes:
    """At most the cap; 408 for one that dawdles."""
    if (request.content_length or 0) > BODY_CAP:
        raise web.HTTPRequestEntityTooLarge(BODY_CAP, request.content_length or 0)
    try:
        async with asyncio.timeout(READ_S):
            body = await request.content.read(BODY_CAP + 1)
            while not request.content.at_eof() and len(body) <= BODY_CAP:
                body += await request.content.read(BODY_CAP + 1 - len(body))
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    if len(body) > BODY_CAP:
        raise web.HTTPRequestEntityTooLarge(BODY_CAP, len(body))
    return body


def _no(status: int, message: str) -> web.Response:
    return web.json_response({"code": "FAIL", "message": message}, status=status)
