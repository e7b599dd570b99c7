"""Server-sent events: hints that something changed, so that a page asks for itself again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response

from backoffice.console import auth, guard, presence
from backoffice.console.deps import DEPS
from backoffice.console.guard import CASE

CHECK_S = 1.0
"""How soon a stream ends after its session or its role did."""
GATHER_S = 0.15
"""Hints that come together make one refresh."""

Say = Callable[[set[str]], list[str]]
"""What a page is told when these topics have changed."""

STREAMS: web.AppKey["Streams"] = web.AppKey("console_streams")


class Streams:
    """Open streams, so that a shutdown ends them instead of waiting for them."""

    def __init__(self) -> None:
        self._open: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._open)

    async def run(self, task: asyncio.Task[None]) -> None:
        """Until the stream ends by itself, by a shutdown, or because the browser went."""
        self._open.add(task)
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
            self._open.discard(task)
        problem = None if task.cancelled() else task.exception()
        if problem and not isinstance(problem, ConnectionError):
            raise problem

    async def end(self, _app: web.Application) -> None:
        for task in list(self._open):
            task.cancel()


async def stream(request: web.Request) -> web.StreamResponse:
    """Events `board` (the queue changed), `case` (this case changed), `people` (who is at it), and those of `told`.

    An open stream is also how others know that somebody is here.
    """
    case = str(request[CASE].id) if CASE in request else ""
    here, tab = request.config_dict[presence.PRESENCE], presence.tab_of(request)
    async with here.open(request[auth.SIGN_IN].operator, case, tab):
        return await told(request, lambda topics: events(topics, case))


async def told(request: web.Request, say: Say) -> web.StreamResponse:
    """`hello` (no change is missed from here), the events `say` makes of topics, `gone` (signed out, or no longer
    admitted). None of them carries data."""
    async with sse_response(request) as response:
        telling = asyncio.create_task(_tell(request, response, say))
        await request.config_dict[STREAMS].run(telling)
    return response


async def _tell(request: web.Request, response: EventSourceResponse, say: Say) -> None:
    """Until the session ends, the browser goes or the service stops. Only who listens already says hello."""
    async with request.config_dict[DEPS].bus.subscribe() as hints:
        pump, gate = Pump(hints), Gate(request)
        try:
            await response.send("", event="hello")
            while await gate.open() and connected(request, response):
                for event in say(await pump.gather()):
                    await response.send("", event=event)
        finally:
            await pump.stop()
    if connected(request, response):
        await response.send("", event="gone")


def connected(request: web.Request, response: EventSourceResponse) -> bool:
    """The library alone notices a browser that went only when it next sends something, up to 15 s later."""
    transport = request.transport
    return response.is_connected() and transport is not None and not transport.is_closing()


def events(topics: set[str], case: str) -> list[str]:
    """What a page is told: a case's own page of its case and of who is at it, every page of the queue."""
    about = {topic for topic in topics if not presence.is_presence(topic)}
    found = []
    if case and (f"case:{case}" in about or "letters" in about):
        found.append("case")
    if case and any(presence.concerns(topic, case) for topic in topics):
        found.append("people")
    if any(topic == "queue" or (not case and _on_board(topic)) for topic in about):
        found.append("board")
    return found


def _on_board(topic: str) -> bool:
    """Deadlines, payments and positions change nothing that the queue shows."""
    return topic == "letters" or topic.startswith("case:")


class Gate:
    """Asks whether the reader is still admitted, once in `CHECK_S` and not at every hint."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._asked = -CHECK_S

    async def open(self) -> bool:
        now = asyncio.get_running_loop().time()
        if now - self._asked < CHECK_S / 2:
            return True
        self._asked = now
        return await guard.still_admitted(self._request)


class Pump:
    """Takes hints as they come and hands them out in bundles."""

    def __init__(self, hints: AsyncIterator[str]) -> None:
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._task = asyncio.create_task(self._fill(hints))

    async def _fill(self, hints: AsyncIterator[str]) -> None:
        async for topic in hints:
            if not topic.startswith(presence.STILL):
                self._queue.put_nowait(topic)

    async def gather(self) -> set[str]:
        """The topics of the next moment; empty when `CHECK_S` passed without any that is news."""
        try:
            first = await asyncio.wait_for(self._queue.get(), CHECK_S)
        except TimeoutError:
            return set()
        await asyncio.sleep(GATHER_S)
        found = {first}
        while not self._queue.empty():
            found.add(self._queue.get_nowait())
        return found

    async def stop(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
