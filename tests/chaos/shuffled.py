"""An event loop that takes whatever is ready in a seeded random order: every schedule a real one might take."""

import asyncio
import random
from collections import deque
from typing import Any


class ShuffledLoop(asyncio.SelectorEventLoop):
    """Only for work without sockets: transports count on the order in which they asked.

    Same seed, same order: what is ready is shuffled before each round.
    """

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance

    def reseed(self, chance: random.Random) -> None:
        """A round of its own order, so that it can be repeated alone."""
        self._chance = chance

    def _run_once(self) -> None:
        ready: deque[Any] = self._ready  # type: ignore[attr-defined]
        if len(ready) > 1:
            order = list(ready)
            self._chance.shuffle(order)
            ready.clear()
            ready.extend(order)
        super()._run_once()  # type: ignore[misc]
