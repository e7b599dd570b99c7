"""WeChat Pay APIv3 played: orders, queries, closing, refunds, transfers, certificates, and signed callbacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from aiohttp import web

from bot.sandbox import damage
from bot.sandbox.config import PayConfig
from bot.sandbox.faults import Kind
from bot.sandbox.pay import keys
from bot.sandbox.tasks import TaskGroup
from bot.sandbox.world import World

PLATFORM = "wechatpay"
NOTIFY_PAUSES = (15.0, 15.0, 30.0, 180.0, 600.0)
"""The first of the documented pauses between two tries of a callback."""
Json = dict[str, Any]


class PayError(Exception):
    """A documented refusal: HTTP status and code."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message or code


@dataclass
class Trade:
    """One order of the merchant; `paid` is what the payer gave."""

    number: str
    asked: Json
    openid: str
    prepay: str
    state: str = "NOTPAY"
    transaction: str = ""
    refunded: int = 0

    @property
    def total(self) -> int:
        return int(self.asked["amount"]["total"])


@dataclass
class Bill:
    """A refund or a transfer."""

    number: str
    asked: Json
    id: str
    state: str
    name: str = ""


@dataclass
class Book:
    """Everything the played platform remembers; `balance` is the merchant's money there, in fen."""

    trades: dict[str, Trade] = field(default_factory=dict)
    refunds: dict[str, Bill] = field(default_factory=dict)
    transfers: dict[str, Bill] = field(default_factory=dict)
    balance: int = 0


class WeChatPay:
    """One merchant's platform. `pending` counts callbacks under way."""

    def __init__(self, world: World, config: PayConfig, tasks: TaskGroup) -> None:
        self._world, self._config, self._tasks = world, config, tasks
        self._public = keys.public_key(config.merchant_public_key)
        self.keys = keys.PlatformKeys()
        self.book = Book()
        self.pending = 0
        self.session: aiohttp.ClientSession | None = None

    def routes(self) -> list[web.RouteDef]:
        """The API, and what a thumb does on the phone: paying, and confirming a transfer."""
        order = "/v3/pay/transactions"
        number = order + "/out-trade-no/{number}"
        table: list[tuple[str, str, Callable[[Json, str], Json | None]]] = [
            ("POST", f"{order}/jsapi", self.jsapi),
            ("POST", f"{order}/native", self.native),
            ("GET", number, self.trade),
            ("POST", f"{number}/close", self.close),
            ("POST", "/v3/refund/domestic/refunds", self.refund),
            ("GET", "/v3/refund/domestic/refunds/{number}", self.refund_state),
            ("POST", "/v3/fund-app/mch-transfer/transfer-bills", self.transfer),
            ("GET", "/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/{number}", self.transfer_state),
            ("GET", "/v3/certificates", self.certificates),
        ]
        made = [web.route(method, path, self._played(act)) for method, path, act in table]
        thumbs = [("pay", self.pay), ("confirm", self.confirm)]
        return made + [web.post(f"/sandbox/api/pay/{name}/{{number}}", _thumb(act)) for name, act in thumbs]

    def _played(self, act: Callable[[Json, str], Json | None]) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.StreamResponse:
            body = await request.read()
            asked = keys.Asked(
                request.method, request.path_qs, body, request.headers.get("Authorization", "")
            )
            wrong = keys.complaint(asked, self._config.mch_id, self._public)
            fault = self._world.faults.on_answer(PLATFORM, act.__name__)

            def execute() -> web.Response:
                if wrong:
                    return self._said(401, {"code": "SIGN_ERROR", "message": wrong})
                return self._answered(act, body, request.match_info.get("number", ""))

            return await damage.answer(request, self._world, fault, execute)

        return handle

    def _answered(self, act: Callable[[Json, str], Json | None], body: bytes, number: str) -> web.Response:
        try:
            found = act(json.loads(body) if body else {}, number)
        except PayError as error:
            return self._said(error.status, {"code": error.code, "message": error.message})
        except (KeyError, ValueError) as error:
            return self._said(400, {"code": "PARAM_ERROR", "message": str(error)})
        return self._said(204 if found is None else 200, found)

    def _said(self, status: int, found: Json | None) -> web.Response:
        body = b"" if found is None else json.dumps(found, ensure_ascii=False).encode()
        headers = self.keys.signed(body, self._world.clock.now())
        return web.Response(status=status, body=body, headers=headers, content_type="application/json")

    # the merchant's calls

    def jsapi(self, asked: Json, _: str) -> Json:
        return {"prepay_id": self._order(asked, str(asked["payer"]["openid"])).prepay}

    def native(self, asked: Json, _: str) -> Json:
        return {"code_url": f"weixin://wxpay/bizpayurl?pr={self._order(asked, '').prepay}"}

    def _order(self, asked: Json, openid: str) -> Trade:
        """The same number with the same words is the same order; with others it is refused."""
        number = str(asked["out_trade_no"])
        if not 6 <= len(number) <= 32:
            raise PayError(400, "PARAM_ERROR", "out_trade_no")
        if asked["amount"].get("currency", "CNY") != "CNY" or int(asked["amount"]["total"]) <= 0:
            raise PayError(400, "PARAM_ERROR", "amount")
        known = self.book.trades.get(number)
        if known is None:
            known = Trade(number, asked, openid, f"wx{self._world.next_number():030d}")
            self.book.trades[number] = known
        elif known.asked["amount"] != asked["amount"]:
            raise PayError(400, "OUT_TRADE_NO_USED")
        elif known.state != "NOTPAY":
            raise PayError(400, "ORDERPAID" if known.state == "SUCCESS" else "ORDER_CLOSED")
        return known

    def trade(self, _: Json, number: str) -> Json:
        return self._shown(self._known(number))

    def _known(self, number: str) -> Trade:
        if number not in self.book.trades:
            raise PayError(404, "ORDER_NOT_EXIST")
        return self.book.trades[number]

    def _shown(self, trade: Trade) -> Json:
        shown: Json = {
            "appid": self._config.app_id,
            "mchid": self._config.mch_id,
            "out_trade_no": trade.number,
            "trade_state": "REFUND" if trade.refunded else trade.state,
            "trade_state_desc": trade.state,
            "amount": {"total": trade.total, "payer_total": trade.total, "currency": "CNY"},
        }
        if trade.transaction:
            shown |= {"transaction_id": trade.transaction, "success_time": self._now()}
        return shown | {"payer": {"openid": trade.openid}}

    def close(self, _: Json, number: str) -> None:
        trade = self._known(number)
        if trade.state == "SUCCESS":
            raise PayError(400, "ORDERPAID")
        trade.state = "CLOSED"

    def refund(self, asked: Json, _: str) -> Json:
        """A number is given back once, whatever is asked again."""
        trade, number = self._known(str(asked["out_trade_no"])), str(asked["out_refund_no"])
        known = self.book.refunds.get(number)
        if known is None:
            wanted = int(asked["amount"]["refund"])
            if trade.state != "SUCCESS" or trade.refunded + wanted > trade.total:
                raise PayError(400, "INVALID_REQUEST", "more than was paid")
            if self.book.balance < wanted:
                raise PayError(403, "NOT_ENOUGH")
            trade.refunded += wanted
            self.book.balance -= wanted
            known = Bill(number, asked, f"50{self._world.next_number():026d}", "PROCESSING")
            self.book.refunds[number] = known
            self._end_refund(known)
        return self._refund_shown(known)

    def _end_refund(self, bill: Bill) -> None:
        shown = self._refund_shown(bill) | {"refund_status": "SUCCESS", "success_time": self._now()}

        def done() -> None:
            bill.state = "SUCCESS"

        self._tell("REFUND.SUCCESS", "refund", shown, done)

    def _refund_shown(self, bill: Bill) -> Json:
        return {
            "refund_id": bill.id,
            "out_refund_no": bill.number,
            "out_trade_no": bill.asked["out_trade_no"],
            "status": bill.state,
            "amount": bill.asked["amount"],
        }

    def refund_state(self, _: Json, number: str) -> Json:
        if number not in self.book.refunds:
            raise PayError(404, "RESOURCE_NOT_EXISTS")
        return self._refund_shown(self.book.refunds[number])

    def transfer(self, asked: Json, _: str) -> Json:
        number = str(asked["out_bill_no"])
        known = self.book.transfers.get(number)
        if known is None:
            amount = int(asked["transfer_amount"])
            if self.book.balance < amount:
                raise PayError(403, "NOT_ENOUGH")
            if not asked["openid"] or not asked["transfer_scene_id"]:
                raise PayError(400, "PARAM_ERROR", "openid or scene")
            self.book.balance -= amount
            name = self.keys.read_secret(asked["user_name"]) if asked.get("user_name") else ""
            bill_id = f"13{self._world.next_number():026d}"
            known = self.book.transfers[number] = Bill(number, asked, bill_id, "WAIT_USER_CONFIRM", name)
        return self._transfer_shown(known)

    def _transfer_shown(self, bill: Bill) -> Json:
        return {
            "out_bill_no": bill.number,
            "transfer_bill_no": bill.id,
            "state": bill.state,
            "transfer_amount": bill.asked["transfer_amount"],
        }

    def transfer_state(self, _: Json, number: str) -> Json:
        if number not in self.book.transfers:
            raise PayError(404, "NOT_FOUND")
        return self._transfer_shown(self.book.transfers[number])

    def certificates(self, _: Json, __: str) -> Json:
        sealed = keys.sealed(self._config.v3_key, self.keys.certificate.encode(), "certificate")
        return {"data": [{"serial_no": self.keys.serial, "encrypt_certificate": sealed}]}

    # the people's thumbs

    def pay(self, number: str) -> None:
        """The payer pays. Raises PayError when the order cannot be paid."""
        trade = self._known(number)
        if trade.state != "NOTPAY":
            raise PayError(400, trade.state)
        trade.state, trade.transaction = "SUCCESS", f"42{self._world.next_number():026d}"
        self.book.balance += trade.total
        self._tell("TRANSACTION.SUCCESS", "transaction", self._shown(trade))

    def confirm(self, number: str) -> None:
        """The payee takes a transfer."""
        bill = self.book.transfers.get(number)
        if bill is None or bill.state != "WAIT_USER_CONFIRM":
            raise PayError(404, "NOT_FOUND")
        bill.state = "SUCCESS"
        self._tell("MCHTRANSFER.BILL.FINISHED", "mch_payment", self._transfer_shown(bill))

    # callbacks

    def _tell(self, event: str, about: str, inside: Json, first: Callable[[], None] = lambda: None) -> None:
        self.pending += 1
        self._tasks.start(self._callback(event, about, inside, first))

    async def _callback(self, event: str, about: str, inside: Json, first: Callable[[], None]) -> None:
        faults = self._world.faults.on_push(PLATFORM, event)
        copies = next((int(f.params.get("copies", 2)) for f in faults if f.kind is Kind.DUPLICATE), 1)
        delay = next((float(f.params.get("seconds", 1)) for f in faults if f.kind is Kind.DELAY), 0.0)
        ignored = copies - 1 + sum(f.kind is Kind.PUSH_UNHEARD for f in faults)
        body = json.dumps(self._event(event, about, inside)).encode()
        try:
            await self._world.clock.sleep(delay)
            first()
            await self._tries(body, ignored)
        finally:
            self.pending -= 1
            self._world.events.emit("push", {"platform": PLATFORM, "kind": event, "state": "done"})

    def _event(self, event: str, about: str, inside: Json) -> Json:
        resource = keys.sealed(self._config.v3_key, json.dumps(inside).encode(), about)
        return {
            "id": f"EV-{self._world.next_number():030d}",
            "create_time": self._now(),
            "event_type": event,
            "resource_type": "encrypt-resource",
            "resource": resource | {"original_type": about},
            "summary": event,
        }

    async def _tries(self, body: bytes, ignored: int) -> None:
        for pause in (*[0.0] * ignored, *NOTIFY_PAUSES):
            taken = await self._post(body)
            if taken and not ignored:
                return
            ignored = max(0, ignored - 1)
            await self._world.clock.sleep(pause)

    async def _post(self, body: bytes) -> bool:
        if self.session is None:
            raise RuntimeError("the sandbox is not running")
        headers = self.keys.signed(body, self._world.clock.now()) | {"Content-Type": "application/json"}
        try:
            async with self.session.post(self._target(), data=body, headers=headers) as response:
                await response.read()
                return response.status in (200, 204)
        except aiohttp.ClientError:
            return False

    def _target(self) -> str:
        """The service's own base, whatever address was named: nothing leaves this machine."""
        base = urlsplit(self._world.config.service)
        return urlunsplit((base.scheme, base.netloc, "/push/payments/wechat", "", ""))

    def _now(self) -> str:
        return datetime.fromtimestamp(self._world.clock.now(), UTC).isoformat(timespec="seconds")


def _thumb(act: Callable[[str], None]) -> Callable[[web.Request], Any]:
    async def handle(request: web.Request) -> web.Response:
        try:
            act(request.match_info["number"])
        except PayError as error:
            return web.json_response({"error": error.code}, status=error.status)
        return web.json_response({"ok": True})

    return handle
