"""Orders and money on an ordinary evening: one runs, one is offered, one waits for its money, one went badly."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from backoffice.cases.model import Audience, Entry, Event
from backoffice.dispatch.model import Envoy
from backoffice.kernel.exchange import Address, NewLetter
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import CaseId, MediaId, OfferId, OrderId
from backoffice.kernel.messages import MapPoint, Media, MediaKind, Message, Role, Speaker
from backoffice.kernel.money import Money
from backoffice.money import ledger
from backoffice.money.model import (
    OrderKind,
    OrderState,
    Payment,
    PaymentId,
    Proof,
    ProviderOrder,
    ProviderOrderId,
    Purpose,
)
from backoffice.money.payouts import Payee, Payout, PayoutId
from backoffice.money.slips import Slip, SlipId, SlipKind, Way
from backoffice.orders.model import Meeting, Offer, OfferStatus, Order, OrderStatus, Price, Rating, Review
from backoffice.people.model import Person
from backoffice.workflows import payments, settlement
from backoffice.workflows.work import Work
from tests.backoffice.console.evening import BANGKOK, GAZETTEER, Evening, fix, photo

PRICE = Price(Money(1200_00, "THB"), Money(960_00, "THB"), Money(240_00, "CNY"))
ENVOY_AT = Point(BANGKOK.lat + 0.02, BANGKOK.lon + 0.01)


@dataclass
class Shop:
    """Who and what the evening has."""

    traveller: Person
    envoy: Envoy
    orders: dict[str, Order]
    review: int = 0


def order(e: Evening, ref: str, person: Person, **changes: Any) -> Order:
    """An interpreter for two hours at the dentist's, tomorrow at ten."""
    now = e.clock.now()
    made: dict[str, Any] = {
        "id": OrderId(f"order-{ref}"),
        "ref": ref,
        "customer": person.id,
        "kind": "interpret",
        "language": "th",
        "fix": fix(BANGKOK, now),
        "place": GAZETTEER.describe(BANGKOK),
        "created_at": now,
        "start_at": now + timedelta(hours=20),
        "minutes": 120,
        "price": PRICE,
        "details": "陪我去看牙，医生只会泰语",
    }
    return Order(**(made | changes))


async def opened(e: Evening) -> Shop:
    """The whole evening."""
    traveller = await e.person(
        "周婷", Address("wechat", "oZhouTing"), call_me="周女士", phone="+8613800138123", languages=["zh"]
    )
    envoy = await e.envoy(
        "Somchai Rattana", Address("telegram", "9901"), ENVOY_AT, phone="+66812345699", rating=4.7
    )
    shop = Shop(traveller, envoy, {})
    await _offered(e, shop)
    await _unpaid(e, shop)
    await _running(e, shop)
    await _gone_badly(e, shop)
    await _money(e, shop)
    return shop


async def _add(e: Evening, shop: Shop, made: Order, *what: str) -> None:
    async def add(work: Work) -> None:
        await work.uow.orders.add(made)
        for code in what:
            await work.uow.orders.add_event(Event(CaseId(made.id), work.now, "system", code, {}))

    await e.act(add)
    shop.orders[made.ref] = made


async def _offer(e: Evening, made: Order, envoy: Envoy, status: OfferStatus) -> OfferId:
    now = e.clock.now()
    key = OfferId(f"offer-{made.ref}-{envoy.id}")
    offer = Offer(key, made.id, envoy.id, now, now + timedelta(minutes=10), 1, 2400.0, False, status)
    if status is not OfferStatus.ASKED:
        offer.answered_at = now

    async def add(work: Work) -> None:
        await work.uow.order_offers.add(offer)

    await e.act(add)
    return key


async def _offered(e: Evening, shop: Shop) -> None:
    made = order(
        e, "AAAA2", shop.traveller, kind="shopping", wave=1, start_at=e.clock.now() + timedelta(hours=2)
    )
    await _add(e, shop, made, "order.placed")
    other = await e.envoy("李敏", Address("telegram", "9902"), BANGKOK)
    await _offer(e, made, shop.envoy, OfferStatus.WILLING)
    await _offer(e, made, other, OfferStatus.ASKED)


async def _unpaid(e: Evening, shop: Shop) -> None:
    booked = {"status": OrderStatus.BOOKED, "envoy": shop.envoy.id, "booked_at": e.clock.now()}
    made = order(e, "BBBB3", shop.traveller, said={"traveller": "camellia", "envoy": "maple"}, **booked)
    made.offer = OfferId(f"offer-BBBB3-{shop.envoy.id}")
    await _add(e, shop, made, "order.placed")
    await _offer(e, made, shop.envoy, OfferStatus.CHOSEN)

    async def ask(work: Work) -> None:
        found = await work.uow.orders.get(made.id)
        await settlement.ask(work, found)
        await work.uow.orders.save(found)

    await e.act(ask)


async def _running(e: Evening, shop: Shop) -> None:
    now = e.clock.now()
    changes: dict[str, Any] = {
        "status": OrderStatus.RUNNING, "envoy": shop.envoy.id, "booked_at": now, "paid": True, "started_at": now,
        "start_at": now, "notes": {"centre_called": True, "reported": True},
        "meeting": Meeting("正门 7-11 旁", MapPoint(BANGKOK, "正门")),
    }  # fmt: skip
    made = order(e, "CCCC4", shop.traveller, **changes)
    made.offer = OfferId(f"offer-CCCC4-{shop.envoy.id}")
    await _add(e, shop, made, "order.placed", "order.started")
    await _offer(e, made, shop.envoy, OfferStatus.CHOSEN)
    await e.media.put(CaseId(made.id), MediaId("m-scene"), photo())
    picture = Media(MediaId("m-scene"), MediaKind.PHOTO, "a.jpg", "image/jpeg", 40_000)
    await said(e, made, Role.TRAVELLER, shop.traveller.id, "周女士", "我在正门，穿红衣服")
    number = await said(
        e, made, Role.ENVOY, shop.envoy.id, shop.envoy.name, "已到诊所，前面还有两位", picture
    )
    speaker = Speaker(Role.ENVOY, shop.envoy.name)

    async def tell(work: Work) -> None:
        message = Message("relay.text", {"text": "…"}, speaker=speaker)
        letter = NewLetter(shop.traveller.id, message, case=CaseId(made.id), entry=number)
        await work.uow.outbox.put(letter)
        event = Event(
            CaseId(made.id), work.now, f"envoy:{shop.envoy.id}", "order.reported", {"entry": number}
        )
        await work.uow.orders.add_event(event)

    await e.act(tell)
    note = Entry(
        CaseId(made.id),
        e.clock.now(),
        Role.OPERATOR,
        "op-林晓",
        "林晓",
        "旅客对青霉素过敏",
        audience=Audience.STAFF,
    )
    await e.act(lambda work: _entry(work, note))


async def _entry(work: Work, entry: Entry) -> None:
    await work.uow.orders.add_entry(entry)


async def said(e: Evening, made: Order, role: Role, author: str, *what: Any) -> int:
    """Name, words, and perhaps a file, on the order's thread."""
    numbers: list[int] = []
    entry = Entry(CaseId(made.id), e.clock.now(), role, author, *what)

    async def add(work: Work) -> None:
        numbers.append(await work.uow.orders.add_entry(entry))

    await e.act(add)
    return numbers[0]


async def _gone_badly(e: Evening, shop: Shop) -> None:
    now = e.clock.now()
    changes: dict[str, Any] = {
        "status": OrderStatus.COMPLETED, "envoy": shop.envoy.id, "paid": True, "started_at": now,
        "start_at": now, "ended_at": now, "charged": PRICE.total, "notes": {"worked": 120},
    }  # fmt: skip
    made = order(e, "DDDD5", shop.traveller, **changes)
    await _add(e, shop, made, "order.placed", "order.completed")

    async def rate(work: Work) -> None:
        await work.uow.order_ratings.add(Rating(made.id, Role.TRAVELLER, shop.envoy.id, 1, work.now))
        review = Review(0, made.id, "bad_rating_told", work.now, "迟到了四十分钟，也不道歉")
        shop.review = await work.uow.order_ratings.open_review(review)

    await e.act(rate)


async def _money(e: Evening, shop: Shop) -> None:
    """A payment held and one of another sum, a refund to do by hand, a slip to sign, an envoy who is owed."""
    now = e.clock.now()
    paid = payment(e, shop, "pay-held", "DDDD5")
    odd = payment(e, shop, "pay-odd", "AAAA2")

    async def add(work: Work) -> None:
        for each in (paid, odd):
            await work.uow.payments.add(each)
        await payments.authorised(work, paid.id, Proof("recorded", "R-1", paid.amount, now))
        await payments.authorised(work, odd.id, Proof("recorded", "R-2", Money(90_00, "CNY"), now))
        shares = [ledger.to_envoy(shop.envoy.person, Money(192_00, "CNY"))]
        await payments.capture(work, paid.id, shares, "c1")
        task = ProviderOrder(
            ProviderOrderId("task-1"), OrderKind.REFUND, paid.id, paid.payer, "recorded", Money(10_00, "CNY"),
            Money(10_00, "CNY"), now, now, OrderState.PENDING, error="by_hand",
        )  # fmt: skip
        await work.uow.payments.add_order(task)
        lost = replace(
            task, id=ProviderOrderId("task-2"), provider="wechat", state=OrderState.UNKNOWN, error="t"
        )
        await work.uow.payments.add_order(lost)
        slip = Slip(
            SlipId("slip-1"), SlipKind.TOP_UP, "", Money(50_000_00, "CNY"), Way.BANK, "BK-7781", now.date(),
            "一季度基金", now, "op-fin", "钱多",
        )  # fmt: skip
        await work.uow.slips.add(slip)
        payee = Payee(shop.envoy.person, shop.envoy.name, shop.envoy.phone, "recorded", "KBANK 012-3-45678-9")
        await work.uow.payouts.put_payee(payee)

    await e.act(add)


def payment(e: Evening, shop: Shop, key: str, ref: str) -> Payment:
    now = e.clock.now()
    purpose, amount = Purpose("service_order", f"order-{ref}"), Money(240_00, "CNY")
    return Payment(
        PaymentId(key), key, purpose, shop.traveller.id, amount, amount, "recorded", now,
        now + timedelta(minutes=30), f"token-{key}",
    )  # fmt: skip


async def proposed(e: Evening, shop: Shop, by: str = "op-fin") -> Payout:
    """A payout that waits for signatures."""
    payee = Payee(shop.envoy.person, shop.envoy.name, shop.envoy.phone, "recorded", "KBANK 012-3-45678-9")
    made = Payout(PayoutId("payout-1"), "batch-1", payee, Money(192_00, "CNY"), e.clock.now(), by)
    await e.act(lambda work: work.uow.payouts.add(made))
    return made
