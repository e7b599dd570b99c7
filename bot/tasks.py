"""Tasks of one owner: started, kept from the garbage collector, awaited at the end, their failures logged."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)


class Tasks:
    """A bag of running tasks."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a task failed", exc_info=task.exception())

    def __len__(self) -> int:
        return len(self._running)

    async def settle(self) -> bool:
        """Wait until nothing runs; False when nothing did."""
        had_any = bool(self._running)
        while self._running:
            await asyncio.wait(list(self._running))
            await asyncio.sleep(0)
        return had_any

    async def finish(self, within_s: float = 10.0) -> None:
        """Wait for what is running, then cancel what is left."""
        if self._running:
            await asyncio.wait(self._running, timeout=within_s)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
