"""How fast a bot may send: buckets per chat, per group and for all chats; beyond them 429 with retry_after."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from bot.sandbox.clock import Clock
from bot.sandbox.config import TelegramConfig
from bot.sandbox.telegram.errors import too_many


@dataclass
class _Bucket:
    tokens: float
    at: float


class Pace:
    """Token buckets; a refused send costs nothing but is told how many seconds to wait."""

    def __init__(self, config: TelegramConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, chat_id: str, *, group: bool) -> None:
        """Counts one message to the chat; BotError 429 when it comes too soon."""
        config = self._config
        if group:
            self._spend(chat_id, config.group_per_minute, config.group_per_minute / 60)
        else:
            self._spend(chat_id, config.chat_burst, config.chat_rate)
        self._spend("all", config.total_burst, config.total_rate)

    def _spend(self, key: str, burst: int, rate: float) -> None:
        if not burst or not rate:
            return
        now = self._clock.now()
        bucket = self._buckets.setdefault(key, _Bucket(float(burst), now))
        bucket.tokens = min(burst, bucket.tokens + (now - bucket.at) * rate)
        bucket.at = now
        if bucket.tokens < 1:
            raise too_many(max(1, ceil((1 - bucket.tokens) / rate)))
        bucket.tokens -= 1
