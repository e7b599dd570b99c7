"""A long campaign side by side in as many processes as the machine has cores, each with a share of its own."""

import asyncio
import logging
import multiprocessing
import os
import random
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.chaos.report import Broken
from tests.chaos.shuffled import ShuffledLoop

MOST = 4
Share = Callable[[int, range], Mapping[str, object]]
"""One share: the campaign's seed and which numbers of it; the figures it made. Defined at a module's top."""
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


@asynccontextmanager
async def memory() -> AsyncIterator[Path]:
    """A directory in memory where there is one: for campaigns about order in time, not about what a disk keeps."""
    with tempfile.TemporaryDirectory(prefix="rescue-chaos-", dir=_MEMORY, ignore_cleanup_errors=True) as name:
        yield Path(name)


def shares(whole: int, step: int) -> list[range]:
    """`whole` numbers cut at multiples of `step` into one range per process."""
    processes = min(MOST, os.cpu_count() or 1)
    blocks = -(-whole // step)
    each = -(-blocks // processes) * step
    return [range(first, min(first + each, whole)) for first in range(0, whole, each)]


async def side_by_side(share: Share, seed: int, parts: list[range]) -> list[Mapping[str, object]]:
    """Every share's figures. Raises `Broken` with the first broken promise."""
    loop, spawn = asyncio.get_running_loop(), multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(parts), spawn, initializer=_quiet) as pool:
        doing = [loop.run_in_executor(pool, _told, share, seed, part) for part in parts]
        found = await asyncio.gather(*doing)
    for broken, _ in found:
        if broken:
            raise Broken(broken)
    return [figures for _, figures in found]


def _told(share: Share, seed: int, part: range) -> tuple[str, Mapping[str, object]]:
    """A broken promise as words: an exception of ours need not cross a process."""
    try:
        return "", share(seed, part)
    except Broken as broken:
        return str(broken), {}


def _quiet() -> None:
    logging.getLogger().addHandler(logging.NullHandler())
    logging.getLogger("asyncio").setLevel(logging.CRITICAL + 1)


def shuffled(campaign: Coroutine[Any, Any, None], seed: int) -> None:
    """Run in a loop that takes what is ready in random order."""
    with asyncio.Runner(loop_factory=lambda: ShuffledLoop(random.Random(seed))) as runner:
        runner.run(campaign)
