"""Registering the bot with Telegram (webhook, menu of commands) and asking Telegram how deliveries go."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiogram import Bot
from aiogram.methods import GetWebhookInfo, SetMyCommands, SetWebhook
from aiogram.types import BotCommand

from backoffice.kernel.clock import Clock
from bot.channel import Health, SendFailure
from bot.handlers.telegram import client, webhook
from bot.handlers.telegram.config import TelegramConfig

ALLOWED_UPDATES: Final = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "pre_checkout_query",
)
"""Named one by one: an omitted list keeps whatever was set before. Edits carry live locations."""
MAX_CONNECTIONS: Final = 100
"""Telegram keeps one update in flight per chat, so this many people are answered side by side."""
RECENT: Final = timedelta(minutes=10)

Commands = Mapping[str, Sequence[tuple[str, str]]]
"""Locale -> commands with their descriptions, in the order of the menu."""

_LANGUAGES: Final = {"en": "", "zh_Hans": "zh", "ja": "ja", "ko": "ko"}
"""Our locale -> Telegram's `language_code` (ISO 639-1 only, so the two Chinese scripts share one; "" = all others)."""


async def register(
    bot: Bot, config: TelegramConfig, public_url: str, commands: Commands, *, force: bool = False
) -> list[str]:
    """Set the webhook and the menus; says line by line what it did. Raises SendFailure when Telegram refuses.

    An unchanged, working webhook is left alone unless `force`: Telegram does not tell the secret it holds, so
    after changing only the secret use `force`. To be called by one process: two at a time fail with a conflict.
    """
    lines = [await _webhook(bot, config, public_url.rstrip("/") + webhook.PATH, force)]
    for locale, entries in commands.items():
        lines.append(await _menu(bot, locale, entries))
    return lines


async def health(bot: Bot, clock: Clock) -> Health:
    """What Telegram says of its deliveries to us: trouble while it is recent, with how many updates wait."""
    try:
        info = await bot(GetWebhookInfo())
    except SendFailure as failure:
        return Health(None, clock.now(), failure.code)
    failed_at = _moment(client.field(info, "last_error_date"))
    if not client.field(info, "url"):
        return Health(clock.now(), clock.now(), "no webhook is set")
    if failed_at is None or clock.now() - failed_at > RECENT:
        return Health(clock.now(), failed_at, "")
    return Health(clock.now(), failed_at, _trouble(info))


def _trouble(info: object) -> str:
    waiting = client.field(info, "pending_update_count") or 0
    return f"{waiting} updates waiting; {client.field(info, 'last_error_message') or 'unknown error'}"


async def _webhook(bot: Bot, config: TelegramConfig, url: str, force: bool) -> str:
    info = await bot(GetWebhookInfo())
    if not force and _unchanged(info, url):
        return f"webhook unchanged: {url}"
    await bot(
        SetWebhook(
            url=url,
            secret_token=config.webhook_secret,
            allowed_updates=list(ALLOWED_UPDATES),
            max_connections=MAX_CONNECTIONS,
        )
    )
    return f"webhook set: {url} ({', '.join(ALLOWED_UPDATES)})"


def _unchanged(info: object, url: str) -> bool:
    """As we want it and without a word of trouble (a refused secret shows as an error of the last delivery)."""
    return (
        client.field(info, "url") == url
        and set(client.field(info, "allowed_updates") or ()) == set(ALLOWED_UPDATES)
        and client.field(info, "max_connections") == MAX_CONNECTIONS
        and not client.field(info, "last_error_message")
    )


async def _menu(bot: Bot, locale: str, entries: Sequence[tuple[str, str]]) -> str:
    language = _LANGUAGES.get(locale)
    if language is None:
        return f"no menu for {locale}: Telegram has no language code of its own for it"
    menu = [BotCommand(command=command, description=description[:256]) for command, description in entries]
    await bot(SetMyCommands(commands=menu, language_code=language or None))
    return f"{len(menu)} commands set for {locale} ({language or 'everybody else'})"


def _moment(value: Any) -> datetime | None:
    """aiogram gives a datetime, plain JSON the seconds."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) else None
