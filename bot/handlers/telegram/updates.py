"""What kind of update it is and whose: decided in one place, for the webhook's lane and for the reader."""

import re

from backoffice.kernel.exchange import Address
from bot.handlers.telegram import fields, vocabulary

CHANNEL = "telegram"
NOBODY = ""
"""Address of an update that names neither a person nor a chat."""

_UNSAFE = re.compile(r"[^a-z0-9_]")
_FOREIGN = frozenset({"business_message", "edited_business_message", "guest_message"})
"""Messages of somebody's conversation with others, seen through the bot: never a private word to us."""


def slug(name: str) -> str:
    """A kind's name that is safe in logs and notes."""
    return _UNSAFE.sub("", name.lower())[:40] or "unknown"


def kind(update: fields.Json) -> str:
    """What happened: the kind we know, else the first key beside `update_id`, "" when there is none."""
    keys = [key for key in update if key != "update_id"]
    return next((key for key in keys if key in vocabulary.UPDATES), keys[0] if keys else "")


def event(update: fields.Json) -> fields.Json:
    return fields.obj(update.get(kind(update)))


def person(happened: fields.Json) -> fields.Json:
    """Who did it: `from`, in reactions and poll answers `user`."""
    return fields.obj(happened.get("from") or happened.get("user"))


def chat(happened: fields.Json) -> fields.Json:
    """Where; a callback's chat is its message's, be that inaccessible."""
    return fields.obj(happened.get("chat") or fields.obj(happened.get("message")).get("chat"))


def private(update: fields.Json) -> bool:
    """Whether it was said to the bot alone. Without a chat (callback of an inline message) the presser is alone."""
    where = chat(event(update))
    if kind(update) in _FOREIGN:
        return False
    if "type" in where:
        return bool(where["type"] == "private")
    return (fields.ident(where.get("id")) or 0) >= 0


def sender(update: fields.Json) -> Address:
    """Whose order the update keeps: the person who acts, the chat when the platform hides or has no person.

    A chat that moved speaks for itself, not for who moved it; `from` beside `sender_chat` is a stand-in
    (Bot API, Message.from: "a fake sender user in non-channel chats").
    """
    happened = event(update)
    of_chat = "sender_chat" in happened or "migrate_to_chat_id" in happened
    who = None if of_chat else fields.ident(person(happened).get("id"))
    if who is None:
        who = fields.ident(chat(happened).get("id"))
    return Address(CHANNEL, NOBODY if who is None else str(who))
