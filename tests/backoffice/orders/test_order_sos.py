"""An order and a call for help: the traveller's, the envoy's, and what nobody may notice."""

from datetime import timedelta

from backoffice.cases.model import CaseStatus, Origin
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel.ids import CaseId
from backoffice.kernel.money import Money
from backoffice.orders.model import OfferStatus, OrderStatus
from backoffice.ports import DeadlineKind
from backoffice.workflows import (
    order_talk,
    sos,
)
from backoffice.workflows.sos import Cry
from backoffice.workflows.work import Work
from tests.backoffice.orders.shop import BANGKOK, Shop

THB = "THB"


async def _cry(shop: Shop, name: str, dispatched: bool = True) -> CaseId:
    """They call for help without a position of their own."""

    async def step(work: Work) -> CaseId:
        person = await work.uow.people.get(shop.people[name])
        case = await sos.start(work, person, Cry(Origin.BUTTON, work.now, work.now))
        if dispatched:
            await sos.confirm(work, case, person)
        return case.id

    return await shop.act(step)


async def test_an_order_becomes_an_sos_without_typing_anything_again(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    await shop.wait(minutes=40)
    case_id = await _cry(shop, "周婷")
    found = await shop.order(order)
    assert (found.status, found.case) == (OrderStatus.HANDED_OVER, case_id)
    case = await shop.act(lambda w: w.uow.cases.get(case_id))
    assert case.fix is not None
    assert case.fix.point == BANGKOK
    entries = await shop.act(lambda w: w.uow.cases.entries(case_id))
    assert any("看牙" in e.text for e in entries)
    (mine,) = await shop.act(lambda w: w.uow.assignments.of_case(case_id))
    assert (mine.envoy, mine.status) == (shop.envoys["a"], AssignmentStatus.ARRIVED)
    assert case.envoys_taken == 1
    assert await shop.look(lambda w: w.uow.deadlines.armed(DeadlineKind.ENVOY_SILENT, mine.id)), (
        "watched from here"
    )
    assert "sos.order_envoy_stays" in await shop.told("周婷")
    assert found.charged == Money(600_00, THB), "the time until then"


async def test_during_the_countdown_nobody_hears_of_it(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    before = await shop.told("a")
    case_id = await _cry(shop, "周婷", dispatched=False)
    assert await shop.told("a") == before

    async def cancel(work: Work) -> None:
        case = await work.uow.cases.get(case_id)
        await sos.cancel(work, case, await work.uow.people.get(case.requester))

    await shop.act(cancel)
    assert await shop.told("a") == before
    assert (await shop.order(order)).status is OrderStatus.RUNNING


async def test_under_duress_the_order_goes_on_as_if_nothing_had_happened(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    before = await shop.told("a")

    async def silent(work: Work) -> CaseId:
        person = await work.uow.people.get(shop.people["周婷"])
        return (await sos.silent_case(work, person, Cry(Origin.PHRASE, work.now, work.now, text="蓝鲸"))).id

    case_id = await shop.act(silent)
    assert await shop.told("a") == before
    assert (await shop.order(order)).status is OrderStatus.RUNNING
    case = await shop.act(lambda w: w.uow.cases.get(case_id))
    assert case.status is CaseStatus.OPEN
    assert case.fix is not None, "the centre knows where the order takes place"


async def test_an_order_for_next_week_is_not_part_of_an_sos_today(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.booked("周婷", "a", start_at=shop.clock.now() + timedelta(days=6))
    case_id = await _cry(shop, "周婷")
    assert (await shop.order(order)).status is OrderStatus.BOOKED
    assert (await shop.act(lambda w: w.uow.cases.get(case_id))).fix is None


async def test_an_envoy_in_need_is_replaced_and_not_blamed(shop: Shop) -> None:
    await shop.envoy("a")
    await shop.envoy("b", 2)
    order = await shop.booked("周婷", "a", start_at=shop.clock.now() + timedelta(hours=1))
    later = await shop.booked("周婷", "a", start_at=shop.clock.now() + timedelta(hours=9))
    await _cry(shop, "a")
    assert (await shop.order(order)).status is OrderStatus.OFFERING
    assert (await shop.offers(order))["b"].status is OfferStatus.ASKED
    assert (await shop.order(later)).status is OrderStatus.BOOKED
    assert await shop.act(lambda w: w.uow.order_ratings.open_reviews()) == []


async def test_an_envoy_in_danger_hands_on_what_is_near_and_what_comes_near(shop: Shop) -> None:
    """In an hour: asked of others at once. Tomorrow: when its time comes near and the call still runs."""
    await shop.envoy("a")
    await shop.envoy("b", 2.0)
    near = await shop.booked("周婷", "a", start_at=shop.clock.now() + timedelta(hours=1))
    later = await shop.booked("周婷", "a", start_at=shop.clock.now() + timedelta(days=1))
    await _cry(shop, "a")
    assert (await shop.order(near)).envoy is None
    assert (await shop.offers(near))["b"].status is OfferStatus.ASKED
    assert (await shop.order(later)).status is OrderStatus.BOOKED
    await shop.until((await shop.order(later)).start_at - timedelta(hours=2, minutes=59))
    found = await shop.order(later)
    assert found.envoy is None
    assert (await shop.offers(later))["b"].status is OfferStatus.ASKED
    assert (await shop.alerts()).count("order_review") == 0, "nobody is blamed for it"


async def test_a_traveller_beside_an_envoy_in_danger_is_not_left_alone(shop: Shop) -> None:
    """The centre is alarmed, reads along from there, and the traveller is asked about themselves."""
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    await _cry(shop, "a")
    assert "order_at_risk" in await shop.alerts()
    assert "order.envoy_in_need" in await shop.told("周婷")
    assert (await shop.order(order)).notes[order_talk.CENTRE] is True
