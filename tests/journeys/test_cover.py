"""Cover in chat: priced before anything is asked, applied for, confirmed, refused, longer, given up, recognised."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from backoffice.insurance.policies import Insured, Policy, PolicyStatus
from backoffice.insurance.pricing import Trip
from backoffice.kernel.money import Money
from backoffice.money import premiums
from backoffice.money.model import Purpose
from backoffice.workflows import buying_cover, money_desk
from backoffice.workflows.buying_cover import Application
from backoffice.workflows.work import Work
from bot.assembly import certificates, policy_deeds
from bot.sandbox.client import Phone
from config.settings import Payments
from tests import house as house_
from tests.clocks import FakeClock
from tests.house import House, texts
from tests.journeys.money_stories import FINANCE, balance, do, later, slip

ANNA, ID = "Anna Smith E12345678 1990-03-07", "张三 110101199003074610"


@pytest.fixture
async def shop(
    sqlite_url: str, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    """The service with both ways to pay, an insurer, and the two sample products. Certificates are blank: drawing one
    takes a second, and two journeys below wait for the real paper."""
    monkeypatch.setattr(certificates.Certificates, "_draw", lambda *_: b"%PDF-1.4\n%%EOF\n")
    async with house_.opened(sqlite_url, tmp_path / "data", clock, pays=True) as opened:
        await policy_deeds.put_products(opened.core, {"samples": True})
        yield opened


@pytest.fixture
async def either_shop(database_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    """The same, once on SQLite and once on PostgreSQL."""
    async with house_.opened(database_url, tmp_path / "data", clock, pays=True) as opened:
        await policy_deeds.put_products(opened.core, {"samples": True})
        yield opened


@pytest.fixture
async def postgres_shop(postgres_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    """The same on PostgreSQL, with real paper; the journey paid by hand has it on SQLite."""
    async with house_.opened(postgres_url, tmp_path / "data", clock, pays=True) as opened:
        await policy_deeds.put_products(opened.core, {"samples": True})
        yield opened


async def said(shop: House, phone: Phone, *words: str) -> str:
    """Say these one after the other; what came back to the last."""
    before = 0
    for each in words:
        before = len(await texts(phone))
        await phone.text(each)
        await later(shop, 2.5)
    return "\n".join((await texts(phone))[before:])


async def policy_of(shop: House, phone: Phone) -> Policy:
    person = await shop.person(phone)
    assert person is not None
    return (await do(shop, lambda work: work.uow.policies.of_person(person.id)))[-1]


async def insurer(shop: House, path: str = "", body: Any = None) -> Any:
    """The played insurer's switches."""
    if body is None:
        return await shop.phones.ask("GET", f"insurer{path}")
    return await shop.phones.ask("POST", f"insurer{path}", json=body)


async def pay_on_telegram(shop: House, phone: Phone) -> None:
    invoice = [m for m in await phone.chat() if m.kind == "invoice"][-1]
    await phone.press(0, invoice)
    await later(shop)


async def pay_on_wechat(shop: House, policy: Policy, kind: str = "policy") -> None:
    async def find(work: Work) -> str:
        return (await work.uow.payments.of(Purpose(kind, policy.id)))[-1].id

    await shop.phones.ask("POST", f"pay/pay/{await do(shop, find)}")
    await later(shop)


CHINESE = ("买保险", "1", "1", "7", "1", "徒步、登山", "1", ID)


async def test_wechat_from_the_word_to_the_certificate(postgres_shop: House) -> None:
    """Price first, then people; applied for until the insurer has confirmed; number, paper and ledger afterwards."""
    shop = postgres_shop
    await insurer(shop, "/mode", {"mode": "pending"})
    phone = await shop.wechat()
    priced = await said(shop, phone, *CHINESE[:6])
    assert "¥42.00" in priced
    assert "还没有购买任何东西" in priced
    assert "/terms/CN-OUTDOOR/1" in priced
    sure = await said(shop, phone, *CHINESE[6:])
    assert "…4610" in sure
    assert "110101199003074610" not in sure
    assert "¥42.00" in await said(shop, phone, "1")
    policy = await policy_of(shop, phone)
    assert policy.status is PolicyStatus.UNPAID
    await pay_on_wechat(shop, policy)
    told = "\n".join((await texts(phone))[-2:])
    assert "确认前还没有保障" in told
    assert "还没有保障" in await said(shop, phone, "我的保障")
    policy = await policy_of(shop, phone)
    assert policy.status is PolicyStatus.APPLIED
    assert not policy.covered
    assert await balance(shop, premiums.owed_to("sample")) == Money(0, "CNY")
    request = next(iter((await insurer(shop))["requests"]))
    await insurer(shop, f"/answer/{request}", {})
    await later(shop)
    policy = await policy_of(shop, phone)
    assert policy.status is PolicyStatus.CONFIRMED
    assert policy.number
    told = "\n".join((await texts(phone))[-3:])
    assert f"保单号 {policy.number}" in told
    await later(shop, 3)
    assert [m for m in await phone.chat() if m.kind == "photo" and m.sender == "bot"]
    assert await balance(shop, premiums.owed_to("sample")) == -Money.of("33.60", "CNY")
    assert await balance(shop, premiums.commission_of("sample")) == -Money.of("8.40", "CNY")
    shown = await said(shop, phone, "我的保障")
    assert policy.number in shown
    assert "搜救与转运：最高 ¥100,000.00" in shown


@pytest.fixture
async def by_hand(sqlite_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    """An insurer, and no platform to pay by: what is paid is recorded by an operator."""
    async with house_.opened(sqlite_url, tmp_path / "data", clock, pays=True, payments=Payments()) as opened:
        await policy_deeds.put_products(opened.core, {"samples": True})
        yield opened


async def test_wechat_paid_by_transfer_and_recorded_to_the_certificate(by_hand: House) -> None:
    """Told where to pay; finance records it, twice counts once; the insurer is asked and says yes; the paper comes."""
    shop = by_hand
    await insurer(shop, "/mode", {"mode": "pending"})
    phone = await shop.wechat()
    await said(shop, phone, *CHINESE, "1")
    await later(shop, 3)
    assert "指挥中心" in (await texts(phone))[-1]
    policy = await policy_of(shop, phone)
    payment = (await do(shop, lambda work: work.uow.payments.of(Purpose("policy", policy.id))))[-1]
    assert (policy.status, payment.provider) == (PolicyStatus.UNPAID, "recorded")
    assert (await insurer(shop))["requests"] == {}
    for _ in range(2):
        await do(
            shop, lambda work: money_desk.write_down(work, FINANCE, slip(payment, "B-77", payment.amount))
        )
        await later(shop)
    assert (await policy_of(shop, phone)).status is PolicyStatus.APPLIED
    assert "确认前还没有保障" in "\n".join(await texts(phone))
    (request,) = (await insurer(shop))["requests"]
    await insurer(shop, f"/answer/{request}", {})
    await later(shop, 1, 3, 3)
    policy = await policy_of(shop, phone)
    assert policy.status is PolicyStatus.CONFIRMED
    assert f"保单号 {policy.number}" in "\n".join(await texts(phone))
    assert [m for m in await phone.chat() if m.kind == "photo" and m.sender == "bot"]
    assert await balance(shop, premiums.owed_to("sample")) == -Money.of("33.60", "CNY")


ENGLISH = ("buy cover", "2", "2026-04-01", "10", "Thailand, Japan", "2 adults 1 child", "scuba diving", "1")


async def test_telegram_a_family_by_list(shop: House) -> None:
    """Three people typed in two messages; a child's true age changes the price, which is said before the yes."""
    phone = await shop.telegram()
    priced = await said(shop, phone, *ENGLISH[:7])
    assert "CN¥450.80" in priced
    assert "Thailand, Japan" in priced
    more = await said(shop, phone, "1", f"{ANNA}\nBen Smith, E87654321, 1988/11/30")
    assert "Still to come: 1" in more
    sure = await said(shop, phone, "Carl Smith E55555555 2000-05-05")
    assert "by their true ages" in sure.lower()
    assert "CN¥483.00" in sure
    await said(shop, phone, "1")
    await pay_on_telegram(shop, phone)
    policy = await policy_of(shop, phone)
    assert policy.status is PolicyStatus.CONFIRMED
    assert [p.name for p in policy.people] == ["Anna Smith", "Ben Smith", "Carl Smith"]
    assert [str(p.premium) for p in policy.people] == ["161.00 CNY"] * 3
    await later(shop, 5, 5, 5)
    assert f"The insurer has confirmed. Policy {policy.number}" in "\n".join(await texts(phone))
    assert [m for m in await phone.chat() if m.kind == "document" and m.sender == "bot"]


async def applied(shop: House, phone: Phone) -> None:
    """The application for it, without the conversation; the invoice is in the chat."""
    person = await shop.person(phone)
    if person is None:
        await phone.text("/help")
        await shop.settle()
        person = await shop.person(phone)
    assert person is not None
    trip = Trip(date(2026, 4, 1), date(2026, 4, 7), ("CN",), (36,), ())
    insured = Insured("Anna Smith", "E12345678", date(1990, 3, 7))
    wanted = Application("CN-OUTDOOR", 1, trip, (insured,), Money.of(35, "CNY"))
    await do(shop, lambda work: buying_cover.apply(work, person, wanted))
    await later(shop, 2.5)


async def bought(shop: House, phone: Phone) -> Policy:
    """A confirmed policy of one person for a week, on Telegram; how it is talked about is another test's matter."""
    await applied(shop, phone)
    await pay_on_telegram(shop, phone)
    found = await policy_of(shop, phone)
    await later(shop, 5, 5)
    return found


async def test_a_refusal_gives_everything_back(shop: House) -> None:
    """The insurer's own reason is told; nobody is covered; the ledger is empty again."""
    await insurer(shop, "/mode", {"mode": "refuse"})
    phone = await shop.telegram()
    policy = await bought(shop, phone)
    await later(shop)
    assert policy.status is PolicyStatus.REFUSED
    told = "\n".join(await texts(phone))
    assert "The insurer has declined" in told
    assert "不符合承保条件" in told
    assert await balance(shop, premiums.owed_to("sample")) == Money(0, "CNY")
    assert "refund_to_do" in await shop.told_staff()


async def test_given_up_in_the_cooling_off_all_comes_back_later_nine_tenths(shop: House) -> None:
    """The sum is shown before the yes; covered until the insurer agrees."""
    phone = await shop.telegram()
    policy = await bought(shop, phone)
    assert policy.status is PolicyStatus.CONFIRMED
    asked = await said(shop, phone, "my cover", "1", "3")
    assert "CN¥35.00" in asked
    told = await said(shop, phone, "1")
    assert "You stay covered until it agrees" in told
    policy = await policy_of(shop, phone)
    assert policy.status is PolicyStatus.CANCELLED
    assert await balance(shop, premiums.owed_to("sample")) == Money(0, "CNY")
    assert await balance(shop, premiums.commission_of("sample")) == Money(0, "CNY")
    shop.clock.advance(timedelta(hours=1))
    other = await shop.telegram("Bea", id="700000777")
    await bought(shop, other)
    shop.clock.advance(timedelta(days=11))
    assert "CN¥31.50" in await said(shop, other, "my cover", "1", "3")


async def test_a_longer_stay_is_paid_and_confirmed_before_it_counts(shop: House) -> None:
    """Three more days cost the difference between the price of ten days and that of seven."""
    phone = await shop.telegram()
    await bought(shop, phone)
    offered = await said(shop, phone, "my cover", "1", "2", "1")
    assert "CN¥25.00" in offered
    await said(shop, phone, "1")
    policy = await policy_of(shop, phone)
    assert (policy.ends.isoformat(), policy.change is not None) == ("2026-04-07", True)
    await pay_on_telegram(shop, phone)
    policy = await policy_of(shop, phone)
    assert policy.ends.isoformat() == "2026-04-10"
    assert policy.premium == Money.of(60, "CNY")
    assert await balance(shop, premiums.owed_to("sample")) == -Money.of(48, "CNY")


async def test_the_insurers_statement_is_the_ledgers(shop: House) -> None:
    """A month: a policy, its longer stay, another one given back; what is owed at the end is what the ledger owes."""
    phone, other = await shop.telegram(), await shop.telegram("Bea", id="700000777")
    policy = await bought(shop, phone)
    await said(shop, phone, "my cover", "1", "2", "1", "1")
    await pay_on_telegram(shop, phone)
    await bought(shop, other)
    await said(shop, other, "my cover", "1", "3", "1")
    told = await policy_deeds.export_premiums(shop.core, {"insurer": "sample", "month": "2026-03"})
    rows = [line.split(",") for line in told.splitlines()]
    assert [row[1] for row in rows[1:]] == [
        "opening",
        "capture",
        "capture",
        "capture",
        "premium_back",
        "closing",
    ]
    assert [row[6:9] for row in rows[2:6]] == [
        ["35.00", "7.00", "28.00"],
        ["25.00", "5.00", "48.00"],
        ["35.00", "7.00", "76.00"],
        ["-35.00", "-7.00", "48.00"],
    ]
    assert rows[2][2] == rows[3][2] == policy.number
    assert rows[-1][8] == "48.00"
    assert await balance(shop, premiums.owed_to("sample")) == -Money.of(48, "CNY")
    following = await policy_deeds.export_premiums(shop.core, {"insurer": "sample", "month": "2026-04"})
    assert following.splitlines()[1].endswith("48.00,CNY")


@pytest.mark.parametrize("fault", ["lost_answer", "bad_gateway"])
async def test_an_insurer_that_does_not_answer_is_asked_and_never_told_twice(shop: House, fault: str) -> None:
    """Whatever happens to the answer: one policy, one number, and "applied for" until then. (How each kind of silence
    is understood stands in tests/backoffice/adapters/test_insurers.py.)"""
    await shop.phones.fault(fault, platform="insurer", method="put", times=1)
    phone = await shop.telegram()
    policy = await bought(shop, phone)
    assert policy.status is PolicyStatus.APPLIED
    await later(shop, 30, 30, 30)
    policy = await policy_of(shop, phone)
    assert policy.status is PolicyStatus.CONFIRMED
    requests = (await insurer(shop))["requests"]
    assert len(requests) == 1
    assert [(r["number"], r["puts"]) for r in requests.values()] == [(policy.number, 1)]


async def test_a_day_before_the_start_an_unconfirmed_cover_is_said_to_be_none(shop: House) -> None:
    """Nobody leaves believing in a cover that the insurer has not confirmed; said once, and staff are told."""
    await insurer(shop, "/mode", {"mode": "pending"})
    phone = await shop.telegram()
    await bought(shop, phone)
    await later(shop, 400)
    assert "not confirmed yet" not in "\n".join(await texts(phone))
    shop.clock.advance(timedelta(days=29, hours=18))
    await later(shop, 1, 400, 400)
    assert "\n".join(await texts(phone)).count("You are not covered so far") == 1
    assert "insurer_late" in await shop.told_staff()


async def test_what_is_not_paid_lapses(shop: House) -> None:
    phone = await shop.telegram()
    await applied(shop, phone)
    for _ in range(3):
        await later(shop, 1200, 5)
    assert (await policy_of(shop, phone)).status is PolicyStatus.LAPSED


async def test_what_cannot_be_read_is_asked_again_and_nothing_is_lost(shop: House) -> None:
    """Each question says what it wants; a country outside, a wrong identity number, an unknown sport."""
    phone = await shop.wechat()
    assert "最早从明天开始" in await said(shop, phone, "买保险", "2", "2026-03-01")
    assert "没看懂这个日期" in await said(shop, phone, "春节前后")
    assert "最多保 180 天" in await said(shop, phone, "2026-04-01", "200")
    assert "没认出" in await said(shop, phone, "10", "亚特兰蒂斯")
    assert "不保其中的目的地" in await said(shop, phone, "泰国、叙利亚")
    assert "没认出" in await said(shop, phone, "泰国", "1", "打麻将大赛")
    assert "不保：跳伞" in await said(shop, phone, "跳伞")
    assert "校验位不对" in await said(shop, phone, "1", "1", "张三 110101199003074611")


async def test_an_open_case_comes_before_buying(shop: House) -> None:
    phone = await shop.wechat()
    await phone.text("SOS")
    await later(shop, 1, 6, 3)
    assert "先处理它" in await said(shop, phone, "买保险")


async def test_who_sends_the_people_at_once_has_agreed_to_the_price(shop: House) -> None:
    phone = await shop.wechat()
    sure = await said(shop, phone, "买保险", "1", "1", "7", "1", "滑雪", ID)
    assert "请核对" in sure
    assert "高山滑雪" in sure
    assert await shop.queue() == []
