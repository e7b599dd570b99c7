"""`check`: says in words whether the settings, the database, Redis and each channel work."""

import sys
from collections.abc import Awaitable, Callable

from bot.assembly import channels, core
from bot.assembly.channels import Channels
from bot.assembly.core import Core
from bot.channel import SendFailure
from bot.handlers.telegram import setup as telegram_setup
from config.settings import Settings
from storage.bus import RedisBus


async def run(settings: Settings) -> int:
    """0 when everything that is switched on works."""
    print(f"settings: read; database {settings.database_url.split('@')[-1]}, public {settings.public_url}")
    try:
        async with core.opened(settings) as base, channels.opened(base) as made:
            return await _all(base, made)
    except Exception as error:
        print(f"database: does not open: {error}", file=sys.stderr)
        return 1


async def _all(base: Core, made: Channels) -> int:
    checks: list[tuple[str, Callable[[Core, Channels], Awaitable[str]]]] = [
        ("database", _database),
        ("redis", _redis),
        ("telegram", _telegram),
        ("wechat", _wechat),
        ("centre", _centre),
    ]
    failed = 0
    for name, check in checks:
        try:
            print(f"{name}: {await check(base, made)}")
        except Exception as error:
            print(f"{name}: FAILS: {error}")
            failed = 1
    return failed


async def _database(base: Core, _: Channels) -> str:
    async with base.database.writing() as conn:
        await base.vault.check(conn)
    return f"writable, the key fits ({base.database.dialect})"


async def _redis(base: Core, _: Channels) -> str:
    if not isinstance(base.bus, RedisBus):
        return "not used (one process)"
    await base.bus.ping()
    return "answers"


async def _telegram(base: Core, made: Channels) -> str:
    if made.telegram is None:
        return "off (no RESCUE_TELEGRAM__TOKEN)"
    health = await telegram_setup.health(made.telegram.bot, base.clock)
    if health.error:
        raise RuntimeError(health.error)
    return "the bot answers, its webhook is set"


async def _wechat(_: Core, made: Channels) -> str:
    if made.wechat is None:
        return "off (no RESCUE_WECHAT__APP_ID)"
    try:
        await made.wechat.client.menu.get()
    except SendFailure as failure:
        raise RuntimeError(failure.code) from failure
    return "the account answers"


async def _centre(base: Core, _: Channels) -> str:
    if not base.settings.centre.phones:
        return "no telephone line (RESCUE_CENTRE__PHONES): travellers are not told one"
    return ", ".join(f"{locale} {number}" for locale, number in base.settings.centre.phones.items())
