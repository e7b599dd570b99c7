"""WeChat Pay: what is signed, what is trusted, and what every failure says about the money."""

import base64
import json
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from backoffice.adapters.wechat_pay import Shop, WechatPay
from backoffice.adapters.wechat_pay_api import Api, Line
from backoffice.adapters.wechat_pay_keys import BadSignature, Trust, merchant
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money
from backoffice.money.model import (
    OrderKind,
    OrderState,
    Payment,
    PaymentId,
    ProviderOrder,
    ProviderOrderId,
    Purpose,
    Told,
)
from backoffice.money.payouts import Payee
from backoffice.ports.money import Instruction, PayFailure, PayRefused, PayTemporary, PayUnknown
from bot.sandbox.pay import keys as played
from tests import paying
from tests.clocks import START, FakeClock

YUAN = Money.of(100, "CNY")
NUMBER = "0123456789abcdef0123456789abcdef"
PAYMENT = Payment(
    PaymentId(NUMBER), "k", Purpose("test", "t"), PersonId("p"), YUAN, YUAN, "wechat", START,
    START + timedelta(minutes=30), "token",
)  # fmt: skip


@dataclass
class Platform:
    """Answers what a test says, signed unless told otherwise, and keeps what it heard."""

    keys: played.PlatformKeys
    status: int = 200
    answer: dict[str, Any] = field(default_factory=dict)
    signed: bool = True
    heard: list[tuple[web.Request, bytes]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.heard.append((request, body))
        status, found = self.status, self.answer
        if request.path == "/v3/certificates":
            sealed = played.sealed(paying.V3_KEY, self.keys.certificate.encode(), "certificate")
            status, found = 200, {"data": [{"serial_no": self.keys.serial, "encrypt_certificate": sealed}]}
        said = json.dumps(found).encode() if found else b""
        headers = self.keys.signed(said, START.timestamp()) if self.signed else {}
        return web.Response(status=status, body=said, headers=headers)


KEYS, STRANGER = played.PlatformKeys(), rsa.generate_private_key(65537, 2048)


@pytest.fixture
def platform() -> Platform:
    return Platform(KEYS)


@pytest.fixture
async def shop(platform: Platform, clock: FakeClock) -> AsyncIterator[WechatPay]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", platform.handle)
    server = TestServer(app)
    await server.start_server()
    async with aiohttp.ClientSession() as http:
        ours = merchant(paying.MCH_ID, paying.SERIAL, paying.merchant_key()[0], paying.V3_KEY)
        line = Line(http, str(server.make_url("")).rstrip("/"), ours, clock, random.Random(5).getrandbits)
        settings = Shop(
            "wx1", "https://rescue.example/push/payments/wechat", scene="1005", report=(("a", "b"),)
        )
        yield WechatPay(settings, Api(line, Trust()), clock)
    await server.close()


def instruction(kind: OrderKind = OrderKind.CREATE, amount: Money = YUAN) -> Instruction:
    order = ProviderOrder(
        ProviderOrderId("abcdef"), kind, NUMBER, PersonId("p"), "wechat", amount, amount, START, START,
        OrderState.DOING,
    )  # fmt: skip
    payee = Payee(PersonId("p"), "陈静", "+66812345678", "wechat", "o123")
    return Instruction(order, PAYMENT, Address("wechat", "o123"), "星使服务", "", payee)


async def test_a_request_is_signed_over_everything_that_counts(shop: WechatPay, platform: Platform) -> None:
    """Method, path with its query, time, nonce and body; one changed letter and it does not fit."""
    platform.answer = {"prepay_id": "wx42"}
    await shop.create(instruction())
    request, body = (
        platform.heard[-2] if platform.heard[-1][0].path == "/v3/certificates" else platform.heard[-1]
    )
    public = played.public_key(paying.merchant_key()[1])
    header = request.headers["Authorization"]
    asked = played.Asked(request.method, request.path_qs, body, header)
    assert played.complaint(asked, paying.MCH_ID, public) == ""
    other = played.Asked(request.method, request.path_qs, body + b" ", header)
    assert played.complaint(other, paying.MCH_ID, public)
    sent = json.loads(body)
    assert sent["amount"] == {"total": 10000, "currency": "CNY"}
    assert (sent["out_trade_no"], sent["payer"]) == (NUMBER, {"openid": "o123"})


async def test_what_the_bridge_gets_is_signed_for_it(shop: WechatPay, platform: Platform) -> None:
    """App id, time, nonce and package, in this order (JSAPI invocation)."""
    platform.answer = {"prepay_id": "wx42"}
    how = (await shop.create(instruction())).how
    message = f"{how['appId']}\n{how['timeStamp']}\n{how['nonceStr']}\n{how['package']}\n".encode()
    public = serialization.load_pem_public_key(paying.merchant_key()[1].encode())
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(base64.b64decode(how["paySign"]), message, padding.PKCS1v15(), hashes.SHA256())
    assert how["package"] == "prepay_id=wx42"
    with pytest.raises(InvalidSignature):
        public.verify(base64.b64decode(how["paySign"]), message + b"x", padding.PKCS1v15(), hashes.SHA256())


async def test_an_answer_nobody_signed_proves_nothing(shop: WechatPay, platform: Platform) -> None:
    """Neither done nor not done: it must be asked about."""
    platform.answer, platform.signed = {"status": "SUCCESS", "refund_id": "1"}, False
    with pytest.raises(PayUnknown):
        await shop.refund(instruction(OrderKind.REFUND))


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (500, "SYSTEM_ERROR", PayUnknown),
        (502, "", PayUnknown),
        (429, "FREQUENCY_LIMITED", PayTemporary),
        (403, "NOT_ENOUGH", PayTemporary),
        (401, "SIGN_ERROR", PayTemporary),
        (400, "PARAM_ERROR", PayRefused),
        (403, "RULE_LIMIT", PayRefused),
    ],
)
async def test_every_refusal_says_whether_it_may_have_been_done(
    shop: WechatPay, platform: Platform, status: int, code: str, failure: type[PayFailure]
) -> None:
    """Only what was certainly not executed may be sent again."""
    platform.status, platform.answer = status, {"code": code, "message": ""} if code else {}
    with pytest.raises(failure):
        await shop.refund(instruction(OrderKind.REFUND))


async def test_a_platform_out_of_reach_was_certainly_not_told(shop: WechatPay, clock: FakeClock) -> None:
    async with aiohttp.ClientSession() as http:
        ours = merchant(paying.MCH_ID, paying.SERIAL, paying.merchant_key()[0], paying.V3_KEY)
        nowhere = Api(Line(http, "http://127.0.0.1:9", ours, clock, random.Random(5).getrandbits), Trust())
        with pytest.raises(PayTemporary):
            await WechatPay(Shop("wx1", ""), nowhere, clock).refund(instruction(OrderKind.REFUND))


@pytest.mark.parametrize(
    ("kind", "answer", "told"),
    [
        (OrderKind.CREATE, {"trade_state": "NOTPAY"}, Told.UNKNOWN_THERE),
        (OrderKind.CREATE, {"trade_state": "SUCCESS", "amount": {"total": 10000}}, Told.SUCCEEDED),
        (OrderKind.CREATE, {"trade_state": "REFUND", "amount": {"total": 10000}}, Told.SUCCEEDED),
        (OrderKind.CREATE, {"trade_state": "CLOSED"}, Told.FAILED),
        (OrderKind.CLOSE, {"trade_state": "CLOSED"}, Told.SUCCEEDED),
        (OrderKind.REFUND, {"status": "PROCESSING"}, Told.PENDING),
        (OrderKind.REFUND, {"status": "SUCCESS"}, Told.SUCCEEDED),
        (OrderKind.REFUND, {"status": "ABNORMAL"}, Told.FAILED),
        (OrderKind.PAYOUT, {"state": "WAIT_USER_CONFIRM"}, Told.PENDING),
        (OrderKind.PAYOUT, {"state": "SUCCESS"}, Told.SUCCEEDED),
        (OrderKind.PAYOUT, {"state": "FAIL", "fail_reason": "NAME_NOT_CORRECT"}, Told.FAILED),
        (OrderKind.PAYOUT, {"state": "A_STATE_OF_NEXT_YEAR"}, Told.PENDING),
    ],
)
async def test_the_platforms_states_in_our_words(
    shop: WechatPay, platform: Platform, kind: OrderKind, answer: dict[str, Any], told: Told
) -> None:
    """A state we do not know is waited for, never taken for done."""
    platform.answer = answer
    assert (await shop.query(instruction(kind))).told is told


async def test_a_number_the_platform_never_saw_may_be_sent(shop: WechatPay, platform: Platform) -> None:
    platform.status, platform.answer = 404, {"code": "ORDER_NOT_EXIST"}
    assert (await shop.query(instruction())).told is Told.UNKNOWN_THERE


async def test_closing_what_was_paid_says_so(shop: WechatPay, platform: Platform) -> None:
    platform.status, platform.answer = 400, {"code": "ORDERPAID"}
    with pytest.raises(PayRefused, match="paid"):
        await shop.close(instruction(OrderKind.CLOSE))


async def test_only_yuan_leave_for_the_platform(shop: WechatPay, platform: Platform) -> None:
    with pytest.raises(PayRefused):
        await shop.refund(instruction(OrderKind.REFUND, Money.of(1, "THB")))
    assert platform.heard == []


async def test_the_payees_name_travels_sealed(shop: WechatPay, platform: Platform) -> None:
    """Only the platform can read it, and it compares it; tiny sums go without one, as the documents want."""
    platform.answer = {"state": "ACCEPTED", "transfer_bill_no": "1"}
    assert (await shop.payout(instruction(OrderKind.PAYOUT))).told is Told.PENDING
    sent = json.loads(platform.heard[-1][1])
    assert "陈静" not in platform.heard[-1][1].decode()
    assert platform.keys.read_secret(sent["user_name"]) == "陈静"
    assert platform.heard[-1][0].headers["Wechatpay-Serial"] == platform.keys.serial
    await shop.payout(instruction(OrderKind.PAYOUT, Money(29, "CNY")))
    assert "user_name" not in json.loads(platform.heard[-1][1])


async def test_the_platform_is_told_what_a_transfer_is_for(shop: WechatPay, platform: Platform) -> None:
    """Claims go out under the scene that was registered for them, an envoy's pay under its own."""
    platform.answer = {"state": "ACCEPTED", "transfer_bill_no": "1"}
    shop._shop = replace(shop._shop, claim_scene="1003", claim_report=(("保险产品", "旅行"),))
    pay = instruction(OrderKind.PAYOUT)
    await shop.payout(pay)
    await shop.payout(replace(pay, order=replace(pay.order, subject="claim:x")))
    sent = [json.loads(body) for _, body in platform.heard if body]
    assert [one["transfer_scene_id"] for one in sent] == [shop._shop.scene, "1003"]
    assert sent[1]["transfer_scene_report_infos"] == [{"info_type": "保险产品", "info_content": "旅行"}]


def callback(
    inside: dict[str, Any], event: str = "TRANSACTION.SUCCESS", v3_key: str = paying.V3_KEY
) -> bytes:
    sealed = played.sealed(v3_key, json.dumps(inside).encode(), "transaction")
    return json.dumps({"id": "EV-1", "event_type": event, "resource": sealed}).encode()


PAID = {
    "out_trade_no": NUMBER, "transaction_id": "42", "trade_state": "SUCCESS", "amount": {"total": 10000},
    "success_time": "2026-03-01T14:00:00+08:00",
}  # fmt: skip


async def test_a_callback_is_read(shop: WechatPay, platform: Platform) -> None:
    """However late it comes: an age is no reason to refuse what is signed."""
    body = callback(PAID)
    heard = await shop.read(platform.keys.signed(body, START.timestamp() - 86_400 * 30), body)
    assert heard is not None
    assert (heard.kind, heard.subject, heard.told) == (OrderKind.CREATE, NUMBER, Told.SUCCEEDED)
    assert (heard.amount, heard.reference, heard.at) == (YUAN, "42", START)
    again = await shop.read(platform.keys.signed(body, START.timestamp()), body)
    assert again is not None
    assert again.key == heard.key


Damage = Callable[[dict[str, str], bytes], tuple[dict[str, str], bytes]]


@pytest.mark.parametrize(
    "damage",
    [
        lambda h, b: (h, b + b" "),
        lambda h, b: (h | {"Wechatpay-Timestamp": "1"}, b),
        lambda h, b: (h | {"Wechatpay-Nonce": "x"}, b),
        lambda h, b: (h | {"Wechatpay-Serial": "ABC"}, b),
        lambda h, b: (h | {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/" + h["Wechatpay-Signature"]}, b),
        lambda h, b: ({k: v for k, v in h.items() if k != "Wechatpay-Nonce"}, b),
        lambda h, b: (
            played.PlatformKeys(STRANGER).signed(b, START.timestamp()) | {"Wechatpay-Serial": KEYS.serial},
            b,
        ),
    ],
)
async def test_a_callback_that_was_touched_is_refused(
    shop: WechatPay, platform: Platform, damage: Damage
) -> None:
    """Among them the platform's own probes with a wrong signature."""
    body = callback(PAID)
    headers, changed = damage(platform.keys.signed(body, START.timestamp()), body)
    with pytest.raises(BadSignature):
        await shop.read(headers, changed)


async def test_a_callback_for_another_merchant_does_not_open(shop: WechatPay, platform: Platform) -> None:
    body = callback(PAID, v3_key="f" * 32)
    with pytest.raises(BadSignature):
        await shop.read(platform.keys.signed(body, START.timestamp()), body)


async def test_an_event_that_says_nothing_to_us_is_taken_and_left(
    shop: WechatPay, platform: Platform
) -> None:
    body = callback({"x": 1}, "PAYSCORE.USER_OPEN_SERVICE")
    assert await shop.read(platform.keys.signed(body, START.timestamp()), body) is None


def test_a_key_of_the_wrong_length_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        merchant(paying.MCH_ID, paying.SERIAL, paying.merchant_key()[0], "short")
