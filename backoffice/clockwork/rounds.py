"""What the runners of orders to the outer world share: the loop, the row that fails alone, the growing pause."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from backoffice.kernel.waking import Waking

log = logging.getLogger(__name__)
LOOK_AGAIN_S = 1.0
"""Rows are looked at at least this often, whatever hints were lost."""
ASK_AFTER = timedelta(seconds=5)
"""An outcome nobody knows is asked about after this; then twice as long each time, at most an hour."""
LONGEST = timedelta(hours=1)


async def run(step: Callable[[], Awaitable[int]], waking: Waking) -> None:
    """Round after round until cancelled: at once while there is something to do, else when a hint or a second came."""
    while True:
        try:
            if await step():
                continue
        except Exception:
            log.exception("%s stumbled", getattr(step, "__qualname__", step))
        await waking.wait(LOOK_AGAIN_S)


async def safely(doing: Awaitable[None]) -> None:
    """One row that fails keeps nobody else waiting; it is tried again when its lease ends."""
    try:
        await doing
    except Exception:
        log.exception("a row failed and will be tried again")


def ask_after(attempts: int) -> timedelta:
    """Until an unknown outcome is asked about, after so many attempts."""
    waited: timedelta = ASK_AFTER * 2 ** min(attempts, 10)
    return min(LONGEST, waited)
