"""The ledger of what may still be sent to a follower (customer-service messages), after the platform's table.

A message of theirs allows 5 in 48 h; a menu tap, a follow or a scan 3 in 1 min. Not cumulative: each sets the
count to the larger of what was left and what it grants, and the longer expiry stays. Only `click` among the
menu's events counts, and a tap on a message menu counts as a tap, not as a message.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from backoffice.kernel import exchange
from bot import incoming

MESSAGE = (5, timedelta(hours=48))
TAP = (3, timedelta(seconds=60))
KEPT_BACK = 1
"""Left for the critical notice (envoy found, arrived, case closed) when everything else has been said."""


class Windows(Protocol):
    """The ledger's rows. Each of these is one conditional UPDATE: several processes send to one follower."""

    async def load(self, address: str) -> exchange.Window | None: ...

    async def reserve(self, address: str, now: datetime, keep: int) -> bool:
        """Count one message if the window is open at `now` and more than `keep` are left; else False."""
        ...

    async def give_back(self, address: str) -> None:
        """The reserved message was certainly not taken: uncount it (never below zero)."""
        ...

    async def refill(self, address: str, granted: int, until: datetime, now: datetime) -> None:
        """What `refilled` computes, atomically."""
        ...

    async def close(self, address: str, exhausted: bool) -> None:
        """The platform knows better: `exhausted` = the count is used up (45047; the time runs on),
        else the window is over (45015, unfollowed)."""
        ...


def opens(received: incoming.Incoming) -> tuple[int, timedelta] | None:
    """What an incoming grants: how many messages, for how long from the platform's time of it."""
    match received.content:
        case incoming.Pressed() | incoming.Followed():
            return TAP
        case incoming.Located(automatic=True):
            return None
        case incoming.Text() | incoming.Located() | incoming.File():
            return MESSAGE
        case incoming.Unknown() if received.ref:
            return MESSAGE
        case _:
            return None


async def note(windows: Windows, received: incoming.Incoming, now: datetime) -> None:
    """Bring the ledger up to date with something that came in; the gateway calls it once for each new update."""
    address = received.sender.at.address
    if isinstance(received.content, incoming.Left):
        await windows.close(address, exhausted=False)
        return
    granted = opens(received)
    if granted:
        count, span = granted
        await windows.refill(address, count, min(received.at, now) + span, now)


def refilled(window: exchange.Window, granted: int, until: datetime, now: datetime) -> exchange.Window:
    """The window after a grant. One that has run out counts for nothing; a grant already over changes nothing."""
    if until <= now:
        return window
    left = window.left if is_open(window, now) else 0
    ends = max(window.expires_at or until, until) if is_open(window, now) else until
    return replace(window, granted=max(left, granted), used=0, expires_at=ends)


def refill_message(window: exchange.Window, now: datetime) -> exchange.Window:
    """They wrote: 5 in 48 h."""
    return refilled(window, MESSAGE[0], now + MESSAGE[1], now)


def refill_tap(window: exchange.Window, now: datetime) -> exchange.Window:
    """They tapped the menu, followed or scanned: 3 in 1 min, unless more is open already."""
    return refilled(window, TAP[0], now + TAP[1], now)


def is_open(window: exchange.Window, now: datetime) -> bool:
    return window.expires_at is not None and window.expires_at > now


def keep(critical: bool) -> int:
    """How many must stay after this one is counted as wanted."""
    return 0 if critical else KEPT_BACK


def may_send(window: exchange.Window, now: datetime, critical: bool) -> bool:
    """Whether one more may go; the last one is only for a critical notice."""
    return is_open(window, now) and window.left > keep(critical)
