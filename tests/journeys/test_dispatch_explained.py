"""Dispatch that can be explained: who was considered, asked and left out and why; several envoys on one case."""

from typing import Any

import pytest

from backoffice.cases.model import CloseReason
from backoffice.dispatch.fitting import Reason
from backoffice.dispatch.looks import Look
from backoffice.dispatch.model import AssignmentStatus, Envoy
from backoffice.dispatch.standing import Answer, Call, History
from backoffice.kernel.errors import Refusal
from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Point
from backoffice.workflows import calling_envoys, centre
from backoffice.workflows.offers import Part
from bot.sandbox.client import Phone
from tests.house import House, texts
from tests.journeys import stories

NEAR, NEXT, FAR = (13.76, 100.51), (13.79, 100.53), (13.85, 100.56)
TOO_FAR = (14.35, 100.55)
HOSPITAL = Point(13.7460, 100.5340)


async def _looks(house: House, phone: Phone) -> list[Look]:
    case = await stories.now(house, phone)
    async with house.core.store.begin(house.clock.now()) as uow:
        return list(await uow.considerations.of(case.id))


async def _envoy_of(house: House, phone: Phone) -> Envoy:
    async with house.core.store.begin(house.clock.now()) as uow:
        person = await uow.people.at(Address("telegram", phone.id))
        assert person is not None
        found = await uow.envoys.of_person(person.id)
        assert found is not None
        return found


async def _history(house: House, phone: Phone) -> History:
    envoy = await _envoy_of(house, phone)
    async with house.core.store.begin(house.clock.now()) as uow:
        return (await uow.standings.of([envoy.id]))[envoy.id].history(Call.SOS)


async def _refused(house: House, phone: Phone, step: Any, *given: Any) -> str:
    case = await stories.now(house, phone)
    with pytest.raises(Refusal) as refusal:
        await house.do(step, case.id, *given)
    return refusal.value.key


async def test_who_was_asked_in_which_order_and_why_stays_with_the_case(either_house: House) -> None:
    """The terms of every rank are kept, and their sum is the order."""
    house = either_house
    traveller = await house.wechat()
    for name, at in (("远", FAR), ("近", NEAR), ("中", NEXT)):
        await stories.envoy(house, name, at)
    await stories.dispatched(house, traveller)
    (look,) = await _looks(house, traveller)
    assert [(c.place, c.name) for c in look.considered] == [(1, "近"), (2, "中"), (3, "远")]
    scores = [c.facts["score_s"] for c in look.considered]
    assert scores == sorted(scores)
    terms = {row[0] for row in look.considered[0].facts["terms"]}
    assert {"arrival", "freshness", "acceptance", "rest", "language", "rating"} <= terms


async def test_when_nobody_comes_it_is_said_why(house: House) -> None:
    """Off duty, busy, too far: each who lives around is named with the reason, and the answer is one code."""
    traveller = await house.wechat()
    await stories.envoy(house, "下班", NEAR, on_duty=False)
    await stories.envoy(house, "远", TOO_FAR)
    case = await stories.dispatched(house, traveller)
    (look,) = await _looks(house, traveller)
    assert (look.what, look.answer) == ("nobody", "nobody_free")
    reasons = {c.name: c.reason for c in look.considered}
    assert reasons == {"下班": Reason.OFF_DUTY, "远": Reason.TOO_FAR}
    assert "dispatch.nobody" in await house.timeline(case)


async def test_when_all_decline_that_is_the_reason(house: House) -> None:
    traveller = await house.wechat()
    envoy = await stories.envoy(house, "陈静", NEAR)
    await stories.dispatched(house, traveller)
    await stories.says(house, envoy, "0")
    await house.pass_time(1)
    assert (await _looks(house, traveller))[-1].answer == "all_declined"


async def test_the_export_shows_who_was_considered(house: House) -> None:
    """While the case runs with distances; after the close with reasons only."""
    traveller = await house.wechat()
    await stories.envoy(house, "陈静", NEAR)
    case = await stories.dispatched(house, traveller)
    (wave,) = (await house.exported(case.ref))["considered"]
    (one,) = wave["envoys"]
    assert (one["envoy"], one["asked"], one["reason"], one["place"]) == ("陈静", True, None, 1)
    assert one["facts"]["distance_m"] > 0
    await house.do(centre.take, case.id)
    await house.do(centre.close, case.id, CloseReason.HELPED)
    (wave,) = (await house.exported(case.ref))["considered"]
    assert "distance_m" not in wave["envoys"][0]["facts"]
    await house.pass_time(55)
    (look,) = await _looks(house, traveller)
    assert "distance_m" not in look.considered[0].facts


async def test_answers_make_a_history_and_what_was_not_delivered_does_not(house: House) -> None:
    """Accepting, declining and ignoring count; a question taken back within a minute does not."""
    traveller = await house.wechat()
    yes, no, silent = [await stories.envoy(house, n, NEAR) for n in ("应", "拒", "默")]
    await stories.dispatched(house, traveller)
    await stories.says(house, no, "0")
    await house.pass_time(70, step=5)
    late = await stories.envoy(house, "晚", NEXT)
    case = await stories.now(house, traveller)
    await house.do(centre.take, case.id)
    await house.do(calling_envoys.wave, case.id, 5)
    await house.pass_time(5)
    await stories.says(house, yes, "1")
    assert await _history(house, yes) == History(accepted=1)
    assert await _history(house, no) == History(declined=1)
    assert await _history(house, silent) == History(silent=1)
    assert await _history(house, late) == History()


async def test_somebody_who_usually_accepts_is_asked_before_somebody_a_little_nearer(house: House) -> None:
    traveller = await house.wechat()
    near = await stories.envoy(house, "近", NEAR)
    eager = await stories.envoy(house, "中", (13.765, 100.515))
    answers = [
        (await _envoy_of(house, near), Answer.SILENT),
        (await _envoy_of(house, eager), Answer.ACCEPTED),
    ]
    async with house.core.store.begin(house.clock.now()) as uow:
        for envoy, answer in answers * 20:
            await uow.standings.answered(envoy.id, Call.SOS, answer)
        await uow.commit()
    await stories.dispatched(house, traveller)
    (look,) = await _looks(house, traveller)
    assert [c.name for c in look.considered] == ["中", "近"]


async def test_two_envoys_work_on_one_case_each_with_their_own_task(house: House) -> None:
    """A bus accident: the search finds one, the centre asks for a second by name with a hospital of their own."""
    traveller = await house.telegram("Anna", "en")
    first, second = await stories.envoy(house, "陈静", NEAR), await stories.envoy(house, "李强", NEXT)
    case = await stories.dispatched(house, traveller)
    await stories.says(house, second, "0")
    await stories.says(house, first, "1")
    third = await stories.envoy(house, "王芳", FAR)
    await house.do(centre.take, case.id)
    part = Part("去医院急诊科找三名伤员", HOSPITAL)
    await house.do(calling_envoys.by_name, case.id, (await _envoy_of(house, third)).id, part)
    offer = (await texts(third))[-1]
    assert "点名" in offer
    assert "急诊科" not in offer
    await stories.says(house, third, "1")
    assert "急诊科" in "\n".join(await texts(third))
    assert await house.assignments(case) == {"陈静": "accepted", "李强": "declined", "王芳": "accepted"}
    now = await stories.now(house, traveller)
    assert (now.envoys_taken, now.envoys_wanted) == (2, 2)
    await stories.says(house, third, "2")
    assert (await house.assignments(case))["王芳"] == "arrived"
    assert (await house.assignments(case))["陈静"] == "accepted"
    places = [m.lat for m in await third.chat() if getattr(m, "lat", None)]
    assert all(abs(lat - HOSPITAL.lat) < 1e-4 for lat in places)


async def test_more_envoys_wanted_opens_the_search_until_enough_are_there(house: House) -> None:
    traveller = await house.wechat()
    phones = [await stories.envoy(house, n, NEAR) for n in ("甲", "乙", "丙")]
    case = await stories.dispatched(house, traveller)
    await stories.says(house, phones[0], "1")
    await house.do(centre.take, case.id)
    await house.do(calling_envoys.wanted, case.id, 2)
    await stories.says(house, phones[1], "1")
    assert await house.assignments(case) == {"甲": "accepted", "乙": "accepted", "丙": "stood_down"}
    assert not (await stories.now(house, traveller)).searching


async def test_whom_the_centre_asked_by_name_stays_welcome_when_the_search_is_filled(house: House) -> None:
    traveller = await house.wechat()
    near, asked = await stories.envoy(house, "近", NEAR), await stories.envoy(house, "远", TOO_FAR)
    case = await stories.dispatched(house, traveller)
    await house.do(centre.take, case.id)
    await house.do(calling_envoys.by_name, case.id, (await _envoy_of(house, asked)).id, Part())
    await stories.says(house, near, "1")
    await stories.says(house, asked, "1")
    assert await house.assignments(case) == {"近": "accepted", "远": "accepted"}


async def test_a_task_can_be_given_to_somebody_already_at_work(house: House) -> None:
    traveller = await house.wechat()
    phone = await stories.envoy(house, "陈静", NEAR)
    case = await stories.dispatched(house, traveller)
    await stories.says(house, phone, "1")
    await house.do(centre.take, case.id)
    async with house.core.store.begin(house.clock.now()) as uow:
        (assignment,) = await uow.assignments.of_case(case.id)
    await house.do(calling_envoys.give_task, case.id, assignment.id, Part("到大使馆取旅行证"))
    await house.pass_time(3)
    assert any("到大使馆取旅行证" in t for t in await texts(phone))


async def test_nobody_off_duty_busy_or_unwilling_is_asked_by_name(house: House) -> None:
    """Off duty means no offer, ever; declined is not asked again; nobody is asked twice."""
    traveller = await house.wechat()
    off = await stories.envoy(house, "下班", NEAR, on_duty=False)
    declined, asked = await stories.envoy(house, "拒", NEAR), await stories.envoy(house, "问", NEAR)
    case = await stories.dispatched(house, traveller)
    await house.do(centre.take, case.id)
    await stories.says(house, declined, "0")
    expected = {
        off.id: "centre.envoy_off_duty",
        declined.id: "centre.envoy_declined",
        asked.id: "centre.envoy_already_asked",
    }
    for phone in (off, declined, asked):
        one = await _envoy_of(house, phone)
        assert await _refused(house, traveller, calling_envoys.by_name, one.id, Part()) == expected[phone.id]


async def test_the_rest_after_a_job_counts(house: House) -> None:
    traveller = await house.wechat()
    phone = await stories.envoy(house, "陈静", NEAR)
    case = await stories.dispatched(house, traveller)
    await stories.says(house, phone, "1")
    await house.do(centre.take, case.id)
    await house.do(centre.close, case.id, CloseReason.HELPED)
    async with house.core.store.begin(house.clock.now()) as uow:
        (assignment,) = await uow.assignments.of_case(case.id)
        known = (await uow.standings.of([assignment.envoy]))[assignment.envoy]
    assert assignment.status is AssignmentStatus.DONE
    assert known.worked_until is not None
