"""What the account may still send to a follower: 5 messages in 48 h after a message, 3 in a minute after a tap.

Source: the customer-service message page (rule in force since 2023-06-12). An action sets its own scene back to the
full number; scenes do not add up: what may be sent is the larger one, and a message sent is counted in each.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.sandbox.clock import Clock


class Scene(StrEnum):
    MESSAGE = "message"
    TAP = "tap"


GRANTS = {Scene.MESSAGE: (5, 48 * 3600.0), Scene.TAP: (3, 60.0)}


@dataclass
class Window:
    left: int
    until: float


class Windows:
    """The ledger of all followers, by openid."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, dict[Scene, Window]] = {}

    def grant(self, openid: str, scene: Scene) -> None:
        number, seconds = GRANTS[scene]
        self._open.setdefault(openid, {})[scene] = Window(number, self._clock.now() + seconds)

    def close(self, openid: str) -> None:
        self._open.pop(openid, None)

    def left(self, openid: str) -> int | None:
        """How many may be sent now; None: no window is open at all."""
        live = self._live(openid)
        return max(window.left for window in live) if live else None

    def until(self, openid: str) -> float:
        return max((window.until for window in self._live(openid)), default=0.0)

    def spend(self, openid: str) -> None:
        for window in self._live(openid):
            window.left = max(0, window.left - 1)

    def _live(self, openid: str) -> list[Window]:
        now = self._clock.now()
        return [window for window in self._open.get(openid, {}).values() if window.until > now]
