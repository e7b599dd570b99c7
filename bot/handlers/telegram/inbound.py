"""Telegram updates, understood: JSON of any age and shape becomes an Incoming, never an exception."""

import re
from datetime import datetime

from backoffice.kernel.exchange import RawUpdate
from bot.handlers.telegram import fields, message, updates, vocabulary
from bot.incoming import Content, Followed, Incoming, Left, Nothing, Pressed, Sender, Unknown

_ANSWER = re.compile(r"q:([A-Za-z0-9_-]{1,50}):([0-9]{1,3})", re.ASCII)
_MENU_KEY = re.compile(r"c:([a-z0-9_]{1,40})", re.ASCII)


class Reader:
    """`bot.channel.Reader` for Telegram, on plain JSON: no model's refusal of a new kind may cost a message."""

    def read(self, raw: RawUpdate) -> Incoming:
        """Understand a stored update; its time is the platform's, or ours of arrival where it names none."""
        update = fields.parse(raw.body) or {}
        happened = updates.event(update)
        who = updates.person(happened)
        return Incoming(
            Sender(raw.sender, fields.words(who.get("first_name")), fields.words(who.get("language_code"))),
            at=_moment(happened) or raw.arrived_at,
            content=_content(updates.kind(update), happened),
            private=updates.private(update),
            ref=_ref(happened),
        )


def _moment(happened: fields.Json) -> datetime | None:
    return fields.moment(happened.get("edit_date")) or fields.moment(happened.get("date"))


def _ref(happened: fields.Json) -> str:
    pressed_on = fields.obj(happened.get("message")).get("message_id")
    ref = fields.ident(happened.get("message_id", pressed_on))
    return "" if ref is None else str(ref)


def _content(kind: str, happened: fields.Json) -> Content:
    if kind in vocabulary.MESSAGES and happened:
        return message.content(happened, edited=kind in vocabulary.EDITS)
    if kind == "callback_query":
        return _pressed(happened)
    if kind == "my_chat_member":
        return _membership(happened)
    if kind in vocabulary.SILENT_UPDATES:
        return Nothing(kind)
    return Unknown(updates.slug(kind) if kind else "empty")


def _pressed(query: fields.Json) -> Content:
    """A button. Its data is forgeable: it names a question, whose owner is checked against the presser."""
    callback, data = fields.words(query.get("id")), fields.words(query.get("data"))
    if answer := _ANSWER.fullmatch(data):
        return Pressed(question=answer[1], digit=answer[2], callback=callback)
    if key := _MENU_KEY.fullmatch(data):
        return Pressed(command=key[1], callback=callback)
    return Unknown("callback_query")


def _membership(change: fields.Json) -> Content:
    """In a private chat it tells only that the bot is blocked or unblocked (Bot API, Update.my_chat_member)."""
    status = fields.obj(change.get("new_chat_member")).get("status")
    if updates.chat(change).get("type") != "private":
        return Nothing("my_chat_member")
    if status in ("kicked", "left"):
        return Left()
    return Followed() if status == "member" else Nothing("my_chat_member")
