"""The played WeChat Pay keeps its documented rules, so that a service that passes here has met them."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bot.sandbox import app as sandbox_app
from bot.sandbox.clock import ManualClock
from bot.sandbox.config import SandboxConfig
from bot.sandbox.pay.wechat import PayError, WeChatPay
from tests import paying

NUMBER = "0123456789abcdef"


@pytest.fixture
async def pay() -> AsyncIterator[WeChatPay]:
    config = SandboxConfig(service="http://127.0.0.1:9", pay=paying.played("wx1"))
    app = sandbox_app.build(config, ManualClock())
    server = TestServer(app)
    await server.start_server()
    found = app[sandbox_app.SANDBOX].pay
    assert found is not None
    yield found
    await server.close()


def order(total: int = 100) -> dict[str, Any]:
    return {"out_trade_no": NUMBER, "amount": {"total": total}, "payer": {"openid": "o1"}}


async def test_the_same_number_is_the_same_order(pay: WeChatPay) -> None:
    """And another sum under it is refused."""
    assert pay.jsapi(order(), "") == pay.jsapi(order(), "")
    with pytest.raises(PayError, match="OUT_TRADE_NO_USED"):
        pay.jsapi(order(200), "")


async def test_what_is_paid_cannot_be_closed_and_what_is_closed_cannot_be_paid(pay: WeChatPay) -> None:
    pay.jsapi(order(), "")
    pay.pay(NUMBER)
    with pytest.raises(PayError, match="ORDERPAID"):
        pay.close({}, NUMBER)
    other = order() | {"out_trade_no": "other0001"}
    pay.jsapi(other, "")
    pay.close({}, "other0001")
    with pytest.raises(PayError, match="CLOSED"):
        pay.pay("other0001")


async def test_a_refund_number_gives_back_once_and_never_more_than_was_paid(pay: WeChatPay) -> None:
    pay.jsapi(order(), "")
    pay.pay(NUMBER)
    back = {"out_trade_no": NUMBER, "out_refund_no": "r1", "amount": {"refund": 60, "total": 100}}
    pay.refund(back, "")
    pay.refund(back, "")
    assert pay.book.balance == 40
    with pytest.raises(PayError, match="INVALID_REQUEST"):
        pay.refund(back | {"out_refund_no": "r2"}, "")


async def test_nothing_is_transferred_that_is_not_there(pay: WeChatPay) -> None:
    bill = {"out_bill_no": "b1", "transfer_amount": 100, "openid": "o1", "transfer_scene_id": "1005"}
    with pytest.raises(PayError, match="NOT_ENOUGH"):
        pay.transfer(bill, "")


async def test_a_call_nobody_signed_is_refused(pay: WeChatPay) -> None:
    """The stand-in checks the merchant's signature as the platform does."""
    app = sandbox_app.build(
        SandboxConfig(service="http://127.0.0.1:9", pay=paying.played("wx1")), ManualClock()
    )
    server = TestServer(app)
    await server.start_server()
    url = server.make_url("/v3/pay/transactions/jsapi")
    async with aiohttp.ClientSession() as http, http.post(url, json=order()) as answer:
        assert (answer.status, (await answer.json())["code"]) == (401, "SIGN_ERROR")
    await server.close()
