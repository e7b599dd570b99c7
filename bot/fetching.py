"""Fetches the files people sent, at once: platforms keep them for days only."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from backoffice import ports
from backoffice.kernel.clock import Clock
from backoffice.kernel.ids import CaseId, MediaId, PersonId
from bot.channel import PermanentFailure, SendFailure, TemporaryFailure

log = logging.getLogger(__name__)
LIMIT = 20 * 2**20
"""20 MB: what Telegram lets a bot fetch and what business.md stores."""
AT_ONCE = 4
MOST_ATTEMPTS = 30
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 600.0


class Fetch(Protocol):
    @property
    def id(self) -> MediaId: ...
    @property
    def case(self) -> CaseId | None: ...
    @property
    def person(self) -> PersonId | None: ...
    @property
    def channel(self) -> str: ...
    @property
    def handle(self) -> str: ...
    @property
    def attempts(self) -> int: ...


class Fetches(Protocol):
    async def claim(self, now: datetime, limit: int) -> Sequence[Fetch]: ...
    async def ready(self, media: MediaId) -> None: ...
    async def failed(self, media: MediaId, error: str) -> None: ...
    async def again(self, media: MediaId, error: str, due: datetime) -> None: ...


class Source(Protocol):
    """Where files come from: a channel, or our own drawing."""

    async def fetch(self, handle: str, limit: int) -> bytes: ...


class Fetching:
    """Takes due fetches and puts their files in the media store."""

    def __init__(
        self, fetches: Fetches, sources: Mapping[str, Source], store: ports.MediaStore, clock: Clock
    ) -> None:
        self._fetches = fetches
        self._sources = sources
        self._store = store
        self._clock = clock

    async def step(self) -> int:
        """Fetch what is due, side by side; returns how many were tried."""
        found = await self._fetches.claim(self._clock.now(), AT_ONCE)
        await asyncio.gather(*(self._one(fetch) for fetch in found))
        return len(found)

    async def _one(self, fetch: Fetch) -> None:
        """One that breaks us (disk full, channel switched off) is tried again and holds up no other."""
        try:
            await self._fetch(fetch)
        except PermanentFailure as failure:
            await self._fetches.failed(fetch.id, failure.code)
        except SendFailure as failure:
            await self._again(fetch, failure)
        except Exception:
            log.exception("file %s could not be fetched or kept", fetch.id)
            await self._again(fetch, SendFailure("broken"))

    async def _fetch(self, fetch: Fetch) -> None:
        body = await self._sources[fetch.channel].fetch(fetch.handle, LIMIT)
        await self._store.put(fetch.case, fetch.id, body, fetch.person)
        await self._fetches.ready(fetch.id)

    async def _again(self, fetch: Fetch, failure: SendFailure) -> None:
        if fetch.attempts >= MOST_ATTEMPTS:
            await self._fetches.failed(fetch.id, failure.code)
            return
        pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(fetch.attempts - 1, 10))
        if isinstance(failure, TemporaryFailure):
            pause = max(failure.delay_s, FIRST_PAUSE_S)
        await self._fetches.again(fetch.id, failure.code, self._clock.now() + timedelta(seconds=pause))
