"""Telegram's refusals in the service's words: certainly not taken, perhaps taken, never to be taken."""

import re
from collections.abc import Callable
from typing import Final

from aiogram import exceptions

from bot.channel import (
    AddressMoved,
    ChannelDown,
    PermanentFailure,
    SendFailure,
    TemporaryFailure,
    UnknownOutcome,
    Unreachable,
)

FLOOD: Final = "flood"
PACED: Final = "paced"
NOT_MODIFIED: Final = "not_modified"
EDIT_GONE: Final = "edit_gone"
TOO_LARGE: Final = "too_large"

PAUSE_S = 2.0
LONG_PAUSE_S = 5.0
DOWN_S = 60.0

_AWAY = (
    ("blocked by the user", "blocked"),
    ("user_is_blocked", "blocked"),
    ("deactivated", "deactivated"),
    ("can't initiate conversation", "never_started"),
    ("chat not found", "chat_not_found"),
    ("user not found", "chat_not_found"),
    ("peer_id_invalid", "chat_not_found"),
    ("group chat was deleted", "chat_not_found"),
    ("kicked", "kicked"),
    ("not a member", "kicked"),
    ("rights to send", "no_rights"),
    ("chat_write_forbidden", "no_rights"),
)
"""Words of a refusal that say this address no longer reaches anybody, 400 and 403 alike."""

_REFUSED = (
    ("message is not modified", NOT_MODIFIED),
    ("message to edit not found", EDIT_GONE),
    ("message to delete not found", EDIT_GONE),
    ("can't be deleted", EDIT_GONE),
    ("can't be edited", EDIT_GONE),
    ("no live location", EDIT_GONE),
    ("message_id_invalid", EDIT_GONE),
    ("message identifier", EDIT_GONE),
    ("too long", "too_long"),
    ("too big", TOO_LARGE),
    ("too large", TOO_LARGE),
    ("is empty", "empty"),
    ("must be non-empty", "empty"),
    ("button", "bad_button"),
    ("keyboard", "bad_button"),
    ("voice_messages_forbidden", "voice_forbidden"),
    ("photo", "bad_photo"),
    ("image_process_failed", "bad_photo"),
    ("wrong file", "bad_file"),
    ("file_id", "bad_file"),
    ("location", "bad_point"),
    ("latitude", "bad_point"),
    ("longitude", "bad_point"),
    ("webhook", "bad_webhook"),
)
"""Words of a 400 and their codes, the first that fits. Bot API errors carry no code of their own."""

_LONG_DIGITS = re.compile(r"\d{5,}")


def of(error: exceptions.AiogramError, status: int) -> SendFailure:
    """What an error of aiogram means for the letter. `status` is the HTTP status it came with."""
    if isinstance(error, exceptions.TelegramRetryAfter):
        return TemporaryFailure(FLOOD, float(error.retry_after))
    if isinstance(error, exceptions.TelegramMigrateToChat):
        return AddressMoved(str(error.migrate_to_chat_id))
    if isinstance(error, exceptions.ClientDecodeError) and not _denied(error):
        return _undecodable(status)
    return _by_status(status, description(error))


def description(error: exceptions.AiogramError) -> str:
    """The platform's own words, in lower case and without long numbers (chat ids): fit for a log."""
    text = getattr(error, "message", "")
    if isinstance(error, exceptions.ClientDecodeError):
        text = error.data.get("description") if isinstance(error.data, dict) else "no JSON"
    return _LONG_DIGITS.sub("#", str(text or "").lower())[:200]


def _denied(error: exceptions.ClientDecodeError) -> bool:
    """JSON that says no, in a shape aiogram's models did not take."""
    return isinstance(error.data, dict) and error.data.get("ok") is False


def _undecodable(status: int) -> SendFailure:
    if status in (413, 429):
        return _by_status(status, "")
    return UnknownOutcome("undecodable")


def _by_status(status: int, text: str) -> SendFailure:
    if status >= 500:
        return UnknownOutcome("server_error")
    known = _STATUSES.get(status)
    return known(text) if known else TemporaryFailure("api_error", LONG_PAUSE_S)


def _bad_request(text: str) -> SendFailure:
    if "logged out" in text:
        return ChannelDown("token_refused", DOWN_S)
    if away := _first(_AWAY, text):
        return Unreachable(away)
    return PermanentFailure(_first(_REFUSED, text) or "bad_request")


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((code for words, code in table if words in text), "")


_STATUSES: dict[int, Callable[[str], SendFailure]] = {
    400: _bad_request,
    401: lambda _: ChannelDown("token_refused", DOWN_S),
    403: lambda text: Unreachable(_first(_AWAY, text) or "forbidden"),
    404: lambda _: ChannelDown("token_refused", DOWN_S),
    409: lambda _: TemporaryFailure("conflict", PAUSE_S),
    413: lambda _: PermanentFailure(TOO_LARGE),
    429: lambda _: TemporaryFailure(FLOOD, LONG_PAUSE_S),
}
"""Every 4xx is certainly not taken. 404: the Bot API answers a token it does not know with "Not Found"."""
