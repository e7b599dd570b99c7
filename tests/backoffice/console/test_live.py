"""Hints to open pages: they come, they tell nothing, and they end when the person may no longer know."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import ClientResponse

from backoffice.console import live
from backoffice.kernel.ids import CaseId
from backoffice.ports import Operator, OperatorRole
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.world import busy


@pytest.fixture
async def lin(evening: Evening, visit: Callable[[Operator], Any]) -> Visitor:
    visitor: Visitor = await visit((await busy(evening)).lin)
    return visitor


async def event(stream: ClientResponse) -> str:
    """The name of the next event; empty at the end of the stream."""
    name = ""
    while True:
        line = (await asyncio.wait_for(stream.content.readline(), 5)).decode()
        if not line or (line == "\r\n" and name):
            return name
        if line.startswith("event: "):
            name = line[7:].strip()


async def listen(visitor: Visitor, path: str = "/console/live") -> ClientResponse:
    stream = await visitor.get(path)
    assert stream.status == 200
    assert await event(stream) == "hello"
    return stream


async def test_a_change_is_a_hint_without_content(lin: Visitor, evening: Evening) -> None:
    """The page asks for itself; the stream carries no data that rights would have to guard."""
    stream = await listen(lin)
    await evening.bus.publish(["case:case-7K3F", "queue"])
    assert await event(stream) == "board"
    stream.close()


@pytest.mark.parametrize(("path", "role"), [("/console/live", "operator"), ("/console/wall/live", "wall")])
async def test_hello_is_said_by_a_stream_that_listens(
    evening: Evening, visit: Callable[[Operator], Any], monkeypatch: pytest.MonkeyPatch, path: str, role: str
) -> None:
    """A page asks anew at the hello: what changes after it, however soon, comes as a hint."""
    plain = evening.bus.subscribe

    @asynccontextmanager
    async def slowly() -> AsyncIterator[AsyncIterator[str]]:
        await asyncio.sleep(0.1)
        async with plain() as hints:
            yield hints

    monkeypatch.setattr(evening.bus, "subscribe", slowly)
    visitor: Visitor = await visit(await evening.operator("看的人", OperatorRole(role)))
    stream = await listen(visitor, path)
    await evening.bus.publish(["queue"])
    assert await event(stream) in ("board", "wall")
    stream.close()


async def test_a_case_page_hears_of_its_own_case(lin: Visitor, evening: Evening) -> None:
    """Another case changes its alarm only."""
    stream = await listen(lin, "/console/live/case-7K3F")
    await evening.bus.publish(["case:case-7K3F", "queue"])
    assert [await event(stream), await event(stream)] == ["case", "board"]
    await evening.bus.publish(["case:case-M4TR", "queue"])
    assert await event(stream) == "board"
    stream.close()


def test_which_hints_matter_to_whom() -> None:
    """Delivery states belong to the case page; nothing happened means nothing is sent."""
    mine = f"case:{CaseId('a')}"
    assert live.events({mine}, "a") == ["case"]
    assert live.events({mine, "queue"}, "a") == ["case", "board"]
    assert live.events({"letters"}, "a") == ["case"]
    assert live.events({"case:b"}, "a") == []
    assert (
        live.events({"queue"}, "") == live.events({"case:b"}, "") == live.events({"letters"}, "") == ["board"]
    )
    assert live.events({"deadlines", "payments", "envoy:e1"}, "") == []
    assert live.events({"here:page:p1:op1:01:a"}, "a") == ["people"]
    assert live.events({"here:page:p1:op1:01:b", "still:page:p1:op1:01:a"}, "a") == []
    assert live.events({"here:page:p1:op1:01:"}, "") == live.events(set(), "a") == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE operator SET active = 0",
        "UPDATE operator SET role = 'finance'",
        "DELETE FROM console_session",
    ],
)
async def test_a_stream_ends_with_its_session_or_role(change: str, lin: Visitor, evening: Evening) -> None:
    """Within about a second, and the page is told."""
    stream = await listen(lin)
    async with evening.database.writing() as conn:
        await conn.execute(sa.text(change))
        await conn.commit()
    assert await event(stream) == "gone"
    assert await event(stream) == ""


async def test_an_open_stream_keeps_nobody_signed_in(lin: Visitor, evening: Evening) -> None:
    """Half an hour without a hand ends it as well."""
    stream = await listen(lin)
    evening.clock.advance(timedelta(minutes=31))
    assert await event(stream) == "gone"


async def test_a_shutdown_ends_open_streams(lin: Visitor, evening: Evening) -> None:
    """Otherwise the service would wait for every open page."""
    stream = await listen(lin)
    app = lin.client.server.app
    assert app is not None
    await asyncio.wait_for(app.shutdown(), 2)
    assert await event(stream) == ""


async def test_a_browser_that_goes_is_no_error(
    lin: Visitor, evening: Evening, caplog: pytest.LogCaptureFixture
) -> None:
    """Closing a page is the most ordinary thing: no log line, and its stream is gone from the list."""
    stream = await listen(lin)
    app = lin.client.server.app._subapps[0]  # type: ignore[union-attr]
    assert len(app[live.STREAMS]) == 1
    stream.close()
    for _ in range(30):
        await evening.bus.publish(["queue"])
        await asyncio.sleep(0.1)
        if not len(app[live.STREAMS]):
            break
    assert len(app[live.STREAMS]) == 0
    assert caplog.records == []
