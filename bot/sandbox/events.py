"""The stream of what happened, numbered, for the page and for whoever waits for a message."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

KEPT = 5_000


@dataclass(frozen=True)
class Event:
    number: int
    kind: str
    data: dict[str, Any]


class EventLog:
    """Numbered events; a reader asks for what came after a number and may wait for more."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._waiting: set[asyncio.Future[None]] = set()
        self.last = 0
        self.closed = False

    def emit(self, kind: str, data: dict[str, Any]) -> int:
        self.last += 1
        self._events.append(Event(self.last, kind, data))
        self._wake()
        return self.last

    def after(self, number: int) -> list[Event]:
        return [event for event in self._events if event.number > number]

    def knows(self, number: int) -> bool:
        """Whether everything after `number` can still be told: not after a restart, not after too long an absence."""
        oldest = self._events[0].number if self._events else self.last + 1
        return oldest - 1 <= number <= self.last

    async def more(self, number: int) -> None:
        """Returns once something newer than `number` exists, or the log is closed."""
        while self.last <= number and not self.closed:
            future = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            try:
                await future
            finally:
                self._waiting.discard(future)

    def close(self) -> None:
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
