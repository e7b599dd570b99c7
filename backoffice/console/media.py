"""Files of a case: photos drawn anew, everything else as a sandboxed download."""

from aiohttp import web

from backoffice.console import auth, case, security
from backoffice.console.deps import DEPS
from backoffice.console.guard import CASE
from backoffice.kernel import errors
from backoffice.kernel.ids import MediaId
from backoffice.ports.claims import Unreadable


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
    """A photo drawn anew outside of this process, for the browser alone to show."""
    try:
        picture = await request.config_dict[DEPS].photos.redraw(body)
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
