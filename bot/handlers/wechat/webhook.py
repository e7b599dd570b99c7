"""The way in from WeChat: verify, store, then answer within the platform's five seconds."""

import asyncio
import logging
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web

from backoffice.kernel import clock as clocks
from backoffice.kernel import errors, exchange, ids
from bot import channel, intake
from bot.handlers.wechat import crypto, limits, markup, push, reply
from bot.handlers.wechat.config import WechatConfig

PATH = "/wechat/webhook"
ANSWER_S = 3.5
"""How long from arrival a row's answer is waited for."""
LIMIT_S = 4.4
"""When something is written whatever happens; the platform hangs up at 5 s and sends again, three times in all."""

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


def routes(
    config: WechatConfig, intake: intake.Intake, clock: clocks.Clock, bits: ids.Bits = secrets.randbits
) -> list[web.RouteDef]:
    """GET (the platform's check of our address) and POST (pushes) of `/wechat/webhook`."""
    hook = _Webhook(config, intake, clock, bits)
    return [web.get(PATH, hook.verify, allow_head=False), web.post(PATH, hook.receive)]


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A verified push on its way: what it is, how it was opened, and when it came (the loop's clock, seconds)."""

    push: push.Push
    opened: crypto.Opened
    at_s: float

    def left(self, of_s: float) -> float:
        return of_s - (asyncio.get_running_loop().time() - self.at_s)


class _Webhook:
    def __init__(
        self, config: WechatConfig, intake: intake.Intake, clock: clocks.Clock, bits: ids.Bits
    ) -> None:
        self._token = config.token
        self._intake = intake
        self._clock = clock
        self._cipher = crypto.Cipher(config, bits)
        self._sealer = reply.Sealer(config.token, self._cipher, bits)
        self._running: set[asyncio.Future[Any]] = set()

    async def verify(self, request: web.Request) -> web.Response:
        """Echo `echostr` to the platform, and to nobody else."""
        if not crypto.query_is_signed(self._token, request.query):
            return await limits.refuse(request, 403)
        return web.Response(text=request.query.get("echostr", "")[:1024])

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """One push: stored before it is answered; 503 when it cannot be stored, so that it is sent again."""
        try:
            arrival = await self._verified(request)
            accepted = await self._stored(arrival)
        except limits.Refused as refused:
            return await limits.refuse(request, refused.status)
        answer = None if arrival.push.silent else await self._answer(accepted, arrival)
        if answer is None or not _can_ride(answer, arrival.push):
            return web.Response(text="success")
        return await self._reply(request, arrival, answer)

    async def _verified(self, request: web.Request) -> _Arrival:
        """Both signatures and the AppId hold, or `Refused` with one 403 that does not say which failed."""
        at_s = asyncio.get_running_loop().time()
        limits.check_headers(request)
        if not crypto.query_is_signed(self._token, request.query):
            raise limits.Refused(403)
        opened = self._open(await limits.body(request), request)
        if opened is None:
            raise limits.Refused(403)
        return _Arrival(push.read(opened.body), opened, at_s)

    def _open(self, body: bytes, request: web.Request) -> crypto.Opened | None:
        encrypt = (markup.leaves(body) or {}).get("Encrypt", "")
        if not encrypt or not crypto.body_is_signed(self._token, request.query, encrypt):
            return None
        return self._cipher.open(encrypt)

    async def _stored(self, arrival: _Arrival) -> exchange.Accepted:
        if not arrival.push.readable:
            _log.warning(
                "an authentic WeChat push could not be read; kept as %s", arrival.push.key.split("|")[-1]
            )
        sender = exchange.Address("wechat", arrival.push.sender)
        raw = exchange.RawUpdate(arrival.push.key, sender, arrival.opened.body, self._clock.now())
        try:
            return await self._within(arrival.left(LIMIT_S), self._intake.accept(raw))
        except (errors.Unavailable, TimeoutError):
            _log.error("a WeChat push could not be stored in time; the platform will send it again")
            raise limits.Refused(503) from None

    async def _answer(self, accepted: exchange.Accepted, arrival: _Arrival) -> channel.Answer | None:
        """The stored push is safe: whatever goes wrong from here is answered `success`, its words go by API."""
        within_s = max(0.0, arrival.left(ANSWER_S))
        try:
            return await self._within(arrival.left(LIMIT_S), self._intake.answer(accepted, within_s))
        except TimeoutError:
            return None
        except Exception:
            _log.exception("no answer for row %d", accepted.seq)
            return None

    async def _within(self, seconds: float, work: Coroutine[Any, Any, _T]) -> _T:
        """Wait that long and no longer, without cancelling: a half-done commit must end on its own."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        done, _ = await asyncio.wait({task}, timeout=max(0.0, seconds))
        if not done:
            raise TimeoutError
        return task.result()

    async def _reply(self, request: web.Request, arrival: _Arrival, answer: channel.Answer) -> web.Response:
        words = reply.Reply(arrival.push.account, arrival.push.sender, answer.text, self._clock.now())
        sealed = self._sealer.sealed(words, arrival.opened.key)
        response = web.Response(text=sealed, content_type="application/xml")
        if await _written(request, response):
            await self._tell_written(answer)
        return response

    async def _tell_written(self, answer: channel.Answer) -> None:
        try:
            await self._intake.written(answer)
        except Exception:
            _log.exception("letter %s went out but could not be marked so", answer.letter)


def _can_ride(answer: channel.Answer, incoming: push.Push) -> bool:
    return bool(answer.text and incoming.account) and reply.fits(answer.text)


async def _written(request: web.Request, response: web.Response) -> bool:
    """Whether the answer went on the wire; false when the platform has already hung up."""
    if request.transport is None or request.transport.is_closing():
        return False
    try:
        await response.prepare(request)
        await response.write_eof()
    except ConnectionError:
        return False
    return True
