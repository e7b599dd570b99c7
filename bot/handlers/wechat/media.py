"""Pictures, voices and films on their way to and from the platform's temporary store (three days)."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from backoffice.kernel import clock as clocks
from backoffice.kernel.messages import MediaKind
from bot import channel
from bot.handlers.wechat import errors, transport, wire

_GOOD_FOR = timedelta(days=2)
_REMEMBERED = 256
_DOWNLOAD_S = 20.0
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Format:
    """What the platform takes as one kind: its name for it, most bytes, media type -> file ending."""

    name: str
    largest: int
    endings: Mapping[str, str]


FORMATS: Mapping[MediaKind, Format] = {
    MediaKind.PHOTO: Format(
        "image", 10 * _MEGABYTE, {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}
    ),
    MediaKind.VOICE: Format(
        "voice", 2 * _MEGABYTE, {"audio/amr": "amr", "audio/mpeg": "mp3", "audio/mp3": "mp3"}
    ),
    MediaKind.VIDEO: Format("video", 10 * _MEGABYTE, {"video/mp4": "mp4"}),
}
"""After api_uploadtempmedia; the same page also says 2 MB for images: the service's own pictures stay below."""


def taken(kind: MediaKind, mime: str, size: int) -> bool:
    """Whether the platform takes a file of this media type and size (bytes) as this kind."""
    known = FORMATS.get(kind)
    return known is not None and _plain(mime) in known.endings and 0 < size <= known.largest


def _plain(mime: str) -> str:
    return mime.split(";")[0].strip().lower()


def check(part: channel.MediaPart) -> None:
    """Raises `PermanentFailure` for what the platform would refuse: kind, format, size, a caption under a picture."""
    known = FORMATS.get(part.kind)
    if known is None or _plain(part.mime) not in known.endings:
        raise channel.PermanentFailure("format not taken")
    if not 0 < len(part.body) <= known.largest:
        raise channel.PermanentFailure("size not taken")
    if part.caption and part.kind is not MediaKind.VIDEO:
        raise channel.PermanentFailure("caption not taken")


class Uploads:
    """Uploads each body once while its media id is good: a repeated send or a wave of thirty needs no second one."""

    def __init__(self, client: transport.AsyncWeChatClient, clock: clocks.Clock) -> None:
        self._client = client
        self._clock = clock
        self._known: OrderedDict[str, tuple[str, datetime]] = OrderedDict()

    async def media_id(self, part: channel.MediaPart) -> str:
        """Raises the failures of `bot.channel`, never `UnknownOutcome`: an upload shows nobody anything."""
        digest = hashlib.sha256(part.body).hexdigest()
        known, until = self._known.get(digest, ("", self._clock.now()))
        if until > self._clock.now():
            return known
        try:
            found = await self._uploaded(part)
        except channel.UnknownOutcome as error:
            raise errors.not_taken(error) from None
        self._remember(digest, found)
        return found

    def forget(self, media_id: str) -> None:
        """The platform does not know this one any more."""
        for digest in [digest for digest, (known, _) in self._known.items() if known == media_id]:
            del self._known[digest]

    async def _uploaded(self, part: channel.MediaPart) -> str:
        known = FORMATS[part.kind]
        mime = _plain(part.mime)
        file: transport.File = (f"{part.kind}.{known.endings[mime]}", part.body, mime)
        result: dict[str, Any] = await self._client.media.upload(known.name, file)
        media_id = result.get("media_id")
        if not isinstance(media_id, str) or not media_id:
            raise channel.UnknownOutcome("no media id")
        return media_id

    def _remember(self, digest: str, media_id: str) -> None:
        self._known[digest] = (media_id, self._clock.now() + _GOOD_FOR)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


class Downloads:
    """Fetches what somebody sent, by its MediaId from the API's own host, never by an address out of a message."""

    def __init__(
        self, client: transport.AsyncWeChatClient, http: aiohttp.ClientSession, api_base: str
    ) -> None:
        self._client = client
        self._http = http
        self._api = urlsplit(api_base)

    async def fetch(self, handle: str, limit: int) -> bytes:
        """The file, at most `limit` bytes. Raises the failures of `bot.channel`, never `UnknownOutcome`."""
        try:
            result = await self._client.get("media/get", params={"media_id": handle}, limit=limit)
            return result if isinstance(result, bytes) else await self._film(result, limit)
        except channel.UnknownOutcome as error:
            raise errors.not_taken(error) from None

    async def _film(self, result: Mapping[str, Any], limit: int) -> bytes:
        """A film comes as an address in JSON; it counts only on the platform's own hosts."""
        url = result.get("video_url") or result.get("down_url")
        if not isinstance(url, str) or not self._is_the_platforms(url):
            raise channel.PermanentFailure("foreign address")
        reply = await wire.exchange(self._http, wire.Call("GET", url, timeout_s=_DOWNLOAD_S, limit=limit))
        if reply.status != 200:
            raise channel.UnknownOutcome(f"http {reply.status}")
        return reply.body

    def _is_the_platforms(self, url: str) -> bool:
        """Plain http is let through: the platform's page on films says they cannot be had otherwise."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            return False
        if (parts.scheme, host, port) == (self._api.scheme, self._api.hostname, self._api.port):
            return True
        return parts.scheme in ("http", "https") and port in (None, 80, 443) and host.endswith(".qq.com")
