"""Temporary media: uploads checked, downloads for three days, videos by address."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from bot.sandbox.files import NewFile, StoredFile, Upload, sniff
from bot.sandbox.model import Json
from bot.sandbox.wechat.account import Account
from bot.sandbox.wechat.errors import ApiError

LIFE = 3 * 86_400.0
# type: (largest size in bytes, media types allowed, error for the wrong type)
KINDS = {
    "image": (10 << 20, {"image/png", "image/jpeg", "image/gif"}, 40009),
    "voice": (2 << 20, {"audio/amr", "audio/mpeg"}, 40006),
    "video": (10 << 20, {"video/mp4"}, 40006),
    "thumb": (64 << 10, {"image/jpeg"}, 40006),
}


class MediaStore:
    """media/upload and media/get."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._world = account.world

    def upload(self, kind: str, upload: Upload | None) -> Json:
        if kind not in KINDS:
            raise ApiError(40004)
        if upload is None or not upload.content:
            raise ApiError(41005)
        largest, allowed, too_big = KINDS[kind]
        mime = sniff(upload.content)
        if mime not in allowed:
            raise ApiError(40005)
        if len(upload.content) > largest:
            raise ApiError(too_big)
        now = self._world.clock.now()
        stored = self._world.files.put(NewFile(upload.content, upload.name, mime, "", kind), now)
        return {"type": kind, "media_id": stored.id, "created_at": int(now)}

    def get(self, media_id: str, base: str) -> web.Response | Json:
        """The bytes, or for a video where they are."""
        stored = self._world.files.get(media_id)
        if stored is None or self._world.clock.now() - stored.at > LIFE:
            raise ApiError(40007)
        if stored.kind == "video":
            return {"video_url": f"{base}/wechat/video/{quote(stored.id)}"}
        return binary(stored)


def binary(stored: StoredFile) -> web.Response:
    disposition = f'attachment; filename="{quote(stored.name)}"'
    return web.Response(
        body=stored.content, content_type=stored.mime, headers={"Content-disposition": disposition}
    )
