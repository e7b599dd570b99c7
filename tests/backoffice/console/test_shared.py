"""What many see alike is drawn once, never kept past a change, and never carries another reader's token."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from backoffice.console import board, presence
from backoffice.console.shared import Shared
from backoffice.ports import Operator, OperatorRole
from storage.bus import LocalBus
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.world import busy

LIVE = {"X_Live": "1"}


@pytest.fixture
def shared(bus: LocalBus, bits: Callable[[int], int]) -> Shared:
    return Shared(bus, bits)


async def test_fifty_who_come_together_cost_one_drawing(shared: Shared) -> None:
    async def draw() -> str:
        await asyncio.sleep(0.01)
        return "drawn"

    assert set(await asyncio.gather(*(shared.get("k", draw) for _ in range(50)))) == {"drawn"}
    assert shared.drawn == 1
    shared.forget()
    await shared.get("k", draw)
    assert shared.drawn == 2


async def test_a_failure_is_not_kept(shared: Shared) -> None:
    async def fail() -> str:
        raise ConnectionError

    async def draw() -> str:
        return "drawn"

    with pytest.raises(ConnectionError):
        await shared.get("k", fail)
    assert await shared.get("k", draw) == "drawn"


async def test_each_reader_gets_their_own_token_in_the_same_drawing(
    evening: Evening, visit: Callable[[Operator], Any], client: Any
) -> None:
    """Two operators, one drawing, two tokens, and a change is seen by the next who asks."""
    cast = await busy(evening)
    lin, other = await visit(cast.lin), await visit(await evening.operator("zhou", OperatorRole.OPERATOR))
    pages = [await (await who.get("/console/", **LIVE)).text() for who in (lin, other)]
    assert lin.csrf in pages[0]
    assert other.csrf not in pages[0]
    assert pages[0].replace(lin.csrf, "") == pages[1].replace(other.csrf, "")
    assert "mark-" not in pages[0]
    await evening.alarm("channel_down", None, "x")
    await evening.bus.publish(["here:typing::o:00:c"])
    await asyncio.sleep(0.01)
    assert pages[0] == await (await lin.get("/console/", **LIVE)).text()
    await evening.bus.publish(["queue"])
    await asyncio.sleep(0.01)
    assert pages[0] != await (await lin.get("/console/", **LIVE)).text()


async def test_a_role_sees_its_own_drawing(evening: Evening, visit: Callable[[Operator], Any]) -> None:
    """What an operator had drawn a moment ago shows a doctor no case under duress, and no button."""
    cast = await busy(evening)
    lin, doctor = await visit(cast.lin), await visit(await evening.operator("doc", OperatorRole.DOCTOR))
    assert "Q8DN" in await (await lin.get("/console/", **LIVE)).text()
    seen = await (await doctor.get("/console/", **LIVE)).text()
    assert "Q8DN" not in seen
    assert "/take" not in seen


async def test_a_long_list_shows_its_first_hundred_and_says_how_many_more(
    evening: Evening, visit: Callable[[Operator], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first to breach are among them; one link shows all."""
    monkeypatch.setattr(board, "MOST", 2)
    lin = await visit((await busy(evening)).lin)
    page = await (await lin.get("/console/")).text()
    assert "DR22" not in page
    assert "还有 1 件，全部显示" in page
    assert "DR22" in await (await lin.get("/console/?all=1")).text()


def test_presence_is_no_reason_to_draw_anew() -> None:
    assert presence.is_presence("still:page:p:o:01:")
    assert not presence.is_presence("queue")
