"""The way in: nothing accepted is lost, nothing has its effect twice, and nobody's poison stops the others."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from backoffice.cases.model import CaseStatus
from backoffice.kernel.errors import Refusal, Stale
from backoffice.kernel.exchange import Address, RowState
from backoffice.workflows import sos
from bot import blame, gateway
from bot.conversations import engine
from bot.conversations.turn import Turn
from bot.incoming import Text
from bot.turning import Taking
from storage.exchange_tables import inbox
from tests.channels import observing, offline
from tests.channels.offline import Offline
from tests.clocks import FakeClock, settle
from tests.house import BANGKOK

PIN = {"location": {"latitude": BANGKOK[0], "longitude": BANGKOK[1]}}
ANNA = 7_000_000_001
BEN = 7_000_000_002


@pytest.fixture
async def off(sqlite_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Offline]:
    async with offline.opened(sqlite_url, tmp_path / "data", clock) as opened:
        yield opened


async def case_of(off: Offline, user: int) -> Any:
    async with off.core.store.begin(off.clock.now()) as uow:
        person = await uow.people.at(Address("telegram", str(user)))
        return await uow.cases.active_of(person.id) if person else None


def poison(monkeypatch: pytest.MonkeyPatch, word: str) -> list[str]:
    """A word that crashes the turn; returns the tries."""
    tries: list[str] = []
    take = engine.take

    async def crashing(turn: Turn) -> None:
        content = turn.incoming.content
        if isinstance(content, Text) and word in content.text:
            tries.append(content.text)
            raise RuntimeError("crashed")
        await take(turn)

    monkeypatch.setattr(engine, "take", crashing)
    return tries


async def test_a_row_stored_and_never_taken_is_swept_after_a_second(off: Offline) -> None:
    """The process died between the commit and the turn: the next one finds the row and takes it once."""
    await off.core.inbox.store(off.update(ANNA, **PIN))
    assert await off.service.parts.gateway.sweep() == 0
    off.clock.advance(1)
    assert await off.service.parts.gateway.sweep() == 1
    assert (await case_of(off, ANNA)).status is CaseStatus.COUNTDOWN
    assert await off.service.parts.gateway.sweep() == 0


async def test_the_countdown_of_a_row_found_late_is_over_at_once(off: Offline) -> None:
    """Five seconds from storing, not from finding: after a restart nobody waits a second time."""
    await off.core.inbox.store(off.update(ANNA, **PIN))
    off.clock.advance(60)
    await off.service.parts.gateway.sweep()
    await off.service.parts.deadlines.step()
    await off.service.parts.deadlines.settle()
    assert (await case_of(off, ANNA)).status is CaseStatus.OPEN


async def test_the_same_update_five_times_has_one_effect(off: Offline) -> None:
    raw = off.update(ANNA, **PIN)
    answers = [await off.accept(raw) for _ in range(5)]
    assert [a.duplicate for a in answers] == [False, True, True, True, True]
    assert len({a.seq for a in answers}) == 1
    assert await observing.rows(off) == {RowState.DONE: 1}
    assert len(await observing.posted(off)) == 1


async def test_poison_is_parked_after_three_tries_and_later_words_are_heard(
    off: Offline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three crashes, then aside with an alert; its sender is told, and their next message is taken at once."""
    tries = poison(monkeypatch, "boom")
    await off.accept(off.update(ANNA, text="boom"))
    await off.accept(off.update(ANNA, **PIN))
    assert (await case_of(off, ANNA)).status is CaseStatus.COUNTDOWN
    for _ in range(6):
        off.clock.advance(1)
        await off.service.parts.gateway.sweep()
    assert len(tries) == blame.MOST_CRASHES == 3
    assert (await observing.rows(off))[RowState.PARKED] == 1
    async with off.core.store.begin(off.clock.now()) as uow:
        alerts = [(a.kind, a.case) for a in await uow.desk.alerts()]
    assert alerts == [("update_parked", (await case_of(off, ANNA)).id)]
    person = (await observing.person_at(off, Address("telegram", str(ANNA)))).id
    assert [p.key for p in await observing.posted(off, person)][-1] == "error.generic"


async def test_poison_is_not_tried_more_often_because_its_sender_writes_on(
    off: Offline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every try is counted before it is made, whatever makes it: the sweep or the person's next message."""
    tries = poison(monkeypatch, "boom")
    await off.accept(off.update(ANNA, text="boom"))
    for number in range(6):
        await off.accept(off.update(ANNA, text=f"are you there {number}"))
    assert len(tries) == 3
    rows = await observing.rows(off)
    assert rows == {RowState.DONE: 6, RowState.PARKED: 1}


async def test_a_lane_that_cannot_be_read_keeps_nobody_else_waiting(off: Offline) -> None:
    """A damaged row: the others behind it in the sweep are taken, and staff hear of it once."""
    await off.core.inbox.store(off.update(ANNA, **PIN))
    await off.core.inbox.store(off.update(BEN, **PIN))
    async with off.core.database.writing() as conn:
        lane = sa.update(inbox).where(inbox.c.lane == f"telegram:{ANNA}")
        await conn.execute(lane.values(body=b"damaged"))
        await conn.commit()
    off.clock.advance(2)
    for _ in range(3):
        await off.service.parts.gateway.sweep()
    assert (await case_of(off, BEN)).status is CaseStatus.COUNTDOWN
    async with off.core.store.begin(off.clock.now()) as uow:
        assert [a.kind for a in await uow.desk.alerts()] == ["update_parked"]


async def test_staff_hear_again_of_a_lane_that_was_well_in_between(off: Offline) -> None:
    """A week later another row is damaged: that is news."""
    for _ in range(2):
        stored = await off.core.inbox.store(off.update(ANNA, text="hello"))
        async with off.core.database.writing() as conn:
            row = sa.update(inbox).where(inbox.c.seq == stored.seq)
            whole = (
                await conn.execute(sa.select(inbox.c.body).where(inbox.c.seq == stored.seq))
            ).scalar_one()
            await conn.execute(row.values(body=b"damaged"))
            await conn.commit()
        off.clock.advance(2)
        await off.service.parts.gateway.sweep()
        async with off.core.database.writing() as conn:
            await conn.execute(row.values(body=whole))
            await conn.commit()
        await off.service.parts.gateway.sweep()
    assert await observing.rows(off) == {RowState.DONE: 2}
    async with off.core.store.begin(off.clock.now()) as uow:
        assert [a.kind for a in await uow.desk.alerts()] == ["update_parked"] * 2


async def test_a_suspect_that_hangs_keeps_nobody_else_waiting(
    off: Offline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its queue goes on beside the sweeps that follow."""
    monkeypatch.setattr(gateway, "SUSPECTS_S", 0.05)
    suspect = await off.core.inbox.store(off.update(ANNA, text="boom"))
    await off.core.inbox.count_attempt(suspect.seq)
    over = asyncio.Event()
    turns = off.service.parts.gateway._turns
    monkeypatch.setattr(turns, "take", _outside(turns.take, over))
    off.clock.advance(2)
    await off.service.parts.gateway.sweep()
    await off.core.inbox.store(off.update(BEN, **PIN))
    off.clock.advance(2)
    await off.service.parts.gateway.sweep()
    assert (await case_of(off, BEN)).status is CaseStatus.COUNTDOWN
    assert (await observing.rows(off))[RowState.NEW] == 1
    over.set()
    await off.service.parts.gateway.settle()
    assert await observing.rows(off) == {RowState.DONE: 2}


def _outside(turn: Any, over: asyncio.Event) -> Any:
    """The writer is not held while the suspect hangs."""

    async def first(taking: Taking) -> None:
        if isinstance(taking.incoming.content, Text):
            await over.wait()
        await turn(taking)

    return first


async def test_a_strangers_second_update_is_taken_under_the_lock_of_whom_the_first_made_them(
    off: Offline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were waiting: the pin makes somebody of the address, so that its lock no longer keeps others out."""
    await off.core.inbox.store(off.update(ANNA, **PIN))
    await off.core.inbox.store(off.update(ANNA, text="we are by the river"))
    held, take = [], engine.take

    async def noting(turn: Turn) -> None:
        held.append((turn.person.id, set(off.core.locks._queues)))
        await take(turn)

    monkeypatch.setattr(engine, "take", noting)
    off.clock.advance(2)
    await off.service.parts.gateway.sweep()
    anna = held[0][0]
    assert held == [(anna, {f"telegram:{ANNA}"}), (anna, {anna})]
    assert await observing.rows(off) == {RowState.DONE: 2}


async def test_what_waits_for_a_lock_while_two_persons_become_one_is_taken_under_the_one_that_stays(
    off: Offline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anna's chat was linked with Ben's after her words were stored and before they could be taken."""
    await off.accept(off.update(ANNA, text="hello"))
    await off.accept(off.update(BEN, text="hello"))
    anna, ben = [await observing.person_at(off, Address("telegram", str(user))) for user in (ANNA, BEN)]
    heard, take = [], engine.take

    async def noting(turn: Turn) -> None:
        heard.append((turn.person.id, set(off.core.locks._queues)))
        await take(turn)

    monkeypatch.setattr(engine, "take", noting)
    async with off.core.locks.hold(anna.id):
        accepted = await off.service.parts.gateway.accept(off.update(ANNA, text="we are by the river"))
        waiting = asyncio.create_task(off.service.parts.gateway.answer(accepted, 30))
        await settle(50)
        async with off.core.store.begin(off.clock.now()) as uow:
            await uow.people.merge(anna.id, ben.id)
            await uow.commit()
    await off.service.parts.gateway.settle()
    await waiting
    assert heard == [(ben.id, {ben.id})]
    assert await observing.rows(off) == {RowState.DONE: 3}


@pytest.mark.parametrize("times", [1, 2])
async def test_a_stale_version_runs_the_turn_again(
    off: Offline, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """A turn is a pure retry: what the stale one wrote is gone, the next one writes it once."""
    start, left = sos.start, list(range(times))

    async def stale(work: Any, person: Any, cry: Any) -> Any:
        case = await start(work, person, cry)
        if left:
            left.pop()
            raise Stale("somebody was first")
        return case

    monkeypatch.setattr(sos, "start", stale)
    await off.accept(off.update(ANNA, **PIN))
    assert (await case_of(off, ANNA)).status is CaseStatus.COUNTDOWN
    assert len(await observing.posted(off)) == 1
    assert await observing.rows(off) == {RowState.DONE: 1}


async def test_a_turn_that_stays_stale_is_found_by_the_sweep(
    off: Offline, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, left = sos.start, list(range(3))

    async def stale(work: Any, person: Any, cry: Any) -> Any:
        if left:
            left.pop()
            raise Stale("somebody was first")
        return await start(work, person, cry)

    monkeypatch.setattr(sos, "start", stale)
    await off.accept(off.update(ANNA, **PIN))
    assert await case_of(off, ANNA) is None
    off.clock.advance(1)
    await off.service.parts.gateway.sweep()
    assert (await case_of(off, ANNA)).status is CaseStatus.COUNTDOWN


async def test_a_refusal_undoes_the_turn_and_is_explained_in_a_second(
    off: Offline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the refused turn stays; the sentence and the mark "handled" come together."""

    async def refused(turn: Turn) -> None:
        await turn.say("menu.help")
        raise Refusal("job.over", ref="7K3F")

    monkeypatch.setattr(engine, "take", refused)
    await off.accept(off.update(ANNA, text="2"))
    assert [p.key for p in await observing.posted(off)] == ["job.over"]
    assert await observing.rows(off) == {RowState.DONE: 1}


@pytest.mark.parametrize(("stored_s", "status"), [(4.9, CaseStatus.CANCELLED), (5.0, CaseStatus.CANCELLED)])
async def test_a_cancel_stored_in_time_wins_although_nobody_has_taken_it(
    off: Offline, stored_s: float, status: CaseStatus
) -> None:
    """The deadline takes every row stored at or before its due time first."""
    await off.accept(off.update(ANNA, **PIN))
    case = await case_of(off, ANNA)
    off.clock.advance(stored_s)
    await off.core.inbox.store(off.update(ANNA, text="cancel"))
    off.clock.advance(2)
    await off.service.parts.deadlines.step()
    await off.service.parts.deadlines.settle()
    async with off.core.store.begin(off.clock.now()) as uow:
        assert (await uow.cases.get(case.id)).status is status


async def test_a_cancel_stored_too_late_loses_although_it_is_taken_first(off: Offline) -> None:
    """The deadline runner slept: the turn fires the countdown before it hears the cancel."""
    await off.accept(off.update(ANNA, **PIN))
    off.clock.advance(5.1)
    await off.accept(off.update(ANNA, text="cancel"))
    case = await case_of(off, ANNA)
    assert case.status is CaseStatus.OPEN
    assert case.says_safe_at is not None
    assert case.dispatched_at - case.opened_at >= timedelta(seconds=5)


async def test_what_needs_no_answer_leaves_nothing_behind_in_memory(off: Offline) -> None:
    """Telegram's webhook never asks for words: a year of updates must not fill the process."""
    for number in range(20):
        await off.accept(off.update(ANNA + number, text="hello"))
    inside = off.service.parts.gateway
    assert (inside._taken, inside._late, inside._blame.remembered) == ({}, set(), 0)


async def test_group_talk_makes_nobody_known(off: Offline) -> None:
    raw = off.update(ANNA, text="hi", chat={"id": -1, "type": "group"})
    await off.accept(raw)
    assert await observing.person_at(off, raw.sender) is None
    assert await observing.rows(off) == {RowState.DONE: 1}


async def test_a_file_outside_a_case_belongs_to_its_sender(off: Offline) -> None:
    """Sealed under the person's key, it goes when the person asks to be forgotten."""
    sizes = [{"file_id": "AgAC1", "file_unique_id": "u", "width": 90, "height": 60, "file_size": 4}]
    await off.accept(off.update(ANNA, photo=sizes))
    (fetch,) = await observing.fetches(off)
    person = await observing.person_at(off, Address("telegram", str(ANNA)))
    assert (fetch.case_id, fetch.person) == (None, person.id)
