"""The process that books and is killed: `python -m tests.chaos.books_child URL SEED FROM`; a line per batch done."""

import asyncio
import os
import sys
from typing import Any

import sqlalchemy as sa

from backoffice.kernel.errors import Stale
from backoffice.money.ledger import KeyReused, NotEnough
from storage.bus import LocalBus
from storage.engine import Database
from storage.money_tables import ledger_posting
from storage.unit_of_work import SqlStore, SqlUnitOfWork
from storage.vault import Vault
from tests.chaos import bookings

_NEW = (
    sa.select(
        ledger_posting.c.currency, sa.func.sum(ledger_posting.c.minor), sa.func.max(ledger_posting.c.seq)
    )
    .where(ledger_posting.c.seq > sa.bindparam("seen"))
    .group_by(ledger_posting.c.currency)
)
_LAST = sa.select(sa.func.coalesce(sa.func.max(ledger_posting.c.seq), 0))


class Unequal(AssertionError):
    """What a transaction is about to keep is not in balance."""


async def main(url: str, seed: int, start: int) -> None:
    """Until killed. A batch is named only once it is durable; refused ones are named too."""
    database = await Database.open(url)
    store = SqlStore(database, Vault(bytes(32), os.urandom), LocalBus())
    async with database.reading() as conn:
        seen = int((await conn.execute(_LAST)).scalar_one())
    number = start
    while True:
        kept, seen = await _book(store, seed, number, seen)
        print(number, int(kept), flush=True)
        number += 1


async def _book(store: SqlStore, seed: int, number: int, seen: int) -> tuple[bool, int]:
    """One transaction: all its entries, then the proof that what it adds is balanced, then the commit."""
    try:
        async with store.begin(bookings.AT) as uow:
            for entry in bookings.batch(seed, number):
                await uow.ledger.post(entry)
            after = await _balanced(uow, seen)
            await uow.commit()
        return True, after
    except (NotEnough, KeyReused):
        return False, seen
    except Stale:
        return await _book(store, seed, number, seen)


async def _balanced(uow: SqlUnitOfWork, seen: int) -> int:
    """Every currency of everything that is new; by induction of all there is."""
    rows: Any = (await uow._conn.execute(_NEW, {"seen": seen})).all()
    if any(total for _, total, _ in rows):
        raise Unequal(str(rows))
    return max([seen, *(int(last) for _, _, last in rows)])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
