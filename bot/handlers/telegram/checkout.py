"""The last question before Telegram takes money: answered in the webhook's own answer, within its ten seconds."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from backoffice.kernel.exchange import Address
from backoffice.kernel.money import Money
from bot.handlers.telegram import fields, updates
from bot.incoming import Content, Nothing, Paid

KIND: Final = "pre_checkout_query"
ANSWER_S: Final = 7.0
"""Telegram waits ten seconds; the way there and back is in them."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody is about to pay: the payment's id, the sum, and whose phone it is."""

    payment: str
    amount: Money
    by: Address


@dataclass(frozen=True, slots=True)
class Checkout:
    """`check` gives words to refuse with, in the payer's language, "" to go on; `sorry` is said when it cannot."""

    check: Callable[[Asked], Awaitable[str]]
    sorry: str


async def answer(update: fields.Json, checkout: Checkout | None) -> fields.Json | None:
    """The method to answer with, None for any other update. What cannot be checked in time is refused."""
    query = fields.obj(update.get(KIND))
    number = fields.words(query.get("id"))
    if not number or checkout is None:
        return None
    reply: fields.Json = {"method": "answerPreCheckoutQuery", "pre_checkout_query_id": number}
    refusal = await _refusal(update, query, checkout)
    return reply | ({"ok": False, "error_message": refusal} if refusal else {"ok": True})


async def _refusal(update: fields.Json, query: fields.Json, checkout: Checkout) -> str:
    amount = _amount(query)
    if amount is None:
        return checkout.sorry
    try:
        async with asyncio.timeout(ANSWER_S):
            return await checkout.check(
                Asked(fields.words(query.get("invoice_payload")), amount, updates.sender(update))
            )
    except Exception:
        log.exception("a pre-checkout could not be checked")
        return checkout.sorry


def paid(notice: object) -> Content:
    """`successful_payment` of a message."""
    found = fields.obj(notice)
    amount, payment = _amount(found), fields.words(found.get("invoice_payload"))
    charge = fields.words(found.get("telegram_payment_charge_id"))
    if amount is None or not charge:
        return Nothing("successful_payment")
    return Paid(payment[:64], amount, charge)


def _amount(found: fields.Json) -> Money | None:
    minor, currency = fields.ident(found.get("total_amount")), fields.words(found.get("currency"))
    try:
        return None if minor is None else Money(minor, currency)
    except ValueError:
        return None
