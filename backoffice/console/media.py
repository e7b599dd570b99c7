"""Files of a case: photos drawn anew, everything else as a sandboxed download."""

import asyncio
import io
import warnings

from aiohttp import web
from PIL import Image, ImageOps

from backoffice.console import auth, case, security
from backoffice.console.deps import DEPS
from backoffice.console.guard import CASE
from backoffice.kernel import errors
from backoffice.kernel.ids import MediaId

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 40_000_000
MAX_SIDE = 12_000
SHOWN_PX = 1600
JPEG_QUALITY = 82

DECODING: web.AppKey[asyncio.Semaphore] = web.AppKey("console_decoding", asyncio.Semaphore)


class Unreadable(Exception):
    """Not a photo we draw: another format, broken, or too large to decode safely."""


async def show(request: web.Request) -> web.Response:
    """`?as=photo`: drawn anew, without metadata and without anything behind its end. Otherwise a download."""
    deps, media = request.config_dict[DEPS], MediaId(request.match_info["media"])
    body = await deps.media.get(media)
    await case.record(deps, request[auth.SIGN_IN].operator.id, "media.view", f"media:{media}")
    if request.query.get("as") != "photo":
        return download(request[CASE].ref, media, body)
    return await drawn(request, body)


async def queued(request: web.Request) -> web.Response:
    """The file of a message in the general queue, in the same way, while it waits there."""
    deps = request.config_dict[DEPS]
    item = await deps.queries.queue_item(int(request.match_info["item"]))
    if item is None or item.media is None:
        raise errors.NotFound
    media = MediaId(item.media.id)
    body = await deps.media.get(media)
    await case.record(deps, request[auth.SIGN_IN].operator.id, "media.view", f"media:{media}")
    if request.query.get("as") != "photo":
        return download(item.after_ref or "queue", media, body)
    return await drawn(request, body)


async def drawn(request: web.Request, body: bytes) -> web.Response:
    """A photo drawn anew, for the browser alone to show."""
    try:
        async with request.config_dict[DECODING]:
            picture = await asyncio.to_thread(redraw, body)
    except Unreadable as unreadable:
        raise web.HTTPUnsupportedMediaType from unreadable
    return web.Response(
        body=picture, content_type="image/jpeg", headers={"Content-Security-Policy": security.SANDBOX}
    )


def download(ref: str, media: MediaId, body: bytes) -> web.Response:
    """The name is ours: the sender's may be chosen to deceive."""
    headers = {
        "Content-Disposition": f'attachment; filename="{ref}-{media[:8]}{suffix(body)}"',
        "Content-Security-Policy": security.SANDBOX,
    }
    return web.Response(body=body, content_type="application/octet-stream", headers=headers)


_MAGIC = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG", ".png"),
    (b"%PDF-", ".pdf"),
    (b"#!AMR", ".amr"),
    (b"OggS", ".ogg"),
    (b"PK\x03\x04", ".zip"),
)


def suffix(body: bytes) -> str:
    """What the first bytes say, so that the right program opens it; `.bin` when they say nothing."""
    if body[4:8] == b"ftyp":
        return ".mp4"
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return ".webp"
    return next((end for magic, end in _MAGIC if body.startswith(magic)), ".bin")


def redraw(body: bytes) -> bytes:
    """The picture as a new JPEG of at most 1600 px, upright, without metadata. Raises `Unreadable`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _redraw(body)
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError, Warning) as problem:
        raise Unreadable(str(problem)) from problem


def _redraw(body: bytes) -> bytes:
    with Image.open(io.BytesIO(body), formats=FORMATS) as picture:
        width, height = picture.size
        if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
            raise Unreadable(f"{width} × {height} pixels")
        picture.draft("RGB", (SHOWN_PX, SHOWN_PX))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((SHOWN_PX, SHOWN_PX))
        out = io.BytesIO()
        upright.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY)
        return out.getvalue()
