"""WeChat's ledger never promises more messages than there are, and keeps one back when told to."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from backoffice.kernel.exchange import Window
from storage.engine import Database
from storage.windows import WindowRows, Windows
from tests.clocks import START

DAY2 = START + timedelta(hours=48)
MINUTE = START + timedelta(minutes=1)


@pytest.fixture
def windows(database: Database) -> Windows:
    return Windows(database)


async def test_a_stranger_has_no_window(windows: Windows) -> None:
    """Nobody is written to who has not written first."""
    assert await windows.load("li") is None
    assert not await windows.reserve("li", START, 0)
    await windows.give_back("li")
    await windows.close("li", exhausted=True)
    assert await windows.load("li") is None


async def test_five_messages_and_no_sixth(windows: Windows) -> None:
    """After their message five may go, one kept back for the critical notice."""
    await windows.refill("li", 5, DAY2, START)
    assert [await windows.reserve("li", START, 1) for _ in range(6)] == [True] * 4 + [False] * 2
    assert [await windows.reserve("li", START, 0) for _ in range(2)] == [True, False]
    assert await windows.load("li") == Window("li", 5, 5, DAY2)


async def test_reserving_at_once_gives_out_each_message_once(windows: Windows) -> None:
    """Twenty senders at the same time share five."""
    await windows.refill("li", 5, DAY2, START)
    won = await asyncio.gather(*(windows.reserve("li", START, 0) for _ in range(20)))
    assert sum(won) == 5


async def test_a_window_ends_on_time(windows: Windows) -> None:
    """At its end nothing more goes."""
    await windows.refill("li", 3, MINUTE, START)
    assert await windows.reserve("li", MINUTE - timedelta(microseconds=1), 0)
    assert not await windows.reserve("li", MINUTE, 0)


async def test_a_message_certainly_not_taken_is_given_back(windows: Windows) -> None:
    """Never below none used."""
    await windows.refill("li", 1, DAY2, START)
    await windows.reserve("li", START, 0)
    for _ in range(3):
        await windows.give_back("li")
    assert await windows.load("li") == Window("li", 1, 0, DAY2)


@pytest.mark.parametrize(
    ("used", "grants", "left", "ends"),
    [
        (0, [(5, DAY2), (3, MINUTE)], 5, DAY2),
        (4, [(5, DAY2), (3, MINUTE)], 3, DAY2),
        (1, [(3, MINUTE), (5, DAY2)], 5, DAY2),
        (0, [(3, MINUTE), (3, MINUTE)], 3, MINUTE),
        (2, [(5, DAY2), (5, START)], 3, DAY2),
    ],
    ids=[
        "tap after message",
        "tap when nearly used up",
        "message after tap",
        "two taps",
        "a grant already over",
    ],
)
async def test_a_grant_gives_the_larger_count_until_the_later_end(
    windows: Windows, used: int, grants: Sequence[tuple[int, object]], left: int, ends: object
) -> None:
    """Grants do not add up."""
    first, second = grants
    await windows.refill("li", *first, START)  # type: ignore[arg-type]
    for _ in range(used):
        await windows.reserve("li", START, 0)
    await windows.refill("li", *second, START)  # type: ignore[arg-type]
    window = await windows.load("li")
    assert window is not None
    assert (window.left, window.expires_at) == (left, ends)


async def test_an_ended_window_counts_for_nothing(windows: Windows) -> None:
    """What was left of last week is not added to a tap of today."""
    await windows.refill("li", 5, MINUTE, START)
    later = MINUTE + timedelta(minutes=5)
    await windows.refill("li", 3, later + timedelta(minutes=1), later)
    assert await windows.load("li") == Window("li", 3, 0, later + timedelta(minutes=1))


async def test_the_platform_knows_better(windows: Windows) -> None:
    """Used up: until they write again; over: at once."""
    await windows.refill("li", 5, DAY2, START)
    await windows.close("li", exhausted=True)
    assert await windows.load("li") == Window("li", 5, 5, DAY2)
    await windows.refill("li", 5, DAY2, START)
    await windows.close("li", exhausted=False)
    assert not await windows.reserve("li", START, 0)
    await windows.refill("li", 5, DAY2, START)
    assert await windows.reserve("li", START, 0)


async def test_a_refill_belongs_to_its_turn(database: Database, windows: Windows) -> None:
    """A turn undone has granted nothing."""
    async with database.writing() as conn:
        await WindowRows(conn).refill("li", 5, DAY2, START)
    assert await windows.load("li") is None
