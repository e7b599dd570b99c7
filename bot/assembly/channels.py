"""Builds the channels that the settings switch on: how they are read, sent to, and reached."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from backoffice.kernel.messages import MapPoint
from bot.assembly import families, insuring, paying
from bot.assembly.core import Core
from bot.assembly.insuring import Insuring
from bot.assembly.paying import Paying
from bot.channel import Channel, Features, Reader
from bot.drills import DrillGuard
from bot.gate import NoteWindow
from bot.handlers.telegram import inbound as telegram_inbound
from bot.handlers.telegram import outbound as telegram_outbound
from bot.handlers.telegram import webhook as telegram_webhook
from bot.handlers.telegram.config import TelegramConfig
from bot.handlers.wechat import inbound as wechat_inbound
from bot.handlers.wechat import maplink, window
from bot.handlers.wechat import outbound as wechat_outbound
from bot.handlers.wechat import webhook as wechat_webhook
from bot.handlers.wechat.config import WechatConfig
from bot.intake import Intake
from config.settings import Settings

READERS: dict[str, Reader] = {"telegram": telegram_inbound.Reader(), "wechat": wechat_inbound.Reader()}
LEDGERS: dict[str, NoteWindow] = {"wechat": window.note}


@dataclass(frozen=True)
class Channels:
    """The channels in use. `routes` makes their webhooks for an intake."""

    by_name: dict[str, Channel]
    routes: Callable[[Intake], list[web.AbstractRouteDef]]
    paying: Paying
    insuring: Insuring
    telegram: telegram_outbound.TelegramChannel | None = None
    wechat: wechat_outbound.WechatChannel | None = None

    @property
    def features(self) -> dict[str, Features]:
        return {name: channel.features for name, channel in self.by_name.items()}


@asynccontextmanager
async def opened(core: Core) -> AsyncIterator[Channels]:
    """The channels, with one HTTP session closed at the end."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield _channels(core, http)


def _channels(core: Core, http: aiohttp.ClientSession) -> Channels:
    telegram_config, wechat_config = telegram(core.settings), wechat(core.settings)
    bot = telegram_outbound.build(telegram_config, http, core.clock) if telegram_config else None
    account = _account(core, http, wechat_config) if wechat_config else None
    by_name: dict[str, Channel] = {c.name: DrillGuard(c) for c in (bot, account) if c is not None}
    by_name |= families.channels(core)

    def routes(intake: Intake) -> list[web.AbstractRouteDef]:
        made: list[web.AbstractRouteDef] = []
        if telegram_config:
            ask = paying.checkout_of(core)
            made += telegram_webhook.routes(telegram_config, intake, core.clock, paying=ask)
        if wechat_config:
            made += wechat_webhook.routes(wechat_config, intake, core.clock)
        return made

    return Channels(by_name, routes, paying.build(core, http, bot), insuring.build(core, http), bot, account)


def _account(core: Core, http: aiohttp.ClientSession, config: WechatConfig) -> wechat_outbound.WechatChannel:
    to_gcj = core.world.places.to_gcj
    return wechat_outbound.build(config, http, core.clock, core.tokens, core.windows, to_gcj)


def telegram(settings: Settings) -> TelegramConfig | None:
    """The bot's configuration, None when the channel is off."""
    given = settings.telegram
    if given.token is None or given.webhook_secret is None:
        return None
    return TelegramConfig(
        given.token.get_secret_value(), given.webhook_secret.get_secret_value(), given.api_base
    )


def wechat(settings: Settings) -> WechatConfig | None:
    """The account's configuration, None when the channel is off."""
    given = settings.wechat
    if not (given.app_id and given.app_secret and given.token and given.aes_key):
        return None
    return WechatConfig(
        given.app_id,
        given.app_secret.get_secret_value(),
        given.token.get_secret_value(),
        given.aes_key.get_secret_value(),
        given.api_base,
        notice_template=given.notice_template or "",
    )


def map_link(core: Core) -> Callable[[MapPoint], str]:
    """A link to a map in the datum its maps use."""
    return lambda place: maplink.map_link(place.point, place.title, core.world.places.to_gcj)
