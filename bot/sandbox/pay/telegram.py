"""Telegram's invoices played: the bubble with its Pay button, the ten seconds of pre-checkout, the payment's notice."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from babel.numbers import get_currency_precision

from bot.sandbox.model import Button, ChatMessage, Delivery, Json, Person, Sender
from bot.sandbox.tasks import TaskGroup
from bot.sandbox.telegram import wire
from bot.sandbox.telegram.account import Account
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.params import Params
from bot.sandbox.telegram.sending import Outgoing

ANSWER_SECONDS = 10.0
"""The bot must answer a pre-checkout query within this (Bot API, PreCheckoutQuery)."""
MOST = 10**12


class Sending(Protocol):
    """What every sending method does before and after its own part."""

    def begin(self, params: Params, kind: str) -> Outgoing: ...
    def finish(self, out: Outgoing) -> Json: ...


@dataclass
class Checkout:
    """A payer who has pressed Pay and waits."""

    id: str
    person: Person
    message: ChatMessage
    answered: bool = False


class Invoices:
    """The methods of the bot and the payer's press."""

    def __init__(self, account: Account, tasks: TaskGroup) -> None:
        self._account, self._world, self.tasks = account, account.world, tasks
        self._ids = count(77_000_000_001)
        self._waiting: dict[str, Checkout] = {}
        self._sending: Sending | None = None
        self.table = {"sendInvoice": self.send_invoice, "answerPreCheckoutQuery": self.answer}

    def connect(self, sending: Sending) -> None:
        """The steps every sending method shares."""
        self._sending = sending

    def send_invoice(self, params: Params) -> Json:
        if self._sending is None:
            raise RuntimeError("not connected")
        invoice = _invoice(params)
        out = self._sending.begin(params, "invoice")
        out.shown.title, out.shown.text = params.text("title"), params.text("description")
        out.shown.buttons = [[Button(f"Pay {_sum(invoice)}", "pay")]]
        out.content = {"invoice": {k: v for k, v in invoice.items() if k != "payload"}}
        sent = self._sending.finish(out)
        out.shown.wire = out.shown.wire | {"payload": invoice["payload"]}
        return sent

    def press(self, person: Person, message: ChatMessage) -> None:
        """The payer presses Pay: the bot is asked, and has ten seconds."""
        query = str(next(self._ids))
        self._waiting[query] = Checkout(query, person, message)
        invoice = message.wire["invoice"]
        content = {
            "id": query,
            "from": wire.user(person),
            "currency": invoice["currency"],
            "total_amount": invoice["total_amount"],
            "invoice_payload": message.wire["payload"],
        }
        if self._account.webhook.push("pre_checkout_query", content, person) is None:
            self._account.complain("sendInvoice", "pre_checkout_query is not among allowed_updates")
        self.tasks.start(self._patience(query))

    async def _patience(self, query: str) -> None:
        await self._world.clock.sleep(ANSWER_SECONDS)
        left = self._waiting.pop(query, None)
        if left is not None and not left.answered:
            self._account.complain("pre_checkout_query", "not answered within 10 s")
            self._world.say_system(left.person, "The payment was not accepted (timeout).")

    def answer(self, params: Params) -> bool:
        waiting = self._waiting.pop(params.text("pre_checkout_query_id"), None)
        if waiting is None:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        waiting.answered = True
        if not params.flag("ok"):
            if not params.text("error_message"):
                raise bad_request("error_message must be given when ok is false")
            self._world.say_system(waiting.person, params.text("error_message"))
            return True
        self._paid(waiting)
        return True

    def _paid(self, waiting: Checkout) -> None:
        """The service message that money was taken."""
        invoice, payload = waiting.message.wire["invoice"], waiting.message.wire["payload"]
        number = self._world.next_number()
        notice: Json = {
            "currency": invoice["currency"],
            "total_amount": invoice["total_amount"],
            "invoice_payload": payload,
            "telegram_payment_charge_id": f"tg_{number}",
            "provider_payment_charge_id": f"pr_{number}",
        }
        message = ChatMessage(
            number, str(next(self._account.message_ids)), Sender.SYSTEM, "notice", self._world.clock.now(),
            text=f"Paid {_sum(notice)}", delivery=Delivery.PUSHED,
        )  # fmt: skip
        self._world.show(waiting.person, message)
        body: Json = {
            "message_id": int(message.message_id),
            "from": wire.user(waiting.person),
            "chat": wire.chat(waiting.person),
            "date": int(self._world.clock.now()),
            "successful_payment": notice,
        }
        self._account.webhook.push("message", body, waiting.person, message)


def _sum(invoice: Json) -> str:
    """As the button shows it: the smallest unit of the currency is not what people read."""
    places = get_currency_precision(invoice["currency"])
    return f"{invoice['currency']} {invoice['total_amount'] / 10**places:,.{places}f}"


def _invoice(params: Params) -> dict[str, Any]:
    """Checked as the server does; BotError for what it refuses."""
    prices = params.parsed("prices", "prices")
    if not isinstance(prices, list) or not prices:
        raise bad_request("expected an Array of LabeledPrice")
    total = sum(int(each["amount"]) for each in prices)
    if not 0 < total < MOST:
        raise bad_request("CURRENCY_TOTAL_AMOUNT_INVALID")
    for name, most in (("title", 32), ("description", 255)):
        if not 1 <= len(params.text(name)) <= most:
            raise bad_request(f"INVOICE_{name.upper()}_INVALID")
    if not 1 <= len(params.text("payload").encode()) <= 128:
        raise bad_request("INVOICE_PAYLOAD_INVALID")
    if len(params.text("currency")) != 3:
        raise bad_request("CURRENCY_INVALID")
    return {
        "title": params.text("title"),
        "description": params.text("description"),
        "start_parameter": params.text("start_parameter"),
        "currency": params.text("currency"),
        "total_amount": total,
        "payload": params.text("payload"),
    }
