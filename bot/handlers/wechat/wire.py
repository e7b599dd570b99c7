"""One HTTP exchange with the platform's API, every way it can fail named, no address or token in any of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot import channel
from bot.handlers.wechat import errors

CONNECT_S = 3.0
LARGEST_ANSWER = 1024 * 1024
NO_CONNECTION = "no connection"


@dataclass(frozen=True, slots=True)
class Call:
    """`data` is encoded JSON or a form; `limit` caps what is read back, in bytes."""

    method: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    data: bytes | aiohttp.FormData | None = field(default=None, repr=False)
    timeout_s: float = 5.0
    limit: int = LARGEST_ANSWER


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    body: bytes

    def json(self) -> dict[str, Any] | None:
        """The answer as an object, or None: HTML, a cut-off body, a picture."""
        try:
            parsed = json.loads(self.body.decode("utf-8", "ignore"), strict=False)
        except ValueError:
            return None
        return parsed if isinstance(parsed, dict) else None


def encoded(data: object) -> bytes:
    """JSON as the platform wants it: UTF-8, no `\\uXXXX` (error 40033)."""
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")


async def exchange(http: aiohttp.ClientSession, call: Call) -> Reply:
    """Do it once. Raises `TemporaryFailure` when nothing was sent, `UnknownOutcome` when something may have been."""
    timeout = aiohttp.ClientTimeout(total=call.timeout_s, sock_connect=min(CONNECT_S, call.timeout_s))
    options: dict[str, Any] = {"params": call.params, "data": call.data, "timeout": timeout}
    try:
        async with http.request(call.method, call.url, allow_redirects=False, **options) as response:
            return Reply(response.status, await _capped(response.content, call.limit))
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise channel.TemporaryFailure(NO_CONNECTION, errors.NETWORK_S) from None
    except TimeoutError:
        raise channel.UnknownOutcome("time-out") from None
    except aiohttp.InvalidURL:
        raise channel.PermanentFailure("bad address") from None
    except aiohttp.ClientError:
        raise channel.UnknownOutcome("connection lost") from None


async def _capped(content: aiohttp.StreamReader, limit: int) -> bytes:
    read = bytearray()
    async for chunk in content.iter_any():
        read += chunk
        if len(read) > limit:
            raise channel.PermanentFailure("too large")
    return bytes(read)


def answered(reply: Reply) -> dict[str, Any]:
    """The JSON answer; a non-zero `errcode` in it is left to the caller. Raises when it is no such answer."""
    result = reply.json()
    if result is not None and (reply.status == 200 or errcode(result)):
        return result
    if reply.status == 200:
        raise channel.UnknownOutcome("not JSON")
    if reply.status >= 500:
        raise channel.UnknownOutcome(f"http {reply.status}")
    raise channel.TemporaryFailure(f"http {reply.status}", errors.NETWORK_S)


def errcode(result: Mapping[str, Any]) -> int:
    """0 when all is well or no code was given. Raises `UnknownOutcome` for a code that is no number."""
    try:
        return int(result.get("errcode", 0))
    except (TypeError, ValueError):
        raise channel.UnknownOutcome("unreadable errcode") from None
