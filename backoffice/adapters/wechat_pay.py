"""WeChat Pay APIv3 as a way of being paid and of paying: JSAPI and Native orders, refunds, transfers, callbacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final
from urllib.parse import quote

from backoffice.adapters import wechat_pay_keys as keys
from backoffice.adapters.wechat_pay_api import Api, NotThere, Request
from backoffice.adapters.wechat_pay_keys import BadSignature, Json, Signed
from backoffice.kernel.clock import Clock
from backoffice.kernel.money import Money
from backoffice.money import claiming
from backoffice.money.model import Heard, OrderKind, Payment, Told
from backoffice.money.payouts import Payee
from backoffice.ports.money import Instruction, PayRefused, ProviderAnswer

NAME: Final = "wechat"
BEIJING: Final = timezone(timedelta(hours=8))
NAME_FROM: Final = Money(2000_00, "CNY")
"""Transfers from this sum on need the payee's real name; under 0.30 it must be left out (transfer documents)."""
NAME_UNDER: Final = Money(30, "CNY")
_TITLE = 127
_PAID = frozenset({"SUCCESS", "REFUND"})
"""`REFUND`: paid, and something of it was given back since."""
_TRADE = {"CLOSED": Told.FAILED, "REVOKED": Told.FAILED, "PAYERROR": Told.FAILED}
_REFUND = {
    "SUCCESS": Told.SUCCEEDED,
    "PROCESSING": Told.PENDING,
    "CLOSED": Told.FAILED,
    "ABNORMAL": Told.FAILED,
}
_TRANSFER = {"SUCCESS": Told.SUCCEEDED, "FAIL": Told.FAILED, "CANCELLED": Told.FAILED}


@dataclass(frozen=True, slots=True)
class Shop:
    """What an order needs beside the keys. `trade` is `jsapi` (inside WeChat) or `native` (a code to scan).

    `scene` and `report` are what the merchant registered for transfers: id, and (type, content) pairs; claims have
    a scene of their own, because the platform is told what money is for.
    """

    app_id: str
    notify_url: str
    trade: str = "jsapi"
    scene: str = ""
    report: tuple[tuple[str, str], ...] = ()
    claim_scene: str = ""
    claim_report: tuple[tuple[str, str], ...] = ()


class WechatPay:
    """`ports.money.PaymentProvider`, and the reader of its callbacks."""

    def __init__(self, shop: Shop, api: Api, clock: Clock) -> None:
        self._shop, self._api, self._clock = shop, api, clock

    @property
    def name(self) -> str:
        return NAME

    async def create(self, instruction: Instruction) -> ProviderAnswer:
        """A prepaid order under the payment's id: made twice with the same words it is the same order."""
        payment = _payment(instruction)
        body: Json = {
            "appid": self._shop.app_id,
            "mchid": self._api.merchant.mch_id,
            "description": instruction.title[:_TITLE] or payment.id[:8],
            "out_trade_no": payment.id,
            "time_expire": payment.expires_at.astimezone(BEIJING).isoformat(timespec="seconds"),
            "notify_url": self._shop.notify_url,
            "amount": {"total": _fen(payment.charged), "currency": "CNY"},
        }
        if self._shop.trade == "native":
            found = await self._api.call(Request("POST", "/v3/pay/transactions/native", body))
            return ProviderAnswer(Told.READY, how={"page": True, "code_url": str(found["code_url"])})
        if instruction.to is None:
            raise PayRefused("no openid")
        body["payer"] = {"openid": instruction.to.address}
        found = await self._api.call(Request("POST", "/v3/pay/transactions/jsapi", body))
        return ProviderAnswer(Told.READY, how={"page": True, **self._invocation(str(found["prepay_id"]))})

    def _invocation(self, prepay: str) -> Json:
        """What WeixinJSBridge wants: signed over app id, time, nonce and package."""
        at, nonce, package = str(self._api.now()), self._api.nonce(), f"prepay_id={prepay}"
        signature = self._api.merchant.sign(f"{self._shop.app_id}\n{at}\n{nonce}\n{package}\n")
        return {
            "appId": self._shop.app_id,
            "timeStamp": at,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": signature,
        }

    async def query(self, instruction: Instruction) -> ProviderAnswer:
        try:
            match instruction.order.kind:
                case OrderKind.REFUND:
                    return _refund(await self._get(f"/v3/refund/domestic/refunds/{instruction.order.id}"))
                case OrderKind.PAYOUT:
                    return _transfer(await self._get(_BILL + instruction.order.id))
                case _:
                    return _trade(await self._get(self._trade_path(instruction)), instruction.order.kind)
        except NotThere:
            return ProviderAnswer(Told.UNKNOWN_THERE)

    async def _get(self, path: str) -> Json:
        return await self._api.call(Request("GET", path))

    def _trade_path(self, instruction: Instruction) -> str:
        number = quote(_payment(instruction).id)
        return f"/v3/pay/transactions/out-trade-no/{number}?mchid={self._api.merchant.mch_id}"

    async def close(self, instruction: Instruction) -> ProviderAnswer:
        """Closing what the platform never saw is done already."""
        path = f"/v3/pay/transactions/out-trade-no/{quote(_payment(instruction).id)}/close"
        try:
            await self._api.call(Request("POST", path, {"mchid": self._api.merchant.mch_id}))
        except NotThere:
            pass
        except PayRefused as refused:
            raise PayRefused("paid" if refused.code == "ORDERPAID" else refused.code) from None
        return ProviderAnswer(Told.SUCCEEDED)

    async def capture(self, instruction: Instruction) -> ProviderAnswer:
        """Money is taken when it is paid: there is nothing left to do."""
        return ProviderAnswer(Told.SUCCEEDED)

    async def refund(self, instruction: Instruction) -> ProviderAnswer:
        """Under the order's id: the same number is never given back twice."""
        payment, order = _payment(instruction), instruction.order
        body = {
            "out_trade_no": payment.id,
            "out_refund_no": order.id,
            "notify_url": self._shop.notify_url,
            "amount": {"refund": _fen(order.amount), "total": _fen(payment.charged), "currency": "CNY"},
        }
        return _refund(await self._api.call(Request("POST", "/v3/refund/domestic/refunds", body)))

    async def payout(self, instruction: Instruction) -> ProviderAnswer:
        """A transfer to the payee's WeChat; the platform itself compares the name it is given."""
        order, payee = instruction.order, instruction.payee
        if payee is None:
            raise PayRefused("no payee")
        claim = claiming.pays_claim(order)
        scene = self._shop.claim_scene if claim else self._shop.scene
        report = self._shop.claim_report if claim else self._shop.report
        body: Json = {
            "appid": self._shop.app_id,
            "out_bill_no": order.id,
            "transfer_scene_id": scene,
            "openid": payee.account,
            "transfer_amount": _fen(order.amount),
            "transfer_remark": order.id[:8],
            "notify_url": self._shop.notify_url,
            "transfer_scene_report_infos": [
                {"info_type": kind, "info_content": content} for kind, content in report
            ],
        }
        serial = await self._named(body, payee, order.amount)
        return _transfer(await self._api.call(Request("POST", _BILLS, body, serial)))

    async def _named(self, body: Json, payee: Payee, amount: Money) -> str:
        if amount < NAME_UNDER:
            return ""
        if amount >= NAME_FROM and not payee.name:
            raise PayRefused("name missing")
        body["user_name"], serial = await self._api.secret(payee.name)
        return serial

    async def read(self, headers: Mapping[str, str], body: bytes) -> Heard | None:
        """A callback as news; None for an event that says nothing to us.

        Raises `BadSignature` for what the platform did not sign, `PayFailure` when that cannot be checked now.
        """
        await self._api.verify(Signed.of(headers, body))
        event = keys.parsed(body)
        resource = event.get("resource")
        if not isinstance(resource, dict):
            raise BadSignature("no resource")
        inside = keys.parsed(self._api.merchant.opened(resource))
        return self._news(str(event.get("event_type") or ""), inside)

    def _news(self, event: str, inside: Json) -> Heard | None:
        family = event.partition(".")[0]
        now = self._clock.now()
        if family == "TRANSACTION" and inside.get("trade_state") in _PAID:
            answer, kind, subject = _trade(inside, OrderKind.CREATE), OrderKind.CREATE, "out_trade_no"
        elif family == "REFUND":
            state = inside.get("refund_status") or inside.get("status")
            answer, kind, subject = _refund(inside | {"status": state}), OrderKind.REFUND, "out_refund_no"
        elif family == "MCHTRANSFER":
            answer, kind, subject = _transfer(inside), OrderKind.PAYOUT, "out_bill_no"
        else:
            return None
        if answer.told not in (Told.SUCCEEDED, Told.FAILED):
            return None
        number = str(inside.get(subject) or "")
        key = f"{kind}:{number}:{answer.told}:{answer.reference}"[:200]
        return Heard(
            NAME, key, kind, number[:64], answer.told, _moment(inside, now), answer.reference, answer.amount
        )


_BILLS: Final = "/v3/fund-app/mch-transfer/transfer-bills"
_BILL: Final = f"{_BILLS}/out-bill-no/"


def _trade(found: Json, kind: OrderKind) -> ProviderAnswer:
    """A trade's state. Not paid yet: an order to make it or to close it may be sent again."""
    state = str(found.get("trade_state") or "")
    if state in _PAID:
        amount = found.get("amount") or {}
        paid = Money(int(amount["total"]), str(amount.get("currency") or "CNY"))
        return ProviderAnswer(Told.SUCCEEDED, str(found.get("transaction_id") or ""), paid)
    if state in ("CLOSED", "REVOKED") and kind is OrderKind.CLOSE:
        return ProviderAnswer(Told.SUCCEEDED)
    return ProviderAnswer(_TRADE.get(state, Told.UNKNOWN_THERE), reason=state)


def _refund(found: Json) -> ProviderAnswer:
    state = str(found.get("status") or "")
    return ProviderAnswer(_REFUND.get(state, Told.PENDING), str(found.get("refund_id") or ""), reason=state)


def _transfer(found: Json) -> ProviderAnswer:
    state = str(found.get("state") or "")
    reason = str(found.get("fail_reason") or state)
    return ProviderAnswer(
        _TRANSFER.get(state, Told.PENDING), str(found.get("transfer_bill_no") or ""), reason=reason
    )


def _moment(inside: Json, now: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(str(inside.get("success_time") or ""))
    except ValueError:
        return now
    return found.astimezone(now.tzinfo) if found.tzinfo else now


def _payment(instruction: Instruction) -> Payment:
    if instruction.payment is None:
        raise PayRefused("no payment")
    return instruction.payment


def _fen(amount: Money) -> int:
    if amount.currency != "CNY":
        raise PayRefused("only CNY")
    return amount.minor
