"""Who is there: told over the bus, forgotten by itself, and whose console sounds because of it."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backoffice.console import presence
from backoffice.console.presence import Presence
from backoffice.ports import Operator, OperatorRole
from storage.bus import LocalBus
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.world import Cast, busy
from tests.clocks import FakeClock

LIN = Operator("op-1", "林晓", OperatorRole.OPERATOR)  # type: ignore[arg-type]
CHEN = Operator("op-2", "陈立", OperatorRole.SUPERVISOR)  # type: ignore[arg-type]


@pytest.fixture
def here(bus: LocalBus, clock: FakeClock, bits: Callable[[int], int]) -> Presence:
    return Presence(bus, clock, bits)


async def test_colleagues_are_at_a_case_while_their_page_is_open(here: Presence) -> None:
    """Each sees the others, not themselves; two pages of one person are one person."""
    async with here.open(LIN, "c1"), here.open(LIN, "c1"), here.open(CHEN, "c2"):
        assert here.at("c1", CHEN.id) == {LIN.id: False}
        assert here.at("c1", LIN.id) == {}
        assert {s.operator for s in here.seats({LIN.id: 3})} == {LIN.id, CHEN.id}
        assert {s.load for s in here.seats({LIN.id: 3})} == {3, 0}
    assert here.at("c1", CHEN.id) == {}
    assert here.seats({}) == []


async def test_typing_is_over_when_no_key_was_pressed_for_a_while(here: Presence, clock: FakeClock) -> None:
    async with here.open(LIN, "c1"):
        await here.typing(LIN.id, "c1")
        assert here.at("c1", "") == {LIN.id: True}
        clock.advance(9)
        assert here.at("c1", "") == {LIN.id: False}


async def test_a_process_that_died_is_forgotten(
    here: Presence, bus: LocalBus, clock: FakeClock, bits: Callable[[int], int]
) -> None:
    """Its pages said nothing for a quarter of a minute; another process knew them by hint alone."""
    other = Presence(bus, clock, bits)
    async with other.open(LIN, "c1"):
        own = next(iter(other._own.items()))
        here.hear(own[1].hint(presence.STILL, own[0]))
        assert here.at("c1", "") == {LIN.id: False}
        clock.advance(16)
        assert here.at("c1", "") == {}


async def test_a_blocked_browser_is_nobody_who_hears(here: Presence) -> None:
    """The alarm does not wait 15 s for a console that cannot sound; another page of the same person may hear."""
    await here.hearing(LIN.id, "tab001", hears=False)
    async with here.open(LIN, "", "tab001"):
        assert here.seats({}) == []
        async with here.open(LIN, "c9", "tab002"):
            assert [s.operator for s in here.seats({})] == [LIN.id]
            await here.hearing(LIN.id, "tab002", hears=False)
            assert here.seats({}) == []
        await here.hearing(CHEN.id, "tab001", hears=True)
        assert here.seats({}) == []
        await here.hearing(LIN.id, "tab001", hears=True)
        assert [s.operator for s in here.seats({})] == [LIN.id]
    assert here._deaf == {}


async def test_a_page_that_never_opened_its_line_is_forgotten(here: Presence, clock: FakeClock) -> None:
    """Whoever leaves at once has said that they are deaf, and nothing ever says that they are gone."""
    await here.hearing(LIN.id, "tab001", hears=False)
    clock.advance(presence.OPENS + timedelta(seconds=1))
    here._forget()
    assert here._deaf == {}


@pytest.mark.parametrize("tab", ["", "a:b:c:d:e", "x" * 33, "TAB001"])
async def test_a_pages_name_cannot_forge_a_hint(
    tab: str, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    lin = await visit((await busy(evening)).lin)
    assert (await lin.post("/console/hearing", {"tab": tab, "hears": "no"})).status == 400


def test_what_is_not_about_presence_is_not_heard(here: Presence) -> None:
    for hint in ("queue", "case:here:1", "here", "here:page", "here:page:a:b:c", "still::::"):
        here.hear(hint)
    assert here.seats({}) == []


async def stream(visitor: Visitor, path: str) -> Any:
    opened = await visitor.get(path)
    await opened.content.readuntil(b"hello")
    return opened


@pytest.fixture
async def cast(evening: Evening) -> Cast:
    return await busy(evening)


async def test_the_case_page_names_who_else_is_there(
    cast: Cast, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """By name on the page, as a bare event on the stream; gone when they leave."""
    lin, chen = await visit(cast.lin), await visit(cast.chen)
    mine = await stream(lin, "/console/live/case-7K3F")
    theirs = await stream(chen, "/console/live/case-7K3F")
    assert (await mine.content.readuntil(b"people")).count(b"\xe9\x99\x88") == 0
    page = await (await lin.get("/console/cases/case-7K3F/people")).text()
    assert "陈立 也在看" in page
    assert "林晓" not in page
    assert (await chen.post("/console/cases/case-7K3F/typing")).status == 204
    assert "陈立 正在写" in await (await lin.get("/console/cases/case-7K3F/people")).text()
    theirs.close()
    for _ in range(40):
        await asyncio.sleep(0.05)
        if "陈立" not in await (await lin.get("/console/cases/case-7K3F/people")).text():
            break
    else:
        raise AssertionError("still there")
    mine.close()


async def test_an_untaken_case_sounds_at_one_console_then_the_next_then_all(
    evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """Three operators and a supervisor are there; each page knows after how many seconds it is its turn."""
    cast = await busy(evening)
    evening.clock.advance(1)
    staff = [await evening.operator(f"o{n}", OperatorRole.OPERATOR) for n in range(3)] + [cast.chen]
    visitors = [await visit(one) for one in staff]
    streams = [await stream(visitor, "/console/live") for visitor in visitors]
    turns = []
    for visitor in visitors:
        html = await (await visitor.get("/console/ringing")).text()
        calls = html.partition('data-calls="')[2].partition('"')[0]
        turns.append(json.loads(calls)[0][1])
    assert sorted(turns) == [0.0, 15.0, 30.0, 60.0]
    assert turns[3] == 60.0
    for one in streams:
        one.close()


def test_silence_between_two_repeats_is_shorter_than_a_life() -> None:
    assert timedelta(seconds=presence.AGAIN_S * 2) < presence.LIVES
