"""aiogram's client over the service's own HTTP session: every failure is ours, and none carries the token."""

import json
import logging
import ssl
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

import aiohttp
import certifi
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError, ClientDecodeError
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.utils.token import TokenValidationError

from bot.channel import SendFailure, TemporaryFailure, UnknownOutcome
from bot.handlers.telegram import failures
from bot.handlers.telegram.config import TelegramConfig

CALL_S: Final = 10
"""A whole call, in seconds."""
CONNECT_S: Final = 4
"""Until connected: shorter than a call, so that "never connected" is told apart from "no answer"."""
ANSWER_CAP: Final = 1 << 20
"""Largest answer of the API, in bytes."""

_CHUNK = 1 << 16
_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
_PERHAPS_SENT = (aiohttp.ClientError, TimeoutError, OSError)

log = logging.getLogger(__name__)


def connect(config: TelegramConfig, http: aiohttp.ClientSession) -> "tuple[Bot, ApiSession]":
    """The bot of `config` and its session. Raises ValueError, without repeating it, for what is no token."""
    session = ApiSession(http, config.api_base)
    try:
        return Bot(config.token, session=session), session
    except TokenValidationError:
        pass
    raise ValueError("RESCUE_TELEGRAM__TOKEN has not the form of a bot token (digits, colon, letters)")


@dataclass(frozen=True, slots=True)
class Call:
    """One exchange: the most bytes to take, the most seconds to wait, what to post."""

    cap: int
    total_s: float
    form: aiohttp.FormData | None = None


@cache
def _tls() -> ssl.SSLContext:
    """Whom we trust; reading the certificates takes 15 ms."""
    return ssl.create_default_context(cafile=certifi.where())


class ApiSession(AiohttpSession):
    """One API call: one POST, no redirects, a cap on the answer. Raises only `bot.channel`'s failures.

    Failures are raised outside of `except`: aiohttp's errors carry the URL, and the URL carries the token.
    """

    def __init__(self, http: aiohttp.ClientSession, api_base: str) -> None:
        BaseSession.__init__(
            self, api=TelegramAPIServer.from_base(api_base), json_loads=_loads, timeout=CALL_S
        )
        self._http = http
        self._tls = _tls()

    async def create_session(self) -> aiohttp.ClientSession:
        return self._http

    async def close(self) -> None:
        """The HTTP session belongs to who passed it in."""

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 (aiogram's signature)
    ) -> TelegramType:
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        call = Call(ANSWER_CAP, timeout or CALL_S, self.build_form_data(bot=bot, method=method))
        status, body = await self.exchange("POST", url, call)
        if body is None:
            raise UnknownOutcome("undecodable")
        response = self.check_response(bot, method, status, body.decode("utf-8", "replace"))
        return cast(TelegramType, response.result)

    async def exchange(self, verb: str, url: str, call: Call) -> tuple[int, bytes | None]:
        """Status and body, None for a body over the cap.

        Raises TemporaryFailure when it was certainly not sent, UnknownOutcome when it may have been.
        """
        if self._http.closed:
            raise TemporaryFailure("closing", failures.PAUSE_S)
        try:
            async with self._http.request(verb, url, **self._options(call)) as answer:
                return answer.status, await _capped(answer, call.cap)
        except _NOT_SENT:
            failure: SendFailure = TemporaryFailure("not_connected", failures.PAUSE_S)
        except _PERHAPS_SENT as error:
            failure = UnknownOutcome("timeout" if isinstance(error, TimeoutError) else "connection_lost")
        raise failure

    def _options(self, call: Call) -> dict[str, Any]:
        limit = aiohttp.ClientTimeout(total=call.total_s, connect=CONNECT_S)
        # A redirect would carry the token, and the letter, to another host.
        return {"data": call.form, "timeout": limit, "ssl": self._tls, "allow_redirects": False}

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        try:
            return super().check_response(bot, method, status_code, content)
        except ClientDecodeError as error:
            if 200 <= status_code < 300 and _accepted(error.data):
                return Response[TelegramType].model_construct(ok=True, result=error.data.get("result"))
            failure = _understood(error, status_code, method.__api_method__)
        except AiogramError as error:
            failure = _understood(error, status_code, method.__api_method__)
        raise failure


def field(result: object, name: str) -> Any:
    """A field of an API result, be it a model or (when the model refused it) the plain JSON; else None."""
    return result.get(name) if isinstance(result, dict) else getattr(result, name, None)


def _accepted(data: object) -> bool:
    """The platform took it, only our models do not know the shape of its answer yet."""
    return isinstance(data, dict) and data.get("ok") is True


def _understood(error: AiogramError, status: int, method: str) -> SendFailure:
    failure = failures.of(error, status)
    log.warning("telegram %s: %s %s (%s)", method, status, failure.code, failures.description(error))
    return failure


def _loads(text: str) -> Any:
    """JSON with a description in every refusal: aiogram searches it without looking whether it is there."""
    data = json.loads(text)
    if isinstance(data, dict) and not isinstance(data.get("description"), str):
        data["description"] = ""
    return data


async def _capped(answer: aiohttp.ClientResponse, cap: int) -> bytes | None:
    body = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > cap:
            return None
    return bytes(body)
