"""The whole sandbox put together: world, platforms, phones, radio."""

from __future__ import annotations

import asyncio

import aiohttp
from aiohttp import web

from bot.sandbox.acts import Act, CannotDo, Play
from bot.sandbox.clock import Clock
from bot.sandbox.config import SandboxConfig, TelegramConfig, WeChatConfig
from bot.sandbox.insurer import PlayedInsurer
from bot.sandbox.model import ChatMessage, Person, Platform
from bot.sandbox.pay.telegram import Invoices
from bot.sandbox.pay.wechat import WeChatPay
from bot.sandbox.radio import Radio
from bot.sandbox.tasks import TaskGroup
from bot.sandbox.telegram import account as telegram_account
from bot.sandbox.telegram.api import BotApi
from bot.sandbox.telegram.pacing import Pace
from bot.sandbox.telegram.phone import TelegramPhones
from bot.sandbox.telegram.webhook import Webhook
from bot.sandbox.wechat import account as wechat_account
from bot.sandbox.wechat.api import ServerApi
from bot.sandbox.wechat.crypto import Envelope
from bot.sandbox.wechat.passive import PassiveReplies
from bot.sandbox.wechat.phone import WeChatPhones
from bot.sandbox.wechat.pushing import Pusher, tracing
from bot.sandbox.wechat.tokens import Tokens
from bot.sandbox.wechat.windows import Windows
from bot.sandbox.world import World


class Sandbox:
    """One running sandbox. `telegram` or `wechat` is None when that platform is switched off."""

    def __init__(self, config: SandboxConfig, clock: Clock) -> None:
        self.config = config
        self.tasks = TaskGroup()
        self.world = World(config, clock)
        self.radio = Radio(self.world, self.tasks)
        self.acts: dict[Platform, dict[str, Play]] = {}
        self.telegram = self._telegram(config.telegram) if config.telegram else None
        self.wechat = self._wechat(config.wechat) if config.wechat else None
        self.insurer = PlayedInsurer(self.world, config.insurer, self.tasks) if config.insurer else None
        self.pay = WeChatPay(self.world, config.pay, self.tasks) if config.pay else None
        for seed in config.people:
            self.world.add_person(seed)

    def _telegram(self, config: TelegramConfig) -> telegram_account.Account:
        webhook = Webhook(self.world, config, self.tasks)
        account = telegram_account.Account(self.world, config, Pace(config, self.world.clock), webhook)
        invoices = Invoices(account, self.tasks)
        self.bot_api = BotApi(account, invoices)
        self.acts[Platform.TELEGRAM] = TelegramPhones(account, self.radio, invoices).acts
        return account

    def _wechat(self, config: WeChatConfig) -> wechat_account.Account:
        clock = self.world.clock
        account = wechat_account.Account(
            self.world,
            config,
            Envelope(config.aes_key, config.app_id),
            Tokens(config, clock),
            Windows(clock),
            Pusher(self.world, config, self.tasks),
        )
        self.passive = PassiveReplies(account)
        self.server_api = ServerApi(account)
        self.acts[Platform.WECHAT] = WeChatPhones(account, self.radio).acts
        return account

    def platform_routes(self) -> list[web.RouteDef]:
        routes = self.bot_api.routes() if self.telegram else []
        routes += self.server_api.routes() if self.wechat else []
        routes += self.insurer.routes() if self.insurer else []
        return routes + (self.pay.routes() if self.pay else [])

    def act(self, act: Act) -> ChatMessage | None:
        """Plays one act; CannotDo when this phone has no such thing."""
        play = self.acts.get(act.person.platform, {}).get(act.name)
        if play is None:
            raise CannotDo(f"{act.person.platform} has no {act.name}")
        return play(act)

    def person(self, key: str) -> Person | None:
        return self.world.people.get(key)

    @property
    def pending(self) -> int:
        """How many pushes are not done with yet."""
        waiting = self.telegram.webhook.pending if self.telegram else 0
        waiting += self.pay.pending if self.pay else 0
        return waiting + (self.wechat.pusher.pending if self.wechat else 0)

    async def idle(self) -> None:
        """Returns once no push is waiting or under way."""
        while self.pending:
            await self.world.events.more(self.world.events.last)

    async def run(self) -> aiohttp.ClientSession:
        """Opens the connection pool used for pushes."""
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=200),
            timeout=aiohttp.ClientTimeout(total=None, connect=5),
            trace_configs=[tracing()],
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        if self.telegram:
            self.telegram.webhook.session = session
        if self.wechat:
            self.wechat.pusher.session = session
        if self.insurer:
            self.insurer.session = session
        if self.pay:
            self.pay.session = session
        return session

    async def close(self, session: aiohttp.ClientSession) -> None:
        self.world.events.close()
        await self.tasks.close()
        await session.close()
        await asyncio.sleep(0)
