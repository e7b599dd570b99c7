"""A stored WeChat push, understood: decrypted XML becomes an `Incoming`."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from wechatpy import parse_message

from backoffice.kernel import exchange, geo
from backoffice.kernel.messages import MediaKind
from bot import incoming
from bot.handlers.wechat import markup

_log = logging.getLogger(__name__)

_TAP = re.compile(r"q:([A-Za-z0-9_\-]+):([0-9]{1,2})")
_STICKER = "【收到不支持的消息类型，暂无法显示】"
"""What the platform writes into a text message in place of a sticker or another kind it does not pass on."""

_VOICE_MIME = {"amr": "audio/amr", "speex": "audio/speex", "mp3": "audio/mpeg"}

_NOTHING_TO_SAY = frozenset(
    {
        "view",
        "view_miniprogram",
        "location_select",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "masssendjobfinish",
        "publishjobfinish",
        "subscribe_msg_popup_event",
        "subscribe_msg_change_event",
        "subscribe_msg_sent_event",
        "kf_create_session",
        "kf_close_session",
        "kf_switch_session",
    }
)
"""Events that say nothing by themselves: a link was opened, a picker was used (its message follows), a job ended."""


@dataclass(frozen=True, slots=True)
class _Pushed:
    """A parsed push: `kind` is the message type or, for events, wechatpy's lower-case event name."""

    kind: str
    event: bool
    fields: Mapping[str, Any]

    def text(self, name: str) -> str:
        """The field when it is one plain value, else nothing: attributes and repetitions are not values."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> float | None:
        """The field as the float it claims to be (NaN and 91 included), None when it is none."""
        value = self.text(name)
        try:
            return None if "_" in value else float(value)
        except ValueError:
            return None


class Reader:
    """Implements `bot.channel.Reader` for WeChat."""

    def read(self, raw: exchange.RawUpdate) -> incoming.Incoming:
        """Understand a stored push; what cannot be understood is `Unknown`, never an exception."""
        sender = incoming.Sender(raw.sender)
        pushed = _parsed(raw.body)
        if pushed is None:
            return incoming.Incoming(sender, raw.arrived_at, incoming.Unknown("unreadable"))
        ref = "" if pushed.event else pushed.text("MsgId")
        return incoming.Incoming(sender, _at(pushed, raw.arrived_at), _content(pushed), ref=ref)


def _parsed(body: bytes) -> _Pushed | None:
    """wechatpy's parser raises eight different things on bodies it does not expect (measured): all mean the same."""
    if markup.leaves(body) is None:
        return None
    try:
        message = parse_message(markup.clean(body))
        event = message._data["MsgType"].lower() == "event"
        return _Pushed(_kind(message, event), event, dict(message._data))
    except Exception as error:
        _log.warning("a WeChat push could not be parsed: %s", type(error).__name__)
        return None


def _kind(message: Any, event: bool) -> str:
    known = message.event if event and message.type == "event" else ""
    return str(known or message._data.get("Event" if event else "MsgType") or "").lower()


def _at(pushed: _Pushed, arrived_at: datetime) -> datetime:
    """CreateTime (seconds since 1970), or the arrival when it is not a time."""
    try:
        seconds = int(pushed.text("CreateTime"))
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else arrived_at
    except (ValueError, OverflowError, OSError):
        return arrived_at


def _content(pushed: _Pushed) -> incoming.Content:
    if pushed.event:
        return _event(pushed)
    read = _MESSAGES.get(pushed.kind)
    return (read(pushed) if read else None) or incoming.Unknown(pushed.kind or "unreadable")


def _event(pushed: _Pushed) -> incoming.Content:
    if pushed.kind in _NOTHING_TO_SAY:
        return incoming.Nothing(pushed.kind)
    read = _EVENTS.get(pushed.kind)
    return (read(pushed) if read else None) or incoming.Unknown(f"event:{pushed.kind}")


def _text(pushed: _Pushed) -> incoming.Content | None:
    tap = _TAP.fullmatch(pushed.text("bizmsgmenuid"))
    if tap:
        return incoming.Pressed(question=tap.group(1), digit=tap.group(2))
    words = pushed.text("Content")
    return incoming.Text(words) if words and words != _STICKER else None


def _link(pushed: _Pushed) -> incoming.Content | None:
    words = "\n".join(part for part in (pushed.text("Title"), pushed.text("Url")) if part)
    return incoming.Text(words) if words else None


def _file(kind: MediaKind, pushed: _Pushed, mime: str, caption: str = "") -> incoming.File | None:
    handle = pushed.text("MediaId")
    return incoming.File(kind, handle, mime=mime, caption=caption) if handle else None


def _image(pushed: _Pushed) -> incoming.Content | None:
    return _file(MediaKind.PHOTO, pushed, "image/jpeg")


def _voice(pushed: _Pushed) -> incoming.Content | None:
    """Speech recognition is unreliable and being switched off: its words are for a human to read, not for rules."""
    mime = _VOICE_MIME.get(pushed.text("Format").lower(), "")
    return _file(MediaKind.VOICE, pushed, mime, pushed.text("Recognition"))


def _video(pushed: _Pushed) -> incoming.Content | None:
    return _file(MediaKind.VIDEO, pushed, "video/mp4")


def _pin(pushed: _Pushed) -> incoming.Content | None:
    """Location_X is the LATITUDE. GCJ-02 is what Tencent's picker claims; the business converts."""
    lat, lon = pushed.number("Location_X"), pushed.number("Location_Y")
    if lat is None or lon is None:
        return None
    point = geo.RawPoint(lat, lon, geo.Datum.GCJ02)
    return incoming.Located(point, geo.Source.WECHAT_PIN, label=pushed.text("Label"))


def _reported(pushed: _Pushed) -> incoming.Content | None:
    """The unasked LOCATION event: a GPS reading by most accounts, hence WGS-84; only ever a hint."""
    lat, lon = pushed.number("Latitude"), pushed.number("Longitude")
    if lat is None or lon is None:
        return None
    point = geo.RawPoint(lat, lon, geo.Datum.WGS84)
    return incoming.Located(point, geo.Source.WECHAT_AUTO, pushed.number("Precision"), automatic=True)


def _followed(pushed: _Pushed) -> incoming.Content:
    return incoming.Followed()


def _scanned(pushed: _Pushed) -> incoming.Content:
    """wechatpy has already taken `qrscene_` off a follow by QR code."""
    return incoming.Followed(pushed.text("EventKey"))


def _left(pushed: _Pushed) -> incoming.Content:
    return incoming.Left()


def _clicked(pushed: _Pushed) -> incoming.Content | None:
    key = pushed.text("EventKey")
    return incoming.Pressed(command=key) if key else None


def _receipt(pushed: _Pushed) -> incoming.Content:
    """Status is `success`, `failed:user block` or another `failed…`."""
    status = pushed.text("Status")
    return incoming.Receipt(pushed.text("MsgID"), status == "success", status)


_Read = Callable[[_Pushed], incoming.Content | None]

_MESSAGES: Mapping[str, _Read] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _pin,
    "link": _link,
}

_EVENTS: Mapping[str, _Read] = {
    "subscribe": _followed,
    "subscribe_scan": _scanned,
    "scan": _scanned,
    "unsubscribe": _left,
    "location": _reported,
    "click": _clicked,
    "templatesendjobfinish": _receipt,
}
