"""wechatpy's request definitions over aiohttp: its methods return awaitables and its transport is replaced.

wechatpy's own transport blocks, has no time-out for tokens, and repeats a refused call without bound.
"""

import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
from wechatpy import WeChatClient

from backoffice.kernel import clock as clocks
from bot import channel
from bot.handlers.wechat import errors, tokens, wire
from bot.handlers.wechat.config import WechatConfig

SEND_S = 5.0
FILE_S = 20.0
"""Seconds for one exchange; a file takes longer than a text."""

_log = logging.getLogger(__name__)

File = tuple[str, bytes, str]
"""Name, body, media type."""


class AsyncWeChatClient(WeChatClient):  # type: ignore[misc]
    """`await client.message.send_text(…)`, `await client.media.upload(…)`, `await client.post("…", data=…)`.

    Raises the failures of `bot.channel`. `limit` (bytes) asks for a body that need not be JSON.
    """

    def __init__(
        self, config: WechatConfig, http: aiohttp.ClientSession, provider: tokens.TokenProvider
    ) -> None:
        super().__init__(config.app_id, config.app_secret, auto_retry=False)
        self._http.close()
        self._aio = http
        self._provider = provider
        self.API_BASE_URL = f"{config.api_base}/cgi-bin/"

    @property
    def access_token(self) -> str:
        """wechatpy looks at every attribute before `__init__`; only an AttributeError lets it go on."""
        raise AttributeError("the token is awaited, see TokenProvider")

    async def _request(self, method: str, url_or_endpoint: str, **options: Any) -> Any:
        """Send, and once more with a new token when the platform refused the old one (it then did nothing)."""
        token = await self._provider.get()
        result = await self._once(method, url_or_endpoint, token, options)
        if _code(result) in errors.STALE_TOKEN:
            await self._provider.invalidate(token)
            result = await self._once(method, url_or_endpoint, await self._provider.get(), options)
        _raise_for(result, url_or_endpoint)
        process = options.get("result_processor")
        return process(result) if process else result

    async def _once(self, method: str, endpoint: str, token: str, options: Mapping[str, Any]) -> Any:
        call = wire.Call(
            method.upper(),
            self.API_BASE_URL + endpoint,
            params={**options.get("params", {}), "access_token": token},
            data=_payload(options),
            timeout_s=FILE_S if "files" in options or "limit" in options else SEND_S,
            limit=options.get("limit", wire.LARGEST_ANSWER),
        )
        reply = await wire.exchange(self._aio, call)
        if "limit" in options and reply.status == 200 and not reply.body[:64].lstrip().startswith(b"{"):
            return reply.body
        return wire.answered(reply)


def connect(
    config: WechatConfig, http: aiohttp.ClientSession, clock: clocks.Clock, store: tokens.TokenStore
) -> AsyncWeChatClient:
    """A client of one account over its shared token."""
    return AsyncWeChatClient(config, http, tokens.TokenProvider(config, http, clock, store))


def _payload(options: Mapping[str, Any]) -> bytes | aiohttp.FormData | None:
    files: Mapping[str, File] = options.get("files", {})
    if not files:
        data = options.get("data")
        return wire.encoded(data) if isinstance(data, dict) else data
    form = aiohttp.FormData()
    for field, (name, body, mime) in files.items():
        form.add_field(field, body, filename=name, content_type=mime)
    return form


def _code(result: Any) -> int:
    return wire.errcode(result) if isinstance(result, dict) else 0


def _raise_for(result: Any, endpoint: str) -> None:
    code = _code(result)
    if not code:
        return
    failure = errors.failure(code)
    level = logging.ERROR if isinstance(failure, channel.ChannelDown) else logging.WARNING
    _log.log(level, "WeChat %s: %d %s", endpoint, code, str(result.get("errmsg", ""))[:200])
    raise failure
