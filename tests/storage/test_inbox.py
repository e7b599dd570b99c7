"""An update is kept before it is answered, once however often it is sent, and handled once."""

import asyncio
import random
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from backoffice.kernel import errors
from backoffice.kernel.exchange import Address, RawUpdate, RowState
from storage import engine, intake
from storage.exchange_tables import inbox
from storage.inbox import Inbox, InboxRows
from storage.tables import vault_key
from storage.vault import Vault
from tests.storage import samples

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LI = Address("wechat", "openid-li")
ROOT = Path(__file__).parents[2]
BO = Address("telegram", "77")


class HandClock:
    """A clock the test moves."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def box(database: engine.Database, vault: Vault, clock: HandClock) -> Inbox:
    return Inbox(database, vault, clock)


def update(key: str, sender: Address = LI, body: bytes = b"<xml/>") -> RawUpdate:
    return RawUpdate(key, sender, body, START - timedelta(seconds=1))


async def finish(database: engine.Database, vault: Vault, seq: int, at: datetime) -> bool:
    async with database.writing() as conn:
        won = await InboxRows(conn, vault, at).done(seq, "letter-1")
        await conn.commit()
        return won


async def count(database: engine.Database) -> int:
    async with database.reading() as conn:
        return (await conn.execute(sa.select(sa.func.count()).select_from(inbox))).scalar_one()


async def test_what_is_stored_comes_back_as_it_was(box: Inbox) -> None:
    """Key, sender, body and the moment of arrival survive; a first attempt is already counted."""
    raw = update("m1", body="求救 🆘".encode())
    accepted = await box.store(raw)
    assert (accepted.duplicate, accepted.sender, accepted.stored_at) == (False, LI, START)
    (row,) = await box.untaken_at(LI)
    assert (row.raw, row.seq, row.attempts, row.state) == (raw, accepted.seq, 1, RowState.NEW)


async def test_every_update_sent_up_to_five_times_shuffled_is_one_row(
    box: Inbox, database: engine.Database
) -> None:
    """A platform that repeats itself makes no second row, and each repeat is told the first row's number."""
    rng = random.Random(3)
    keys = [f"m{n}" for n in range(120)]
    sent = [key for key in keys for _ in range(rng.randint(1, 5))]
    rng.shuffle(sent)
    answers = await asyncio.gather(*(box.store(update(key)) for key in sent))
    assert await count(database) == len(keys)
    assert sum(not answer.duplicate for answer in answers) == len(keys)
    seq_of = {key: {a.seq for k, a in zip(sent, answers, strict=True) if k == key} for key in keys}
    assert all(len(seqs) == 1 for seqs in seq_of.values())


async def test_a_repeat_keeps_the_first_moment(box: Inbox, clock: HandClock) -> None:
    """The countdown of a redelivered pin still runs from its first storing."""
    await box.store(update("m1"))
    clock.at += timedelta(seconds=5)
    again = await box.store(update("m1"))
    assert (again.duplicate, again.stored_at) == (True, START)


async def test_the_same_key_of_two_channels_is_two_updates(box: Inbox) -> None:
    """Telegram's number 9 is not WeChat's number 9."""
    first, second = await box.store(update("9", LI)), await box.store(update("9", BO))
    assert not first.duplicate
    assert not second.duplicate


async def test_waiting_updates_share_one_commit(
    box: Inbox, database: engine.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred that wait together cost one commit, in the order they came."""
    batches: list[int] = []
    for name in ("_insert_lite", "_insert_pg"):
        monkeypatch.setattr(intake, name, _counting(getattr(intake, name), batches))
    answers = await asyncio.gather(*(box.store(update(f"m{n}")) for n in range(100)))
    assert batches == [100]
    seqs = [answer.seq for answer in answers]
    assert seqs == sorted(seqs)


def _counting(insert: Callable[..., Any], sizes: list[int]) -> Callable[..., Any]:
    def counted(raw: Any, batch: Any) -> Any:
        sizes.append(len(batch.raws))
        return insert(raw, batch)

    return counted


async def test_a_commit_that_fails_refuses_all_who_shared_it_and_the_next_works(
    box: Inbox, database: engine.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is told "stored" when the disk was full; once there is room the platform's repeat is taken."""

    def full(*_: Any) -> Any:
        raise sqlite3.OperationalError("database or disk is full")

    for name in ("_insert_lite", "_insert_pg"):
        monkeypatch.setattr(intake, name, full)
    answers = await asyncio.gather(*(box.store(update(f"m{n}")) for n in range(5)), return_exceptions=True)
    assert all(isinstance(answer, errors.Unavailable) for answer in answers)
    monkeypatch.undo()
    assert not (await box.store(update("m0"))).duplicate
    assert await count(database) == 1


async def test_a_row_that_breaks_the_batch_leaves_nothing_of_it(
    box: Inbox, database: engine.Database
) -> None:
    """Half a batch is never committed: all or none."""
    bad = update("bad", body="text, not bytes")  # type: ignore[arg-type]
    answers = await asyncio.gather(box.store(update("m1")), box.store(bad), return_exceptions=True)
    assert all(isinstance(answer, errors.Unavailable) for answer in answers)
    assert await count(database) == 0


async def test_a_real_full_disk_refuses_and_recovers(
    sqlite_database: engine.Database, vault: Vault, clock: HandClock
) -> None:
    """SQLite at its page limit answers unavailable; with room again it stores without a restart."""
    database = sqlite_database
    box = Inbox(database, vault, clock)
    await box.store(update("first"))
    await _limit_pages(database, None)
    with pytest.raises(errors.Unavailable):
        await box.store(update("big", body=b"x" * 400_000))
    await _limit_pages(database, 1_000_000)
    assert not (await box.store(update("big", body=b"x" * 400_000))).duplicate
    assert [row.raw.key for row in await box.untaken_at(LI)] == ["first", "big"]


async def _limit_pages(database: engine.Database, pages: int | None) -> None:
    async with database.writing() as conn:
        used = (await conn.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await conn.exec_driver_sql(f"PRAGMA max_page_count={pages or used}")


async def test_a_closed_database_refuses(box: Inbox, database: engine.Database) -> None:
    """While the service stops, updates are left to the platform to send again."""
    await database.close()
    with pytest.raises(errors.Unavailable):
        await box.store(update("m1"))


async def test_a_client_that_hangs_up_does_not_lose_the_update(box: Inbox) -> None:
    """A cancelled wait is stored all the same, and its neighbours are answered."""
    gone = asyncio.create_task(box.store(update("m1")))
    stays = asyncio.create_task(box.store(update("m2")))
    await asyncio.sleep(0)
    gone.cancel()
    assert not (await stays).duplicate
    assert [row.raw.key for row in await box.untaken_at(LI)] == ["m1", "m2"]


async def test_untaken_rows_come_oldest_first_of_these_people_only(
    box: Inbox, database: engine.Database, vault: Vault
) -> None:
    """Taking follows the order of storing within the lanes asked for."""
    for n in range(3):
        await box.store(update(f"l{n}", LI))
        await box.store(update(f"b{n}", BO))
    assert [row.raw.key for row in await box.untaken_at(LI)] == ["l0", "l1", "l2"]
    await samples.known(database, vault, BO, LI)
    both = await box.untaken_at(LI)
    assert [row.raw.key for row in both] == ["l0", "b0", "l1", "b1", "l2", "b2"]


async def test_a_deadline_sees_every_row_stored_up_to_its_moment(
    box: Inbox, database: engine.Database, vault: Vault, clock: HandClock
) -> None:
    """A cancel stored in the same instant as the deadline counts; one stored later does not."""
    li = await samples.known(database, vault, BO, LI)
    await box.store(update("in time"))
    clock.at += timedelta(microseconds=1)
    await box.store(update("too late"))
    assert [row.raw.key for row in await box.untaken_of(li, START)] == ["in time"]


async def test_a_row_is_handled_once(box: Inbox, database: engine.Database, vault: Vault) -> None:
    """Of two workers that handled the same row one wins; a handled row is not untaken and counts no attempt."""
    seq = (await box.store(update("m1"))).seq
    assert [await finish(database, vault, seq, START) for _ in range(2)] == [True, False]
    assert await box.untaken_at(LI) == []
    assert await box.row(seq) == (RowState.DONE, "letter-1")
    assert await box.count_attempt(seq) == 0
    assert await box.park(seq, "late") is False


async def test_attempts_are_counted_durably_and_a_poisonous_row_is_parked(box: Inbox) -> None:
    """The third crash of a row is known after a restart; parked it stands in nobody's way."""
    seq = (await box.store(update("m1"))).seq
    await box.store(update("m2"))
    assert [await box.count_attempt(seq) for _ in range(2)] == [2, 3]
    assert await box.park(seq, "ValueError")
    assert [row.raw.key for row in await box.untaken_at(LI)] == ["m2"]
    assert await box.row(seq) == (RowState.PARKED, "")


async def test_a_row_that_crashed_by_itself_is_as_far_as_one_tried_alone(box: Inbox) -> None:
    """Beside others only an exception tells whose fault it was; it counts from then on like a try alone."""
    seq = (await box.store(update("m1"))).seq
    assert await box.count_crash(seq) == 3
    assert await box.count_crash(seq) == 4
    assert await box.count_attempt(seq) == 5


async def test_a_dozen_tries_are_counted_by_one_commit(box: Inbox) -> None:
    """After a restart many rows are tried at once: each has its own number, whoever shared the commit."""
    rows = [(await box.store(update(f"m{n}"))).seq for n in range(12)]
    assert await asyncio.gather(*(box.count_attempt(seq) for seq in rows)) == [2] * 12


async def test_idle_lanes_are_those_left_lying(box: Inbox, clock: HandClock) -> None:
    """The sweep finds people whose rows nobody took for a second, the longest waiting first."""
    await box.store(update("b", BO))
    await box.store(update("l", LI))
    clock.at += timedelta(seconds=2)
    await box.store(update("fresh", Address("telegram", "1")))
    assert await box.idle_lanes(clock.at - timedelta(seconds=1)) == [(BO.lane, 1), (LI.lane, 1)]


async def test_bodies_go_after_their_time_and_their_day_key_with_them(
    box: Inbox, database: engine.Database, vault: Vault, clock: HandClock
) -> None:
    """A day after handling the words are gone for good; the key of the update stays, so a repeat is still known."""
    old = (await box.store(update("old"))).seq
    await finish(database, vault, old, START)
    clock.at += timedelta(days=2)
    fresh = (await box.store(update("fresh"))).seq
    await finish(database, vault, fresh, clock.at)
    assert await box.purge(clock.at - timedelta(days=1)) == 1
    async with database.reading() as conn:
        bodies = {row.key: row.body for row in await conn.execute(sa.select(inbox.c.key, inbox.c.body))}
        subjects = set((await conn.execute(sa.select(vault_key.c.subject))).scalars())
    assert bodies["old"] is None
    assert bodies["fresh"] is not None
    assert subjects == {"inbox:2026-03-03"}
    assert (await box.store(update("old"))).duplicate


async def test_an_unhandled_row_keeps_its_day_key(
    box: Inbox, database: engine.Database, vault: Vault, clock: HandClock
) -> None:
    """What nobody has read yet stays readable, however old."""
    done = (await box.store(update("done"))).seq
    await box.store(update("left"))
    await finish(database, vault, done, START)
    clock.at += timedelta(days=3)
    await box.purge(clock.at)
    assert [row.raw.body for row in await box.untaken_at(LI)] == [b"<xml/>"]


async def test_the_memory_of_repeats_ends(
    box: Inbox, database: engine.Database, vault: Vault, clock: HandClock
) -> None:
    """Old handled rows are deleted; unhandled ones never."""
    await finish(database, vault, (await box.store(update("old"))).seq, START)
    await box.store(update("left"))
    assert await box.forget(START + timedelta(days=60)) == 1
    assert [row.raw.key for row in await box.untaken_at(LI)] == ["left"]


async def test_midnight_between_two_updates_changes_the_key(box: Inbox, clock: HandClock) -> None:
    """Rows of both sides of midnight open, each with its own day's key."""
    clock.at = datetime(2026, 3, 1, 23, 59, 59, 999_999, tzinfo=UTC)
    await box.store(update("before"))
    clock.at += timedelta(microseconds=1)
    await box.store(update("after"))
    assert [row.raw.key for row in await box.untaken_at(LI)] == ["before", "after"]


async def test_two_processes_storing_the_same_update_make_one_row(
    database: engine.Database, vault: Vault, clock: HandClock
) -> None:
    """Two webhooks on one PostgreSQL agree on which row an update is."""
    boxes = [Inbox(database, vault, clock) for _ in range(2)]
    answers = await asyncio.gather(*(box.store(update(f"m{n % 20}")) for n in range(40) for box in boxes))
    assert sum(not answer.duplicate for answer in answers) == 20
    assert await count(database) == 20


async def test_on_a_thread_the_same_holds(sqlite_url: str, vault: Vault, clock: HandClock) -> None:
    """The setting for slow disks changes speed, not promises: none missed up to a moment, each once."""
    database = await engine.Database.open(sqlite_url, thread=True)
    box = Inbox(database, vault, clock)
    li = await samples.known(database, vault, LI)
    storing = [asyncio.create_task(box.store(update(f"m{n % 30}"))) for n in range(60)]
    await storing[0]
    clock.at += timedelta(seconds=1)
    seen = {row.raw.key for row in await box.untaken_of(li, START)}
    answers = await asyncio.gather(*storing)
    assert seen == {f"m{n % 30}" for n, a in enumerate(answers) if a.stored_at == START}
    assert sum(not answer.duplicate for answer in answers) == 30
    await database.close()


STORER = """
import asyncio, os, sys
sys.path.insert(0, sys.argv[1])
from datetime import UTC, datetime
from backoffice.kernel.clock import SystemClock
from backoffice.kernel.exchange import Address, RawUpdate
from storage import engine
from storage.inbox import Inbox
from storage.vault import Vault

async def storing(box, lane):
    n = 0
    while True:
        n += 1
        key = f"{lane}-{n}"
        await box.store(RawUpdate(key, Address("telegram", str(lane)), b"x" * 500, datetime.now(UTC)))
        os.write(1, f"{key}\\n".encode())

async def main():
    box = Inbox(await engine.Database.open(sys.argv[2]), Vault(bytes(range(32)), os.urandom), SystemClock())
    await asyncio.gather(*(storing(box, lane) for lane in range(8)))

asyncio.run(main())
"""


async def test_what_was_acknowledged_survives_a_kill(sqlite_url: str, vault: Vault, clock: HandClock) -> None:
    """Killed in the middle of storing, the service lost nothing it had said was stored."""
    storer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STORER, str(ROOT), sqlite_url, stdout=asyncio.subprocess.PIPE
    )
    assert storer.stdout is not None
    first = [await storer.stdout.readline() for _ in range(500)]
    storer.kill()
    told = (b"".join(first) + await storer.stdout.read()).decode().split("\n")[:-1]
    await storer.wait()
    database = await engine.Database.open(sqlite_url)
    box = Inbox(database, vault, clock)
    rows = [row for n in range(8) for row in await box.untaken_at(Address("telegram", str(n)))]
    await database.close()
    assert set(told) <= {row.raw.key for row in rows}
    assert len({row.raw.key for row in rows}) == len(rows)
