"""Waiting that is bounded by standing still, not by the clock: a busy machine is slow, a broken service stands."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from tests.chaos.report import must

STILL_S = 45.0
"""Longer than anything waits by design: a letter that rides 15.5 s, a lease of 30 s."""
LONGEST_S = 900.0


async def until_nothing(
    left: Callable[[], Awaitable[object]], what: str, pause_s: float = 0.2, still_s: float = STILL_S
) -> None:
    """Until `left()` is empty. Breaks when it has stayed the same for `still_s` seconds, or changes for ever."""
    began = changed = time.monotonic()
    seen: object = None
    while found := await left():
        now = time.monotonic()
        if found != seen:
            seen, changed = found, now
        must(now - changed < still_s, f"{what}: nothing has moved for {still_s:.0f} s: {found}")
        must(now - began < LONGEST_S, f"{what}: no end after {LONGEST_S:.0f} s: {found}")
        await asyncio.sleep(pause_s)
