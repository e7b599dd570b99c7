"""Orders and money in the console: what each page shows, what each deed changes, whose thread words stay in."""

from collections.abc import Callable
from typing import Any

import pytest

from backoffice.kernel.ids import OrderId
from backoffice.kernel.money import Money
from backoffice.money.model import PaymentId, ProviderOrderId
from backoffice.money.payouts import PayoutStatus
from backoffice.money.slips import SlipStatus
from backoffice.orders.model import Decision, OrderStatus
from backoffice.ports import Alert, Operator, OperatorRole, QueueItem
from backoffice.workflows import order_minors
from tests.backoffice.console import shop_world
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.shop_world import Shop

Visit = Callable[[Operator], Any]
RUNNING = "/console/orders/order-CCCC4"
JSON = {"Accept": "application/json"}


@pytest.fixture
async def shop(evening: Evening) -> Shop:
    return await shop_world.opened(evening)


@pytest.fixture
async def desk(evening: Evening, visit: Visit) -> Visitor:
    visitor: Visitor = await visit(await evening.operator("林晓", OperatorRole.OPERATOR))
    return visitor


@pytest.fixture
async def finance(evening: Evening, visit: Visit) -> Visitor:
    visitor: Visitor = await visit(await evening.operator("fin", OperatorRole.FINANCE))
    return visitor


async def look(evening: Evening, question: Callable[[Any], Any]) -> Any:
    async with evening.store.begin(evening.clock.now()) as uow:
        return await question(uow)


async def test_the_list_shows_every_live_order_by_its_clock(shop: Shop, desk: Visitor) -> None:
    """First name, envoy, place, time there, price in both currencies, state; what went badly beside it."""
    page = await (await desk.get("/console/orders")).text()
    for told in ("CCCC4", "BBBB3", "AAAA2", "DDDD5", "THB 1,200.00", "CNY 240.00", "曼谷", "Somchai Rattana"):
        assert told in page
    assert "迟到了四十分钟" in page
    assert page.index("CCCC4") > page.index("AAAA2"), (
        "the traveller's choice breaches before the end of a service"
    )


async def test_one_order_shows_its_whole_thread_and_what_the_table_would_take(
    shop: Shop, desk: Visitor
) -> None:
    page = await (await desk.get(RUNNING)).text()
    for told in (
        "我在正门",
        "已到诊所",
        "旅客对青霉素过敏",
        "正门 7-11",
        "+8613800138123",
        "files/m-scene",
        "papers/report",
    ):
        assert told in page
    booked = await (await desk.get("/console/orders/order-BBBB3")).text()
    assert "提前 2 小时以上：20%" in booked
    assert "旅客未到：50%，THB 600.00" in booked


async def test_a_file_of_the_thread_opens_and_no_other_does(
    evening: Evening, shop: Shop, desk: Visitor
) -> None:
    shown = await desk.get(f"{RUNNING}/files/m-scene?as=photo")
    assert (shown.status, shown.content_type) == (200, "image/jpeg")
    assert (await desk.get("/console/orders/order-BBBB3/files/m-scene")).status == 404


async def test_papers_of_an_order_are_the_travellers_own(shop: Shop, desk: Visitor) -> None:
    """The report as often as it is asked for, the receipt once there is a charge."""
    report = await desk.get(f"{RUNNING}/papers/report")
    assert report.content_type == "application/pdf"
    assert "report:order-CCCC4:zh_Hans" in (await report.read()).decode()
    assert (await desk.get(f"{RUNNING}/papers/receipt")).status == 404
    assert (await desk.get("/console/orders/order-DDDD5/papers/receipt")).status == 200


async def test_an_answer_goes_into_the_orders_thread_and_to_one_side(
    evening: Evening, shop: Shop, desk: Visitor
) -> None:
    form = {"to": "envoy", "text": "请等医生叫号后再进去"}
    assert (await (await desk.post(f"{RUNNING}/answer", form, **JSON)).json())["ok"]
    entries = await look(evening, lambda uow: uow.orders.entries("order-CCCC4"))
    assert entries[-1].text == "请等医生叫号后再进去"
    assert "请等医生叫号后再进去" in await (await desk.get(RUNNING)).text()


async def test_an_answer_from_the_queue_to_words_of_an_order_stays_in_the_order(
    evening: Evening, shop: Shop, desk: Visitor
) -> None:
    """What was said in an order is answered there, not in the general queue's way."""
    item = QueueItem(
        0, shop.envoy.person, evening.clock.now(), "[CCCC4 envoy] 到了", order=shop.orders["CCCC4"].id
    )
    numbers: list[int] = []

    async def put(work: Any) -> None:
        numbers.append(await work.uow.desk.queue(item))

    await evening.act(put)
    await desk.post(f"/console/queue/{numbers[0]}/answer", {"text": "收到，辛苦了"})
    entries = await look(evening, lambda uow: uow.orders.entries("order-CCCC4"))
    assert entries[-1].text == "收到，辛苦了"


async def test_masking_is_lifted_with_a_reason_and_restored(
    evening: Evening, shop: Shop, desk: Visitor
) -> None:
    assert (await desk.post(f"{RUNNING}/unmask", {"reason": " "}, **JSON)).status == 400
    await desk.post(f"{RUNNING}/unmask", {"reason": "电话里听不清"})
    assert (await look(evening, lambda uow: uow.orders.get("order-CCCC4"))).unmasked
    await desk.post(f"{RUNNING}/mask")
    assert not (await look(evening, lambda uow: uow.orders.get("order-CCCC4"))).unmasked


@pytest.mark.parametrize(("charge", "minor"), [("table", 240_00), ("none", 0)])
async def test_the_centre_ends_an_order_by_the_table_or_without_a_charge(
    evening: Evening, shop: Shop, visit: Visit, charge: str, minor: int
) -> None:
    evening.clock.advance(3600)
    desk = await visit(await evening.operator("林晓", OperatorRole.OPERATOR))
    await desk.post("/console/orders/order-BBBB3/end", {"reason": "旅客来电取消", "charge": charge})
    found = await look(evening, lambda uow: uow.orders.get("order-BBBB3"))
    assert (found.status, found.charged) == (OrderStatus.CANCELLED, Money(minor, "THB"))


async def test_the_guardians_yes_is_noted_once_and_lets_the_service_begin(
    evening: Evening, shop: Shop, desk: Visitor
) -> None:
    """For somebody under age the page names whom to call; without a guardian to ask there is nothing to note."""
    assert (await desk.post(f"{RUNNING}/guardian", **JSON)).status == 409
    async with evening.store.begin(evening.clock.now()) as uow:
        order = await uow.orders.get(OrderId("order-CCCC4"))
        order.notes = order.notes | order_minors.notes("王女士 +86 138 0013 8000")
        await uow.orders.save(order)
        await uow.commit()
    page = await (await desk.get(RUNNING)).text()
    assert "138 0013 8000" in page
    assert f"{RUNNING}/guardian" in page
    assert (await desk.post(f"{RUNNING}/guardian", **JSON)).status == 200
    order = await look(evening, lambda uow: uow.orders.get(OrderId("order-CCCC4")))
    assert not order_minors.waits(order)
    assert (await desk.post(f"{RUNNING}/guardian", **JSON)).status == 409


async def test_somebody_else_is_sent_and_nobody_is_blamed(
    evening: Evening, shop: Shop, desk: Visitor
) -> None:
    """The envoy is out, the search opens again; no review is opened against them."""
    before = await look(evening, lambda uow: uow.order_ratings.open_reviews())
    await desk.post("/console/orders/order-BBBB3/reassign", {"reason": "星使来电说车坏了"})
    found = await look(evening, lambda uow: uow.orders.get("order-BBBB3"))
    assert found.envoy is None
    assert await look(evening, lambda uow: uow.order_ratings.open_reviews()) == before


async def test_who_did_not_come_is_decided_only_once_it_was_time(
    evening: Evening, shop: Shop, desk: Visitor, visit: Visit
) -> None:
    form = {"who": "traveller", "reason": "电话确认没有出门"}
    early = await desk.post("/console/orders/order-BBBB3/absent", form, **JSON)
    assert early.status == 409
    evening.clock.advance(21 * 3600)
    later = await visit(await evening.operator("陈立", OperatorRole.SUPERVISOR))
    await later.post("/console/orders/order-BBBB3/absent", form)
    found = await look(evening, lambda uow: uow.orders.get("order-BBBB3"))
    assert (found.status, found.charged) == (OrderStatus.NO_SHOW, Money(600_00, "THB"))


async def test_an_order_becomes_an_sos_in_the_operators_hands(
    evening: Evening, shop: Shop, desk: Visitor
) -> None:
    """Place and envoy go over, nothing counts down, the operator who decided has the case."""
    await desk.post(f"{RUNNING}/to-sos", {"reason": "旅客昏倒"})
    found = await look(evening, lambda uow: uow.orders.get("order-CCCC4"))
    assert found.status is OrderStatus.HANDED_OVER
    case = await look(evening, lambda uow: uow.cases.get(found.case))
    assert (case.status, case.owner_name, case.ringing) == ("open", "林晓", False)
    (assignment,) = await look(evening, lambda uow: uow.assignments.of_case(case.id))
    assert assignment.envoy == shop.envoy.id


async def test_a_review_is_decided_once_by_a_supervisor(
    evening: Evening, shop: Shop, desk: Visitor, visit: Visit
) -> None:
    form = {"decision": "reminded", "why": "已通话，星使道歉"}
    path = f"/console/orders/reviews/{shop.review}"
    assert (await desk.post(path, form)).status == 403
    boss = await visit(await evening.operator("陈立", OperatorRole.SUPERVISOR))
    assert (await boss.post(path, form)).status == 303
    assert (await boss.post(path, form)).status == 403, "decided once"
    (decided,) = await look(evening, lambda uow: uow.order_ratings.reviews_of("order-DDDD5"))
    assert (decided.decision, decided.why) == (Decision.REMINDED, "已通话，星使道歉")


async def test_finance_sees_what_waits_for_a_person(shop: Shop, finance: Visitor) -> None:
    """Payments to record, orders nobody knows the end of, slips to sign, money that fits nothing."""
    page = await (await finance.get("/console/money")).text()
    for told in ("CNY 50,000.00", "BK-7781", "结果不明", "转账单号", "CNY 90.00", "PAY-ODD"):
        assert told in page
    assert "已到诊所" not in page, "no conversation here"
    assert (await finance.get(RUNNING)).status == 403


async def test_a_payment_is_recorded_once_and_the_order_hears_of_it(
    evening: Evening, shop: Shop, finance: Visitor
) -> None:
    order = await look(evening, lambda uow: uow.orders.get("order-BBBB3"))
    form = {
        "kind": "payment",
        "amount": "1,200.00",
        "currency": "thb",
        "way": "cash",
        "reference": "收据 17",
        "day": "",
    }
    path = f"/console/money/payments/{order.payment}"
    waiting = await finance.post(f"{path}/book", form)
    assert waiting.status == 303
    slips = await look(evening, lambda uow: uow.slips.of(order.payment))
    assert [s.status for s in slips] == [SlipStatus.WAITING], (
        "a sum nobody knows the worth of needs two persons"
    )
    await finance.post(f"{path}/book", form)
    assert len(await look(evening, lambda uow: uow.slips.of(order.payment))) == 1, (
        "the same receipt is one slip"
    )
    own = await finance.post(f"/console/money/slips/{slips[0].id}/sign", {}, **JSON)
    assert (own.status, "别人签字" in (await own.json())["said"]) == (403, True)


async def test_the_second_person_signs_and_the_order_is_paid(
    evening: Evening, shop: Shop, finance: Visitor, visit: Visit
) -> None:
    order = await look(evening, lambda uow: uow.orders.get("order-BBBB3"))
    form = {
        "kind": "payment",
        "amount": "1200",
        "currency": "THB",
        "way": "bank",
        "reference": "B-1",
        "day": "",
    }
    await finance.post(f"/console/money/payments/{order.payment}/book", form)
    (slip,) = await look(evening, lambda uow: uow.slips.of(order.payment))
    boss = await visit(await evening.operator("陈立", OperatorRole.SUPERVISOR))
    await boss.post(f"/console/money/slips/{slip.id}/sign")
    assert (await look(evening, lambda uow: uow.orders.get("order-BBBB3"))).paid


@pytest.mark.parametrize("amount", ["", "abc", "1.234", "1e9", "-5", "１２"])
async def test_a_sum_that_cannot_be_read_books_nothing(shop: Shop, finance: Visitor, amount: str) -> None:
    form = {"kind": "refund", "amount": amount, "currency": "CNY", "way": "bank", "reference": "X", "day": ""}
    answer = await finance.post("/console/money/payments/pay-held/book", form, **JSON)
    assert answer.status in (400, 422)


async def test_a_refund_takes_what_is_held_and_the_fund_stands_in(
    evening: Evening, shop: Shop, finance: Visitor
) -> None:
    form = {
        "kind": "refund",
        "amount": "60",
        "currency": "CNY",
        "way": "bank",
        "reference": "BACK-1",
        "day": "",
    }
    for _ in range(2):
        await finance.post("/console/money/payments/pay-held/book", form)
    found = await look(evening, lambda uow: uow.payments.get(PaymentId("pay-held")))
    assert found.refunded == 60_00
    page = await (await finance.get("/console/money/payments/pay-held")).text()
    assert "BACK-1" in page
    ledger = await (await finance.get("/console/money/ledger")).text()
    assert "CNY 12.00" in ledger, "48 were held, the fund gave 12"
    assert "平衡" in ledger


async def test_the_ledger_page_says_when_it_does_not_balance_and_shows_one_account(
    shop: Shop, finance: Visitor
) -> None:
    page = await (await finance.get("/console/money/ledger")).text()
    assert "Somchai Rattana" in page
    lines = await finance.get(f"/console/money/ledger/payable?owner={shop.envoy.person}")
    assert "CNY -192.00" in await lines.text()
    assert (await finance.get("/console/money/ledger/nonsense")).status == 404


async def test_an_outcome_by_hand_is_recorded_and_a_lost_one_is_asked_about(
    evening: Evening, shop: Shop, finance: Visitor
) -> None:
    """Nothing is ever sent again blindly: the platform is asked."""
    assert (
        await finance.post("/console/money/tasks/task-2/outcome", {"done": "yes", "reference": "x"})
    ).status == 403
    evening.clock.advance(60)
    await finance.post("/console/money/tasks/task-2/ask")
    asked = await look(evening, lambda uow: uow.payments.order(ProviderOrderId("task-2")))
    assert (asked.due, asked.state) == (evening.clock.now(), "unknown")


async def test_payouts_are_proposed_signed_by_another_and_filed(
    evening: Evening, shop: Shop, finance: Visitor, visit: Visit
) -> None:
    page = await (await finance.get("/console/money/payouts")).text()
    assert "CNY 192.00" in page
    assert "KBANK 012-3-45678-9" in page
    await finance.post("/console/money/payouts/propose")
    (payout,) = await look(evening, lambda uow: uow.payouts.with_status(PayoutStatus.PROPOSED))
    assert (await finance.post(f"/console/money/payouts/{payout.id}/approve")).status == 403
    boss = await visit(await evening.operator("陈立", OperatorRole.SUPERVISOR))
    await boss.post(f"/console/money/payouts/{payout.id}/approve")
    file = await finance.get("/console/money/payouts/file")
    assert file.content_type == "text/csv"
    body = (await file.read()).decode("utf-8-sig")
    assert "Somchai Rattana" in body
    assert ",CNY,192.00," in body
    assert "'+66812345699" in body, "no cell begins a formula"


async def test_a_payee_who_is_not_the_envoy_is_refused(shop: Shop, finance: Visitor) -> None:
    form = {"name": "Somebody Else", "phone": "+66812345699", "provider": "recorded", "account": "X"}
    answer = await finance.post(f"/console/money/payees/{shop.envoy.person}", form, **JSON)
    assert answer.status == 409
    assert "不符" in (await answer.json())["said"]


async def test_an_envoys_week_opens_as_paper(shop: Shop, finance: Visitor) -> None:
    answer = await finance.get(f"/console/money/statements/{shop.envoy.person}?week=2026-03-02")
    assert answer.content_type == "application/pdf"
    assert f"statement:{shop.envoy.person}:zh_Hans:" in (await answer.read()).decode()
    assert (await finance.get(f"/console/money/statements/{shop.envoy.person}?week=x")).status == 400


async def test_operators_see_no_money_pages(shop: Shop, desk: Visitor) -> None:
    for path in (
        "/console/money",
        "/console/money/payouts",
        "/console/money/ledger",
        "/console/money/payments/pay-held",
    ):
        assert (await desk.get(path)).status == 403


async def test_an_alert_about_an_order_leads_to_it(shop: Shop, evening: Evening, desk: Visitor) -> None:
    """Nobody looks an order in danger up by hand; an application leads to the vetting."""
    async with evening.store.begin(evening.clock.now()) as uow:
        for kind, text in (("order_danger", "CCCC4"), ("application", "陈静"), ("order_silent", "ZZZZ9")):
            await uow.desk.alert(Alert(0, evening.clock.now(), kind, None, text))
        await uow.commit()
    page = await (await desk.get("/console/")).text()
    assert f'<a href="{RUNNING}">CCCC4</a>' in page
    assert "ZZZZ9" in page
    assert "/console/orders/ZZZZ9" not in page
    assert '<a class="words" href="/console/envoys">陈静</a>' in page
