"""Files people sent, fetched by their handle from the platform's own host and nowhere else."""

from typing import Final
from urllib.parse import quote

from aiogram import Bot
from aiogram.methods import GetFile

from bot.channel import ChannelDown, PermanentFailure, SendFailure, TemporaryFailure, UnknownOutcome
from bot.handlers.telegram import client, failures

PLATFORM_CAP: Final = 20 * 1024 * 1024
"""getFile serves no larger files (Bot API server, MAX_DOWNLOAD_FILE_SIZE)."""
DOWNLOAD_S: Final = 20
"""As long as a letter waits for its media."""


async def fetch(bot: Bot, session: client.ApiSession, handle: str, limit: int) -> bytes:
    """The file's bytes, at most `limit`. A read changes nothing, so an unknown outcome is only "not now"."""
    cap = min(limit, PLATFORM_CAP)
    try:
        path = await _path(bot, handle, cap)
        status, body = await session.exchange(
            "GET", session.api.file_url(bot.token, path), client.Call(cap, DOWNLOAD_S)
        )
    except UnknownOutcome as failure:
        retry = TemporaryFailure(failure.code, failures.PAUSE_S)
    else:
        return _checked(status, body)
    raise retry


async def _path(bot: Bot, handle: str, cap: int) -> str:
    if not handle:
        raise PermanentFailure("no_file")
    file = await bot(GetFile(file_id=handle))
    if (client.field(file, "file_size") or 0) > cap:
        raise PermanentFailure(failures.TOO_LARGE)
    return _safe(client.field(file, "file_path"))


def _safe(path: object) -> str:
    """A path below the bot's own files: another would take the token to a URL of the answer's choosing."""
    if not isinstance(path, str) or not path or path.startswith("/") or ".." in path.split("/"):
        raise PermanentFailure("bad_path")
    return quote(path, safe="/")


def _checked(status: int, body: bytes | None) -> bytes:
    if status != 200:
        raise _refusal(status)
    if body is None:
        raise PermanentFailure(failures.TOO_LARGE)
    return body


def _refusal(status: int) -> SendFailure:
    if status == 401:
        return ChannelDown("token_refused", failures.DOWN_S)
    if status in (403, 404, 410):
        return PermanentFailure("gone")
    return TemporaryFailure("download_failed", failures.LONG_PAUSE_S)
