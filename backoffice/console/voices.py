"""Voices of a case, playable in every browser: made once, sealed under the case's key beside the original."""

from aiohttp import web

from backoffice.console import auth, case
from backoffice.console.deps import DEPS, ConsoleDeps
from backoffice.console.guard import CASE
from backoffice.kernel import errors
from backoffice.kernel.ids import CaseId, MediaId
from backoffice.ports.voices import Unplayable

MADE = "-mp3"
"""After the original's id: the playable one."""


async def play(request: web.Request) -> web.Response:
    """MP3, whole or the range a browser asks for. Heard is seen: it stands in the trail."""
    deps, media = request.config_dict[DEPS], MediaId(request.match_info["media"])
    body = await _playable(deps, request[CASE].id, media)
    await case.record(deps, request[auth.SIGN_IN].operator.id, "media.heard", f"media:{media}")
    return _ranged(request, body)


async def _playable(deps: ConsoleDeps, of: CaseId, media: MediaId) -> bytes:
    made = MediaId(f"{media}{MADE}")
    try:
        return await deps.media.get(made)
    except errors.NotFound:
        body = await deps.media.get(media)
    if deps.voices is None:
        raise web.HTTPUnsupportedMediaType
    try:
        playable = await deps.voices.playable(body)
    except Unplayable as unplayable:
        raise web.HTTPUnsupportedMediaType from unplayable
    await deps.media.put(of, made, playable)
    return playable


def _ranged(request: web.Request, body: bytes) -> web.Response:
    """Browsers jump about in a voice; some play nothing without ranges."""
    headers = {"Accept-Ranges": "bytes"}
    try:
        wanted = request.http_range
    except ValueError:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{len(body)}"})
    if wanted.start is None and wanted.stop is None:
        return web.Response(body=body, content_type="audio/mpeg", headers=headers)
    start, stop, _ = wanted.indices(len(body))
    if start >= stop:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{len(body)}"})
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(body)}"
    return web.Response(body=body[start:stop], status=206, content_type="audio/mpeg", headers=headers)
