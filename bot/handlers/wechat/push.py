"""What the webhook must know of a decrypted push before it is stored: whose it is, and its key for duplicates."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.handlers.wechat import markup

OPENID = re.compile(r"[A-Za-z0-9_@.\-]{1,64}")
_SALVAGE = re.compile(rb"<FromUserName>\s*(?:<!\[CDATA\[)?\s*([A-Za-z0-9_@.\-]{1,64})\s*(?:\]\]>|<)")

_LONGEST_KEY = 180
_SILENT = frozenset({"location", "unsubscribe", "templatesendjobfinish"})
"""Events nobody may be answered at: the platform forbids it for LOCATION, the others have no reader."""


@dataclass(frozen=True, slots=True)
class Push:
    """`sender` is the openid ("" when not even that can be read), `account` whom they wrote to (gh_…).

    `silent`: nothing but `success` may be answered. `readable` is false for an authentic body that is not a
    push as documented; it is kept under a hash so that nothing is lost.
    """

    key: str
    sender: str
    account: str
    silent: bool
    readable: bool


def read(body: bytes) -> Push:
    """The push's key: `openid|MsgId` for messages, `openid|CreateTime|Event|EventKey` for events."""
    fields = markup.leaves(body) or {}
    sender = fields.get("FromUserName", "")
    key = _key(sender, fields) if OPENID.fullmatch(sender) else ""
    if not key:
        return _unreadable(body)
    silent = _is_event(fields) and fields["Event"].lower() in _SILENT
    return Push(key, sender, fields.get("ToUserName", ""), silent, True)


def _is_event(fields: Mapping[str, str]) -> bool:
    return fields.get("MsgType", "").lower() == "event"


def _key(sender: str, fields: Mapping[str, str]) -> str:
    if not _is_event(fields):
        number = fields.get("MsgId", "")
        return _bounded(f"{sender}|{number}") if number and fields.get("MsgType") else ""
    at, event = fields.get("CreateTime", ""), fields.get("Event", "")
    subject = fields.get("EventKey") or fields.get("MsgID", "")
    return _bounded(f"{sender}|{at}|{event}|{subject}") if at and event else ""


def _bounded(key: str) -> str:
    """A VIEW's EventKey is a whole address of up to 1,024 bytes; a key is a column."""
    if len(key) <= _LONGEST_KEY:
        return key
    return f"{key[:100]}|{hashlib.sha256(key.encode()).hexdigest()}"


def _unreadable(body: bytes) -> Push:
    found = _SALVAGE.search(body)
    sender = found.group(1).decode("ascii") if found else ""
    return Push(f"{sender}|sha256:{hashlib.sha256(body).hexdigest()}", sender, "", True, False)
