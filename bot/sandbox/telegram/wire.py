"""Bot API objects as JSON: users, chats, messages, files."""

from __future__ import annotations

from typing import Any

from bot.sandbox.config import TelegramConfig
from bot.sandbox.files import StoredFile
from bot.sandbox.model import Person, Point

Json = dict[str, Any]


def bot_id(config: TelegramConfig) -> int:
    head = config.token.partition(":")[0]
    return int(head) if head.isdigit() else 1


def bot_user(config: TelegramConfig) -> Json:
    return {"id": bot_id(config), "is_bot": True, "first_name": config.name, "username": config.username}


def user(person: Person) -> Json:
    shown: Json = {"id": int(person.id), "is_bot": False, "first_name": person.name}
    return shown | ({"language_code": person.language_code} if person.language_code else {})


def chat(person: Person) -> Json:
    if person.group:
        kind = "supergroup" if person.id.startswith("-100") else "group"
        return {"id": int(person.id), "title": person.name, "type": kind}
    return {"id": int(person.id), "first_name": person.name, "type": "private"}


def location(point: Point) -> Json:
    """`live_period` is there only while the share is active: its absence in an edit means stopped."""
    shown: Json = {"latitude": point.lat, "longitude": point.lon}
    if point.live_period:
        shown["live_period"] = point.live_period
    if point.accuracy is not None:
        shown["horizontal_accuracy"] = point.accuracy
    return shown | ({"heading": point.heading} if point.heading is not None else {})


def file(stored: StoredFile) -> Json:
    return {"file_id": stored.id, "file_unique_id": stored.unique_id, "file_size": stored.declared_size}


def attachment(kind: str, stored: StoredFile) -> Json:
    """The message field(s) for a file sent as photo, voice, video, document, sticker or video_note."""
    base = file(stored)
    if kind == "photo":
        return {"photo": _sizes(stored)}
    if kind == "voice":
        return {"voice": base | {"duration": stored.duration, "mime_type": stored.mime}}
    if kind == "video":
        size = {"width": stored.width or 1280, "height": stored.height or 720, "duration": stored.duration}
        return {"video": base | size | {"mime_type": stored.mime, "file_name": stored.name}}
    if kind == "sticker":
        looks = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return {"sticker": base | looks | {"emoji": "🆘"}}
    return {"document": base | {"file_name": stored.name, "mime_type": stored.mime}}


def _sizes(stored: StoredFile) -> list[Json]:
    """Photos come in several sizes, the largest last, each with its own file."""
    shown = [] if stored.small is None else [stored.small]
    return [
        file(entry) | {"width": entry.width or 1280, "height": entry.height or 960}
        for entry in [*shown, stored]
    ]
