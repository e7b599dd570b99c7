"""A deadline fires once, never early, and never beside its cancel."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from backoffice.kernel.ids import DeadlineId, PersonId
from backoffice.ports import Deadline, DeadlineKind, DeadlineState
from storage.deadlines import DeadlineQueue, DeadlineRows
from storage.engine import Database
from tests.clocks import START

LI = PersonId("person-li")
DUE = START + timedelta(seconds=5)


def countdown(name: str = "d1", **changes: Any) -> Deadline:
    made: dict[str, Any] = {
        "id": DeadlineId(name),
        "kind": DeadlineKind.COUNTDOWN,
        "person": LI,
        "subject": "case-1",
        "due": DUE,
        "payload": {"level": 2},
    }
    return Deadline(**(made | changes))


@pytest.fixture
def queue(database: Database) -> DeadlineQueue:
    return DeadlineQueue(database)


async def arm(database: Database, *deadlines: Deadline) -> None:
    async with database.writing() as conn:
        for each in deadlines:
            await DeadlineRows(conn, START).arm(each)
        await conn.commit()


async def fire(database: Database, name: str = "d1", now: Any = DUE) -> bool:
    async with database.writing() as conn:
        won = await DeadlineRows(conn, now).fire(DeadlineId(name), now)
        await conn.commit()
        return won


async def cancel(database: Database, subject: str = "case-1") -> int:
    async with database.writing() as conn:
        stopped = await DeadlineRows(conn, DUE).cancel(DeadlineKind.COUNTDOWN, subject)
        await conn.commit()
        return stopped


async def armed(database: Database, subject: str = "case-1") -> Deadline | None:
    async with database.reading() as conn:
        return await DeadlineRows(conn, START).armed(DeadlineKind.COUNTDOWN, subject)


async def test_a_deadline_is_found_again_as_it_was_armed(database: Database, queue: DeadlineQueue) -> None:
    """After a restart the row is all there is."""
    await arm(database, countdown())
    assert await armed(database) == countdown()
    assert await queue.due(DUE, 10) == [countdown()]
    assert countdown().state is DeadlineState.ARMED


async def test_it_never_fires_early_and_fires_once(database: Database) -> None:
    """A microsecond before is too early; the second runner loses."""
    await arm(database, countdown())
    assert not await fire(database, now=DUE - timedelta(microseconds=1))
    assert [await fire(database) for _ in range(2)] == [True, False]
    assert await armed(database) is None


async def test_a_cancelled_deadline_does_not_fire_and_a_fired_one_is_not_cancelled(
    database: Database,
) -> None:
    """Whoever comes first has won, and the other is told so."""
    await arm(database, countdown("a"), countdown("b", subject="case-2"))
    assert await cancel(database) == 1
    assert not await fire(database, "a")
    assert await fire(database, "b")
    assert await cancel(database, "case-2") == 0


async def test_cancelling_stops_this_kind_about_this_subject_only(database: Database) -> None:
    """The countdown of one case says nothing about its other clocks or other cases."""
    others = countdown("b", subject="case-2"), countdown("c", kind=DeadlineKind.WIDEN)
    await arm(database, countdown("a"), countdown("a2"), *others)
    assert await cancel(database) == 2
    assert [await fire(database, each.id) for each in others] == [True, True]


async def test_runners_see_what_is_due_longest_overdue_first(
    database: Database, queue: DeadlineQueue
) -> None:
    """Nothing early, nothing settled, no more than asked for."""
    soon = [countdown(f"d{n}", due=DUE - timedelta(seconds=n), subject=f"case-{n}") for n in range(4)]
    await arm(database, countdown("later", due=DUE + timedelta(seconds=1)), *soon)
    await fire(database, "d3")
    assert [each.id for each in await queue.due(DUE, 2)] == ["d2", "d1"]
    assert await queue.next_due() == DUE - timedelta(seconds=2)


async def test_without_deadlines_there_is_nothing_to_wait_for(queue: DeadlineQueue) -> None:
    assert await queue.next_due() is None
    assert await queue.due(DUE, 10) == []


async def test_a_persons_overdue_countdowns_are_known(database: Database) -> None:
    """A row stored at the very moment is not behind it: the deadline of that moment has not won yet."""
    wave = countdown("wave", kind=DeadlineKind.WAVE)
    await arm(database, countdown("li"), countdown("bo", person=PersonId("bo")), wave)
    async with database.reading() as conn:
        rows = DeadlineRows(conn, DUE)
        assert await rows.countdowns_over(LI, DUE) == []
        assert [each.id for each in await rows.countdowns_over(LI, DUE + timedelta(microseconds=1))] == ["li"]


@pytest.mark.parametrize("rounds", [40])
async def test_cancel_against_fire_has_one_winner(database: Database, rounds: int) -> None:
    """At the same time from several processes: exactly one of cancel and fire wins, every time."""
    await arm(database, *(countdown(f"d{n}", subject=f"case-{n}") for n in range(rounds)))
    cancelled = 0
    for n in range(rounds):
        stop, fires = cancel(database, f"case-{n}"), [fire(database, f"d{n}") for _ in range(2)]
        racers = [stop, *fires] if n % 2 else [*fires, stop]
        won = [int(each) for each in await asyncio.gather(*racers)]
        assert sum(won) == 1
        cancelled += won[0 if n % 2 else -1]
    assert 0 < cancelled < rounds


async def test_a_turn_undone_leaves_the_deadline_armed(database: Database) -> None:
    """A crash between firing and its effects fires it again."""
    await arm(database, countdown())
    async with database.writing() as conn:
        assert await DeadlineRows(conn, DUE).fire(DeadlineId("d1"), DUE)
    assert await fire(database)


async def test_countdowns_come_before_what_is_longer_overdue(
    database: Database, queue: DeadlineQueue
) -> None:
    """After an outage a hundred bells are older than the one call for help."""
    bell = countdown("bell", kind=DeadlineKind.ACKNOWLEDGE, due=DUE - timedelta(hours=1))
    await arm(database, bell)
    await arm(database, countdown("sos"))
    assert [each.id for each in await queue.due(DUE, 10)] == ["sos", "bell"]
