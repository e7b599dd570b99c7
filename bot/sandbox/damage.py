"""What a fault does to one answer of a platform: instead of it, to it, or after it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from aiohttp import web

from bot.sandbox.faults import Fault, Kind
from bot.sandbox.world import World

HTML_502 = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    "<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
)

RETRY_AFTER = 3

Execute = Callable[[], web.Response]


async def answer(
    request: web.Request, world: World, fault: Fault | None, execute: Execute
) -> web.StreamResponse:
    """The answer to a call, by way of the fault that strikes it; `execute` does what the call asks for."""
    if fault is None:
        return execute()
    if fault.kind is Kind.SLOW:
        await world.clock.sleep(float(fault.params.get("seconds", 5)))
        return execute()
    if fault.kind is Kind.TIMEOUT:
        return await _silent(request)
    if fault.kind is Kind.RESET:
        return _cut(request)
    if fault.kind is Kind.LOST_ANSWER:
        execute()
        return _cut(request)
    if fault.kind is Kind.TRUNCATED:
        return await _half(request, execute())
    if fault.kind is Kind.BAD_GATEWAY:
        return web.Response(status=502, text=HTML_502, content_type="text/html")
    return _refusal(request, fault)


def _refusal(request: web.Request, fault: Fault) -> web.Response:
    if request.path.startswith("/cgi-bin"):
        return _wechat_refusal(fault)
    if fault.kind is Kind.TOO_MANY:
        seconds = int(fault.params.get("retry_after", RETRY_AFTER))
        body = {"ok": False, "error_code": 429, "description": f"Too Many Requests: retry after {seconds}"}
        return web.json_response(body | {"parameters": {"retry_after": seconds}}, status=429)
    code = int(fault.params.get("code", 500 if fault.kind is Kind.SERVER_ERROR else 400))
    description = fault.params.get(
        "description", "Internal Server Error" if code == 500 else "Bad Request: chat not found"
    )
    answer_body = {"ok": False, "error_code": code, "description": description}
    if "migrate_to_chat_id" in fault.params:
        answer_body["parameters"] = {"migrate_to_chat_id": fault.params["migrate_to_chat_id"]}
    return web.json_response(answer_body, status=code)


def _wechat_refusal(fault: Fault) -> web.Response:
    usual = {
        Kind.TOO_MANY: (45009, "reach max api daily quota limit"),
        Kind.SERVER_ERROR: (-1, "system error"),
    }
    code, words = usual.get(fault.kind, (-1, "system error"))
    code = int(fault.params.get("errcode", fault.params.get("code", code)))
    return web.json_response({"errcode": code, "errmsg": fault.params.get("description", words)})


async def _silent(request: web.Request) -> web.StreamResponse:
    """Accepts and never answers: until the caller gives up."""
    gone = asyncio.Event()
    while request.transport is not None and not request.transport.is_closing():
        with suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                await gone.wait()
    return web.Response()


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _half(request: web.Request, whole: web.Response) -> web.StreamResponse:
    body = whole.body if isinstance(whole.body, bytes) else b""
    half = web.StreamResponse(status=whole.status, headers={"Content-Type": whole.content_type})
    half.content_length = max(1, len(body) // 2)
    await half.prepare(request)
    await half.write(body[: max(1, len(body) // 2)])
    return half
