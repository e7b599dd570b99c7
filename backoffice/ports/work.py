"""Units of work, locks and hints."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from backoffice.ports.cases import Cases
from backoffice.ports.deadlines import Deadlines
from backoffice.ports.desk import Desk
from backoffice.ports.dispatch import Assignments, Considerations, Envoys, Standings
from backoffice.ports.money import Ledger, Payments, Payouts, Prices
from backoffice.ports.orders import OrderOffers, OrderRatings, Orders
from backoffice.ports.people import People
from backoffice.ports.staff import Staff
from backoffice.ports.talk import Outbox, Talk


class UnitOfWork(Protocol):
    """One transaction. Left without `commit` it undoes everything.

    `hint(topic)` is published on the bus after the commit (`case:<id>`, `letters`, `deadlines`, `envoy:<id>`, `queue`,
    `payments`).
    """

    @property
    def people(self) -> People: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def envoys(self) -> Envoys: ...
    @property
    def assignments(self) -> Assignments: ...
    @property
    def standings(self) -> Standings: ...
    @property
    def considerations(self) -> Considerations: ...
    @property
    def orders(self) -> Orders: ...
    @property
    def order_offers(self) -> OrderOffers: ...
    @property
    def order_ratings(self) -> OrderRatings: ...
    @property
    def talk(self) -> Talk: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def deadlines(self) -> Deadlines: ...
    @property
    def staff(self) -> Staff: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def payments(self) -> Payments: ...
    @property
    def payouts(self) -> Payouts: ...
    @property
    def prices(self) -> Prices: ...

    def hint(self, topic: str) -> None: ...
    async def commit(self) -> None: ...


class Store(Protocol):
    """Where units of work come from. `now` is given so that repositories know the turn's time."""

    def begin(self, now: datetime) -> AbstractAsyncContextManager[UnitOfWork]: ...


class Locks(Protocol):
    """One holder per key at a time, over all processes. Waiting holds no pooled connection."""

    def hold(self, key: str) -> AbstractAsyncContextManager[None]: ...


class Bus(Protocol):
    """Hints with rows behind them. A lost hint costs a moment, never data."""

    async def publish(self, topics: Sequence[str]) -> None: ...
    def subscribe(self) -> AbstractAsyncContextManager[AsyncIterator[str]]: ...
