"""How an order ends, and what of it remains: cancels and no-shows by the table, ratings, sealed points."""

from datetime import timedelta

import pytest

from backoffice.kernel.errors import Refusal
from backoffice.kernel.exchange import LetterState
from backoffice.kernel.messages import Role
from backoffice.kernel.money import Money
from backoffice.orders.model import OfferStatus, OrderStatus
from backoffice.workflows import (
    order_ending,
    order_meeting,
    order_rating,
    order_running,
)
from tests.backoffice.orders.shop import Shop

THB = "THB"


async def test_a_cancel_in_the_last_hours_pays_the_envoy_by_the_table(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.booked("周婷", "a", start_at=shop.clock.now() + timedelta(hours=10))
    await shop.wait(hours=1)
    await shop.on(order, order_ending.ask_cancel)
    shown = (await shop.letters("周婷"))[-1].message
    assert shown.params["fee"] == Money(240_00, THB)
    await shop.on(order, order_ending.cancel)
    assert await shop.owed("a") == Money(192_00, THB)
    assert await shop.refunded(order) == 960_00
    assert (await shop.told("a"))[-1] == "job.order_off_pay"
    assert set((await shop.sums()).values()) == {0}


async def test_an_early_cancel_costs_nothing(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.booked("周婷", "a", start_at=shop.clock.now() + timedelta(days=3))
    await shop.wait(hours=1)
    await shop.on(order, order_ending.cancel)
    assert await shop.refunded(order) == 1200_00
    assert await shop.owed("a") == Money(0, THB)


async def test_an_envoy_who_withdraws_costs_nothing_and_the_search_opens_again(shop: Shop) -> None:
    await shop.envoy("a")
    await shop.envoy("b", 2)
    order = await shop.booked("周婷", "a")
    await shop.on(order, order_ending.withdraw)
    found = await shop.order(order)
    assert (found.status, found.envoy) == (OrderStatus.OFFERING, None)
    assert (await shop.offers(order))["a"].status is OfferStatus.WITHDRAWN
    await shop.says("b", order)
    found = await shop.order(order)
    assert found.envoy == shop.envoys["b"]
    assert found.paid, "the money held stands for whoever comes"
    assert "order_review" in await shop.alerts()


async def test_a_traveller_who_does_not_come_pays_by_the_table(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.booked("周婷", "a")
    await shop.until((await shop.order(order)).start_at)
    await shop.on(order, order_meeting.arrived)
    await shop.on(order, lambda w, o: order_ending.missing(w, o, Role.ENVOY))
    assert (await shop.told("a"))[-1] == "job.order_too_early"
    await shop.wait(minutes=16)
    await shop.on(order, lambda w, o: order_ending.missing(w, o, Role.ENVOY))
    await shop.wait(minutes=11)
    found = await shop.order(order)
    assert found.status is OrderStatus.NO_SHOW
    assert found.charged == Money(600_00, THB)
    assert await shop.owed("a") == Money(480_00, THB)
    assert set((await shop.sums()).values()) == {0}


async def test_whoever_answers_in_time_is_not_charged(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.booked("周婷", "a")
    await shop.until((await shop.order(order)).start_at)
    await shop.on(order, order_meeting.arrived)
    await shop.wait(minutes=16)
    await shop.on(order, lambda w, o: order_ending.missing(w, o, Role.ENVOY))
    await shop.on(order, lambda w, o: order_meeting.ask_code(w, o, Role.TRAVELLER))
    await shop.wait(minutes=30)
    assert (await shop.order(order)).status is OrderStatus.BOOKED


async def test_an_envoy_who_does_not_come_is_replaced_and_reviewed(shop: Shop) -> None:
    await shop.envoy("a")
    await shop.envoy("b", 2)
    order = await shop.booked("周婷", "a")
    await shop.until((await shop.order(order)).start_at + timedelta(minutes=16))
    assert "order.not_begun" in await shop.told("周婷")
    await shop.on(order, lambda w, o: order_ending.missing(w, o, Role.TRAVELLER))
    await shop.wait(minutes=11)
    assert "order.envoy_absent" in await shop.told("周婷")
    assert (await shop.order(order)).status is OrderStatus.OFFERING
    reviews = await shop.act(lambda w: w.uow.order_ratings.open_reviews())
    assert [r.reason for r in reviews] == ["no_show"]


async def test_two_who_disagree_are_for_the_centre(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.booked("周婷", "a")
    await shop.until((await shop.order(order)).start_at)
    await shop.on(order, order_meeting.arrived)
    await shop.wait(minutes=16)
    await shop.on(order, lambda w, o: order_ending.missing(w, o, Role.TRAVELLER))
    assert "order_dispute" in await shop.alerts()
    await shop.wait(hours=1)
    assert (await shop.order(order)).status is OrderStatus.BOOKED


async def test_ratings_are_blind_until_both_and_a_bad_one_opens_a_review(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    await shop.wait(hours=1)
    await shop.on(order, lambda w, o: order_running.end(w, o, Role.TRAVELLER))
    await shop.on(order, lambda w, o: order_rating.rate(w, o, Role.TRAVELLER, 1))
    await shop.on(order, lambda w, o: order_rating.why(w, o, Role.TRAVELLER, "迟到一小时"))
    assert "job.order_rating_shown" not in await shop.told("a")
    reviews = await shop.act(lambda w: w.uow.order_ratings.open_reviews())
    assert {r.reason for r in reviews} == {"bad_rating", "bad_rating_told"}
    envoy = await shop.act(lambda w: w.uow.envoys.get(shop.envoys["a"]))
    assert envoy.rating == 0.0
    await shop.wait(hours=73)
    assert "job.order_rating_shown" in await shop.told("a")
    envoy = await shop.act(lambda w: w.uow.envoys.get(shop.envoys["a"]))
    assert envoy.rating == 1.0
    with pytest.raises(Refusal, match=r"order\.rating_over"):
        await shop.on(order, lambda w, o: order_rating.rate(w, o, Role.ENVOY, 5))


async def test_exact_points_are_sealed_within_a_minute_of_the_end(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.booked("周婷", "a")
    await shop.on(order, order_ending.cancel)
    await shop.wait(seconds=55)
    found = await shop.order(order)
    assert found.fix is None
    assert all(o.distance_m == 0 for o in (await shop.offers(order)).values())


async def test_a_question_answered_before_it_left_does_not_come_after_the_answer(shop: Shop) -> None:
    """A shut window held the rating's question back; its digit was typed all the same, and thanks take its place."""
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    await shop.on(order, lambda w, o: order_running.end(w, o, Role.TRAVELLER))
    await shop.on(order, lambda w, o: order_rating.rate(w, o, Role.TRAVELLER, 5))
    states = {m.message.key: m.state for m in await shop.letters("周婷")}
    assert states["order.rate"] is LetterState.SUPERSEDED
    assert states["order.rated"] is LetterState.WAITING
