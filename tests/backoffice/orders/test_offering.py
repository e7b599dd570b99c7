"""Who is offered an order, how long an offer holds, and who gets it."""

from datetime import timedelta

import pytest

from backoffice.kernel.errors import Refusal
from backoffice.kernel.ids import CaseId
from backoffice.orders.model import Mode, OfferStatus, OrderStatus
from backoffice.workflows import orders
from backoffice.workflows.work import Work
from tests.backoffice.orders.shop import Shop

SOON = timedelta(minutes=30)


async def test_only_who_fits_is_asked(shop: Shop) -> None:
    """On duty, near, does this, speaks that, free at that time."""
    await shop.envoy("fits")
    await shop.envoy("off duty", on_duty=False)
    await shop.envoy("far", north_km=60)
    await shop.envoy("other kind", services=["shopping"])
    await shop.envoy("other language", languages=["zh", "vi"])
    await shop.envoy("drills only", synthetic=True)
    order = await shop.place("周婷")
    assert set(await shop.offers(order)) == {"fits"}


async def test_an_offer_shows_no_point_and_no_name(shop: Shop) -> None:
    await shop.envoy("陈静")
    await shop.place("周婷")
    (letter,) = await shop.letters("陈静")
    assert letter.message.place is None
    said = str(letter.message)
    assert "13.7563" not in said
    assert "周婷" not in said
    assert "看牙" not in said


async def test_the_first_to_accept_has_an_urgent_order_and_the_other_is_told(shop: Shop) -> None:
    await shop.envoy("陈静")
    await shop.envoy("李强", 2)
    order = await shop.place("周婷", mode=Mode.FIRST, start_at=None)
    await shop.says("李强", order)
    assert (await shop.order(order)).envoy == shop.envoys["李强"]
    assert (await shop.told("陈静"))[-1] in ("offer.order", "offer.order_taken")
    await shop.says("陈静", order)
    assert (await shop.told("陈静"))[-1] == "offer.order_gone"
    assert (await shop.order(order)).envoy == shop.envoys["李强"]


async def test_the_traveller_chooses_among_those_who_said_yes(shop: Shop) -> None:
    for name in ("a", "b", "c", "d"):
        await shop.envoy(name)
    order = await shop.place("周婷")
    for name in ("a", "b", "c"):
        await shop.says(name, order)
    offers = await shop.offers(order)
    assert offers["d"].status is OfferStatus.STOOD_DOWN, "three can be compared, the fourth need not wait"
    await shop.chooses(order, "b")
    assert (await shop.order(order)).envoy == shop.envoys["b"]
    assert [(await shop.offers(order))[n].status for n in ("a", "b", "c")] == [
        OfferStatus.STOOD_DOWN,
        OfferStatus.CHOSEN,
        OfferStatus.STOOD_DOWN,
    ]


async def test_an_offer_holds_ten_minutes(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.place("周婷", mode=Mode.FIRST, start_at=shop.clock.now() + SOON)
    await shop.wait(minutes=11)
    assert (await shop.offers(order))["a"].status is OfferStatus.LAPSED
    await shop.says("a", order)
    assert (await shop.told("a"))[-1] == "offer.order_gone"
    assert (await shop.order(order)).status is OrderStatus.UNTAKEN
    assert "order.untaken" in await shop.told("周婷")
    assert "order_untaken" in await shop.alerts()


async def test_a_later_order_nobody_took_is_offered_again_before_it_starts(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.place("周婷")
    await shop.wait(minutes=11)
    assert "order.nobody_yet" in await shop.told("周婷")
    assert (await shop.order(order)).status is OrderStatus.OFFERING
    await shop.until((await shop.order(order)).start_at - timedelta(hours=3))
    assert (await shop.offers(order))["a"].status is OfferStatus.ASKED
    await shop.says("a", order)
    await shop.chooses(order, "a")
    assert (await shop.order(order)).status is OrderStatus.BOOKED


async def test_a_wider_ring_is_asked_when_nobody_near_says_yes(shop: Shop) -> None:
    await shop.envoy("near", 5)
    await shop.envoy("wider", 15)
    order = await shop.place("周婷")
    assert set(await shop.offers(order)) == {"near"}
    await shop.wait(minutes=4)
    assert set(await shop.offers(order)) == {"near", "wider"}


async def test_a_no_asks_the_next_at_once_and_never_again(shop: Shop) -> None:
    await shop.envoy("near", 5)
    await shop.envoy("wider", 15)
    order = await shop.place("周婷")
    await shop.says("near", order, accept=False)
    assert set(await shop.offers(order)) == {"near", "wider"}
    await shop.wait(hours=22)
    assert (await shop.offers(order))["near"].status is OfferStatus.DECLINED


async def test_nobody_is_kept_waiting_when_the_traveller_does_not_choose(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.place("周婷")
    await shop.says("a", order)
    await shop.wait(minutes=11)
    assert (await shop.told("a"))[-1] in ("offer.order_not_chosen", "offer.order_willing")
    assert (await shop.offers(order))["a"].status is OfferStatus.STOOD_DOWN
    assert (await shop.told("周婷"))[-1] == "order.not_chosen"


async def test_going_off_duty_takes_open_offers_back(shop: Shop) -> None:
    """Off duty means no offer, ever; an order already booked stays."""
    await shop.envoy("a")
    await shop.envoy("b", 15)
    order = await shop.place("周婷")

    async def off(work: Work) -> None:
        envoy = await work.uow.envoys.get(shop.envoys["a"])
        envoy.on_duty = False
        await work.uow.envoys.save(envoy)
        await orders.off_duty(work, envoy)

    await shop.act(off)
    assert (await shop.offers(order))["a"].status is OfferStatus.STOOD_DOWN
    assert (await shop.offers(order))["b"].status is OfferStatus.ASKED, "the next is asked at once"


async def test_an_envoy_is_never_booked_twice_at_the_same_time(shop: Shop) -> None:
    await shop.envoy("a")
    start = shop.clock.now() + timedelta(hours=5)
    first = await shop.place("周婷", mode=Mode.FIRST, start_at=start)
    await shop.person("Anna", "en")
    second = await shop.place("Anna", mode=Mode.FIRST, start_at=start + timedelta(hours=1))
    await shop.says("a", first)
    await shop.says("a", second)
    assert (await shop.told("a"))[-1] == "offer.order_overlap"
    assert (await shop.order(second)).envoy is None


async def test_who_has_an_order_then_is_not_even_asked(shop: Shop) -> None:
    await shop.envoy("a")
    start = shop.clock.now() + timedelta(hours=5)
    await shop.booked("周婷", "a", start_at=start)
    await shop.person("Anna", "en")
    second = await shop.place("Anna", start_at=start + timedelta(hours=1))
    assert await shop.offers(second) == {}


async def test_a_price_that_changed_is_not_charged(shop: Shop) -> None:
    wish = shop.wish()

    async def dearer(work: Work) -> None:
        price, _ = await orders.quote(work, wish)
        stale = type(price)(price.total * 2, price.pay, None)
        person = await work.uow.people.get(shop.people["周婷"])
        await orders.place(work, person, wish, stale)

    with pytest.raises(Refusal, match=r"order\.price_changed"):
        await shop.act(dearer)


async def test_why_these_and_not_the_others_is_kept_with_the_order(shop: Shop) -> None:
    await shop.envoy("fits")
    await shop.envoy("other kind", services=["shopping"])
    order = await shop.place("周婷")
    looks = await shop.act(lambda work: work.uow.considerations.of(CaseId(order)))
    reasons = {c.name: c.reason for c in looks[0].considered}
    assert reasons["fits"] is None
    assert str(reasons["other kind"]) == "skill"
