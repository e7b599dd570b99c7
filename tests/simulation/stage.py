"""The service of a simulated day: real workflows over SQLite, a clock that jumps, letters that arrive at once."""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backoffice.adapters.envoy_index import CsrEnvoyIndex
from backoffice.clockwork.firing import Firing
from backoffice.clockwork.index_feed import IndexFeed
from backoffice.dispatch import ranking
from backoffice.kernel.exchange import LetterState
from backoffice.kernel.ids import EnvoyId
from backoffice.orders.rules import OrderRules
from backoffice.ports import Deadline
from backoffice.workflows.work import Work, World
from bot.assembly import core
from config.settings import Sos
from storage.deadlines import DeadlineQueue
from storage.engine import Database
from storage.exchange_tables import letter
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from tests import house

START = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
"""Midnight in Bangkok."""
NEVER = timedelta(days=2)
Act = Callable[[Work], Awaitable[Any]]
_SENT = sa.update(letter).where(letter.c.state == LetterState.WAITING).values(state=LetterState.DELIVERED)
_ASKED = sa.text(
    "SELECT q.number AS number, q.kind AS kind, q.subject AS subject, q.person AS person,"
    ' coalesce(a."case", o."order") AS about FROM question q LEFT JOIN assignment a ON a.id = q.subject'
    " LEFT JOIN order_offer o ON o.id = q.subject"
    " WHERE q.number > :seen AND q.kind IN ('offer', 'order.offer') ORDER BY q.number"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to an envoy: what kind, about which assignment or offer, of which case or order."""

    kind: str
    subject: str
    person: str
    about: str


class Hints:
    """Where the store's hints go."""

    def __init__(self) -> None:
        self.topics: list[str] = []

    async def publish(self, topics: Sequence[str]) -> None:
        self.topics.extend(topics)


class NoPager:
    async def page(self, level: int, ref: str, what: str) -> None:
        """Nobody is woken in a simulation."""


class Clock:
    """Time as the simulation has it."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Nothing of a simulated day waits."""


class Stage:
    """The service: `step` does something in one transaction, `fire` what is due; `asked` came of the last of them."""

    def __init__(self, database: Database, seed: int, policy: ranking.Weights, *, one_wave: bool) -> None:
        self.database, self.clock, self._hints = database, Clock(), Hints()
        vault = Vault(bytes(range(32)), random.Random(f"keys {seed}").randbytes)
        self._store = SqlStore(database, vault, self._hints)
        index = CsrEnvoyIndex()
        rules = core.rules(Sos())
        if one_wave:
            rules = replace(rules, wave_gap=NEVER, widen_after=NEVER)
        bits = random.Random(f"bits {seed}").getrandbits
        self.world = World(rules, house.gazetteer(), index, bits, {}, orders=OrderRules(), weights=policy)
        self._firing = Firing(self._store, self.world, self.clock, NoPager())
        self._feed = IndexFeed(self._store, index, self.clock)
        self._queue = DeadlineQueue(database)
        self._seen = 0

    async def load(self) -> None:
        await self._feed.load()

    async def next_due(self) -> datetime | None:
        return await self._queue.next_due()

    async def due(self) -> Sequence[Deadline]:
        return await self._queue.due(self.clock.at, 50)

    async def fire(self, deadline: Deadline) -> list[Asked]:
        await self._firing.fire(deadline)
        return await self._settle()

    async def step(self, act: Act) -> list[Asked]:
        now = self.clock.at
        async with self._store.begin(now) as uow:
            await act(Work(uow, now, self.world))
            await uow.commit()
        return await self._settle()

    async def _settle(self) -> list[Asked]:
        """Letters arrive, the index follows; the questions to envoys that came of it."""
        topics, self._hints.topics = self._hints.topics, []
        for topic in dict.fromkeys(t for t in topics if t.startswith("envoy:")):
            await self._feed.refresh(EnvoyId(topic.removeprefix("envoy:")))
        if "letters" not in topics:
            return []
        async with self.database.writing() as conn:
            await conn.execute(_SENT, {"finished_at": self.clock.at})
            rows = (await conn.execute(_ASKED, {"seen": self._seen})).all()
            await conn.commit()
        self._seen = rows[-1].number if rows else self._seen
        return [Asked(row.kind, row.subject, row.person, row.about) for row in rows]
