"""Money on its way: asked for on both channels, held, shared out, given back, paid out; whatever the platforms do."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from backoffice.kernel.errors import IllegalMove
from backoffice.kernel.ids import OperatorId, PersonId
from backoffice.kernel.money import Money
from backoffice.money import ledger, slips
from backoffice.money import payouts as payout_rules
from backoffice.money.accounts import Account, AccountKind
from backoffice.money.model import OrderKind, OrderState, Payment, PaymentStatus, Purpose
from backoffice.money.payouts import Payee, PayoutStatus, SamePerson
from backoffice.money.slips import SlipKind, SlipStatus
from backoffice.people.model import Person
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import money_desk, payment_outcomes, payments, payouts, refunds
from backoffice.workflows.work import Work
from bot.assembly import deeds, price_deed
from bot.sandbox.client import Phone, SandboxRefused
from tests import house as house_
from tests import wiring
from tests.clocks import FakeClock
from tests.house import BANGKOK, House, last, texts

T = TypeVar("T")
FINANCE = Operator(OperatorId("fin1"), "钱", OperatorRole.FINANCE)
SECOND = Operator(OperatorId("fin2"), "账", OperatorRole.SUPERVISOR)
THIRD = Operator(OperatorId("fin3"), "审", OperatorRole.ADMIN)
YUAN = Money.of(100, "CNY")


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


async def later(house: House, *seconds: float) -> None:
    """Time jumps, and what is due then happens."""
    for step in seconds or (1, 3):
        house.clock.advance(timedelta(seconds=step))
        await house.settle()


async def do(house: House, act: Callable[[Work], Awaitable[T]]) -> T:
    """One action of a workflow, committed."""
    now = house.clock.now()
    async with house.core.store.begin(now) as uow:
        found = await act(Work(uow, now, house.core.world))
        await uow.commit()
    return found


async def acquainted(house: House, phone: Phone) -> PersonId:
    """The person behind a phone that has written once."""
    await phone.text("/help")
    await later(house)
    person = await house.person(phone)
    assert person is not None
    return person.id


async def ask(house: House, person: PersonId, amount: Money = YUAN, key: str = "k1") -> Payment:
    """Somebody is asked for money, and everything that follows by itself happens."""
    purpose = Purpose("test", "t1")
    payment = await do(house, lambda work: payments.request(work, purpose, person, amount, key))
    await later(house)
    return await now_(house, payment)


async def now_(house: House, payment: Payment) -> Payment:
    return await do(house, lambda work: work.uow.payments.get(payment.id))


def slip(payment: Payment, reference: str, amount: Money) -> money_desk.Written:
    """What finance writes down about money that came for a payment."""
    return money_desk.Written(
        SlipKind.PAYMENT, payment.id, amount, slips.Way.BANK, reference, date(2026, 3, 1), "银行回单"
    )


async def balance(house: House, account: Account, currency: str = "CNY") -> Money:
    return await do(house, lambda work: work.uow.ledger.balance(account, currency))


async def pay(house: House, payment: Payment) -> None:
    """The thumb on WeChat's own screen."""
    await house.phones.ask("POST", f"pay/pay/{payment.id}")
    await later(house)


async def said(phone: Phone) -> str:
    return "\n".join(await texts(phone))


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
