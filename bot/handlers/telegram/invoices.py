"""Telegram's invoices as a way of being paid: the invoice is a message, the money is told in a service message."""

from typing import Final

from aiogram import Bot
from aiogram.methods import SendInvoice
from aiogram.types import LabeledPrice

from backoffice.money.model import OrderKind, Told
from backoffice.ports.money import Instruction, PayRefused, PayTemporary, PayUnknown, ProviderAnswer
from bot.channel import SendFailure, TemporaryFailure, UnknownOutcome
from bot.handlers.telegram import client, fields, updates

NAME: Final = updates.CHANNEL
TITLE: Final = 32
DETAILS: Final = 255
"""Limits of sendInvoice."""


class TelegramPay:
    """`ports.money.PaymentProvider` over the Bot API.

    Telegram offers no query, no withdrawal and no refund of a provider's money (only of Stars). So a doubtful invoice
    may be shown a second time: whatever is on the screen, the pre-checkout lets a payment through once. Refunds are
    made at the payment provider by hand and recorded.
    """

    def __init__(self, bot: Bot, provider_token: str) -> None:
        self._bot, self._token = bot, provider_token

    @property
    def name(self) -> str:
        return NAME

    async def create(self, instruction: Instruction) -> ProviderAnswer:
        payment, to = instruction.payment, instruction.to
        chat = fields.ident(to.address) if to else None
        if payment is None or not chat:
            raise PayRefused("no chat")
        price = LabeledPrice(label=instruction.title[:TITLE], amount=payment.charged.minor)
        method = SendInvoice(
            chat_id=chat,
            title=instruction.title[:TITLE],
            description=instruction.details[:DETAILS],
            payload=payment.id,
            provider_token=self._token,
            currency=payment.charged.currency,
            prices=[price],
        )
        try:
            sent = await self._bot(method, request_timeout=client.CALL_S)
        except TemporaryFailure as failure:
            raise PayTemporary(failure.code, failure.delay_s) from None
        except UnknownOutcome as failure:
            raise PayUnknown(failure.code) from None
        except SendFailure as failure:
            raise PayRefused(failure.code) from None
        return ProviderAnswer(Told.READY, how={"shown": True, "message": client.field(sent, "message_id")})

    async def query(self, instruction: Instruction) -> ProviderAnswer:
        if instruction.order.kind in (OrderKind.REFUND, OrderKind.PAYOUT):
            return ProviderAnswer(Told.PENDING, reason="by_hand")
        return ProviderAnswer(Told.UNKNOWN_THERE)

    async def close(self, instruction: Instruction) -> ProviderAnswer:
        """From here the pre-checkout refuses."""
        return ProviderAnswer(Told.SUCCEEDED)

    async def capture(self, instruction: Instruction) -> ProviderAnswer:
        return ProviderAnswer(Told.SUCCEEDED)

    async def refund(self, instruction: Instruction) -> ProviderAnswer:
        return ProviderAnswer(Told.PENDING, reason="by_hand")

    async def payout(self, instruction: Instruction) -> ProviderAnswer:
        return ProviderAnswer(Told.PENDING, reason="by_hand")
