"""Money that people earn: owed by the table, proposed, signed, paid out once, on the week's statement."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money
from backoffice.money import ledger
from backoffice.money import payouts as payout_rules
from backoffice.money.model import OrderKind, OrderState, Purpose
from backoffice.money.payouts import Payee, PayoutStatus, SamePerson
from backoffice.people.model import Person
from backoffice.workflows import payment_outcomes, payments, payouts
from bot.assembly import deeds, price_deed
from bot.sandbox.client import Phone
from tests import house as house_
from tests.clocks import FakeClock
from tests.house import BANGKOK, House
from tests.journeys.money_stories import (
    FINANCE,
    SECOND,
    THIRD,
    acquainted,
    ask,
    balance,
    do,
    later,
    pay,
    said,
)


@pytest.fixture
async def shop(sqlite_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    """The service with both ways to pay."""
    async with house_.opened(sqlite_url, tmp_path / "data", clock, pays=True) as opened:
        yield opened


async def enrolled(house: House) -> tuple[Phone, Person]:
    """An envoy with a name and a number."""
    phone = await house.wechat("李强")
    row = {
        "name": "李强", "phone": "+66812345678", "channel": "wechat", "address": phone.id, "languages": ["zh"],
        "services": ["interpret"], "lat": BANGKOK[0], "lon": BANGKOK[1], "on_duty": True, "sex": "",
    }  # fmt: skip
    await deeds.put_rows(house.core, {"rows": [row]})
    await acquainted(house, phone)
    found = await house.person(phone)
    assert found is not None
    return phone, found


async def earned(house: House, amount: Money, account: str = "TH 1", provider: str = "recorded") -> PersonId:
    """An envoy with a checked payee who is owed a sum."""
    phone, found = await enrolled(house)
    payee = Payee(
        found.id, "李 强", "+66 81 234 5678", provider, phone.id if provider == "wechat" else account
    )
    await do(house, lambda work: payouts.set_payee(work, payee, FINANCE))
    purpose = Purpose("sos", "case1")
    for _ in range(2):
        await do(house, lambda work: payments.owe(work, found.id, amount, purpose, "sos:a1"))
    return found.id


async def test_a_payout_over_the_limit_takes_two_others_and_is_ordered_once(either_house: House) -> None:
    """Proposed, signed twice, in finance's file, recorded as paid, on the week's statement."""
    house = either_house
    person = await earned(house, Money.of(5000, "CNY"))
    run = await do(house, lambda work: payouts.propose(work, FINANCE))
    again = await do(house, lambda work: payouts.propose(work, FINANCE))
    assert [p.amount for p in run.payouts] == [Money.of(5000, "CNY")]
    assert [left.why for left in again.left_out] == ["open"]
    payout = run.payouts[0]
    await do(house, lambda work: payouts.approve(work, payout.id, SECOND))
    with pytest.raises(SamePerson):
        await do(house, lambda work: payouts.approve(work, payout.id, SECOND))
    assert await balance(house, ledger.payable(person)) == -Money.of(5000, "CNY")
    await do(house, lambda work: payouts.approve(work, payout.id, THIRD))
    await later(house)
    rows = await do(house, lambda work: payouts.file_rows(work, FINANCE))
    assert "5000.00" in payout_rules.file(rows)
    orders = await do(house, lambda work: work.uow.payments.orders_of(payout.id))
    assert [(o.kind, o.state) for o in orders] == [(OrderKind.PAYOUT, OrderState.PENDING)]
    for _ in range(2):
        await do(
            house, lambda work: payment_outcomes.record_outcome(work, orders[0].id, FINANCE, "BANK-7", True)
        )
    found = await do(house, lambda work: work.uow.payouts.get(payout.id))
    assert (found.status, found.reference) == (PayoutStatus.PAID, "BANK-7")
    assert await balance(house, ledger.clearing("recorded")) == -Money.of(5000, "CNY")
    week = await do(house, lambda work: payouts.statement(work, person, house.clock.now()))
    assert [(s.earned, s.paid, s.closing) for s in week] == [
        (Money.of(5000, "CNY"), Money.of(5000, "CNY"), Money(0, "CNY"))
    ]


async def test_a_payout_that_fails_is_owed_again(house: House) -> None:
    person = await earned(house, Money.of(100, "CNY"))
    payout = (await do(house, lambda work: payouts.propose(work, FINANCE))).payouts[0]
    await do(house, lambda work: payouts.approve(work, payout.id, SECOND))
    await later(house)
    order = (await do(house, lambda work: work.uow.payments.orders_of(payout.id)))[0]
    await do(house, lambda work: payment_outcomes.record_outcome(work, order.id, FINANCE, "", False))
    assert await balance(house, ledger.payable(person)) == -Money.of(100, "CNY")
    assert "payout_failed" in await house.told_staff()


async def test_a_transfer_to_wechat_goes_out_once_whatever_the_line_does(shop: House) -> None:
    """Executed, the answer lost, the platform asked; the envoy confirms and is told."""
    person = await earned(shop, Money.of(1000, "CNY"), provider="wechat")
    payer = await shop.wechat()
    await pay(shop, await ask(shop, await acquainted(shop, payer), Money.of(3000, "CNY")))
    payout = (await do(shop, lambda work: payouts.propose(work, FINANCE))).payouts[0]
    await shop.phones.fault("lost_answer", platform="wechatpay", method="transfer", times=1)
    await do(shop, lambda work: payouts.approve(work, payout.id, SECOND))
    await later(shop, 6, 12)
    order = (await do(shop, lambda work: work.uow.payments.orders_of(payout.id)))[0]
    assert order.state is OrderState.PENDING
    await shop.phones.ask("POST", f"pay/confirm/{order.id}")
    await later(shop)
    assert (await do(shop, lambda work: work.uow.payouts.get(payout.id))).status is PayoutStatus.PAID
    assert await balance(shop, ledger.clearing("wechat")) == Money.of(2000, "CNY")
    assert await balance(shop, ledger.payable(person)) == Money(0, "CNY")


async def test_a_payee_who_is_not_the_envoy_is_refused(house: House) -> None:
    _, found = await enrolled(house)
    other = Payee(found.id, "李刚", "+66812345678", "recorded", "TH 9")
    with pytest.raises(payout_rules.PayeeDiffers):
        await do(house, lambda work: payouts.set_payee(work, other, FINANCE))


async def test_an_sos_pays_by_the_table_and_the_offer_says_how_much(house: House) -> None:
    """The traveller is never asked: the centre's fund owes the envoy the call-out and the half hours begun."""
    await price_deed.put_prices(house.core, {"starting": True})
    traveller, envoy = await house.wechat(), await house.telegram("陈静", "zh-hans")
    await house.envoy(envoy, (13.76, 100.51))
    await traveller.location(*BANGKOK)
    await later(house, 0, 6, 3)
    assert "THB\u00a0830.00" in await said(envoy)
    await envoy.press(0)
    await later(house, 3)
    case = await house.case_of(traveller)
    found = await house.person(envoy)
    assert case is not None
    assert found is not None
    house.clock.advance(timedelta(minutes=50))
    await house.close(case)
    await later(house, 3)
    assert await balance(house, ledger.payable(found.id), "THB") == -Money.of(1660, "THB")
    assert await balance(house, ledger.fund(), "THB") == Money.of(1660, "THB")
    assert "THB\u00a01,660.00" in await said(envoy)
    assert "THB" not in await said(traveller)
