"""What many operators see alike, drawn once: fifty open queues and one change cost one drawing, not fifty."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from aiohttp import web

from backoffice import ports
from backoffice.console import presence, tokens
from backoffice.kernel import ids

T_ = TypeVar("T_")
KEEPS_S = 2.0
"""A drawing lives no longer, so that a lost hint costs a moment and clocks stay true."""


@dataclass
class Shared:
    """Drawings by what distinguishes them, until a hint says that something changed.

    `mark` stands in a drawing where each reader's own token belongs; it is unlike anything anybody could write.
    """

    bus: ports.Bus
    bits: ids.Bits
    mark: str = ""
    drawn: int = 0
    """How many were made: what a measurement counts."""
    _kept: dict[Hashable, tuple[float, asyncio.Future[Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.mark = f"mark-{tokens.fresh(self.bits)}"

    async def run(self, _app: web.Application) -> AsyncIterator[None]:
        """For `cleanup_ctx`: forgets at every hint until the console stops."""
        listening = asyncio.create_task(self._listen())
        yield
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening

    async def get(self, key: Hashable, draw: Callable[[], Coroutine[Any, Any, T_]]) -> T_:
        """The drawing of this key; whoever comes while it is being made waits for it. Its failure is everybody's."""
        now = asyncio.get_running_loop().time()
        kept = self._kept.get(key)
        if kept is None or now - kept[0] > KEEPS_S:
            kept = now, asyncio.ensure_future(draw())
            self._kept[key] = kept
            self.drawn += 1
        try:
            return cast(T_, await asyncio.shield(kept[1]))
        except Exception:
            self._kept.pop(key, None)
            raise

    def forget(self) -> None:
        """What was drawn is old; what is being drawn may have been read before the change, so it is old too."""
        self._kept.clear()

    async def _listen(self) -> None:
        async with self.bus.subscribe() as hints:
            async for hint in hints:
                if not presence.is_presence(hint):
                    self.forget()
