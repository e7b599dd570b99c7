"""Server-sent events: the world's events to the page, from a number on."""

from __future__ import annotations

import asyncio
import json

from aiohttp import web

from bot.sandbox.events import Event, EventLog

HEARTBEAT_SECONDS = 15.0
HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def serve(request: web.Request, log: EventLog) -> web.StreamResponse:
    """Streams events after `?after=` (or Last-Event-ID) until the page leaves or the sandbox ends."""
    seen = int(request.headers.get("Last-Event-ID") or request.query.get("after") or log.last)
    response = web.StreamResponse(headers=HEADERS)
    await response.prepare(request)
    await response.write(b"retry: 1000\n\n")
    if not log.knows(seen):
        await response.write(b'data: {"kind": "restart"}\n\n')
        seen = log.last
    try:
        while not log.closed:
            seen = await _write(response, log, seen)
            await _more(response, log, seen)
    except ConnectionResetError:
        pass
    return response


async def _write(response: web.StreamResponse, log: EventLog, seen: int) -> int:
    for event in log.after(seen):
        await response.write(_encoded(event))
        seen = event.number
    return seen


async def _more(response: web.StreamResponse, log: EventLog, seen: int) -> None:
    try:
        async with asyncio.timeout(HEARTBEAT_SECONDS):
            await log.more(seen)
    except TimeoutError:
        await response.write(b": still here\n\n")


def _encoded(event: Event) -> bytes:
    data = json.dumps({"kind": event.kind, **event.data}, ensure_ascii=False)
    return f"id: {event.number}\ndata: {data}\n\n".encode()
