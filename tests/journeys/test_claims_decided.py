"""Claims decided by people and paid once: the same day, to the policy-holder only, whatever the platform does."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backoffice.claims import payment as payment_rules
from backoffice.claims import review
from backoffice.claims.claim import Claim, ClaimStatus, Facts
from backoffice.claims.kinds import ClaimKind
from backoffice.claims.payment import ClaimPaymentStatus
from backoffice.kernel.money import Money
from backoffice.money import claiming, ledger
from backoffice.money.model import OrderState, Told
from backoffice.money.payouts import SamePerson
from backoffice.ports import DeadlineKind
from backoffice.ports.money import ProviderAnswer
from backoffice.workflows import claim_payment, claim_review, payment_outcomes
from bot.assembly import policy_deeds
from bot.sandbox.client import Phone
from tests import house as house_
from tests.clocks import FakeClock
from tests.house import House, texts
from tests.journeys.claim_stories import (
    FIRST,
    SECOND,
    THIRD,
    claim_now,
    decide,
    filed,
    insured,
    orders,
    yuan,
)
from tests.journeys.money_stories import FINANCE, acquainted, ask, balance, do, later, pay


@pytest.fixture
async def shop(sqlite_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    """The service with both ways to pay, and the two sample products."""
    async with house_.opened(sqlite_url, tmp_path / "data", clock, pays=True) as opened:
        await policy_deeds.put_products(opened.core, {"samples": True})
        yield opened


@pytest.fixture
async def either_shop(database_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    """The same, once on SQLite and once on PostgreSQL."""
    async with house_.opened(database_url, tmp_path / "data", clock, pays=True) as opened:
        await policy_deeds.put_products(opened.core, {"samples": True})
        yield opened


async def on_wechat(
    shop: House, facts: Facts | None = None, kind: ClaimKind = ClaimKind.DELAY
) -> tuple[Phone, Claim]:
    """A claimant on WeChat with a claim that is whole, and a merchant with money."""
    payer = await shop.telegram("Rich", id="700000999")
    await acquainted(shop, payer)
    rich = await shop.wechat("有钱")
    await pay(shop, await ask(shop, await acquainted(shop, rich), yuan(30_000)))
    phone = await shop.wechat("张三丰")
    policy = await insured(shop, await acquainted(shop, phone))
    return phone, await filed(shop, policy, facts, kind)


async def on_telegram(
    shop: House, facts: Facts | None = None, kind: ClaimKind = ClaimKind.DELAY
) -> tuple[Phone, Claim]:
    """A claimant whom no wallet reaches."""
    phone = await shop.telegram("Anna")
    policy = await insured(shop, await acquainted(shop, phone), "Anna Smith")
    return phone, await filed(shop, policy, facts)


async def confirm(shop: House, claim: Claim) -> None:
    """The claimant takes the money in WeChat."""
    await later(shop)
    for order in [o for o in await orders(shop, claim) if not o.settled]:
        await shop.phones.ask("POST", f"pay/confirm/{order.id}")
    await later(shop, 2, 2, 2)


async def test_a_simple_claim_is_paid_by_one_press_to_the_holders_wallet(either_shop: House) -> None:
    """Decided, told line by line with the clause, ordered, confirmed by the claimant, booked at the insurer's cost."""
    shop = either_shop
    phone, claim = await on_wechat(shop)
    found = await do(shop, lambda work: claim_review.assess(work, claim))
    assert (found.simple, found.proposal.total) == (True, yuan(400))
    assert (await decide(shop, claim)).status is ClaimStatus.APPROVED
    await later(shop, 2, 2, 2)
    told = "\n".join(await texts(phone))
    assert "已通过，赔付 ¥400.00" in told
    assert "交通延误：赔付 ¥400.00（条款 3.7）" in told
    assert "正在付到您的微信零钱" in told
    await confirm(shop, claim)
    assert (await claim_now(shop, claim)).status is ClaimStatus.PAID
    assert "¥400.00 已付到您的微信零钱" in "\n".join(await texts(phone))
    assert await balance(shop, claiming.insurer("sample")) == yuan(400)
    assert await balance(shop, ledger.clearing("wechat")) == yuan(29_600)


LINES: dict[str, list[dict[str, Any]]] = {
    "lost": [{"kind": "lost_answer", "method": "transfer", "times": 1}],
    "lost thrice": [{"kind": "lost_answer", "times": 3}],
    "reset": [{"kind": "reset", "method": "transfer", "times": 2}],
    "bad gateway": [{"kind": "bad_gateway", "method": "transfer", "times": 2}],
    "cut": [{"kind": "truncated", "method": "transfer", "times": 1}],
    "busy": [{"kind": "too_many", "method": "transfer", "times": 2}],
    "told thrice": [{"kind": "duplicate", "params": {"copies": 3}}],
    "not told": [{"kind": "push_unheard"}],
    "all at once": [
        {"kind": "lost_answer", "method": "transfer", "times": 1},
        {"kind": "reset", "times": 2},
        {"kind": "duplicate", "params": {"copies": 2}},
    ],
}


@pytest.mark.parametrize("line", LINES)
async def test_money_leaves_once_whatever_the_platform_answers(shop: House, line: str) -> None:
    """Lost, cut, refused for now or told twice: the platform is asked, there is one order, booked once.

    A time-out is a lost answer to us: the client tells both as an outcome that nobody knows.
    """
    _, claim = await on_wechat(shop)
    for fault in LINES[line]:
        kind = {key: value for key, value in fault.items() if key != "kind"}
        await shop.phones.fault(fault["kind"], platform="wechatpay", **kind)
    await decide(shop, claim)
    await later(shop, 6, 12, 30, 65, 65, 65)
    await confirm(shop, claim)
    await later(shop, 320, 320)
    assert [o.state for o in await orders(shop, claim)] == [OrderState.DONE]
    assert (await claim_now(shop, claim)).status is ClaimStatus.PAID
    assert await balance(shop, ledger.clearing("wechat")) == yuan(29_600)
    assert await balance(shop, claiming.insurer("sample")) == yuan(400)


async def test_an_answer_that_comes_late_changes_nothing(shop: House) -> None:
    """Neither a second yes nor a no after the yes moves anything."""
    _, claim = await on_wechat(shop)
    await decide(shop, claim)
    await confirm(shop, claim)
    (order,) = await orders(shop, claim)
    for told in (Told.SUCCEEDED, Told.FAILED, Told.PENDING):
        answer = ProviderAnswer(told, "late", reason="late")
        await do(shop, lambda work, a=answer: payment_outcomes.settle(work, order, a))
    assert (await claim_now(shop, claim)).status is ClaimStatus.PAID
    assert await balance(shop, ledger.clearing("wechat")) == yuan(29_600)
    assert len(await orders(shop, claim)) == 1


async def test_two_who_press_at_once_decide_it_once(shop: House) -> None:
    _, claim = await on_wechat(shop)
    seen = (await claim_now(shop, claim)).version
    ruling = review.Ruling({}, "", seen)
    await do(shop, lambda work: claim_review.decide(work, claim.id, FIRST, ruling))
    with pytest.raises(claim_review.NotOpen):
        await do(shop, lambda work: claim_review.decide(work, claim.id, SECOND, ruling))
    with pytest.raises(claim_payment.NothingDue):
        await do(shop, lambda work: claim_payment.again(work, claim.id, FINANCE))
    assert len(await orders(shop, claim)) == 1


async def test_what_changed_since_the_page_was_drawn_is_not_decided(shop: House) -> None:
    _, claim = await on_wechat(shop)
    seen = (await claim_now(shop, claim)).version
    await do(shop, lambda work: claim_review.take(work, claim.id, SECOND))
    with pytest.raises(claim_review.Changed):
        await do(shop, lambda work: claim_review.decide(work, claim.id, FIRST, review.Ruling({}, "", seen)))


async def test_without_a_wallet_the_account_is_asked_for_and_finance_pays_it(shop: House) -> None:
    """The letter names whose account it must be; words without a number leave the question open."""
    phone, claim = await on_telegram(shop)
    await decide(shop, claim)
    await later(shop, 2, 2, 2)
    assert "in the name of Anna Smith" in "\n".join(await texts(phone))
    assert await orders(shop, claim) == []
    await phone.text("what for?")
    await later(shop, 2, 2, 2)
    await phone.text("Commerzbank DE89 3704 0044 0532 0130 00")
    await later(shop, 2, 2, 2)
    told = "\n".join(await texts(phone))
    assert "ending …3000" in told
    order = (await orders(shop, claim))[0]
    for _ in range(2):
        await do(shop, lambda work: payment_outcomes.record_outcome(work, order.id, FINANCE, "BANK-9", True))
    await later(shop, 2, 2, 2)
    assert (await claim_now(shop, claim)).status is ClaimStatus.PAID
    assert "has been paid to the account …3000" in "\n".join(await texts(phone))
    assert await balance(shop, ledger.clearing("recorded")) == -yuan(400)


async def test_nobody_but_the_policy_holder_is_paid(shop: House) -> None:
    """Neither another name, nor an account written down by the one who decided."""
    _, claim = await on_telegram(shop)
    await decide(shop, claim)
    with pytest.raises(payment_rules.NotTheHolder):
        await do(shop, lambda work: claim_payment.name_by(work, claim.id, FINANCE, "Bob Smith", "DE 123456"))
    with pytest.raises(SamePerson):
        await do(shop, lambda work: claim_payment.name_by(work, claim.id, FIRST, "Anna Smith", "DE 123456"))
    await do(shop, lambda work: claim_payment.name_by(work, claim.id, FINANCE, "anna  smith", "DE 123456"))
    assert len(await orders(shop, claim)) == 1


async def test_what_came_back_is_ordered_anew_by_a_person_and_booked_once(shop: House) -> None:
    """Refused by the bank: the insurer owes nothing, the claimant hears it, a second order pays it."""
    phone, claim = await on_telegram(shop)
    await decide(shop, claim)
    await do(shop, lambda work: claim_payment.name_by(work, claim.id, FINANCE, "Anna Smith", "DE 123456"))
    await later(shop, 2, 2, 2)
    first = (await orders(shop, claim))[0]
    await do(shop, lambda work: payment_outcomes.record_outcome(work, first.id, FINANCE, "", False))
    await later(shop, 2, 2, 2)
    assert "did not go through" in "\n".join(await texts(phone))
    assert await balance(shop, claiming.insurer("sample")) == Money(0, "CNY")
    assert "claim_payment_failed" in await shop.told_staff()
    await do(shop, lambda work: claim_payment.again(work, claim.id, FINANCE))
    await later(shop, 2, 2, 2)
    with pytest.raises(claim_payment.NothingDue):
        await do(shop, lambda work: claim_payment.again(work, claim.id, FINANCE))
    second = (await orders(shop, claim))[-1]
    await do(shop, lambda work: payment_outcomes.record_outcome(work, second.id, FINANCE, "B2", True))
    assert await balance(shop, claiming.insurer("sample")) == yuan(400)
    statuses = [p.status for p in await do(shop, lambda work: work.uow.claim_payments.of_claim(claim.id))]
    assert sorted(statuses) == [ClaimPaymentStatus.FAILED, ClaimPaymentStatus.PAID]


async def test_a_refusal_says_its_clause_and_an_appeal_goes_to_somebody_else(shop: House) -> None:
    """Three hours are too few; the claimant appeals by a word, another reviewer pays it with a reason."""
    phone, claim = await on_telegram(shop, Facts(hours=3))
    assert (await decide(shop, claim)).status is ClaimStatus.REFUSED
    await later(shop, 2, 2, 2)
    told = "\n".join(await texts(phone))
    assert "Travel delay: not paid; it was shorter than the terms ask (clause 3.7)" in told
    assert "Clause 3.7 says: CNY 200 for each full four hours" in told
    assert 'reply "appeal" by' in told
    await phone.text("Appeal")
    await later(shop, 2, 2, 2)
    await phone.text("The board said five hours, the airline wrote three.")
    await later(shop, 2, 2, 2)
    assert (await claim_now(shop, claim)).status is ClaimStatus.APPEALED
    assert "with another reviewer now" in "\n".join(await texts(phone))
    with pytest.raises(SamePerson):
        await decide(shop, claim, FIRST)
    with pytest.raises(review.WhyMissing):
        await decide(shop, claim, SECOND, line1=yuan(200))
    again = await decide(shop, claim, SECOND, "The board's photo shows five hours.", line1=yuan(200))
    assert again.status is ClaimStatus.APPROVED
    await later(shop, 2, 2, 2)
    told = "\n".join(await texts(phone))
    assert "The reviewer writes: The board's photo shows five hours." in told
    assert [d.by for d in await do(shop, lambda work: work.uow.claims.decisions(claim.id))] == ["cl1", "cl2"]


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("zh-hans", ("没有通过", "交通延误：不赔，未达到起赔的时长（条款 3.7）", "每延误满 4 小时", "回复“申诉”")),
        ("zh-hant", ("沒有通過", "交通延誤：不賠，未達到起賠的時長（條款 3.7）", "條款 3.7 原文", "回覆「申訴」")),
        ("en", ("was not approved", "shorter than the terms ask (clause 3.7)", "full four hours", '"appeal"')),
        ("ja", ("認められず", "交通機関の遅延：お支払いなし。約款の定める時間に", "本文：", "「不服申立て」")),
        ("ko", ("승인되지 않아", "교통 지연: 지급 없음. 약관이 정한 시간에", "약관 3.7 내용:", '"이의신청"')),
    ],
)  # fmt: skip
async def test_a_decision_explains_itself_in_the_claimants_language(
    shop: House, tag: str, words: tuple[str, ...]
) -> None:
    """What was refused, why, by which clause in words, and how to appeal; the word for it is understood."""
    phone = await shop.telegram("Mika", tag)
    claim = await filed(shop, await insured(shop, await acquainted(shop, phone), "Mika"), Facts(hours=2))
    await decide(shop, claim)
    await later(shop, 2, 2)
    told = "\n".join(await texts(phone))
    assert [each for each in words if each not in told] == []
    appeal = {"zh-hans": "申诉", "zh-hant": "申訴", "en": "appeal", "ja": "不服申立て", "ko": "이의신청"}[tag]
    await phone.text(f"{appeal} {claim.ref}")
    await later(shop, 2, 2)
    assert [q.kind for q in await shop.asked(phone)] == ["verdict.appeal_why"]


async def test_a_raised_sum_pays_the_difference_only(shop: House) -> None:
    """Paid in part, appealed: what was paid is not paid again."""
    phone, claim = await on_wechat(shop, Facts(hours=30))
    await decide(shop, claim, reason="登机牌显示四小时", line1=yuan(200))
    await confirm(shop, claim)
    assert (await claim_now(shop, claim)).status is ClaimStatus.PAID
    await phone.text("申诉")
    await later(shop, 2, 2, 2)
    await phone.text("延误了三十个小时")
    await later(shop, 2, 2, 2)
    await decide(shop, claim, SECOND)
    await later(shop, 2, 2, 2)
    await confirm(shop, claim)
    assert [o.amount for o in await orders(shop, claim)] == [yuan(200), yuan(400)]
    assert (await claim_now(shop, claim)).status is ClaimStatus.PAID


async def test_a_large_sum_takes_two_persons(shop: House) -> None:
    """The first signature tells nobody a result; the same person cannot give the second."""
    shop.clock.advance(timedelta(hours=1))
    facts = Facts(amount=yuan(90_000), sport="hiking", told="摔伤", others=yuan(0))
    phone, claim = await on_wechat(shop, facts, ClaimKind.RESCUE)
    signed = await decide(shop, claim)
    assert signed.status is ClaimStatus.UNDER_REVIEW
    await later(shop, 2, 2, 2)
    assert "第二位复核" in "\n".join(await texts(phone))
    assert await orders(shop, claim) == []
    with pytest.raises(SamePerson):
        await decide(shop, claim, FIRST)
    done = await decide(shop, claim, THIRD)
    assert (done.status, done.total) == (ClaimStatus.APPROVED, yuan(90_000))
    decision = (await do(shop, lambda work: work.uow.claims.decisions(claim.id)))[0]
    assert (decision.by, decision.second) == (FIRST.id, THIRD.id)


async def test_the_desk_is_warned_before_the_day_of_a_simple_claim_ends(shop: House) -> None:
    """At the claimant's place; a decided one warns nobody."""
    _, claim = await on_telegram(shop)
    due = await do(shop, lambda work: work.uow.deadlines.armed(DeadlineKind.CLAIM_DAY, claim.id))
    assert due is not None
    shop.clock.advance(due.due - shop.clock.now() + timedelta(seconds=1))
    await shop.settle()
    assert "claim_day_ends" in await shop.told_staff()


async def test_after_the_time_for_an_appeal_it_is_closed(shop: House) -> None:
    phone, claim = await on_telegram(shop, Facts(hours=1))
    await decide(shop, claim)
    shop.clock.advance(timedelta(days=32))
    await shop.settle()
    assert (await claim_now(shop, claim)).status is ClaimStatus.CLOSED
    await phone.text("appeal")
    await later(shop, 2, 2, 2)
    assert "no decision that can be appealed" in (await texts(phone))[-1]


async def test_a_second_claim_for_the_same_day_is_no_simple_one(shop: House) -> None:
    """It is flagged with the other's number, and pays only over a reason and two signatures."""
    phone, claim = await on_wechat(shop)
    await decide(shop, claim)
    policy = await do(shop, lambda work: work.uow.policies.get(claim.policy))
    twin = await filed(shop, policy)
    found = await do(shop, lambda work: claim_review.assess(work, twin))
    assert not found.simple
    assert [(c.flag, c.about) for c in found.flags] == [(review.Flag.SAME_EVENT, (claim.ref,))]
    assert found.proposal.total == yuan(200)
    with pytest.raises(review.WhyMissing):
        await decide(shop, twin)
    assert (await decide(shop, twin, reason="另一段航程")).status is ClaimStatus.UNDER_REVIEW


async def test_what_was_paid_in_full_is_not_offered_for_appeal(shop: House) -> None:
    """The word alone finds the one decision it can mean; of two it asks by a digit."""
    phone, paid = await on_telegram(shop)
    await decide(shop, paid)
    policy = await do(shop, lambda work: work.uow.policies.get(paid.policy))
    refused = await filed(shop, policy, Facts(hours=1))
    await decide(shop, refused, SECOND)
    await later(shop, 2, 2, 2)
    await phone.text("appeal")
    await later(shop, 2, 2, 2)
    assert f"decision on claim {refused.ref}" in "\n".join(await texts(phone))
    other = await filed(shop, policy, Facts(hours=2))
    await decide(shop, other, SECOND)
    await later(shop, 2, 2, 2)
    await phone.text("appeal")
    await later(shop, 2, 2, 2)
    which = (await texts(phone))[-1]
    assert "Choose its number" in which
    assert paid.ref not in which
    await phone.text("2")
    await later(shop, 2, 2, 2)
    assert f"decision on claim {other.ref}" in "\n".join(await texts(phone))
