"""What the gateway stands between: the rows it takes, who may hold them, and the world its turns happen in."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backoffice import ports
from backoffice.clockwork.firing import Firing
from backoffice.kernel.clock import Clock
from backoffice.kernel.exchange import Accepted, Address, RawUpdate, StoredUpdate, Window
from backoffice.kernel.ids import PersonId
from backoffice.workflows.work import World
from bot.channel import Answer, Reader
from bot.incoming import Incoming, Receipt


class InboxRows(Protocol):
    """The inbox inside a turn."""

    async def done(self, seq: int, answer_letter: str = "") -> bool: ...


class WindowRows(Protocol):
    """What may still be sent to a WeChat follower, inside a turn."""

    async def load(self, address: str) -> Window | None: ...
    async def reserve(self, address: str, now: datetime, keep: int) -> bool: ...
    async def give_back(self, address: str) -> None: ...
    async def refill(self, address: str, granted: int, until: datetime, now: datetime) -> None: ...
    async def close(self, address: str, exhausted: bool) -> None: ...


class TurnWork(ports.UnitOfWork, Protocol):
    """A unit of work as the gateway needs it."""

    @property
    def inbox(self) -> InboxRows: ...
    @property
    def windows(self) -> WindowRows: ...


class TurnStore(Protocol):
    def begin(self, now: datetime) -> AbstractAsyncContextManager[TurnWork]: ...


class Inbox(Protocol):
    """The inbox outside a turn."""

    async def store(self, raw: RawUpdate) -> Accepted: ...
    async def untaken_at(self, at: Address) -> list[StoredUpdate]: ...
    async def untaken_of(self, person: PersonId, up_to: datetime) -> list[StoredUpdate]: ...
    async def idle_lanes(self, older_than: datetime) -> list[tuple[str, int]]: ...
    async def count_attempt(self, seq: int) -> int: ...
    async def count_crash(self, seq: int) -> int: ...
    async def park(self, seq: int, error: str) -> bool: ...


class Lookup(Protocol):
    """Who is who, read outside any turn."""

    async def at(self, address: Address) -> PersonId | None: ...


class Riding(Protocol):
    """Letters that may ride home in a webhook's answer (implemented by `bot/riding`)."""

    async def answer(self, accepted: Accepted) -> Answer | None: ...
    async def written(self, answer: Answer) -> None: ...
    async def missed(self, seq: int) -> None: ...


NoteWindow = Callable[[WindowRows, Incoming, datetime], Awaitable[None]]
"""What an update allows to be sent afterwards, written into the channel's ledger."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Everything the gateway stands between."""

    store: TurnStore
    inbox: Inbox
    lookup: Lookup
    locks: ports.Locks
    firing: Firing
    world: World
    clock: Clock
    readers: Mapping[str, Reader]
    riding: Riding
    locale: Callable[[Address, str], str]
    ledgers: Mapping[str, NoteWindow]
    receipts: Callable[[Address, Receipt], Awaitable[None]]
