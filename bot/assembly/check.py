"""`check`: says in words whether the settings, the database, Redis and each channel work."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from backoffice.oncall.model import WayKind
from bot.assembly import bot_name, channels, paging
from bot.assembly.channels import Channels
from bot.assembly.core import Core
from bot.channel import SendFailure
from bot.handlers.telegram import setup as telegram_setup
from config.settings import Settings
from storage.bus import RedisBus

Finding = tuple[str, bool, str]
"""What was looked at, whether it works, and the words."""


def of_settings(settings: Settings) -> str:
    """What the settings say, without a secret in it."""
    return f"read; database {settings.database_url.split('@')[-1]}, public {settings.public_url}"


async def report(base: Core, _: Mapping[str, Any]) -> list[Finding]:
    """Every part in turn; one that fails does not hide the next. Works inside a running service too."""
    async with channels.opened(base) as made:
        return [await _found(name, look, (base, made)) for name, look in _LOOKS.items()]


async def _found(name: str, look: "Look", at: tuple[Core, Channels]) -> Finding:
    try:
        return name, True, await look(*at)
    except Exception as error:
        return name, False, f"FAILS: {error or type(error).__name__}"


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
        raise RuntimeError(f"{health.error} (setup-channels sets the webhook)")
    return f"the bot answers, its webhook is set; {await bot_name.said(base, made)}"


async def _wechat(_: Core, made: Channels) -> str:
    if made.wechat is None:
        return "off (no RESCUE_WECHAT__APP_ID)"
    try:
        await made.wechat.client.menu.get()
    except SendFailure as failure:
        if failure.code != NO_MENU:
            raise RuntimeError(f"the platform refuses: {failure.code}") from failure
        return "the account answers; no menu yet (setup-channels makes it)"
    return "the account answers, its menu is set"


async def _centre(base: Core, _: Channels) -> str:
    if not base.settings.centre.phones:
        return "no telephone line (RESCUE_CENTRE__PHONES): travellers are not told one"
    return ", ".join(f"{locale} {number}" for locale, number in base.settings.centre.phones.items())


async def _pager(base: Core, _: Channels) -> str:
    async with base.store.begin(base.clock.now()) as uow:
        people = await uow.on_call.all()
    kinds = sorted(paging.ways(base))
    if not people and WayKind.WEBHOOK not in kinds:
        return "nobody is on call (console, On call): the console's sound is the only alarm"
    return f"{len(people)} on call, over {', '.join(kinds)}"


async def _relatives(base: Core, _: Channels) -> str:
    ways = {"SMS": base.world.family.sms, "e-mail": base.world.family.email}
    missing = [
        f"no {way} (RESCUE_{way.replace('e-mail', 'SMTP')}__…)" for way, there in ways.items() if not there
    ]
    found = ", ".join(way for way, there in ways.items() if there)
    called = ["those with neither app are called by an operator"] if len(missing) == len(ways) else []
    return "; ".join(([f"written to by {found}"] if found else []) + missing + called)


NO_MENU = "46003"
"""The platform's code for "no menu has been created"."""
Look = Callable[[Core, Channels], Awaitable[str]]
_LOOKS: Mapping[str, Look] = {
    "database": _database,
    "redis": _redis,
    "telegram": _telegram,
    "wechat": _wechat,
    "centre": _centre,
    "relatives": _relatives,
    "pager": _pager,
}
