"""The door Telegram knocks on: checks the secret, caps the body, stores the update, then answers."""

import asyncio
import hmac
from dataclasses import dataclass

from aiohttp import web

from backoffice.kernel import errors
from backoffice.kernel.clock import Clock
from backoffice.kernel.exchange import RawUpdate
from bot.handlers.telegram import checkout, fields, updates
from bot.handlers.telegram.config import TelegramConfig
from bot.intake import Intake

PATH = "/telegram/webhook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
RETRY_AFTER_S = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest body in bytes; seconds a body may take (aiohttp itself has no read time-out)."""

    body: int = 256 * 1024
    read_s: float = 5.0


def routes(
    config: TelegramConfig,
    intake: Intake,
    clock: Clock,
    limits: Limits | None = None,
    paying: checkout.Checkout | None = None,
) -> list[web.RouteDef]:
    """The webhook's route. Raises ValueError without a secret: the door would stand open."""
    if not config.webhook_secret:
        raise ValueError("the Telegram webhook needs a secret (RESCUE_TELEGRAM__WEBHOOK_SECRET)")
    door = _Door(config.webhook_secret.encode(), intake, clock, limits or Limits(), paying)
    return [web.post(PATH, door.handle)]


@dataclass(frozen=True, slots=True)
class _Door:
    secret: bytes
    intake: Intake
    clock: Clock
    limits: Limits
    paying: checkout.Checkout | None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        arrived_at = self.clock.now()
        self._check(request)
        try:
            async with asyncio.timeout(self.limits.read_s):
                body = await self._body(request)
        except TimeoutError:
            return await _hang_up(request)
        except (web.RequestPayloadError, ConnectionError):
            raise web.HTTPBadRequest(text="broken body") from None
        update = fields.parse(body)
        number = fields.ident(update.get("update_id")) if update is not None else None
        if update is None or number is None:
            raise web.HTTPBadRequest(text="not an update")
        return await self._store(RawUpdate(str(number), updates.sender(update), body, arrived_at), update)

    def _check(self, request: web.Request) -> None:
        if not self._authentic(request):
            raise web.HTTPUnauthorized
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise web.HTTPUnsupportedMediaType
        if (request.content_length or 0) > self.limits.body:
            raise self._too_large(request.content_length or 0)

    def _authentic(self, request: web.Request) -> bool:
        given = request.headers.getall(HEADER, [])
        # Header bytes outside UTF-8 arrive as surrogates: compared as the bytes they were, never as str.
        sent = [each.encode("utf-8", "surrogateescape") for each in given]
        return len(sent) == 1 and hmac.compare_digest(sent[0], self.secret)

    async def _body(self, request: web.Request) -> bytes:
        body = bytearray()
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > self.limits.body:
                raise self._too_large(len(body))
        return bytes(body)

    def _too_large(self, size: int) -> web.HTTPRequestEntityTooLarge:
        return web.HTTPRequestEntityTooLarge(max_size=self.limits.body, actual_size=size)

    async def _store(self, raw: RawUpdate, update: fields.Json) -> web.Response:
        try:
            await self.intake.accept(raw)
        except errors.Unavailable:
            return web.Response(status=503, headers={"Retry-After": str(RETRY_AFTER_S)})
        asked = await checkout.answer(update, self.paying)
        return web.json_response(asked or _answer(update))


def _answer(update: fields.Json) -> fields.Json:
    """The webhook's own words: a button press is acknowledged here, so that its spinner stops without an API call.

    Without a text: what the press did is told by letter, so that nothing is promised before the turn is done.
    """
    callback = fields.words(fields.obj(update.get("callback_query")).get("id"))
    return {"method": "answerCallbackQuery", "callback_query_id": callback} if callback else {}


async def _hang_up(request: web.Request) -> web.StreamResponse:
    """408, then close at once: aiohttp would go on reading the slow body for ten seconds more."""
    response = web.Response(status=408)
    response.force_close()
    await response.prepare(request)
    await response.write_eof()
    if request.transport is not None:
        request.transport.close()
    return response
