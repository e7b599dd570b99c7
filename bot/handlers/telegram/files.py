"""Files in Telegram messages: which handle fetches them, and what is known before fetching."""

from collections.abc import Mapping

from backoffice.kernel.messages import MediaKind
from bot.handlers.telegram import fields
from bot.incoming import File

KINDS: Mapping[str, MediaKind] = {
    "voice": MediaKind.VOICE,
    "audio": MediaKind.FILE,
    "video": MediaKind.VIDEO,
    "video_note": MediaKind.VIDEO,
    "animation": MediaKind.VIDEO,
    "document": MediaKind.FILE,
}
"""Looked for in this order: an animation carries a `document` as well, for old bots."""


def photo(message: fields.Json) -> File | None:
    """The largest size of a photo; of a live photo its still picture."""
    sizes = message.get("photo") or fields.obj(message.get("live_photo")).get("photo")
    usable = [size for size in map(fields.obj, fields.items(sizes)) if fields.words(size.get("file_id"))]
    return _file(max(usable, key=_area), MediaKind.PHOTO, message) if usable else None


def attached(message: fields.Json, key: str) -> File | None:
    """What hangs under `key`; a kind we do not know yet is a plain file as long as it has a handle."""
    return _file(fields.obj(message.get(key)), KINDS.get(key, MediaKind.FILE), message)


def _file(found: fields.Json, kind: MediaKind, message: fields.Json) -> File | None:
    handle = fields.words(found.get("file_id"))
    if not handle:
        return None
    return File(
        kind,
        handle,
        name=fields.words(found.get("file_name")),
        mime=fields.words(found.get("mime_type")),
        size=max(0, fields.ident(found.get("file_size")) or 0),
        caption=fields.words(message.get("caption")),
        album=fields.words(message.get("media_group_id")),
    )


def _area(size: fields.Json) -> int:
    return (fields.ident(size.get("width")) or 0) * (fields.ident(size.get("height")) or 0)
