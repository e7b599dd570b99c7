"""When each channel last worked and what last went wrong."""

from dataclasses import replace
from datetime import datetime

from bot.channel import Health


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
