"""Run again when stale: an action that is a pure retry, because its transaction was undone whole."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from backoffice.kernel.errors import Stale

T = TypeVar("T")
RETRIES = 2
"""Twice at most: what is stale a third time is a fault, and its caller's to tell."""


async def when_stale(act: Callable[[], Awaitable[T]]) -> T:
    """What `act` returns. Raises `errors.Stale` when it stays stale, and whatever else it raises at once."""
    for _ in range(RETRIES):
        try:
            return await act()
        except Stale:
            continue
    return await act()
