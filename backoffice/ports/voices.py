"""Voices as every browser can play them."""

from typing import Protocol


class Unplayable(Exception):
    """No voice we know, broken, or too long to make playable in time."""


class Voices(Protocol):
    """WeChat sends AMR, Telegram Opus: neither plays everywhere."""

    async def playable(self, body: bytes) -> bytes:
        """The same voice as MP3. Raises `Unplayable`."""
        ...
