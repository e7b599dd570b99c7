"""Paging, words and files."""

from typing import Protocol

from backoffice.kernel.ids import CaseId, MediaId, PersonId
from backoffice.kernel.messages import Message


class Pager(Protocol):
    """Wakes people when the console is not enough. Raises `bot.channel`-free `PageFailed`."""

    async def page(self, level: int, ref: str, what: str) -> None: ...


class PageFailed(Exception):
    """Nobody could be paged over this way; the ladder goes on."""


class Words(Protocol):
    """Message and locale to plain text (implemented by `bot/i18n`)."""

    def text(self, message: Message, locale: str, zone: str = "UTC") -> str: ...


class MediaStore(Protocol):
    """Files, sealed under their case's key, or outside any case under their person's."""

    async def put(
        self, case: CaseId | None, media: MediaId, body: bytes, person: PersonId | None = None
    ) -> None: ...
    async def get(self, media: MediaId) -> bytes: ...
