"""Telegram outward: one part, one API call, and every failure in the service's words."""

from datetime import datetime
from typing import Any, Final

import aiohttp
from aiogram import Bot
from aiogram.methods import GetMe

from backoffice.kernel.clock import Clock
from backoffice.kernel.messages import MediaKind
from bot.channel import (
    Envelope,
    Features,
    Health,
    MediaPart,
    Part,
    PermanentFailure,
    PointPart,
    SendFailure,
    Sent,
    TemporaryFailure,
    UnknownOutcome,
    WindowClosed,
)
from bot.handlers.telegram import client, download, failures, methods, updates
from bot.handlers.telegram.config import TelegramConfig
from bot.handlers.telegram.pacing import Gate

UPLOAD_S: Final = 30
"""A call that carries a file, in seconds: 20 MB at 6 Mbit/s; a text has `client.CALL_S`."""

FEATURES = Features(
    buttons=True,
    ask_buttons=True,
    native_map=True,
    moving_map=True,
    text_limit=4096,
    text_unit="utf16",
    caption_limit=1024,
    media=frozenset(MediaKind),
)


class TelegramChannel:
    """`bot.channel.Channel` on the Bot API."""

    def __init__(self, bot: Bot, session: client.ApiSession, clock: Clock) -> None:
        self.bot = bot
        self._session = session
        self._clock = clock
        self._gate = Gate(clock)
        self._last_ok: datetime | None = None
        self._last_error: datetime | None = None
        self._error = ""

    @property
    def name(self) -> str:
        return updates.CHANNEL

    @property
    def features(self) -> Features:
        return FEATURES

    @property
    def health(self) -> Health:
        """The last success and the last trouble of our own calls."""
        return Health(self._last_ok, self._last_error, self._error)

    async def send(self, envelope: Envelope, part: Part) -> Sent:
        """One API call. Raises TemporaryFailure("paced") without a call when the chat or the bulk lane must wait."""
        method = methods.of(envelope.to.address, part)
        self._gate.admit(envelope.to.address, envelope.urgency)
        try:
            result = await self.bot(method, request_timeout=_seconds(part))
        except PermanentFailure as failure:
            return self._settled(failure, part)
        except SendFailure as failure:
            self._trouble(failure, envelope.to.address)
            raise
        self._last_ok = self._clock.now()
        return Sent(_ref(result, part))

    async def nudge(self, envelope: Envelope, waiting: int, locale: str) -> Sent:
        """Telegram has no window and so no paid notice to open it."""
        raise WindowClosed("no_notice")

    async def fetch(self, handle: str, limit: int) -> bytes:
        """A file somebody sent. PermanentFailure("too_large") beyond `limit` or the platform's 20 MB."""
        return await download.fetch(self.bot, self._session, handle, limit)

    async def username(self) -> str:
        """The bot's public name without @ (getMe). Raises `bot.channel.SendFailure`."""
        me = await self.bot(GetMe(), request_timeout=client.CALL_S)
        return str(client.field(me, "username") or "")

    async def answers(self) -> bool:
        """Whether the platform answers at all, be it with a refusal; nobody sees the question."""
        try:
            await self.bot(GetMe(), request_timeout=client.CALL_S)
        except UnknownOutcome:
            return False
        except TemporaryFailure as failure:
            return failure.code == failures.FLOOD
        except SendFailure:
            return True
        return True

    def _settled(self, failure: PermanentFailure, part: Part) -> Sent:
        """The platform answered about this one part, so the channel works; a map that has not moved is shown."""
        self._last_ok = self._clock.now()
        if failure.code == failures.NOT_MODIFIED:
            return Sent(_ref(None, part))
        raise failure

    def _trouble(self, failure: SendFailure, chat: str) -> None:
        self._last_error, self._error = self._clock.now(), failure.code
        if isinstance(failure, TemporaryFailure) and failure.code == failures.FLOOD:
            self._gate.flooded(chat, failure.delay_s)


def build(config: TelegramConfig, http: aiohttp.ClientSession, clock: Clock) -> TelegramChannel:
    """The channel of one bot. `http` stays its owner's to close. ValueError for a token that cannot be one."""
    bot, session = client.connect(config, http)
    return TelegramChannel(bot, session, clock)


def _seconds(part: Part) -> int:
    return UPLOAD_S if isinstance(part, MediaPart) else client.CALL_S


def _ref(result: Any, part: Part) -> str:
    """The message's id; an edit answers with it too, or only with True."""
    ref = client.field(result, "message_id")
    if isinstance(ref, int):
        return str(ref)
    return part.editing if isinstance(part, PointPart) else ""
