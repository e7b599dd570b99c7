"""Money on its way: asked for on both channels, held, shared out, given back; whatever the platforms do."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from backoffice.kernel.errors import IllegalMove
from backoffice.kernel.ids import OperatorId
from backoffice.kernel.money import Money
from backoffice.money import ledger
from backoffice.money.accounts import Account, AccountKind
from backoffice.money.model import OrderKind, OrderState, PaymentStatus
from backoffice.money.payouts import SamePerson
from backoffice.money.slips import SlipKind, SlipStatus
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import money_desk, payment_outcomes, payments, refunds
from bot.assembly import price_deed
from bot.sandbox.client import SandboxRefused
from tests import house as house_
from tests import wiring
from tests.clocks import FakeClock
from tests.house import House, last, texts
from tests.journeys.money_stories import (
    FINANCE,
    SECOND,
    YUAN,
    acquainted,
    ask,
    balance,
    do,
    later,
    now_,
    pay,
    said,
    slip,
)


@pytest.fixture
async def shop(sqlite_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    """The service with both ways to pay."""
    async with house_.opened(sqlite_url, tmp_path / "data", clock, pays=True) as opened:
        yield opened


@pytest.fixture
async def either_shop(database_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    """The same, once on SQLite and once on PostgreSQL."""
    async with house_.opened(database_url, tmp_path / "data", clock, pays=True) as opened:
        yield opened


async def test_wechat_from_the_link_to_the_money_shared_out(either_shop: House) -> None:
    """A link in the chat, a page with one button, the callback, the envoy's share, the rest back."""
    shop = either_shop
    phone = await shop.wechat()
    person = await acquainted(shop, phone)
    payment = await ask(shop, person)
    told = await said(phone)
    link = next(word for word in told.split() if "/pay/" in word)
    page = await (await shop.http.get(shop.base + "/pay/" + link.rpartition("/")[2])).text()
    assert "¥100.00" in told
    assert "¥100.00" in page
    assert payment.how["package"] in page
    await pay(shop, payment)
    assert (await now_(shop, payment)).status is PaymentStatus.AUTHORISED
    assert await balance(shop, ledger.escrow(payment.id)) == -YUAN
    assert "保管" in (await texts(phone))[-1]
    splits = [ledger.to_envoy("envoy", Money.of(80, "CNY")), ledger.to_fees(Money.of(15, "CNY"))]
    await do(shop, lambda work: payments.capture(work, payment.id, splits, "c1"))
    await do(shop, lambda work: refunds.refund(work, payment.id, Money.of(5, "CNY"), "r1"))
    await later(shop)
    assert await balance(shop, ledger.escrow(payment.id)) == Money(0, "CNY")
    assert await balance(shop, ledger.clearing("wechat")) == Money.of(95, "CNY")
    assert "¥5.00" in (await texts(phone))[-1]


async def test_telegram_from_the_invoice_to_the_money_held(shop: House) -> None:
    """The invoice in the chat, the question before paying answered at once, the notice booked once."""
    phone = await shop.telegram()
    person = await acquainted(shop, phone)
    payment = await ask(shop, person, Money.of(20, "USD"))
    invoice = await last(phone)
    assert invoice.kind == "invoice"
    await phone.press(0, invoice)
    await later(shop)
    assert (await now_(shop, payment)).status is PaymentStatus.AUTHORISED
    assert await balance(shop, ledger.escrow(payment.id), "USD") == -Money.of(20, "USD")
    assert "$20.00" in (await texts(phone))[-1]
    assert await shop.phones.violations() == []
    await phone.press(0, invoice)
    await later(shop)
    assert await balance(shop, ledger.clearing("telegram"), "USD") == Money.of(20, "USD")
    assert "already paid" in (await phone.chat())[-1].text


async def test_a_forwarded_invoice_is_not_paid_by_somebody_else(shop: House) -> None:
    """The question before paying says no to another sum, another payer, an unknown bill."""
    phone, other = await shop.telegram(), await shop.telegram("Bob")
    await acquainted(shop, other)
    payment = await ask(shop, await acquainted(shop, phone), Money.of(20, "USD"))
    query = {
        "id": "1", "from": {"id": int(other.id), "is_bot": False, "first_name": "Bob", "language_code": "en"},
        "currency": "USD", "total_amount": 2000, "invoice_payload": payment.id,
    }  # fmt: skip
    headers = {"X-Telegram-Bot-Api-Secret-Token": wiring.SECRET}
    body = {"update_id": 900_000_001, "pre_checkout_query": query}
    async with shop.http.post(shop.base + "/telegram/webhook", json=body, headers=headers) as answer:
        found = await answer.json()
    assert (found["method"], found["ok"]) == ("answerPreCheckoutQuery", False)
    assert "not yours" in found["error_message"]


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ("jsapi", "lost_answer"),
        ("refund", "lost_answer"),
        ("refund", "bad_gateway"),
    ],
)
async def test_a_platform_that_stumbles_is_asked_and_nothing_happens_twice(
    shop: House, fault: str, call: str
) -> None:
    """Executed and the answer lost, or not executed at all: the platform is asked, the money moves once."""
    phone = await shop.wechat()
    person = await acquainted(shop, phone)
    await shop.phones.fault(fault, platform="wechatpay", method=call, times=1)
    payment = await ask(shop, person)
    await later(shop, 6, 12, 65)
    assert (await now_(shop, payment)).how.get("package")
    await pay(shop, payment)
    await do(shop, lambda work: refunds.refund(work, payment.id, YUAN, "r1"))
    await later(shop, 6, 12, 65)
    found = await now_(shop, payment)
    assert found.status is PaymentStatus.REFUNDED
    assert await balance(shop, ledger.clearing("wechat")) == Money(0, "CNY")
    assert (await said(phone)).count("已退还") == 1


async def test_a_notice_said_twice_books_once(shop: House) -> None:
    """Two copies of the callback, the answer to the first lost."""
    phone = await shop.wechat()
    payment = await ask(shop, await acquainted(shop, phone))
    await shop.phones.fault(
        "duplicate", platform="wechatpay", method="TRANSACTION.SUCCESS", params={"copies": 3}
    )
    await pay(shop, payment)
    assert await balance(shop, ledger.escrow(payment.id)) == -YUAN
    assert (await said(phone)).count("已收到 ¥100.00") == 1


async def test_a_notice_that_never_comes_is_found_by_asking(shop: House) -> None:
    """When the time to pay is over the platform is asked before the payment is given up: it was paid."""
    phone = await shop.wechat()
    payment = await ask(shop, await acquainted(shop, phone))
    await shop.phones.fault(
        "delay", platform="wechatpay", method="TRANSACTION.SUCCESS", params={"seconds": 86400}
    )
    await shop.phones.ask("POST", f"pay/pay/{payment.id}")
    shop.clock.advance(timedelta(minutes=31))
    for _ in range(5):
        await shop.service.parts.payments.step()
    assert (await now_(shop, payment)).status is PaymentStatus.AUTHORISED


async def test_unpaid_in_time_is_over_and_said(shop: House) -> None:
    """Closed at the platform first: nobody can pay it afterwards."""
    phone = await shop.wechat()
    payment = await ask(shop, await acquainted(shop, phone))
    shop.clock.advance(timedelta(minutes=31))
    await later(shop)
    assert (await now_(shop, payment)).status is PaymentStatus.EXPIRED
    assert "已过" in (await texts(phone))[-1]
    with pytest.raises(SandboxRefused):
        await shop.phones.ask("POST", f"pay/pay/{payment.id}")


async def test_the_same_key_asks_once_and_another_sum_is_refused(shop: House) -> None:
    phone = await shop.wechat()
    person = await acquainted(shop, phone)
    first = await ask(shop, person)
    again = await ask(shop, person)
    assert first.id == again.id
    assert len([1 for text in await texts(phone) if "/pay/" in text]) == 1
    with pytest.raises(ledger.KeyReused) as refused:
        await ask(shop, person, Money.of(99, "CNY"))
    assert refused.value.status == 409


async def test_a_price_in_baht_is_paid_in_yuan_and_given_back_in_yuan(shop: House) -> None:
    """WeChat takes yuan only: what is held stays in baht, what comes and goes is what the payer paid."""
    await price_deed.put_prices(shop.core, {"starting": True})
    phone = await shop.wechat()
    payment = await ask(shop, await acquainted(shop, phone), Money.of(460, "THB"))
    assert payment.charged == YUAN
    await pay(shop, payment)
    assert await balance(shop, ledger.escrow(payment.id), "THB") == -Money.of(460, "THB")
    for part, key in ((Money.of(153, "THB"), "r1"), (Money.of(307, "THB"), "r2")):
        await do(shop, lambda work, part=part, key=key: refunds.refund(work, payment.id, part, key))
    await later(shop, 3, 3)
    assert (await now_(shop, payment)).status is PaymentStatus.REFUNDED
    assert await balance(shop, ledger.clearing("wechat")) == Money(0, "CNY")


async def test_without_any_platform_an_operator_records_it(either_house: House) -> None:
    """Only finance may, with a receipt's number; the refund waits for an operator's word too."""
    house = either_house
    phone = await house.wechat()
    payment = await ask(house, await acquainted(house, phone))
    assert payment.provider == "recorded"
    assert "指挥中心" in (await texts(phone))[-1]
    assert "payment_to_record" in await house.told_staff()
    stranger = Operator(OperatorId("op"), "王", OperatorRole.OPERATOR)
    with pytest.raises(payment_outcomes.NotAllowed):
        await do(house, lambda work: money_desk.write_down(work, stranger, slip(payment, "R1", YUAN)))
    for _ in range(2):
        await do(house, lambda work: money_desk.write_down(work, FINANCE, slip(payment, "R1", YUAN)))
    assert await balance(house, ledger.escrow(payment.id)) == -YUAN
    await do(house, lambda work: refunds.refund(work, payment.id, YUAN, "r1"))
    await later(house)
    orders = await do(house, lambda work: work.uow.payments.orders_of(payment.id))
    order = next(o for o in orders if o.kind is OrderKind.REFUND)
    assert order.state is OrderState.PENDING
    await do(house, lambda work: payment_outcomes.record_outcome(work, order.id, FINANCE, "R2", True))
    assert (await now_(house, payment)).status is PaymentStatus.REFUNDED


async def test_another_sum_than_asked_is_booked_and_shown_to_staff(house: House) -> None:
    phone = await house.wechat()
    payment = await ask(house, await acquainted(house, phone))
    less = Money.of(90, "CNY")
    await do(house, lambda work: money_desk.write_down(work, FINANCE, slip(payment, "R1", less)))
    assert (await now_(house, payment)).status is PaymentStatus.REQUESTED
    assert await balance(house, Account(AccountKind.AUTHORISED, payment.id)) == -less
    assert "payment_mismatch" in await house.told_staff()
    back = replace(slip(payment, "B1", less), kind=SlipKind.RELEASE)
    await do(house, lambda work: money_desk.write_down(work, FINANCE, back))
    assert await balance(house, Account(AccountKind.AUTHORISED, payment.id)) == Money(0, "CNY")
    assert await balance(house, ledger.clearing("recorded")) == Money(0, "CNY")


async def test_much_money_is_booked_with_a_second_persons_signature(either_house: House) -> None:
    """Over the limit one person writes it down and another signs; nobody both; signed twice it counts once."""
    house = either_house
    phone = await house.wechat()
    much = Money.of(5000, "CNY")
    payment = await ask(house, await acquainted(house, phone), much)
    written = await do(house, lambda work: money_desk.write_down(work, FINANCE, slip(payment, "R1", much)))
    assert written.status is SlipStatus.WAITING
    assert (await now_(house, payment)).status is PaymentStatus.REQUESTED
    assert "money_to_sign" in await house.told_staff()
    with pytest.raises(SamePerson):
        await do(house, lambda work: money_desk.sign(work, written.id, FINANCE))
    for _ in range(2):
        await do(house, lambda work: money_desk.sign(work, written.id, SECOND))
    assert (await now_(house, payment)).status is PaymentStatus.AUTHORISED
    assert await balance(house, ledger.escrow(payment.id)) == -much
    with pytest.raises(IllegalMove):
        await do(house, lambda work: money_desk.drop(work, written.id, SECOND))


async def test_what_is_shared_out_already_the_centres_fund_gives_back(house: House) -> None:
    """Held money first, the fund stands in for the rest, never more than was paid; the fund is filled by hand."""
    phone = await house.wechat()
    payment = await ask(house, await acquainted(house, phone))
    await do(house, lambda work: money_desk.write_down(work, FINANCE, slip(payment, "R1", YUAN)))
    shared = [ledger.to_fees(Money.of(80, "CNY"))]
    await do(house, lambda work: payments.capture(work, payment.id, shared, "c1"))
    filled = replace(slip(payment, "T1", Money.of(500, "CNY")), kind=SlipKind.TOP_UP, subject="")
    await do(house, lambda work: money_desk.write_down(work, FINANCE, filled))
    back = replace(slip(payment, "B1", Money.of(50, "CNY")), kind=SlipKind.REFUND)
    for _ in range(2):
        await do(house, lambda work: money_desk.write_down(work, FINANCE, back))
    assert await balance(house, ledger.escrow(payment.id)) == Money(0, "CNY")
    assert await balance(house, ledger.fund()) == -Money.of(470, "CNY")
    assert await balance(house, ledger.refund_due(payment.id)) == -Money.of(50, "CNY")
    too_much = replace(back, reference="B2", amount=Money.of(60, "CNY"))
    with pytest.raises(ledger.NotEnough):
        await do(house, lambda work: money_desk.write_down(work, FINANCE, too_much))


async def test_a_push_nobody_signed_changes_nothing(shop: House) -> None:
    """401 with a header missing, with another's signature, with a body that was changed; 404 for nobody's door."""
    whole = {f"Wechatpay-{n}": "x" for n in ("Serial", "Timestamp", "Nonce", "Signature")}
    url = shop.base + "/push/payments/wechat"
    for missing in ("", *whole):
        headers = {name: value for name, value in whole.items() if name != missing}
        async with shop.http.post(url, data=b"{}", headers=headers) as answer:
            assert answer.status == 401
    async with shop.http.post(shop.base + "/push/payments/nobody", data=b"{}") as answer:
        assert answer.status == 404
