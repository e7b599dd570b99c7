"""Whether the service waits as long as a 429 asked it to."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.clock import Clock

IN_FLIGHT_SECONDS = 0.25


@dataclass
class _Asked:
    at: float
    until: float
    early: int = 0


class Patience:
    """Remembers per chat until when the service was asked to wait; calls already under way are forgiven."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked: dict[str, _Asked] = {}

    def ask(self, chat: str, seconds: float) -> None:
        now = self._clock.now()
        before = self._asked.get(chat)
        if before is None or before.until <= now:
            self._asked[chat] = _Asked(now, now + seconds)

    def complaint(self, chat: str) -> str:
        """What is wrong with a call to this chat now; empty when nothing is."""
        asked, now = self._asked.get(chat), self._clock.now()
        if asked is None or now >= asked.until:
            return ""
        asked.early += 1
        if now - asked.at < IN_FLIGHT_SECONDS and asked.early < 3:
            return ""
        return f"called {asked.until - now:.1f} s before retry_after was over"
