"""The ledger under random bookings and kills: balanced at every step, and after each death as the pure rules say."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from backoffice.money.accounts import Account
from backoffice.money.ledger import Books, KeyReused, NotEnough
from storage import migrate
from storage.engine import Database
from storage.money_tables import ledger_posting
from tests.chaos import bookings, databases
from tests.chaos.report import Figures, Plan, must

SHORT, LONG = 2_000, 100_000
LIVES_SHORT, LIVES_LONG = 3, 30
START_S = 60.0

_SUMS = sa.select(
    ledger_posting.c.kind,
    ledger_posting.c.owner,
    ledger_posting.c.currency,
    sa.func.sum(ledger_posting.c.minor).label("sum"),
).group_by(ledger_posting.c.kind, ledger_posting.c.owner, ledger_posting.c.currency)


@dataclass
class Model:
    """The pure books, fed with every batch in order; `asked` counts the bookings tried, `refused` batches."""

    seed: int
    books: Books = field(default_factory=Books)
    done: int = 0
    asked: int = 0
    refused: int = 0

    def take(self, kept: bool | None = None) -> None:
        """The next batch: all of it or nothing. What the database said of it must be what the rules say."""
        before, entries = dict(self.books.balances), bookings.batch(self.seed, self.done)
        new = [entry.key for entry in entries if entry.key not in self.books.keys]
        try:
            for entry in entries:
                self.books.post(entry)
            good = True
        except (NotEnough, KeyReused):
            good, self.books.balances = False, before
            for key in new:
                self.books.keys.pop(key, None)
        must(kept is None or kept == good, f"batch {self.done}: kept {kept}, by the rules {good}")
        self.done, self.asked, self.refused = (
            self.done + 1,
            self.asked + len(entries),
            self.refused + (not good),
        )


async def sqlite(plan: Plan, figures: Figures) -> None:
    """In a file on the disk, in one process that is killed again and again."""
    async with databases.folder() as folder:
        url = f"sqlite+aiosqlite:///{folder / 'books.db'}"
        await migrate.upgrade(url)
        await _lives(plan, figures, url)


async def postgres(plan: Plan, figures: Figures) -> None:
    async with databases.postgres() as url:
        if url is None:
            figures["left out"] = "PostgreSQL not found"
            return
        await _lives(plan, figures, url)


async def _lives(plan: Plan, figures: Figures, url: str) -> None:
    chance, model = plan.chance(), Model(plan.seed)
    wanted, lives = plan.some(SHORT, LONG), plan.some(LIVES_SHORT, LIVES_LONG)
    for life in range(1, lives + 1):
        until = wanted * life // lives + chance.randint(0, 20)
        await _live(model, url, until)
        await _agrees(model, url)
    figures["operations"], figures["batches"], figures["refused"] = model.asked, model.done, model.refused
    figures["kills"] = lives


async def _live(model: Model, url: str, until: int) -> None:
    """Run until so many operations were asked for, then kill without a warning, mostly in the middle of one."""
    async with _child(model, url) as child:
        out = child.stdout
        assert out is not None
        while model.asked < until:
            line = (await asyncio.wait_for(out.readline(), START_S)).split()
            must(len(line) == 2, f"the booking process ended after batch {model.done}")
            must(int(line[0]) == model.done, f"batch {line[0]!r} instead of {model.done}")
            model.take(line[1] == b"1")
        child.kill()
        for line in (await out.read()).splitlines(keepends=True):
            if line.endswith(b"\n"):
                model.take(line.split()[1] == b"1")


@asynccontextmanager
async def _child(model: Model, url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    words = [sys.executable, "-m", "tests.chaos.books_child", url, str(model.seed), str(model.done)]
    child = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


async def _agrees(model: Model, url: str) -> None:
    """Every account as the rules say; the batch in hand at the death is there whole or not at all."""
    found = await _balances(url)
    sums: dict[str, int] = {}
    for (_, currency), minor in found.items():
        sums[currency] = sums.get(currency, 0) + minor
    must(not any(sums.values()), f"not balanced: {sums}")
    must(not any(minor > 0 for (account, _), minor in found.items() if account.guarded), "less than nothing")
    if found != _standing(model.books):
        model.take()
        must(found == _standing(model.books), f"after batch {model.done}: accounts differ from the rules")


def _standing(books: Books) -> dict[tuple[Account, str], int]:
    return {at: minor for at, minor in books.balances.items() if minor}


async def _balances(url: str) -> dict[tuple[Account, str], int]:
    database = await Database.open(url)
    try:
        async with database.reading() as conn:
            rows = (await conn.execute(_SUMS)).all()
    finally:
        await database.close()
    return {(Account(r.kind, r.owner), r.currency): int(r.sum) for r in rows if r.sum}
