"""What is said around an order: masked, heard by the centre, in the order that was named."""

from datetime import timedelta

from backoffice.kernel.ids import OperatorId
from backoffice.kernel.messages import Role
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import (
    order_desk,
    order_talk,
    order_threads,
)
from backoffice.workflows.relay import Said
from tests.backoffice.orders.shop import Shop

OPERATOR = Operator(OperatorId("op1"), "王", OperatorRole.OPERATOR)


async def test_numbers_stay_out_until_an_operator_lifts_it(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.booked("周婷", "a")
    words = Said("call me at +66 81 234 5678")
    await shop.on(order, lambda w, o: order_talk.said(w, o, Role.TRAVELLER, words))
    assert "234 5678" not in str((await shop.letters("a"))[-1].message)
    await shop.act(lambda w: order_desk.lift_masking(w, order, OPERATOR, "lost in a tunnel"))
    await shop.on(order, lambda w, o: order_talk.said(w, o, Role.TRAVELLER, words))
    assert "234 5678" in str((await shop.letters("a"))[-1].message)
    entries = await shop.act(lambda w: w.uow.orders.entries(order))
    assert "+66 81 234 5678" in entries[0].text, "staff read the original"


async def test_the_centre_hears_both_once_it_is_called_in(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    await shop.on(order, lambda w, o: order_talk.call_centre(w, o, Role.ENVOY))
    await shop.on(order, lambda w, o: order_talk.said(w, o, Role.TRAVELLER, Said("他要加钱")))
    assert "order_centre" in await shop.alerts()
    queue = await shop.act(lambda w: w.uow.desk.waiting())
    assert any("他要加钱" in item.text for item in queue)
    await shop.act(lambda w: order_desk.answer(w, order, OPERATOR, Role.TRAVELLER, "请不要付现金"))
    assert "请不要付现金" in str((await shop.letters("周婷"))[-1].message)


async def test_words_go_to_the_order_they_named_until_another_one_begins(shop: Shop) -> None:
    """Two orders with two envoys: the soonest by itself, the other by its reference, the running one again."""
    await shop.envoy("a")
    await shop.envoy("b", 2.0)
    first = await shop.booked("周婷", "a", start_at=shop.clock.now() + timedelta(days=1))
    second = await shop.booked("周婷", "b", start_at=shop.clock.now() + timedelta(days=1, hours=1))
    me = shop.people["周婷"]

    async def current() -> str:
        found = await shop.look(lambda work: order_threads.current(work, me))
        assert found is not None
        return found[0].id

    assert await current() == first
    ref = (await shop.order(second)).ref
    party = await shop.look(lambda work: order_threads.by_ref(work, me, ref))
    assert party is not None
    await shop.act(lambda work: order_threads.keep(work, me, party[0]))
    assert await current() == second
    await shop.until((await shop.order(first)).start_at)
    await shop.meet(first)
    assert await current() == first
