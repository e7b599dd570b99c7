"""The platforms' own reports on what we sent (WeChat: TEMPLATESENDJOBFINISH)."""

import logging
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from backoffice import ports
from backoffice.kernel.clock import Clock
from backoffice.kernel.exchange import Address
from backoffice.ports import Alert
from bot.incoming import Receipt

log = logging.getLogger(__name__)


class Store(Protocol):
    def begin(self, now: datetime) -> AbstractAsyncContextManager[ports.UnitOfWork]: ...


class Receipts:
    """A notice that did not arrive is an alert: its reader does not know that words wait for them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def note(self, at: Address, receipt: Receipt) -> None:
        if receipt.delivered:
            return
        now = self._clock.now()
        async with self._store.begin(now) as uow:
            person = await uow.people.at(at)
            case = await uow.cases.active_of(person.id) if person else None
            detail = f"{at.channel}: {receipt.detail}"[:200]
            await uow.desk.alert(Alert(0, now, "cannot_be_reached", case.id if case else None, detail))
            uow.hint("queue")
            await uow.commit()
