"""When each channel last worked, what last went wrong, and whether it answers at all."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from backoffice.kernel.clock import Clock
from bot.channel import Channel, Health

ASK_AGAIN = timedelta(seconds=2)
"""A platform that does not answer is asked again after this."""


class Healths:
    """In memory: a restart starts from "not known yet"."""

    def __init__(self, channels: tuple[str, ...]) -> None:
        self._by = {name: Health(None, None, "") for name in channels}

    def succeeded(self, channel: str, at: datetime) -> None:
        self._by[channel] = replace(self._by[channel], last_ok=at)

    def failed(self, channel: str, at: datetime, error: str) -> None:
        self._by[channel] = replace(self._by[channel], last_error=at, error=error)

    def all(self) -> dict[str, Health]:
        return dict(self._by)


@runtime_checkable
class Answering(Protocol):
    """A channel that can be asked whether its platform answers, by a call that shows nobody anything."""

    async def answers(self) -> bool: ...


@dataclass
class _Trouble:
    """`until`: nothing is sent before. `doubtful`: the platform must answer a question first."""

    code: str
    until: datetime
    doubtful: bool
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Troubles:
    """Channels that are out. While one is, no letter is risked on it: an unknown outcome may be said twice."""

    def __init__(self, channels: Mapping[str, Channel], clock: Clock) -> None:
        self._channels = channels
        self._clock = clock
        self._by: dict[str, _Trouble] = {}

    def down(self, channel: str, code: str, delay_s: float) -> bool:
        """The platform refuses everything for so long. True when that is news."""
        known = self._by.get(channel)
        self._by[channel] = _Trouble(code, self._clock.now() + timedelta(seconds=delay_s), doubtful=False)
        return known is None or known.code != code

    def doubtful(self, channel: str, code: str) -> None:
        """An outcome was unknown: before anything more is sent the platform is asked whether it answers."""
        if channel not in self._by and isinstance(self._channels[channel], Answering):
            self._by[channel] = _Trouble(code, self._clock.now(), doubtful=True)

    def over(self, channel: str) -> None:
        """Something went through."""
        self._by.pop(channel, None)

    async def wait_s(self, channel: str) -> float:
        """0.0 when a letter may go, else the seconds after which to look again."""
        trouble = self._by.get(channel)
        if trouble is None:
            return 0.0
        if trouble.doubtful:
            async with trouble.asking:
                await self._ask(channel, trouble)
        elif trouble.until <= self._clock.now():
            return 0.0
        return self._left(channel)

    def code(self, channel: str) -> str:
        trouble = self._by.get(channel)
        return trouble.code if trouble else ""

    def _left(self, channel: str) -> float:
        trouble = self._by.get(channel)
        left = (trouble.until - self._clock.now()).total_seconds() if trouble else 0.0
        return max(left, 0.0)

    async def _ask(self, channel: str, trouble: _Trouble) -> None:
        """One question for all letters that wait; the next one not before `ASK_AGAIN`."""
        asked = self._channels[channel]
        if self._by.get(channel) is not trouble or trouble.until > self._clock.now():
            return
        if isinstance(asked, Answering) and not await asked.answers():
            trouble.until = self._clock.now() + ASK_AGAIN
        elif self._by.get(channel) is trouble:
            self.over(channel)
