"""How fast Telegram may be written to: a pure table of who may go when, and a gate that asks it."""

from collections import deque
from dataclasses import dataclass, field

from backoffice.kernel.clock import Clock
from backoffice.kernel.messages import Urgency
from bot.channel import TemporaryFailure
from bot.handlers.telegram import failures


@dataclass(frozen=True, slots=True)
class Rates:
    """Telegram's published limits (bot FAQ): 1/s in a chat with short bursts, 20/min in a group, about 30/s in
    bulk. `bulk_per_s` is our third of it; `sos_burst` letters of an SOS may go at once into one chat."""

    chat_gap_s: float = 1.0
    group_gap_s: float = 3.0
    sos_burst: int = 4
    overall_per_s: int = 30
    bulk_per_s: int = 10
    flooded_chats: int = 3
    flooded_within_s: float = 2.0


@dataclass(slots=True)
class Pacing:
    """Who may be written to now. Times are seconds that only the caller's clock gives; nothing here sleeps.

    Per chat it keeps the moment from which the chat's budget is whole again (one letter adds one gap). A refusal
    for flooding closes its chat; several chats refused at nearly one moment mean the bot as a whole: all wait.
    """

    rates: Rates = field(default_factory=Rates)
    _whole: dict[str, float] = field(default_factory=dict)
    _closed: dict[str, float] = field(default_factory=dict)
    _closed_all: float = float("-inf")
    _floods: deque[tuple[float, str]] = field(default_factory=deque)
    _sent: deque[float] = field(default_factory=deque)
    _bulk_next: float = float("-inf")
    _bulk_line: float = float("-inf")
    _last: float = float("-inf")
    _shift: float = 0.0

    def take(self, chat: str, urgency: Urgency, now: float) -> float:
        """0.0 and the place is booked, or the seconds after which to ask again."""
        now = self._steady(now)
        wait = max(self._hold(chat, now), self._chat_wait(chat, urgency, now))
        if urgency is Urgency.BULK:
            wait = self._bulk_wait(wait, now)
        if wait > 0:
            return wait
        self._book(chat, urgency, now)
        return 0.0

    def hold(self, chat: str, seconds: float, now: float) -> None:
        """Telegram said `retry_after`: nobody writes to this chat before, whatever the urgency."""
        now = self._steady(now)
        self._closed[chat] = max(self._closed.get(chat, now), now + seconds)
        self._floods.append((now, chat))
        while self._floods and self._floods[0][0] < now - self.rates.flooded_within_s:
            self._floods.popleft()
        if len({flooded for _, flooded in self._floods}) >= self.rates.flooded_chats:
            self._closed_all = max(self._closed_all, now + seconds)

    def _steady(self, now: float) -> float:
        """The caller's clock without steps back: a corrected wall clock must not close a chat for an hour."""
        self._shift = max(self._shift, self._last - now) if now + self._shift < self._last else self._shift
        self._last = now + self._shift
        return self._last

    def _hold(self, chat: str, now: float) -> float:
        return max(self._closed.get(chat, now), self._closed_all) - now

    def _gap(self, chat: str) -> float:
        return self.rates.group_gap_s if chat.startswith("-") else self.rates.chat_gap_s

    def _chat_wait(self, chat: str, urgency: Urgency, now: float) -> float:
        burst = self.rates.sos_burst if urgency is Urgency.SOS else 1
        return self._whole.get(chat, now) - (burst - 1) * self._gap(chat) - now

    def _bulk_wait(self, wait: float, now: float) -> float:
        """Bulk stays in its third and leaves the rest free; those refused are given places one behind the other,
        so that a thousand letters do not all come back at once."""
        while self._sent and self._sent[0] <= now - 1.0:
            self._sent.popleft()
        full = len(self._sent) - self.rates.overall_per_s
        overall = self._sent[full] + 1.0 - now if full >= 0 else 0.0
        wait = max(wait, overall, self._bulk_next - now)
        if wait <= 0:
            return 0.0
        self._bulk_line = max(self._bulk_line + 1.0 / self.rates.bulk_per_s, now + wait)
        return self._bulk_line - now

    def _book(self, chat: str, urgency: Urgency, now: float) -> None:
        self._whole[chat] = max(self._whole.get(chat, now), now) + self._gap(chat)
        self._sent.append(now)
        if urgency is Urgency.BULK:
            self._bulk_next = now + 1.0 / self.rates.bulk_per_s
        self._forget(now)

    def _forget(self, now: float) -> None:
        """Drop what binds nobody any more, once in a while."""
        while self._sent and self._sent[0] <= now - 1.0:
            self._sent.popleft()
        if len(self._whole) + len(self._closed) > 10_000:
            self._whole = {chat: at for chat, at in self._whole.items() if at > now}
            self._closed = {chat: at for chat, at in self._closed.items() if at > now}


class Gate:
    """The pacing on the service's clock. It never waits: it sends the letter back to the queue with its delay."""

    def __init__(self, clock: Clock, pacing: Pacing | None = None) -> None:
        self._clock = clock
        self._pacing = pacing or Pacing()

    def admit(self, chat: str, urgency: Urgency) -> None:
        """Book one letter now, or raise TemporaryFailure("paced", seconds)."""
        wait = self._pacing.take(chat, urgency, self._now())
        if wait > 0:
            raise TemporaryFailure(failures.PACED, wait)

    def flooded(self, chat: str, retry_after_s: float) -> None:
        self._pacing.hold(chat, retry_after_s, self._now())

    def _now(self) -> float:
        return self._clock.now().timestamp()
