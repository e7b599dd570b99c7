"""Who is blamed for a crash: an exception's own row at once, a death's only when nothing else was in hand."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from backoffice.kernel.errors import Unavailable
from backoffice.kernel.exchange import Address, RawUpdate, StoredUpdate
from bot.blame import CALM_FOR, Blame, WrongLock
from tests.clocks import START, FakeClock


class Died(BaseException):
    """The process ends here."""


@dataclass
class Rows:
    """The inbox's counts, which outlive a process."""

    attempts: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(100), 1))

    async def count_attempt(self, seq: int) -> int:
        self.attempts[seq] += 1
        return self.attempts[seq]

    async def count_crash(self, seq: int) -> int:
        self.attempts[seq] = max(2, self.attempts[seq]) + 1
        return self.attempts[seq]

    def row(self, seq: int) -> StoredUpdate:
        raw = RawUpdate(str(seq), Address("telegram", str(seq)), b"", START)
        return StoredUpdate(seq, raw, START, self.attempts[seq])


class Life:
    """One process: its clock, and whom it blames."""

    def __init__(self, rows: Rows, lived: timedelta = timedelta()) -> None:
        self.rows, self.clock, self.tries = rows, FakeClock(), 0
        self.blame = Blame(rows, self.clock)
        self.clock.advance(lived)

    async def take(self, seq: int, error: BaseException | None = None) -> bool:
        """False: it is to be parked."""

        async def turns(_row: StoredUpdate) -> None:
            self.tries += 1
            if error:
                raise error

        return await self.blame.attempt(self.rows.row(seq), turns)


async def test_three_exceptions_and_the_row_is_parked() -> None:
    """Each is known to be the row's own, and the process that survived them waits for nothing."""
    life = Life(Rows())
    life.blame.stored(1)
    for _ in range(3):
        assert life.blame.wait_s(life.rows.row(1)) <= 0
        with pytest.raises(RuntimeError):
            await life.take(1, RuntimeError())
    assert not await life.take(1, RuntimeError())
    assert life.tries == 3


async def test_deaths_beside_others_park_nobody() -> None:
    """Twice in a crowd, then alone: only from there on a death counts."""
    rows = Rows()
    first = Life(rows)
    first.blame.stored(1)
    for life in (first, Life(rows)):
        with pytest.raises(Died):
            await life.take(1, Died())
    assert rows.attempts[1] == 2
    assert Life(rows).blame.wait_s(rows.row(1)) <= 0


async def test_three_deaths_alone_and_the_row_is_parked() -> None:
    rows = Rows()
    for _ in range(4):
        with pytest.raises(Died):
            await Life(rows, CALM_FOR[-1]).take(1, Died())
    assert not await Life(rows).take(1, Died())


@pytest.mark.parametrize(("deaths", "seconds"), [(0, 0), (1, 1), (2, 5), (3, 0)])
async def test_who_is_blamed_is_tried_later_in_a_process_life(deaths: int, seconds: float) -> None:
    """A storm of kills strikes in the first seconds; what is to be parked anyhow needs no waiting."""
    rows = Rows()
    rows.attempts[1] = 2 + deaths
    life = Life(rows)
    assert max(0.0, life.blame.wait_s(rows.row(1))) == pytest.approx(seconds)
    life.clock.advance(seconds)
    assert life.blame.wait_s(rows.row(1)) <= 0


async def test_a_wrong_lock_is_nobodys_crash() -> None:
    """However often: the row was not looked at, and the next try is not its second."""
    life = Life(Rows())
    life.blame.stored(1)
    for _ in range(5):
        with pytest.raises(WrongLock):
            await life.take(1, WrongLock())
    assert await life.take(1)
    assert life.rows.attempts[1] == 1


async def test_suspects_are_in_hand_one_at_a_time() -> None:
    rows, inside, most = Rows(), 0, 0
    rows.attempts = dict.fromkeys(range(10), 2)
    blame = Blame(rows, FakeClock())

    async def turns(_row: StoredUpdate) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0)
        inside -= 1

    await asyncio.gather(*(blame.attempt(rows.row(seq), turns) for seq in range(10)))
    assert most == 1


async def test_what_the_store_failed_is_nobodys_crash() -> None:
    rows = Rows()
    life = Life(rows)
    life.blame.stored(1)
    for _ in range(5):
        with pytest.raises(Unavailable):
            await life.take(1, Unavailable("no room"))
    assert await life.take(1)
    assert rows.attempts[1] == 1
    assert life.blame.remembered == 0
