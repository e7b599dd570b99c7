"""Platforms that hang, answer after we have given up, or tell an hour later: on the fake clock, with real time-outs of
a fifth of a second."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from backoffice.adapters import insurer_http, wechat_pay_api
from backoffice.claims.claim import ClaimStatus
from backoffice.insurance.policies import PolicyStatus
from backoffice.kernel.money import Money
from backoffice.money import claiming, ledger, premiums
from backoffice.money.model import OrderState, PaymentStatus, Told
from backoffice.ports.money import ProviderAnswer
from backoffice.workflows import claim_payment, payment_outcomes
from bot.assembly import certificates, policy_deeds
from bot.sandbox.config import InsurerConfig
from tests import house as house_
from tests import paying
from tests.clocks import FakeClock
from tests.house import House, texts
from tests.journeys.claim_stories import THIRD, claim_now, decide, orders, yuan
from tests.journeys.money_stories import FINANCE, acquainted, ask, balance, do, later, now_
from tests.journeys.test_claims_decided import on_wechat
from tests.journeys.test_cover import CHINESE, insurer, pay_on_wechat, policy_of, said

SOON = 0.2
"""Real seconds after which a call is given up here; ten in the running service."""


@pytest.fixture
async def shop(
    sqlite_url: str, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    """The service with both ways to pay and an insurer that answers in an hour."""
    monkeypatch.setattr(wechat_pay_api, "CALL_S", SOON)
    monkeypatch.setattr(certificates.Certificates, "_draw", lambda *_: b"%PDF-1.4\n%%EOF\n")
    slow = InsurerConfig("sample", paying.INSURER_SECRET, answers_after_s=3600.0)
    monkeypatch.setattr(paying, "insurer", lambda: slow)
    line = insurer_http.Line
    monkeypatch.setattr("bot.assembly.insuring.Line", lambda *given: replace(line(*given), call_s=SOON))
    async with house_.opened(sqlite_url, tmp_path / "data", clock, pays=True) as opened:
        await policy_deeds.put_products(opened.core, {"samples": True})
        yield opened


async def without_pushes(shop: House, *seconds: float) -> None:
    """Time jumps and the service works, while a callback is held back by the platform."""
    parts = shop.service.parts
    for step in seconds:
        shop.clock.advance(step)
        for _ in range(4):
            await parts.gateway.settle()
            await parts.payments.step()
            await parts.insurers.step()
            await parts.delivery.step()
            await parts.delivery.settle()


async def test_a_claims_payment_whose_callback_comes_two_hours_late_is_found_by_asking(shop: House) -> None:
    """Paid and told once, although the platform tells it again long after."""
    phone, claim = await on_wechat(shop)
    late = {"seconds": 7200}
    await shop.phones.fault("delay", platform="wechatpay", method="MCHTRANSFER.BILL.FINISHED", params=late)
    await decide(shop, claim)
    await later(shop)
    (order,) = await orders(shop, claim)
    await shop.phones.ask("POST", f"pay/confirm/{order.id}")
    await without_pushes(shop, 320)
    assert (await claim_now(shop, claim)).status is ClaimStatus.PAID
    await later(shop, 7200)
    assert [o.state for o in await orders(shop, claim)] == [OrderState.DONE]
    assert await balance(shop, ledger.clearing("wechat")) == yuan(29_600)
    assert "\n".join(await texts(phone)).count("已付到您的微信零钱") == 1


@pytest.mark.parametrize("fault", ["timeout", "slow"])
async def test_a_claims_payment_that_hangs_leaves_once(shop: House, fault: str) -> None:
    """Never taken, or taken after we gave up and had sent it again: the number is the same, so is the money."""
    _, claim = await on_wechat(shop)
    await shop.phones.fault(fault, platform="wechatpay", method="transfer", times=1, params={"seconds": 40})
    await decide(shop, claim)
    await later(shop, 1)
    (order,) = await orders(shop, claim)
    assert (order.state, order.error) == (OrderState.UNKNOWN, "timeout")
    await later(shop, 11, 1)
    assert (await orders(shop, claim))[0].state is OrderState.PENDING
    await later(shop, 60)
    await shop.phones.ask("POST", f"pay/confirm/{order.id}")
    await later(shop, 2, 320)
    assert [o.state for o in await orders(shop, claim)] == [OrderState.DONE]
    assert await balance(shop, ledger.clearing("wechat")) == yuan(29_600)
    assert await balance(shop, claiming.insurer("sample")) == yuan(400)


async def test_a_payment_told_an_hour_late_is_held_once(shop: House) -> None:
    """Found by asking before its time to pay is over; the callback changes nothing any more."""
    phone = await shop.wechat()
    payment = await ask(shop, await acquainted(shop, phone))
    late = {"seconds": 3600}
    await shop.phones.fault("delay", platform="wechatpay", method="TRANSACTION.SUCCESS", params=late)
    await shop.phones.ask("POST", f"pay/pay/{payment.id}")
    await without_pushes(shop, 1900, 5)
    assert (await now_(shop, payment)).status is PaymentStatus.AUTHORISED
    await later(shop, 3600)
    assert await balance(shop, ledger.escrow(payment.id)) == -yuan(100)
    assert "\n".join(await texts(phone)).count("已收到 ¥100.00") == 1


@pytest.mark.parametrize("fault", ["timeout", "slow"])
async def test_an_insurer_that_hangs_issues_one_policy(shop: House, fault: str) -> None:
    """Applied for until its yes comes, an hour later by a push; asked again under the same number meanwhile."""
    phone = await shop.wechat()
    await shop.phones.fault(fault, platform="insurer", method="put", times=1, params={"seconds": 40})
    await said(shop, phone, *CHINESE, "1")
    await pay_on_wechat(shop, await policy_of(shop, phone))
    assert (await policy_of(shop, phone)).status is PolicyStatus.APPLIED
    await later(shop, 12, 60)
    (request,) = (await insurer(shop))["requests"].values()
    assert request["state"] == "pending"
    assert (await policy_of(shop, phone)).status is PolicyStatus.APPLIED
    assert await balance(shop, premiums.owed_to("sample")) == Money(0, "CNY")
    await later(shop, 3600, 5)
    policy = await policy_of(shop, phone)
    assert policy.status is PolicyStatus.CONFIRMED
    assert len((await insurer(shop))["requests"]) == 1
    assert policy.number == (await insurer(shop))["requests"].popitem()[1]["number"]
    assert await balance(shop, premiums.owed_to("sample")) != Money(0, "CNY")


async def test_a_yes_after_a_no_is_shown_to_staff_and_blocks_a_second_order(shop: House) -> None:
    """The books keep the no; only a supervisor, who has looked, orders it again; told again it rings once."""
    _, claim = await on_wechat(shop)
    await decide(shop, claim)
    await later(shop)
    (order,) = await orders(shop, claim)
    for told in (Told.FAILED, Told.SUCCEEDED, Told.SUCCEEDED):
        row = await do(shop, lambda work: work.uow.payments.order(order.id))
        answer = ProviderAnswer(told, "late", reason="late")
        await do(shop, lambda work, r=row, a=answer: payment_outcomes.settle(work, r, a))
    assert (await shop.told_staff()).count("payment_contradicted") == 1
    with pytest.raises(claim_payment.Contradicted):
        await do(shop, lambda work: claim_payment.again(work, claim.id, FINANCE))
    assert [o.state for o in await orders(shop, claim)] == [OrderState.FAILED]
    await do(shop, lambda work: claim_payment.again(work, claim.id, THIRD))
    assert len(await orders(shop, claim)) == 2
