"""Reading a webhook's body within limits of size, time and encoding."""

import asyncio

import aiohttp
from aiohttp import hdrs, web

LARGEST = 256 * 1024
"""Bytes; the platform's own pushes stay below 10 KiB."""
READ_S = 4.0
_HANG_UP = frozenset({408, 415})


class Refused(Exception):
    """The request is not taken; `status` is the HTTP answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def body(request: web.Request) -> bytes:
    """The whole body. Raises `Refused`: 413 too large, 408 too slow, 400 broken off."""
    try:
        async with asyncio.timeout(READ_S):
            return await _capped(request)
    except TimeoutError:
        raise Refused(408) from None
    except (ConnectionError, aiohttp.ClientPayloadError, web.RequestPayloadError):
        raise Refused(400) from None


def check_headers(request: web.Request) -> None:
    """Refuse by the headers alone: 415 for a packed body, 413 for a declared length beyond the limit."""
    encodings = request.headers.getall(hdrs.CONTENT_ENCODING, [])
    if any(given.strip().lower() not in ("", "identity") for given in encodings):
        raise Refused(415)
    if (request.content_length or 0) > LARGEST:
        raise Refused(413)


async def _capped(request: web.Request) -> bytes:
    read = bytearray()
    async for chunk in request.content.iter_any():
        read += chunk
        if len(read) > LARGEST:
            raise Refused(413)
    return bytes(read)


async def refuse(request: web.Request, status: int) -> web.Response:
    """The refusal. After a slow or packed body the connection is cut: reading on is what the sender wants."""
    response = web.Response(status=status, text="refused")
    response.force_close()
    if status not in _HANG_UP or request.content.is_eof():
        return response
    try:
        await response.prepare(request)
        await response.write_eof()
    except ConnectionError:
        return response
    request.protocol.force_close()
    return response
