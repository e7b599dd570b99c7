"""Locations in Telegram messages: pins, live sharing, venues, and somebody else's place passed on."""

import math

from backoffice.kernel.geo import Datum, RawPoint, Source
from bot.handlers.telegram import fields, updates
from bot.incoming import Live, Located

_PASSED_ON = (
    "forward_origin",
    "forward_date",
    "forward_from",
    "forward_from_chat",
    "forward_sender_name",
    "via_bot",
)


def located(message: fields.Json, edited: bool) -> Located | None:
    """A pin or a step of live sharing. Telegram's coordinates are WGS-84. None without coordinates.

    `live_period` is present only while the share runs (Bot API server, JsonLocation): an edit without it ends it.
    """
    place = fields.obj(message.get("location"))
    point = _point(place)
    if point is None:
        return None
    own = not any(key in message for key in _PASSED_ON)
    live = _live(message, edited) if own else None
    source = Source.TELEGRAM_PIN if live is None else Source.TELEGRAM_LIVE
    return Located(point, source, accuracy_m=_accuracy(place), own=own, live=live)


def venue(message: fields.Json) -> Located | None:
    """A place out of a directory: never where the sender is. Its name and address are the label."""
    spot = fields.obj(message.get("venue"))
    point = _point(fields.obj(spot.get("location") or message.get("location")))
    if point is None:
        return None
    label = ", ".join(filter(None, (fields.words(spot.get(key)).strip() for key in ("title", "address"))))
    return Located(point, Source.TELEGRAM_VENUE, label=label, own=False)


def _point(place: fields.Json) -> RawPoint | None:
    lat, lon = fields.number(place.get("latitude")), fields.number(place.get("longitude"))
    return None if lat is None or lon is None else RawPoint(lat, lon, Datum.WGS84)


def _accuracy(place: fields.Json) -> float | None:
    metres = fields.number(place.get("horizontal_accuracy"))
    return metres if metres is not None and math.isfinite(metres) and metres >= 0 else None


def _live(message: fields.Json, edited: bool) -> Live | None:
    period = fields.ident(fields.obj(message.get("location")).get("live_period")) or 0
    if period <= 0 and not edited:
        return None
    chat, ref = updates.chat(message).get("id"), message.get("message_id")
    return Live(max(0, period), f"{fields.ident(chat)}:{fields.ident(ref)}", first=not edited)
