"""What one Telegram message says, in the service's words."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.handlers.telegram import checkout, fields, files, places, rich, updates, vocabulary
from bot.incoming import Contact, Content, File, Followed, Located, Moved, Nothing, Pressed, Text, Unknown

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]{3,64})?(?:\s+(.*))?", re.DOTALL)
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")


@dataclass(frozen=True, slots=True)
class _Said:
    body: fields.Json
    edited: bool


def content(body: fields.Json, edited: bool = False) -> Content:
    """The content of a message. What cannot be read as its kind is tried as the next; nothing is dropped."""
    said = _Said(body, edited)
    found = (reader(said) for key, reader in _READERS if key in body)
    return next((each for each in found if each is not None), None) or _leftover(body)


def _paid(said: _Said) -> Content:
    return checkout.paid(said.body["successful_payment"])


def _moved(said: _Said) -> Moved | None:
    to = fields.ident(said.body["migrate_to_chat_id"])
    return None if to is None else Moved(str(to))


def _located(said: _Said) -> Located | None:
    return places.located(said.body, said.edited)


def _venue(said: _Said) -> Located | None:
    return places.venue(said.body)


def _photo(said: _Said) -> File | None:
    return files.photo(said.body)


def _attached(key: str) -> Callable[[_Said], File | None]:
    return lambda said: files.attached(said.body, key)


def _contact(said: _Said) -> Contact | None:
    card = fields.obj(said.body["contact"])
    phone = fields.words(card.get("phone_number")).strip()
    owner = fields.ident(card.get("user_id"))
    # Telegram derives `user_id` from the number itself, so an equal id vouches for the number.
    own = owner is not None and owner == fields.ident(updates.person(said.body).get("id"))
    return Contact(phone, own) if phone else None


def _sticker(said: _Said) -> Text | None:
    emoji = fields.words(fields.obj(said.body["sticker"]).get("emoji"))
    return Text(emoji) if emoji else None


def _text(said: _Said) -> Content | None:
    text = fields.words(said.body["text"])
    command = None if said.edited else _COMMAND.fullmatch(text.strip())
    if command:
        return _command(command, text)
    return Text(text, edited=said.edited) if text else None


def _command(match: re.Match[str], text: str) -> Content:
    """A menu key, when it stands alone: words behind it (`/sos my leg is broken`) would be lost on a key.

    A /start payload comes from a link (up to 64 of A-Za-z0-9_-, Bot API deep links); else it was typed.
    """
    command, rest = match[1].lower(), (match[2] or "").strip()
    if command == "start" and _PAYLOAD.fullmatch(rest):
        return Followed(scene=rest)
    return Text(text) if rest else Pressed(command=command)


def _written(key: str) -> Callable[[_Said], Text | None]:
    def read(said: _Said) -> Text | None:
        text = rich.plain(said.body[key]).strip()
        return Text(text, edited=said.edited) if text else None

    return read


def _leftover(body: fields.Json) -> Content:
    kind = next((key for key in body if key not in vocabulary.ENVELOPE), "message")
    if kind in vocabulary.SERVICE:
        return Nothing(updates.slug(kind))
    caption = fields.words(body.get("caption"))
    return files.attached(body, kind) or (Text(caption) if caption else Unknown(updates.slug(kind)))


_READERS: tuple[tuple[str, Callable[[_Said], Content | None]], ...] = (
    ("successful_payment", _paid),
    ("migrate_to_chat_id", _moved),
    ("venue", _venue),
    ("location", _located),
    ("contact", _contact),
    ("photo", _photo),
    ("live_photo", _photo),
    *((key, _attached(key)) for key in files.KINDS),
    ("sticker", _sticker),
    ("text", _text),
    ("rich_message", _written("rich_message")),
    ("checklist", _written("checklist")),
)
"""In this order: a venue carries a `location` as well."""
