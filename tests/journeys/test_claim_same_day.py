"""The third word of the service, whole: bought in chat, delayed, claimed with two photos, paid the same day."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from backoffice.claims.claim import ClaimStatus
from backoffice.insurance.policies import PolicyStatus
from backoffice.money import claiming, ledger
from backoffice.workflows import claim_review
from bot.assembly import policy_deeds
from tests import house as house_
from tests.clocks import FakeClock
from tests.house import House, texts
from tests.journeys.claim_stories import claim_now, decide, orders, yuan
from tests.journeys.money_stories import acquainted, ask, balance, do, later, pay
from tests.journeys.test_claims import claim_of, receipt, said, shown
from tests.journeys.test_cover import CHINESE, pay_on_wechat, policy_of


@pytest.fixture
async def either_shop(database_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    """The service with both ways to pay, an insurer, and the two sample products."""
    async with house_.opened(database_url, tmp_path / "data", clock, pays=True) as opened:
        await policy_deeds.put_products(opened.core, {"samples": True})
        yield opened


async def test_bought_delayed_claimed_with_two_photos_and_paid_the_same_day(either_shop: House) -> None:
    """Nothing is decided by itself: a reviewer presses the button; the ledger knows where the money came from."""
    shop = either_shop
    rich = await shop.wechat("有钱")
    await pay(shop, await ask(shop, await acquainted(shop, rich), yuan(5_000)))
    phone = await shop.wechat("张三")
    await said(shop, phone, *CHINESE, "1")
    await pay_on_wechat(shop, await policy_of(shop, phone))
    policy = await policy_of(shop, phone)
    assert policy.status is PolicyStatus.CONFIRMED
    bought = "\n".join(await texts(phone))
    assert "请付保费 ¥42.00" in bought
    assert "已收到 ¥42.00，保险公司确认承保前由我们保管" in bought
    assert "星使" not in bought
    shop.clock.advance(timedelta(days=2))
    await shop.settle()

    await said(shop, phone, "理赔", "4", "1", "1", "9")
    await shown(shop, phone, receipt(1))
    await said(shop, phone, "完成")
    await shown(shop, phone, receipt(2))
    await said(shop, phone, "完成")
    assert "材料齐全" in await said(shop, phone, "1")
    claim = await claim_of(shop, phone)
    found = await do(shop, lambda work: claim_review.assess(work, claim))
    assert (found.simple, found.proposal.total, found.flags) == (True, yuan(400), ())
    assert await orders(shop, claim) == []

    shop.clock.advance(timedelta(hours=2))
    await decide(shop, claim)
    await later(shop, 2, 2, 2)
    for order in await orders(shop, claim):
        await shop.phones.ask("POST", f"pay/confirm/{order.id}")
    await later(shop, 2, 2, 2)
    claim = await claim_now(shop, claim)
    assert claim.status is ClaimStatus.PAID
    told = "\n".join(await texts(phone))
    assert "交通延误：赔付 ¥400.00（条款 3.7）" in told
    assert "¥400.00 已付到您的微信零钱" in told
    (payment,) = await do(shop, lambda work: work.uow.claim_payments.of_claim(claim.id))
    assert claim.filed_at is not None
    assert payment.paid_at is not None
    place = ZoneInfo(claim.zone)
    assert payment.paid_at.astimezone(place).date() == claim.filed_at.astimezone(place).date()
    assert await balance(shop, claiming.insurer("sample")) == yuan(400)
    assert await balance(shop, claiming.due(payment.id)) == yuan(0)
    assert await balance(shop, ledger.clearing("wechat")) == yuan(5_000 + 42 - 400)
