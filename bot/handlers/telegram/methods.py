"""A rendered part as the one Bot API call that shows it."""

import math
import re
from typing import Any, Final

from aiogram import types
from aiogram.methods import (
    DeleteMessage,
    EditMessageLiveLocation,
    SendDocument,
    SendLocation,
    SendMessage,
    SendPhoto,
    SendVideo,
    SendVoice,
    TelegramMethod,
)

from backoffice.kernel.messages import Ask, MediaKind
from bot.channel import GonePart, MediaPart, Part, PermanentFailure, PointPart, TextPart, Unreachable
from bot.handlers.telegram import failures, fields

LIVE_MIN_S: Final = 60
LIVE_MAX_S: Final = 86_400
ACCURACY_MAX_M: Final = 1500.0
PHOTO_CAP: Final = 10 * 1024 * 1024
UPLOAD_CAP: Final = 50 * 1024 * 1024
"""Limits of the Bot API: sendLocation, sendPhoto, sending files."""

_SHOWN_AS: dict[MediaKind, frozenset[str]] = {
    MediaKind.PHOTO: frozenset({"", "image/jpeg", "image/png", "image/webp"}),
    MediaKind.VOICE: frozenset({"", "audio/ogg", "audio/opus", "audio/mpeg", "audio/mp4", "audio/x-m4a"}),
    MediaKind.VIDEO: frozenset({"", "video/mp4"}),
}
"""What Telegram plays in place; anything else (AMR, HEIC, 3GP …) goes as a document, which always opens."""

_ASK_FALLBACK = {Ask.LOCATION: "📍", Ask.CONTACT: "☎"}
_UNSAFE_IN_NAME = re.compile(r'[\x00-\x1f\x7f"\\/:;<>|?*]+')
_NAME_LENGTH = 60

Chat = int
Markup = types.InlineKeyboardMarkup | types.ReplyKeyboardMarkup | None


def of(address: str, part: Part) -> TelegramMethod[Any]:
    """The call for `part`. Raises Unreachable for an address that is no chat id, PermanentFailure for a part
    Telegram would certainly refuse."""
    chat = fields.ident(address)
    if not chat:
        raise Unreachable("bad_address")
    if isinstance(part, TextPart):
        return _text(chat, part)
    if isinstance(part, GonePart):
        return DeleteMessage(chat_id=chat, message_id=_shown(part.ref))
    return _point(chat, part) if isinstance(part, PointPart) else _media(chat, part)


def _text(chat: Chat, part: TextPart) -> SendMessage:
    text = fields.words(part.text)
    if not text.strip():
        raise PermanentFailure("empty")
    # A preview would make Telegram open the family's link, which the traveller then sees as "opened".
    quiet = types.LinkPreviewOptions(is_disabled=True)
    markup = _markup(chat, part)
    return SendMessage(
        chat_id=chat, text=text, reply_markup=markup, parse_mode=None, link_preview_options=quiet
    )


def _markup(chat: Chat, part: TextPart) -> Markup:
    """Choices below the text win over the ask: a message carries one keyboard only. Asks work in private chats."""
    if part.buttons:
        rows = [[_button(each.label, each.data)] for each in part.buttons]
        return types.InlineKeyboardMarkup(inline_keyboard=rows)
    if part.ask is None or chat < 0:
        return None
    key = _ask_key(part.ask, fields.words(part.ask_label) or _ASK_FALLBACK[part.ask])
    return types.ReplyKeyboardMarkup(keyboard=[[key]], resize_keyboard=True, one_time_keyboard=True)


def _button(label: str, data: str) -> types.InlineKeyboardButton:
    return types.InlineKeyboardButton(text=fields.words(label), callback_data=data)


def _ask_key(ask: Ask, label: str) -> types.KeyboardButton:
    if ask is Ask.LOCATION:
        return types.KeyboardButton(text=label, request_location=True)
    return types.KeyboardButton(text=label, request_contact=True)


def _point(chat: Chat, part: PointPart) -> SendLocation | EditMessageLiveLocation:
    if not (math.isfinite(part.point.lat) and math.isfinite(part.point.lon)):
        raise PermanentFailure("bad_point")
    lat, lon, accuracy = part.point.lat, part.point.lon, _accuracy(part.accuracy_m)
    if part.editing:
        return EditMessageLiveLocation(
            chat_id=chat,
            message_id=_shown(part.editing),
            latitude=lat,
            longitude=lon,
            horizontal_accuracy=accuracy,
        )
    live = _live(part.live_s)
    return SendLocation(
        chat_id=chat, latitude=lat, longitude=lon, horizontal_accuracy=accuracy, live_period=live
    )


def _shown(editing: str) -> int:
    ref = fields.ident(editing)
    if ref is None:
        raise PermanentFailure(failures.EDIT_GONE)
    return ref


def _accuracy(metres: float | None) -> float | None:
    if metres is None or not metres >= 0:
        return None
    return min(metres, ACCURACY_MAX_M)


def _live(seconds: int) -> int | None:
    return min(max(seconds, LIVE_MIN_S), LIVE_MAX_S) if seconds > 0 else None


def _media(chat: Chat, part: MediaPart) -> TelegramMethod[Any]:
    if not part.body:
        raise PermanentFailure("empty")
    if len(part.body) > UPLOAD_CAP:
        raise PermanentFailure(failures.TOO_LARGE)
    file = types.BufferedInputFile(part.body, filename=_name(part.name))
    caption = fields.words(part.caption) or None
    return _shown_in_place(chat, part, file, caption) or SendDocument(
        chat_id=chat, document=file, caption=caption, parse_mode=None
    )


def _shown_in_place(
    chat: Chat, part: MediaPart, file: types.BufferedInputFile, caption: str | None
) -> TelegramMethod[Any] | None:
    if part.mime.split(";")[0].strip().lower() not in _SHOWN_AS.get(part.kind, frozenset()):
        return None
    if part.kind is MediaKind.VOICE:
        return SendVoice(chat_id=chat, voice=file, caption=caption, parse_mode=None)
    if part.kind is MediaKind.VIDEO:
        return SendVideo(chat_id=chat, video=file, caption=caption, parse_mode=None)
    if len(part.body) > PHOTO_CAP:
        return None
    return SendPhoto(chat_id=chat, photo=file, caption=caption, parse_mode=None)


def _name(name: str) -> str:
    """A file name that cannot break out of its header; its ending survives the cut."""
    clean = _UNSAFE_IN_NAME.sub("_", fields.words(name)).strip(". ")
    return clean[-_NAME_LENGTH:] or "file"
