"""Before the time runs: who learns the place, the words both say, the money that is held."""

from datetime import timedelta

import pytest

from backoffice.kernel.errors import Refusal
from backoffice.kernel.ids import OperatorId
from backoffice.kernel.messages import MapPoint, Role
from backoffice.orders.model import Meeting, Mode, OrderStatus
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import (
    order_desk,
    order_ending,
    order_meeting,
    order_talk,
)
from backoffice.workflows.relay import Said
from tests.backoffice.orders.shop import BANGKOK, Shop

OPERATOR = Operator(OperatorId("op1"), "王", OperatorRole.OPERATOR)


async def test_only_the_one_who_has_it_learns_the_place_and_loses_it_again(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.booked("周婷", "a")
    shown = [m.message for m in await shop.letters("a") if m.message.place]
    assert [m.key for m in shown] == ["job.order_booked"]
    await shop.on(order, order_ending.withdraw)
    await shop.on(order, lambda w, o: order_talk.said(w, o, Role.TRAVELLER, Said("我在三号门")))
    assert all("三号门" not in str(m.message) for m in await shop.letters("a"))
    assert (await shop.order(order)).said == {}
    assert [q.kind for q in await shop.asked("a") if q.kind == "order.do"] == []


async def test_time_runs_once_both_have_typed_the_others_word(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.booked("周婷", "a")
    await shop.until((await shop.order(order)).start_at)
    said = (await shop.order(order)).said
    assert said[Role.TRAVELLER] != said[Role.ENVOY]
    await shop.on(order, lambda w, o: order_meeting.say_code(w, o, Role.TRAVELLER, said[Role.ENVOY]))
    assert (await shop.order(order)).status is OrderStatus.BOOKED
    assert (await shop.asked("a"))[0].kind == "order.code", "the other side is asked at once"
    await shop.wait(minutes=3)
    await shop.on(order, lambda w, o: order_meeting.say_code(w, o, Role.ENVOY, said[Role.TRAVELLER]))
    found = await shop.order(order)
    assert found.status is OrderStatus.RUNNING
    assert found.until - found.started_at == timedelta(hours=2)


async def test_a_wrong_word_three_times_alarms_and_blocks(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.booked("周婷", "a")
    said = (await shop.order(order)).said
    own = said[Role.TRAVELLER]
    for _ in range(3):
        await shop.on(order, lambda w, o: order_meeting.say_code(w, o, Role.TRAVELLER, own))
    assert "order_wrong_word" in await shop.alerts()
    assert (await shop.told("周婷"))[-1] == "order.blocked"
    assert (await shop.told("a"))[-1] == "job.order_blocked"
    await shop.on(order, lambda w, o: order_meeting.say_code(w, o, Role.TRAVELLER, said[Role.ENVOY]))
    assert (await shop.order(order)).met == {}, "the right word does not help any more"
    await shop.act(lambda w: order_desk.free_start(w, order, OPERATOR))
    await shop.meet(order)
    assert (await shop.order(order)).status is OrderStatus.RUNNING


async def test_nobody_works_before_the_money_is_held(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.place("周婷", mode=Mode.FIRST, start_at=None)
    await shop.says("a", order)
    with pytest.raises(Refusal, match=r"order\.pay_first"):
        await shop.meet(order)
    await shop.wait(minutes=31)
    assert (await shop.order(order)).status is OrderStatus.CANCELLED
    assert "order.unpaid" in await shop.told("周婷")
    assert "job.order_unpaid_over" in await shop.told("a")
    assert await shop.sums() == {}


async def test_a_meeting_place_counts_once_both_agree_and_both_see_one_point(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.booked("周婷", "a")
    place = Meeting("3 号门", MapPoint(BANGKOK, "3 号门"))
    await shop.on(order, lambda w, o: order_meeting.propose(w, o, Role.ENVOY, place))
    assert (await shop.order(order)).meeting.point is None
    await shop.on(order, lambda w, o: order_meeting.agree(w, o, Role.TRAVELLER, True))
    for name in ("周婷", "a"):
        told = (await shop.letters(name))[-1].message
        assert told.key == "order.meet_agreed"
        assert told.place == place.point
