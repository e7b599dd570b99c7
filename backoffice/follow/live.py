"""Server-sent events for families: "changed", and "gone" within a second of the link's end."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response

from backoffice.follow.deps import DEPS
from backoffice.workflows import family_links

CHECK_S = 0.4
"""How soon an open page learns that its link has ended."""
OF_ONE, OF_ALL = 6, 1_000
"""Open streams of one link and altogether; who finds no room asks again by itself."""


class Streams:
    """Open streams, so that a shutdown ends them instead of waiting for them."""

    def __init__(self) -> None:
        self._open: set[asyncio.Task[None]] = set()
        self._by: Counter[str] = Counter()

    def room(self, token_hash: str) -> bool:
        return len(self._open) < OF_ALL and self._by[token_hash] < OF_ONE

    async def run(self, token_hash: str, task: asyncio.Task[None]) -> None:
        """Until the stream ends by itself, by a shutdown, or because the browser went."""
        self._open.add(task)
        self._by[token_hash] += 1
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
            self._open.discard(task)
            self._by[token_hash] -= 1
        problem = None if task.cancelled() else task.exception()
        if problem and not isinstance(problem, ConnectionError):
            raise problem

    async def end(self, _app: web.Application) -> None:
        for task in list(self._open):
            task.cancel()


STREAMS: web.AppKey[Streams] = web.AppKey("follow_streams", Streams)


async def stream(request: web.Request) -> web.StreamResponse:
    """Events `changed` and `gone`. A token that opens nothing gets no stream."""
    deps, streams = request.config_dict[DEPS], request.config_dict[STREAMS]
    token_hash = family_links.digest(request.match_info["token"])
    view = await deps.reads.view(token_hash, deps.clock.now())
    if view is None or view.link.opened_at is None:
        raise web.HTTPNotFound
    if not streams.room(token_hash):
        raise web.HTTPServiceUnavailable(headers={"Retry-After": "30"})
    async with sse_response(request) as response:
        telling = asyncio.create_task(_tell(request, response, (token_hash, f"case:{view.case.id}")))
        await streams.run(token_hash, telling)
    return response


async def _tell(request: web.Request, response: EventSourceResponse, about: tuple[str, str]) -> None:
    deps, (token_hash, topic) = request.config_dict[DEPS], about
    async with deps.bus.subscribe() as hints:
        changed = asyncio.Event()
        listening = asyncio.create_task(_listen(hints, topic, changed))
        try:
            await response.send("", event="hello")
            while response.is_connected() and await deps.reads.alive(token_hash, deps.clock.now()):
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), CHECK_S)
                if changed.is_set():
                    changed.clear()
                    await response.send("", event="changed")
        finally:
            listening.cancel()
    if response.is_connected():
        await response.send("", event="gone")


async def _listen(hints: AsyncIterator[str], topic: str, changed: asyncio.Event) -> None:
    async for hint in hints:
        if hint == topic:
            changed.set()
