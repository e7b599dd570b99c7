"""Builds what money needs: the ways to pay that the settings switch on, their doors, their runner."""

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from backoffice.adapters.pay_page import PayPage
from backoffice.adapters.payment_door import Door, PushReader
from backoffice.adapters.recorded_pay import RecordedPay
from backoffice.adapters.wechat_pay import Shop, WechatPay
from backoffice.adapters.wechat_pay_api import Api, Line
from backoffice.adapters.wechat_pay_keys import Trust, merchant
from backoffice.clockwork.payments import PaymentRunner, Till
from backoffice.kernel.messages import Message
from backoffice.money.model import PaymentId
from backoffice.money.rules import RECORDED
from backoffice.ports.money import PaymentProvider
from backoffice.workflows import payments, settlement
from backoffice.workflows.work import Work
from bot.assembly.core import Core
from bot.assembly.words import PlainWords
from bot.handlers.telegram import checkout, invoices
from bot.handlers.telegram.outbound import TelegramChannel
from storage.payment_queue import PaymentQueue

PUSH = "/push/payments/wechat"


@dataclass(frozen=True)
class Paying:
    """Ways to pay in use, and what hears of them."""

    providers: Mapping[str, PaymentProvider]
    readers: Mapping[str, PushReader]
    queue: PaymentQueue

    def runner(self, core: Core) -> PaymentRunner:
        """Carries out orders and takes news; settlement hears of every payment that changes."""
        return PaymentRunner(
            Till(
                store=core.store,
                queue=self.queue,
                locks=core.locks,
                providers=self.providers,
                words=PlainWords(core.speech),
                world=core.world,
                clock=core.clock,
                on_payment=settlement.on_payment,
            )
        )

    def routes(self, core: Core, runner: PaymentRunner) -> list[web.RouteDef]:
        """The providers' door and the page to pay on."""
        door = Door(self.readers, self.queue, core.clock, runner.wake)
        return door.routes() + PayPage(self.queue, PlainWords(core.speech), core.clock).routes()


def build(core: Core, http: aiohttp.ClientSession, telegram: TelegramChannel | None) -> Paying:
    """What the settings switch on; an operator can always record a payment."""
    providers: dict[str, PaymentProvider] = {RECORDED: RecordedPay()}
    token = core.settings.payments.telegram_provider_token
    if telegram is not None and token is not None:
        providers[invoices.NAME] = invoices.TelegramPay(telegram.bot, token.get_secret_value())
    shop = _wechat(core, http)
    if shop is not None:
        providers[shop.name] = shop
    return Paying(providers, {shop.name: shop} if shop else {}, PaymentQueue(core.database))


def _wechat(core: Core, http: aiohttp.ClientSession) -> WechatPay | None:
    given, account = core.settings.payments, core.settings.wechat
    if not (given.wechat_mch_id and given.wechat_serial and given.wechat_private_key and given.wechat_v3_key):
        return None
    ours = merchant(
        given.wechat_mch_id,
        given.wechat_serial,
        given.wechat_private_key.get_secret_value(),
        given.wechat_v3_key.get_secret_value(),
    )
    line = Line(http, given.wechat_api_base.rstrip("/"), ours, core.clock, core.world.bits)
    shop = Shop(
        app_id=account.app_id or "",
        notify_url=core.settings.public_url + PUSH,
        trade=given.wechat_trade,
        scene=given.wechat_transfer_scene,
        report=tuple(given.wechat_transfer_report.items()),
        claim_scene=given.wechat_claim_scene,
        claim_report=tuple(given.wechat_claim_report.items()),
    )
    return WechatPay(shop, Api(line, Trust(given.wechat_public_keys)), core.clock)


def checkout_of(core: Core) -> checkout.Checkout:
    """May a Telegram invoice be paid right now; refusals in the payer's own words."""
    words, default = PlainWords(core.speech), core.settings.default_locale

    async def check(asked: checkout.Asked) -> str:
        now = core.clock.now()
        async with core.store.begin(now) as uow:
            person = await uow.people.at(asked.by)
            if person is None:
                return words.text(Message("payment.checkout_other"), default)
            work = Work(uow, now, core.world)
            refusal = await payments.checkout(work, PaymentId(asked.payment), person.id, asked.amount)
        return words.text(Message(refusal), person.locale) if refusal else ""

    return checkout.Checkout(check, words.text(Message("payment.checkout_sorry"), default))
