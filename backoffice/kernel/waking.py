"""Waiting that a hint may end: until some time has passed, or somebody says that there is something to do."""

import asyncio

from backoffice.kernel.clock import Clock


class Waking:
    """One waits, anybody wakes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._said = asyncio.Event()

    def wake(self) -> None:
        """There may be something to do."""
        self._said.set()

    async def wait(self, seconds: float) -> None:
        """At most so long; not at all after a hint that came since the last wait, while its hearer was at work.

        Whoever never has to wait lets the others have their turn all the same.
        """
        if seconds > 0 and not self._said.is_set():
            await self._first_of(seconds)
        self._said.clear()
        await asyncio.sleep(0)

    async def _first_of(self, seconds: float) -> None:
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        waking = asyncio.ensure_future(self._said.wait())
        try:
            await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()
