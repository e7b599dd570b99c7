"""The way out to WeChat: customer-service messages under the ledger, the class template when the window is shut."""

import hashlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from backoffice.kernel import clock as clocks
from backoffice.kernel.messages import MediaKind
from bot import channel
from bot.handlers.wechat import errors, maplink, media, notice, reply, tokens, transport, window, wire
from bot.handlers.wechat.config import WechatConfig

TEXT_BYTES = 2000
"""What rendering may put in one text; the platform measures 2,047 or 2,048 (error 45002)."""

FEATURES = channel.Features(
    buttons=False,
    ask_buttons=False,
    native_map=False,
    moving_map=False,
    text_limit=TEXT_BYTES,
    text_unit="bytes",
    caption_limit=0,
    media=frozenset(media.FORMATS),
    joins=True,
)

_NOTICE_UNUSABLE = frozenset({"40037", "40200", "47003", "48001"})
_log = logging.getLogger(__name__)
_Call = Callable[[], Awaitable[dict[str, Any]]]


class WechatChannel:
    """Implements `bot.channel.Channel`. Nothing here waits and repeats: delivery does."""

    def __init__(
        self,
        config: WechatConfig,
        client: transport.AsyncWeChatClient,
        clock: clocks.Clock,
        windows: window.Windows,
        uploads: media.Uploads,
        downloads: media.Downloads,
        to_gcj: maplink.ToGcj,
        words: notice.Words,
    ) -> None:
        self.client = client
        self._config = config
        self._clock = clock
        self._windows = windows
        self._uploads = uploads
        self._downloads = downloads
        self._to_gcj = to_gcj
        self._words = words

    @property
    def name(self) -> str:
        return "wechat"

    @property
    def features(self) -> channel.Features:
        return FEATURES

    async def send(self, envelope: channel.Envelope, part: channel.Part) -> channel.Sent:
        """One customer-service message (after an upload where there is a file). It has no key against repeats:
        a time-out after writing is `UnknownOutcome`. `WindowClosed` when the ledger or the platform says so."""
        if isinstance(part, channel.MediaPart):
            media.check(part)
            return await self._metered(envelope, lambda: self._file(envelope, part))
        if isinstance(part, channel.GonePart):
            raise channel.PermanentFailure("nothing said can be taken back")
        text = part.text if isinstance(part, channel.TextPart) else self._point(part)
        if not text.strip() or not reply.fits(text):
            raise channel.PermanentFailure("length not taken")
        to = envelope.to.address
        return await self._metered(envelope, lambda: self.client.message.send_text(to, text))

    async def nudge(self, envelope: channel.Envelope, waiting: int, locale: str) -> channel.Sent:
        """The class template; the platform sends one `client_msg_id` once in 10 min, so a repeat is harmless."""
        if not self._config.notice_template:
            raise channel.WindowClosed("no template")
        try:
            result = await self._notice(envelope, envelope.brief or self._words(waiting, locale))
        except channel.SendFailure as error:
            return _notice_failed(error)
        return channel.Sent(str(result.get("msgid", "")))

    async def fetch(self, handle: str, limit: int) -> bytes:
        """A file somebody sent (MediaId), at most `limit` bytes."""
        return await self._downloads.fetch(handle, limit)

    def takes(self, kind: MediaKind, mime: str, size: int) -> bool:
        """Whether the platform plays such a file; it converts nothing (no Ogg, no HEIC, no WebP)."""
        return media.taken(kind, mime, size)

    async def answers(self) -> bool:
        """Whether the platform answers at all, be it with a refusal: the menu is asked for, nobody sees it."""
        try:
            await self.client.menu.get()
        except channel.UnknownOutcome:
            return False
        except channel.TemporaryFailure as failure:
            return failure.code != wire.NO_CONNECTION
        except channel.SendFailure:
            return True
        return True

    async def _metered(self, envelope: channel.Envelope, call: _Call) -> channel.Sent:
        """Counted before the call, uncounted when it was certainly not taken, corrected when the platform knows."""
        to = envelope.to.address
        if not await self._windows.reserve(to, self._clock.now(), window.keep(envelope.critical)):
            raise channel.WindowClosed("ledger")
        try:
            result = await call()
            if result.get("errcode") != 0:
                raise channel.UnknownOutcome("no errcode")
        except channel.SendFailure as failure:
            await self._correct(to, failure)
            raise
        return channel.Sent(str(result.get("msgid", "")))

    async def _correct(self, address: str, failure: channel.SendFailure) -> None:
        if isinstance(failure, channel.WindowClosed):
            await self._windows.close(address, exhausted=failure.code == errors.COUNT_USED)
        elif isinstance(failure, channel.Unreachable):
            await self._windows.close(address, exhausted=False)
        elif not isinstance(failure, channel.UnknownOutcome):
            await self._windows.give_back(address)

    async def _file(self, envelope: channel.Envelope, part: channel.MediaPart) -> dict[str, Any]:
        media_id = await self._uploads.media_id(part)
        try:
            return await self._send_file(envelope.to.address, part, media_id)
        except channel.PermanentFailure as error:
            if error.code != errors.BAD_MEDIA:
                raise
            self._uploads.forget(media_id)
            raise channel.TemporaryFailure(error.code, errors.NETWORK_S) from None

    async def _send_file(self, to: str, part: channel.MediaPart, media_id: str) -> dict[str, Any]:
        message = self.client.message
        if part.kind is MediaKind.VIDEO:
            return await message.send_video(to, media_id, part.name, part.caption)  # type: ignore[no-any-return]
        send = message.send_image if part.kind is MediaKind.PHOTO else message.send_voice
        return await send(to, media_id)  # type: ignore[no-any-return]

    def _point(self, part: channel.PointPart) -> str:
        point = part.point
        link = maplink.map_link(point, "", self._to_gcj)
        return f"📍 {point.lat:.6f}, {point.lon:.6f} (WGS-84)\n{link}"

    async def _notice(self, envelope: channel.Envelope, words: str) -> dict[str, Any]:
        body = {
            "touser": envelope.to.address,
            "template_id": self._config.notice_template,
            "client_msg_id": hashlib.sha256(envelope.key.encode()).hexdigest()[:32],
            "data": {self._config.notice_field: {"value": words[: notice.LONGEST]}},
        }
        return await self.client.post("message/template/send", data=body)  # type: ignore[no-any-return]


def _notice_failed(error: channel.SendFailure) -> channel.Sent:
    """A repeat within 60 s has reached them; a template the account may not use is as good as none."""
    if error.code == errors.REPEATED_NOTICE:
        return channel.Sent()
    if error.code in _NOTICE_UNUSABLE:
        _log.error("the WeChat notice template cannot be used: %s", error.code)
        raise channel.WindowClosed(error.code) from None
    raise errors.not_taken(error) from None


def build(
    config: WechatConfig,
    http_session: aiohttp.ClientSession,
    clock: clocks.Clock,
    tokens: tokens.TokenStore,
    windows: window.Windows,
    to_gcj: maplink.ToGcj,
    words: notice.Words = notice.words,
) -> WechatChannel:
    """The channel of one account. `tokens` and `windows` are storage's; `words` says the notice."""
    client = transport.connect(config, http_session, clock, tokens)
    uploads = media.Uploads(client, clock)
    downloads = media.Downloads(client, http_session, config.api_base)
    return WechatChannel(config, client, clock, windows, uploads, downloads, to_gcj, words)
