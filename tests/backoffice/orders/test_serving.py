"""From the booking to the ratings: meeting, time, money, and everything that may go wrong."""

from datetime import timedelta

import pytest

from backoffice.cases.model import CaseStatus, Origin
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel.errors import Refusal
from backoffice.kernel.ids import CaseId, OperatorId
from backoffice.kernel.messages import MapPoint, Role
from backoffice.kernel.money import Money
from backoffice.orders.model import Meeting, Mode, OfferStatus, OrderStatus
from backoffice.ports import DeadlineKind, Operator, OperatorRole
from backoffice.workflows import (
    order_desk,
    order_ending,
    order_meeting,
    order_rating,
    order_running,
    order_talk,
    order_threads,
    sos,
)
from backoffice.workflows.relay import Said
from backoffice.workflows.sos import Cry
from backoffice.workflows.work import Work
from tests.backoffice.orders.shop import BANGKOK, Shop

THB = "THB"
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


async def test_the_charge_is_for_begun_half_hours_and_the_rest_goes_back(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    await shop.wait(minutes=61)
    await shop.on(order, lambda w, o: order_running.end(w, o, Role.TRAVELLER))
    found = await shop.order(order)
    assert found.charged == Money(900_00, THB)
    assert await shop.owed("a") == Money(720_00, THB)
    assert await shop.refunded(order) == 300_00
    assert set((await shop.sums()).values()) == {0}
    assert "order.receipt" in await shop.told("周婷")


async def test_the_envoys_end_waits_for_the_traveller_and_then_ends_by_itself(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    await shop.wait(minutes=90)
    await shop.on(order, lambda w, o: order_running.end(w, o, Role.ENVOY))
    assert (await shop.asked("周婷"))[0].kind == "order.end_ok"
    await shop.wait(hours=2, minutes=1)
    found = await shop.order(order)
    assert found.status is OrderStatus.COMPLETED
    assert found.charged == Money(1200_00, THB), "never more than was ordered"


async def test_longer_only_with_the_travellers_yes_to_the_price(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    end = (await shop.order(order)).until
    await shop.on(order, lambda w, o: order_running.extend(w, o, Role.ENVOY, 60))
    assert (await shop.order(order)).until == end
    asked = [m.message for m in await shop.letters("周婷") if m.message.key == "order.extend_ok"]
    assert asked[0].params["extra"] == Money(600_00, THB)
    await shop.on(order, lambda w, o: order_running.extend_answer(w, o, Role.TRAVELLER, True))
    found = await shop.order(order)
    assert found.until == end + timedelta(hours=1)
    assert found.price.total == Money(1800_00, THB)
    await shop.pay(order)
    await shop.wait(hours=3)
    await shop.on(order, lambda w, o: order_running.end(w, o, Role.TRAVELLER))
    assert await shop.owed("a") == Money(1440_00, THB)
    assert set((await shop.sums()).values()) == {0}


async def test_the_travellers_own_wish_for_more_asks_the_envoy_too(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    await shop.on(order, lambda w, o: order_running.extend(w, o, Role.TRAVELLER, 30))
    await shop.on(order, lambda w, o: order_running.extend_answer(w, o, Role.TRAVELLER, True))
    assert (await shop.order(order)).minutes == 120
    await shop.on(order, lambda w, o: order_running.extend_answer(w, o, Role.ENVOY, False))
    assert (await shop.told("周婷"))[-1] == "order.not_longer"
    with pytest.raises(Refusal):
        await shop.on(order, lambda w, o: order_running.extend_answer(w, o, Role.ENVOY, True))


async def test_no_extension_into_the_envoys_next_order(shop: Shop) -> None:
    await shop.envoy("a")
    await shop.person("Anna", "en")
    start = shop.clock.now() + timedelta(hours=4)
    await shop.booked("Anna", "a", start_at=start + timedelta(hours=2, minutes=40))
    order = await shop.running("周婷", "a", start_at=start)
    await shop.on(order, lambda w, o: order_running.extend(w, o, Role.ENVOY, 60))
    await shop.on(order, lambda w, o: order_running.extend_answer(w, o, Role.TRAVELLER, True))
    assert (await shop.order(order)).minutes == 120
    assert (await shop.told("周婷"))[-1] == "order.no_time_left"


async def test_an_unpaid_extension_is_shown_to_finance_and_the_envoy_still_earns(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.running("周婷", "a")
    await shop.on(order, lambda w, o: order_running.extend(w, o, Role.ENVOY, 60))
    await shop.on(order, lambda w, o: order_running.extend_answer(w, o, Role.TRAVELLER, True))
    await shop.wait(hours=3)
    await shop.on(order, lambda w, o: order_running.end(w, o, Role.TRAVELLER))
    assert "order_unpaid" in await shop.alerts()
    assert await shop.owed("a") == Money(1440_00, THB)


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


async def test_exact_points_are_sealed_within_a_minute_of_the_end(shop: Shop) -> None:
    await shop.envoy("a")
    order = await shop.booked("周婷", "a")
    await shop.on(order, order_ending.cancel)
    await shop.wait(seconds=55)
    found = await shop.order(order)
    assert found.fix is None
    assert all(o.distance_m == 0 for o in (await shop.offers(order)).values())


async def test_an_envoy_silent_on_an_order_is_asked_and_then_the_centre_is_alarmed_once(shop: Shop) -> None:
    """After an hour without a word: asked; after an hour and a half: the centre hears of it, once per silence."""
    await shop.envoy("a")
    await shop.running("周婷", "a", minutes=8 * 60)
    await shop.wait(minutes=61)
    assert "job.order_quiet" in await shop.told("a")
    assert "order_silent" not in await shop.alerts()
    await shop.wait(minutes=30)
    assert (await shop.alerts()).count("order_silent") == 1
    await shop.wait(minutes=120)
    assert (await shop.alerts()).count("order_silent") == 1
    assert "relay.text" not in await shop.told("周婷")


async def test_a_word_of_the_envoy_quiets_the_watch_and_the_end_stops_it(shop: Shop) -> None:
    """Every sign of life starts the time anew; an order that is over is watched no more."""
    await shop.envoy("a")
    order = await shop.running("周婷", "a", minutes=8 * 60)
    await shop.wait(minutes=61)
    (mine,) = await shop.look(lambda work: work.uow.people.identities(shop.people["a"]))
    await shop.act(lambda work: work.uow.people.heard(mine.at, work.now))
    await shop.wait(minutes=59)
    assert "order_silent" not in await shop.alerts()
    await shop.on(order, lambda w, o: order_running.end(w, o, Role.TRAVELLER))
    await shop.wait(minutes=300)
    assert "order_silent" not in await shop.alerts()


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
